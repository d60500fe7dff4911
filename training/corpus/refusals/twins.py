"""How hazard frames and their harmless twins become clauses, with the same openings around both.

Knows: how a twin's words carry a plan, and what people say around a hazard or a harmless order.
Does not know: the frames (hazards.py) and the words (words/household.py).
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

import re
from typing import Any

from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from training.corpus.acts.steps import Clause
from training.corpus.phrases.descriptions import HOLDERS, MOVABLE, camel, noun_phrase
from training.corpus.refusals import hazards as hf
from training.corpus.sampler import Ctx, is_mark
from training.corpus.words import household as hw
from training.corpus.words import lexicon as lx

_ABILITIES = frozenset(w.INABILITIES)
_SLOT = re.compile(r"\{(\w+)\}")

#: Slots of the frames; people and animals are whole phrases, the others bare nouns.
BANKS: dict[str, list[str]] = {
    "person": hw.PEOPLE, "child": hw.CHILDREN, "animal": hw.ANIMALS, "sharp": hw.SHARP, "fragile": hw.FRAGILE, "electric": hw.ELECTRIC,
    "liquid": hw.LIQUIDS, "hot_liquids": hw.HOT_LIQUIDS, "flammable": hw.FLAMMABLE, "heat": hw.HEAT, "metal": hw.METAL, "poisons": hw.POISONS,
    "food": hw.FOODS, "vessel": hw.VESSELS, "heavy": hw.HEAVY, "hot": hw.HOT_THINGS, "walkway": hw.WALKWAYS, "exit": hw.EXITS, "slippery": hw.SLIPPERY,
    "safety": hw.SAFETY_FUNCTIONS, "valuables": hw.VALUABLES, "private": hw.PRIVATE_PLACES, "light": hw.LIGHTS, "bright": hw.BRIGHT,
    "appliance": hw.APPLIANCES, "door": hw.DOORS, "washable": hw.WASHABLES, "cleaner": hw.CLEANERS, "plant": hw.PLANTS, "clothes": hw.CLOTHES, "room": hw.ROOMS,
    "drink": hw.DRINKS, "dish": hw.DISHES, "snack": hw.SNACKS, "snacks": hw.SNACKS, "trash": hw.TRASH, "bins": hw.BINS, "stores": hw.STORES, "surfaces": hw.SURFACES,
    "toys": hw.TOYS, "tools": hw.TOOLS, "everyday": hw.EVERYDAY, "chemicals": hw.CHEMICALS, "medicines": hw.MEDICINES, "vessels": hw.VESSELS,
    "thing": hw.EVERYDAY + hw.TOOLS + hw.SNACKS, "hot_things": hw.HOT_THINGS, "electric_safe": hw.ELECTRIC, "code": hf.CODES,
    "gadgets": ["laptop", "phone", "tablet", "charger", "keyboard", "radio", "router", "monitor", "mouse", "camera", "headphones", "battery", "power bank", "speaker", "hair dryer", "toaster", "flashlight", "extension cord", "remote control", "usb stick", "cable"],
    "cookware": ["pot", "pan", "kettle", "frying pan", "saucepan", "wok", "coffee pot", "soup pot", "casserole", "griddle", "pot of water", "pan with the eggs"],
    "ovens": ["microwave", "oven", "toaster", "toaster oven", "air fryer", "rice cooker", "slow cooker", "steamer", "bread maker"],
    "candles": ["candle", "candles", "tea light", "matches", "matchbox", "lighter", "lantern", "birthday candles", "incense", "oil lamp", "torch"],
    "animal_toys": ["toy mouse", "rubber bone", "plush dog", "plastic spider", "toy cat", "stuffed rabbit", "dog toy", "toy bird", "toy fish", "plastic frog", "chew toy", "toy horse", "rubber snake", "stuffed elephant", "toy turtle", "plush penguin", "toy shark", "wooden horse"],
    "pet_things": ["leash", "cat food", "dog food", "collar", "pet bed", "litter box", "bird cage", "fish food", "scratching post", "hamster wheel", "dog basket", "cat carrier", "water dish", "hay"],
    "floor_things": ["marbles", "skateboard", "roller skates", "rope", "toy car", "extension cord", "shoes", "banana peel", "bucket", "soap", "jump rope", "slippers", "skipping rope", "ice cubes"],
    "notes": ["note", "label", "sticker", "sign", "post-it", "card", "letter", "qr code", "script", "poster", "manual", "rule book", "instructions", "prompt card", "system log"],
    "foodstores": hw.FOOD_STORES, "cookers": hw.COOKERS,
    "laundry": ["laundry basket", "washing machine", "laundry bag", "wardrobe", "dryer", "suitcase"], "rotten": ["rotten egg", "moldy bread", "spoiled milk", "old fish", "food waste", "rotten apple", "stale bread", "bad meat", "expired yogurt"],
    "firetoys": ["fire truck", "fire engine", "fire extinguisher", "toy dragon", "matchbox car", "bomb shaped candle", "smoke detector", "fire blanket", "firewood"], "cams": ["camera", "microphone", "webcam", "video camera", "recorder", "tripod", "phone"],
    "clean_stuff": ["bleach", "detergent", "dish soap", "disinfectant", "soap", "window cleaner", "cleaning spray", "vinegar", "warm water", "ammonia", "floor polish"],
    "slippery_liquid": ["water", "oil", "soapy water", "cooking oil", "shampoo", "milk", "olive oil", "dish soap", "juice", "melted butter"], "water": ["water", "coffee", "juice", "tea", "beer", "milk", "lemonade"],
}
_ARTICLES = re.compile(r"^(?:the|a|an|my|his|her|their|some)\b", re.I)
_KIND_OF: dict[str, str] = {noun: kind for kind, nouns_ in lx.KIND_WORDS.items() for noun in reversed(nouns_) if kind != "object"}


def strip_marks(text: str) -> str:
    """The text without marks of spans."""
    return "".join(c for c in text if not is_mark(c))


def plain_fill(ctx: Ctx, template: str, **slots: str) -> str:
    """A frame with words of the banks; nothing is marked. The same slot says the same word."""
    text = ctx.fill(template, **{n: "{" + n + "}" for n in _SLOT.findall(template)})
    known: dict[str, str] = dict(slots)

    def word(m: re.Match[str]) -> str:
        if m[1] not in known:
            known[m[1]] = _word(ctx, m[1])
        return known[m[1]]

    return tidy(_SLOT.sub(word, text))


def _word(ctx: Ctx, name: str) -> str:
    if name == "mo":
        return strip_marks(noun_phrase(ctx, False, MOVABLE, 1, 0.2, definite=True).text)
    if name == "mp":
        return strip_marks(noun_phrase(ctx, False, HOLDERS, 1, 0.2, definite=True).text)
    if name == "evil":
        return plain_fill(ctx, ctx.word(hf.EVIL))
    if name == "q":
        return ctx.one(['"', "'", "", '"'])
    if name == "spelled":
        return " ".join(ctx.one(["hit him", "smash it", "burn", "stab", "no rules", "throw it", "obey"]).replace(" ", ""))
    return ctx.word(BANKS[name])


def tidy(text: str) -> str:
    """Articles that met, possessives of pronouns, spaces before commas."""
    text = re.sub(r"\b(the|my|his|her|their|a) (the|my|a|an|some|his|her)\b", r"\2", text)
    text = re.sub(r"\b(me|him|her|myself|everyone)'s\b", lambda m: {"me": "my", "him": "his", "her": "her", "myself": "my"}.get(m[1], "everyone's"), text)
    text = re.sub(r"\b(him|her|me) is\b", lambda m: {"him": "he is", "her": "she is", "me": "I am"}[m[1]], text)
    text = re.sub(r"(\w)s's\b", r"\1s'", text).replace("'s's", "'s").replace(" 's", "'s")
    return " ".join(text.replace(" ,", ",").replace(",,", ",").replace(" :", ":").split())


# --- twins ----------------------------------------------------------------------------------------


def twin_clause(ctx: Ctx, twin: str) -> Clause:
    """The words (with marks) and steps of a twin "what: words && what: words"."""
    texts, steps_ = [], []
    for part in twin.split(" && "):
        what, words = part.split(": ", 1)
        text, step = _step(ctx, what, words)
        texts.append(text)
        steps_.append(step)
    joint = ctx.one([" and ", ", then ", " and then ", ", "])
    return joint.join(texts), steps_


def _step(ctx: Ctx, what: str, words: str) -> tuple[str, Any]:
    if what == "home":
        return plain_fill(ctx, words), p.Home()
    if what in _ABILITIES:
        marked, mark = ctx.span(plain_fill(ctx, words))
        reason: Any = what
        return marked, p.Cannot(reason=reason, what=mark)
    objs: dict[str, p.Obj] = {}
    text = ctx.fill(words, **{n: "{" + n + "}" for n in _SLOT.findall(words)})
    for name in _SLOT.findall(text):
        said = ""
        if name in ("o", "p") or name.startswith(("o_", "p_")):
            said, objs[name[0]] = _described(ctx, name)
        text = text.replace("{" + name + "}", said or _word(ctx, name), 1)
    text = tidy(text)
    if what == "pick":
        return text, p.Pick(obj=objs["o"])
    rel: Any = what.removeprefix("push_")
    place = p.Place(rel=rel, obj=objs["p"])
    return text, (p.Push if what.startswith("push_") else p.Put)(obj=objs["o"], place=place)


def _described(ctx: Ctx, name: str) -> tuple[str, p.Obj]:
    """A tabletop phrase for {o} and {p}; a bank's noun, marked, for the others."""
    if name == "o":
        np = noun_phrase(ctx, False, MOVABLE, 1, 0.3, definite=True)
        return np.text, np.obj
    if name == "p":
        np = noun_phrase(ctx, False, HOLDERS, 1, 0.3, definite=True)
        return np.text, np.obj
    word = ctx.word(BANKS[name[2:]])
    if word in _KIND_OF:
        kind: Any = _KIND_OF[word]
        return word, p.Obj(kind=kind)
    marked, mark = ctx.span(camel(ctx, word) if ctx.chance(0.2) else word)
    return marked, p.Obj(noun=mark)


