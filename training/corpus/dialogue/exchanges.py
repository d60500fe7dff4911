"""What is said across turns: answers to the robot's questions, corrections, repeats, names.

Knows: elliptical sentences and what they mean. Does not know: earlier turns (references are
late-bound), save the robot's own pending question.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from training.corpus.acts.steps import Clause
from training.corpus.phrases.descriptions import (
    LANDMARKS,
    MOVABLE,
    NP,
    color_word,
    noun_phrase,
    pick_color,
)
from training.corpus.phrases.places import length, place, region_place
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx
from training.corpus.words import nouns

YES = ["yes", "yes please", "yeah", "yep", "sure", "of course", "go ahead", "ok", "okay", "do it", "correct", "right", "exactly", "that's right",
       "please do", "yup", "affirmative", "go on", "fine", "absolutely", "certainly", "that's it", "sounds good", "alright", "you got it", "by all means", "aye", "definitely",
       "that one is right", "continue", "proceed", "confirmed"]
NO = ["no", "no thanks", "nope", "nah", "never mind", "don't", "forget it", "no thank you", "please don't", "not really", "no way", "leave it", "cancel that",
      "rather not", "neither", "none of them", "negative", "don't bother", "skip it", "no don't", "let it be", "absolutely not", "no need", "not that", "cancel"]
STOP = ["stop", "stop it", "halt", "freeze", "stop right there", "stop now", "stop moving", "abort", "emergency stop", "don't move", "stop stop stop", "enough", "stop immediately",
        "stop what you are doing", "hold it", "stop the robot", "whoa stop", "cease", "quit moving", "stop that", "interrupt", "stand still", "hold everything", "stop the arm"]


def stop(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Stop what is under way: "stop", as one of STOP."""
    return ctx.word(STOP), [p.Stop()]


def yes_no(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Yes or no to the robot's question, equally often."""
    return (ctx.word(YES), [p.Yes()]) if ctx.chance(0.5) else (ctx.word(NO), [p.No()])


def undo(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Take back the last command, or the last 2 to 6: "undo the last three steps"."""
    if ctx.chance(0.6):
        return ctx.word(["undo", "undo that", "undo it", "take that back", "revert that", "undo the last step", "undo your last move", "reverse that", "undo what you just did", "go back one step",
                         "revert the last action", "roll that back", "reverse your last action", "undo the last command", "make that undone", "undo the move", "I take that back",
                         "cancel the last move", "bring it back to how it was before", "step back", "oops undo"]), [p.Undo()]
    n = ctx.rng.randint(2, 6)
    word = ctx.one([str(n), lx.number_words(n)])
    return ctx.say(["undo the last {n} (steps|moves|actions|commands)", "undo {n} (steps|moves)", "go back {n} steps", "take back the last {n} (moves|steps|actions)",
                    "revert {n} steps", "undo {n} times", "roll back {n} (steps|commands)"], n=word), [p.Undo(n=n)]


def restore(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Back to the start of the session, all or some: "put the cups back where they were"."""
    if ctx.chance(0.6):
        return ctx.word(["put everything back", "put everything back where it was", "restore the original state", "reset the scene", "restore everything", "reset the table",
                         "make everything as it was before", "bring everything back to where it was", "put everything back as it was", "return everything to its original place",
                         "restore the initial arrangement", "restore the scene", "start over", "put it all back", "put all the things back where they came from",
                         "reset everything", "undo everything", "go back to the beginning", "make it like it was at the start", "put everything where it was in the beginning"]), [p.Restore()]
    o = noun_phrase(ctx, ctx.chance(0.8), MOVABLE, 1, 0.1, definite=True)
    it = "they were" if o.plural else "it was"
    return ctx.say(["put {o} back where {i} (at the beginning|at the start|originally|initially|when we started)", "restore {o} to (their|the|its) (original|initial) (place|position|positions)",
                    "return {o} to where {i} (initially|at the start|in the beginning)", "bring {o} back to where {i} originally", "reset {o} [to the start]"], o=o.text, i=it), [p.Restore(obj=o.obj)]


def again(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Repeat the last command, n times, or with another thing or place: "the same with the cup"."""
    roll = ctx.rng.random()
    if roll < 0.3:
        return ctx.word(["again", "do that again", "do it again", "once more", "repeat that", "one more time", "same again", "again please", "repeat the last command", "do the same again", "another time",
                         "repeat", "encore", "do that once more", "and again", "try again", "try that again", "give it another try", "have another go", "redo that", "do it over", "swap back", "swap them back", "the same once more"]), [p.Again()]
    if roll < 0.42:
        n = ctx.weighted({2: 5, 3: 3, 4: 1, 5: 1})
        word = ctx.one([lx.number_words(n), str(n)])
        times = ctx.one([f"{word} times", f"{word} more times"] + (["twice", "two more times"] if n == 2 else []))
        return ctx.say(["do that {t}", "do it again {t}", "repeat that {t}", "again {t}", "do the same {t}", "{t} more please" if "times" not in times else "{t} please"], t=times), [p.Again(n=n)]
    if roll < 0.85:
        o = noun_phrase(ctx, None, MOVABLE, 1, 0.3, definite=True)
        if ctx.chance(0.4):
            o = NP(*_one_np(ctx))
        text = ctx.say(["do the same with {o}", "do the same (for|to) {o}", "same with {o}", "same for {o}", "now {o}", "and {o}", "and {o} too", "{o} too", "{o} as well", "do that with {o} [too]",
                        "repeat (that|this) with {o}", "now do {o}", "the same with {o}", "also {o}", "now the same with {o}", "and now {o}", "what about {o}", "how about {o}",
                        "do likewise with {o}", "do it again with {o}", "now with {o}", "again but with {o}", "then {o}"], o=o.text)
        return text, [p.Again(obj=o.obj)]
    pp = place(ctx, rich=0.3)
    text = ctx.say(["do the same but {p}", "same thing {p}", "again but {p}", "now {p}", "do it again but {p}", "and now {p}", "repeat that but {p}", "the same {p}"], p=pp.text)
    return text, [p.Again(place=pp.place)]


def _one_np(ctx: Ctx) -> tuple[str, p.Obj]:
    """ "the blue one(s)", without an antecedent in the command."""
    plural = ctx.chance(0.4)
    color: Any = pick_color(ctx)
    quant: Any = "all" if plural else "the"
    return f"the {color_word(ctx, color)} {'ones' if plural else 'one'}", p.Obj(quant=quant, colors=(color,))


def correct(ctx: Ctx, refs: float = 0.0) -> Clause:
    """The last command meant another thing or place: "no, I meant the blue one"."""
    if ctx.chance(0.7):
        o = noun_phrase(ctx, ctx.chance(0.15), MOVABLE, 1, 0.5, definite=True)
        if ctx.chance(0.55):
            o = NP(*_one_np(ctx))
        elif ctx.chance(0.2):
            o = NP(ctx.one(["the other one", "the other"]), p.Obj(ref="other"))
        wrong = noun_phrase(ctx, False, MOVABLE, 2, 0.1, definite=True)
        text = ctx.say(["no, I meant {o}", "no I meant {o}", "I meant {o}", "no, {o}", "not that one, {o}", "I said {o}", "wrong one, I meant {o}", "sorry, I meant {o}", "no no, {o}", "no, not {w}, {o}",
                        "not {w}, I meant {o}", "actually {o}", "I was talking about {o}", "that was wrong, {o} please", "{o}, not {w}", "I mean {o}", "wait, I meant {o}", "not that, {o}",
                        "wrong, it should be {o}", "oops, {o} I mean", "correction, {o}", "no the right one is {o}", "{o} instead", "make that {o}", "use {o} instead",
                        "you took the wrong one, I wanted {o}", "no, take {o}", "rather {o}", "that's not what I meant, I meant {o}", "no, that's the wrong one, {o}"],
                       o=o.text, w=wrong.text)
        return text, [p.Correct(obj=o.obj)]
    pp = place(ctx, rich=0.3)
    text = ctx.say(["no, {p}", "I meant {p}", "not there, {p}", "no I meant {p}", "I said {p}", "sorry, {p}", "actually {p}", "no, put it {p} [instead]", "{p} I mean", "wrong place, {p}", "wait, {p}", "rather {p}",
                    "{p} instead", "no no {p}", "not here, {p}", "make that {p}"], p=pp.text)
    return text, [p.Correct(place=pp.place)]


def remember(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Name a thing or a place, the name marked as a span: "call this block Bob"."""
    roll = ctx.rng.random()
    if roll < 0.7:
        o = noun_phrase(ctx, False, LANDMARKS, 1, 0.4, definite=True, refs=0.35)
        name = ctx.word(nouns.PEOPLE_NAMES) if ctx.chance(0.4) else (
            ctx.word(nouns.NONSENSE) if ctx.chance(0.15) else ctx.word([n.removeprefix("the ") for n in nouns.NAME_PLACES]) if ctx.chance(0.2) else f"{ctx.word(nouns.NAME_MODIFIERS)} {ctx.word(['bowl', 'block', 'box', 'plate', 'cup', 'object', 'thing', 'ball', 'tray', 'zone'])}")
        marked, mark = ctx.span(name)
        the = "" if " " not in name else ctx.one(["the ", "my ", "the ", ""])
        text = ctx.say(["call {o} {n}", "{o} is called {n}", "let's call {o} {n}", "name {o} {n}", "{o} is {n}", "remember {o} as {n}", "from now on {o} is {n}", "{o} will be {n}", "the name of {o} is {n}",
                        "I'll call {o} {n}", "let {o} be {n}", "we call {o} {n}", "please remember that {o} is {n}", "give {o} the name {n}", "{o}'s name is {n}" if not o.obj.where else "{o} is named {n}",
                        "refer to {o} as {n}", "{o} is named {n}", "know {o} as {n}"], o=o.text, n=the + marked)
        return text, [p.Remember(name=mark, obj=o.obj)]
    pp = region_place(ctx) if ctx.chance(0.75) else place(ctx, rich=0.2)
    if " the " not in pp.text or pp.place.rel != "at":
        return remember(ctx)
    words = "the " + pp.text.split(" the ", 1)[-1]
    name = ctx.word(nouns.NAME_PLACES)
    the = "the " if name.startswith("the ") else ""
    marked, mark = ctx.span(name.removeprefix("the "))
    return ctx.say(["call {w} {n}", "{w} is {n}", "remember {w} as {n}", "let's call {w} {n}", "from now on {w} is {n}", "we'll call {w} {n}", "name {w} {n}", "{w} will be {n}", "let {w} be {n}"],
                   w=words, n=the + marked), [p.Remember(name=mark, place=pp.place)]


def ask(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Commands that leave something open."""
    roll = ctx.rng.random()
    o = noun_phrase(ctx, ctx.chance(0.2), MOVABLE, 1, 0.4, definite=True, refs=0.15)
    if roll < 0.42:
        verb = ctx.word(["put", "place", "move", "set", "position", "relocate", "lay", "transfer", "deposit"])
        text = ctx.say(["{v} {o}", "{v} {o}", "{v} {o} over there", "{v} {o} where it belongs", "{v} {o} in the right place", "{v} {o} away", "I want you to {v} {o}", "can you {v} {o}",
                        "{v} {o} over here", "{o} needs to be moved", "{v} {o} to the place I like"], v=verb, o=o.text)
        return text, [p.Ask(about="where", obj=o.obj)]
    if roll < 0.58:
        verb = ctx.word(["push", "slide", "shove", "nudge", "drag", "scoot"])
        return ctx.say(["{v} {o}", "{v} {o}", "{v} {o} a bit", "{v} {o} somewhere in some direction"], v=verb, o=o.text), [p.Ask(about="direction", obj=o.obj)]
    if roll < 0.74:
        return ctx.word(["do it", "do something", "help me", "get going", "make it happen", "work", "go", "start", "do your thing", "do your job", "begin", "make yourself useful", "do something useful", "entertain me",
                         "surprise me", "can you help me", "I need help", "let's go", "do stuff", "carry on with something"]), [p.Ask(about="what")]
    if roll < 0.86:
        return o.text, [p.Ask(about="what", obj=o.obj)]
    if roll < 0.9:
        return ctx.say(["throw away {o}", "get rid of {o}", "discard {o}", "dispose of {o}", "throw {o} away", "throw {o} in the trash" if False else "put {o} away",
                        "remove {o}", "take {o} away", "take away {o}"], o=o.text), [p.Ask(about="where", obj=o.obj)]
    if roll < 0.95:
        return ctx.word(["tidy up", "clean up", "clean up the mess", "tidy up the table", "put everything away", "put the toys away", "tidy the table", "clear everything up", "tidy up the blocks",
                         "put things in order", "clean up this mess", "make it tidy", "organize the table"]), [p.Ask(about="where", obj=p.Obj(quant="all"))]
    verb = ctx.word(["put", "place", "drop", "set"])
    pp = place(ctx, rich=0.3)
    if (pp.place.obj and pp.place.obj.ref == "this") or pp.place.rel in (
        "origin", "elsewhere", "there", "table", "opposite", "off_edge"
    ):
        return ask(ctx)
    return ctx.say(["{v} something {p}", "{v} one of those things {p}"], v=verb, p=pp.text), [p.Put(obj=p.Obj(quant="a"), place=pp.place)]


SOMETHING = ["something salty", "something to drink", "something sweet", "a snack", "a drink", "something to eat", "something to write with", "something cold",
             "something spicy", "some fruit", "a tool", "something soft", "something healthy"]


def give(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "give me the red block": to the side where the person stands."""
    if ctx.chance(0.12):
        words = ctx.word(SOMETHING)
        marked, mark = ctx.span(words.removeprefix("a ").removeprefix("some "))
        art = "a " if words.startswith("a ") else "some " if words.startswith("some ") else ""
        text = ctx.say(["bring me {o}", "give me {o}", "get me {o}", "I need {o}", "could I have {o}", "hand me {o}", "I would like {o}"], o=art + marked)
        return text, [p.Put(obj=p.Obj(quant="a", noun=mark), place=p.Place(rel="at", region="front"))]
    o = noun_phrase(ctx, ctx.chance(0.15), MOVABLE, 1, 0.5, refs=refs)
    text = ctx.say(["give me {o}", "hand me {o}", "pass me {o}", "bring me {o}", "bring {o} to me", "hand {o} to me", "hand over {o}", "give {o} to me", "get me {o}", "pass {o} over [to me]",
                    "I need {o}", "let me have {o}", "could I have {o}", "fetch me {o}", "I'd like {o}", "find {o} and bring it to me",
                    "take {o} and bring it to me", "get {o} and give it to me", "can I have {o}", "find {o} then take it and bring it to me"], o=o.text)
    return text, [p.Put(obj=o.obj, place=p.Place(rel="at", region="front"))]


# --- answers to the robot's questions ---------------------------------------------------------


def answer(ctx: Ctx) -> tuple[str, str, list[Any]]:
    """(the robot's question, the person's answer, steps)."""
    roll = ctx.rng.random()
    if roll < 0.62:
        return _which(ctx)
    if roll < 0.80:
        return _where(ctx)
    if roll < 0.88:
        return _yes_no(ctx)
    question = ctx.one(["How far?", "How far shall I move it?", "How many centimetres?", "By how much?", "How far should it go?"])
    if ctx.chance(0.5):
        text, distance = length(ctx)
        if distance.unit != "half" and text not in ("way", "much"):
            return question, text, [p.Choose(place=p.Place(rel="there", distance=distance))]
    question = ctx.one(["In which direction?", "Which direction?", "Which way shall I push it?", "On which side?", "Which side do you mean?", "In which direction shall I move it?", "Next to it on which side?"])
    rel: Any = ctx.one(["left_of", "right_of", "in_front_of", "behind"])
    words = {"left_of": ["left", "to the left", "on the left", "the left side", "left please", "on its left", "leftwards", "the left"],
             "right_of": ["right", "to the right", "on the right", "the right side", "right please", "on its right", "rightwards", "the right"],
             "in_front_of": ["in front", "forward of it", "in front of it", "the front", "towards me", "to the front", "the near side", "below"],
             "behind": ["behind", "behind it", "to the back", "the back", "away from me", "at the back", "the far side", "above"]}[rel]
    return question, ctx.word(words), [p.Choose(place=p.Place(rel=rel, obj=p.Obj(ref="it")))]


def _candidates(ctx: Ctx) -> list[NP]:
    kind = {ctx.weighted(LANDMARKS): 1.0}
    out: list[NP] = []
    for _ in range(ctx.weighted({2: 4, 3: 2})):
        np = noun_phrase(ctx, False, kind, 1, 0.8, definite=True, need=True)
        if all(np.text != o.text for o in out) and not np.obj.name and not np.obj.noun:
            out.append(np)
    return out


def _which(ctx: Ctx) -> tuple[str, str, list[Any]]:
    items = _candidates(ctx)
    while len(items) < 2:
        items = _candidates(ctx)
    kind = items[0].obj.kind
    noun = lx.KIND_WORDS[kind][0]
    listed = ", ".join(i.text for i in items[:-1]) + f" or {items[-1].text}"
    question = ctx.fill(ctx.one(["Which {n} do you mean: {l}?", "Which {n}: {l}?", "I see {c} {m}: {l}. Which one do you mean?", "Which one do you mean, {l}?", "There are {c} {m}. Which one?",
                                 "Which {n} do you mean?", "Do you mean {l}?", "Which of the {c} {m} do you mean: {l}?", "Into which {n}: {l}?", "Which one: {l}?", "{l}?"]),
                        n=noun, m=lx.plural(noun), l=listed, c=lx.number_words(len(items)))
    roll = ctx.rng.random()
    if roll < 0.34:
        o = ctx.one(items)
        obj, text = o.obj, o.text
        if ctx.chance(0.3):
            text = text.removeprefix("the ")
    elif roll < 0.60:
        color: Any = pick_color(ctx)
        word = color_word(ctx, color)
        text = ctx.say(["the {c} one", "{c}", "{c} one", "the {c}", "{c} please", "I mean the {c} one", "the {c} {n}", "take the {c} one", "use the {c} one"], c=word, n=noun)
        obj = p.Obj(colors=(color,), kind=kind if text.endswith(noun) else "object")
        if not text.endswith(noun):
            obj = p.Obj(colors=(color,))
    elif roll < 0.78:
        np = noun_phrase(ctx, False, {kind: 1.0}, 1, 2.5, definite=True)
        obj, text = np.obj, np.text
        if ctx.chance(0.3):
            text = ctx.say(["I mean {t}", "{t} please", "take {t}", "it's {t}", "{t} of course"], t=text)
    elif roll < 0.86 and listed in question:
        n = ctx.rng.randint(1, len(items))
        text = ctx.one([f"the {lx.ordinal(n)} one", f"the {lx.ordinal(n)}", f"{lx.ordinal(n)}", f"number {n}", f"option {lx.number_words(n)}", f"{lx.ordinal(n)} one"])
        if n == len(items) and ctx.chance(0.4):
            text = ctx.one(["the last one", "the latter", "the last"] if n == 2 else ["the last one", "the last"])
        obj = items[n - 1].obj
    elif roll < 0.93:
        text = ctx.word(["any", "any of them", "doesn't matter", "you choose", "whichever", "either", "either one", "I don't care", "it doesn't matter", "no preference", "whatever", "up to you", "any one", "pick one",
                         "just take one", "all the same to me", "the closest is fine" if False else "any will do", "one of them"])
        obj = p.Obj(quant="a")
    elif roll < 0.97:
        text, obj = ctx.one([("both", p.Obj(quant="both")), ("both of them", p.Obj(quant="both")), ("all of them", p.Obj(quant="all")), ("all", p.Obj(quant="all")), ("both please", p.Obj(quant="both")),
                             ("all of those", p.Obj(quant="all"))])
    else:
        return question, ctx.word(NO), [p.No()]
    return question, text, [p.Choose(obj=obj)]


def _where(ctx: Ctx) -> tuple[str, str, list[Any]]:
    question = ctx.one(["Where shall I put it?", "Where to?", "Where should it go?", "Where do you want it?", "Where shall I put the red block?", "Where?", "Where would you like me to place them?", "In which place?"])
    pp = place(ctx, rich=0.5)
    text = ctx.say(["{p}", "{p}", "{p} please", "put it {p}", "just {p}", "I want it {p}", "{p} would be nice", "maybe {p}"], p=pp.text)
    return question, text, [p.Choose(place=pp.place)]


def _yes_no(ctx: Ctx) -> tuple[str, str, list[Any]]:
    question = ctx.one(["Shall I do the rest?", "Shall I go on?", "Do you want me to do the other part?", "I can't pour. Shall I put the block in the bowl anyway?", "Is that right?", "Shall I try again?", "Should I continue?",
                        "The bowl is full. Put it there anyway?", "I don't see a giraffe. Shall I take the teddy instead?", "Do you mean the red block?", "Shall I move the blue block first?"])
    text, steps = yes_no(ctx)
    return question, text, steps