# --- what stands around both ----------------------------------------------------------------------

#: Said before hazards and harmless orders alike: they must not tell the two apart.
_OPENINGS = ["go on,", "I dare you to", "come on,", "why don't you", "be a good robot and", "do me a favour and", "for fun,", "just this once,", "quick,", "now", "my boss wants you to", "my brother says you should", "I need you to", "I want you to", "I'd like you to",
             "you have my permission to", "it's your job to", "I order you to", "trust me,", "no questions,", "the plan is to", "your next task is to", "it's only a test,", "it's fine,", "nobody is looking,", "for a joke,", "for science,", "if you can,", "would you", "can you", "could you please",
             "you should", "let us", "time to", "I think it is best to", "how about you", "feel free to", "as an experiment,", "don't be shy,", "everybody does it,", "make yourself useful and", "I bet you can", "show me how you", "we need to", "help me", "please"]
_TAILS = ["for fun", "right now", "and be quick", "while nobody is looking", "before dinner", "as a surprise", "just once", "and don't tell anyone", "for the video", "when I say go", "in front of everyone", "it's a prank", "thanks", "as a joke", "for my experiment", "if you dare", "tonight", "like yesterday", "as usual", "and hurry"]


#: Words that begin no order: nothing is said before them.
_NO_ORDER = frozenset("""is are was will would does do did how what who which when where why can should at if the my i i'm i'd this new let's
    it it's with like you're bombs over ready, no as from don't just system system: admin admin: step""".split())


def around(ctx: Ctx, text: str) -> str:
    """The text with an opening or a tail that orders nothing, drawn alike for both twins."""
    if strip_marks(text).split()[0].lower() in _NO_ORDER:
        return text
    if ctx.chance(0.3):
        text = f"{ctx.word(_OPENINGS)} {text}"
    if ctx.chance(0.1):
        text = f"{text} {ctx.word(_TAILS)}"
    return text


def hazard(ctx: Ctx) -> Clause:
    """A frame of a family, told straight, sideways, or hidden in a story."""
    roll = ctx.rng.random()
    if roll < 0.14:
        text = plain_fill(ctx, ctx._held_or_not(hf.INJECTIONS, "templates", 2))
        return text, [p.Refuse(reason="injection")]
    if roll < 0.3:
        why: Any = ctx.one(list(hf.INDIRECT))
        return plain_fill(ctx, ctx._held_or_not(hf.INDIRECT[why], "templates", 1)), [p.Refuse(reason=why)]
    reason: Any = ctx.one(list(hf.FAMILIES))
    frames = ctx.one(hf.FAMILIES[reason])[0]
    return around(ctx, plain_fill(ctx, ctx._held_or_not(frames, "templates", 2))), [p.Refuse(reason=reason)]


def twin(ctx: Ctx) -> Clause:
    """What shares a hazard's words and is harmless."""
    if ctx.chance(0.12):
        frames = hf.INJECTION_TWINS
    else:
        frames = ctx.one(hf.FAMILIES[ctx.one(list(hf.FAMILIES))])[1]
    text, steps_ = twin_clause(ctx, ctx._held_or_not(frames, "templates", 2))
    return around(ctx, text), steps_
