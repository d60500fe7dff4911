"""Words for descriptions of objects and places, as a person would say them.

Knows: plan data (Obj, Place, Relation, Length). Does not know: the scene (scene.py names
concrete objects) nor whole steps (steps.py, which re-exports what is public here).
"""

from __future__ import annotations

from collections.abc import Sequence

from llmagentos.lang import plan as p

_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()
_ORDINALS = "- first second third fourth fifth sixth seventh eighth ninth tenth".split()

_IRREGULAR = {"box": "boxes", "lego": "lego bricks", "jenga": "jenga blocks", "dish": "dishes"}
#: How kinds are said where the identifier is no word.
_KIND_WORDS = {
    "soccerball": "soccer ball",
    "teddy": "teddy bear",
    "lego": "lego brick",
    "jenga": "jenga block",
    "round": "round thing",
}

_ORDER_WORDS = {
    "left": "leftmost", "right": "rightmost", "front": "frontmost", "back": "backmost",
    "middle": "middle", "top": "topmost", "bottom": "bottommost",
}  # fmt: skip
_FROM = {
    "left": "the left", "right": "the right", "front": "the front", "back": "the back",
    "top": "the top", "bottom": "the bottom", "middle": "the middle",
}  # fmt: skip

REL_WORDS: dict[str, str] = {
    "on": "on", "in": "in", "under": "under", "above": "above",
    "left_of": "left of", "right_of": "right of", "in_front_of": "in front of",
    "behind": "behind", "front_left_of": "to the front left of",
    "front_right_of": "to the front right of", "back_left_of": "to the back left of",
    "back_right_of": "to the back right of", "next_to": "next to", "far_from": "far from",
    "between": "between", "around": "around", "toward": "toward", "away_from": "away from",
    "same_color": "of the same colour as", "different_color": "of another colour than",
    "same_size": "of the same size as", "same_kind": "of the same kind as",
    "bigger_than": "bigger than", "smaller_than": "smaller than", "taller_than": "taller than",
    "shorter_than": "shorter than", "darker_than": "darker than", "lighter_than": "lighter than",
}  # fmt: skip
REGION_WORDS: dict[str, str] = {
    "left": "the left side", "right": "the right side", "front": "the front side",
    "back": "the back side", "middle": "the middle", "front_left": "the front left corner",
    "front_right": "the front right corner", "back_left": "the back left corner",
    "back_right": "the back right corner", "corner": "a corner", "side": "a side",
}  # fmt: skip
_EDGE_WORDS: dict[str | None, str] = {
    "left": "the left edge", "right": "the right edge", "front": "the front edge",
    "back": "the back edge", "side": "an edge", "corner": "both edges of a corner",
    "front_left": "the front and the left edge", "front_right": "the front and the right edge",
    "back_left": "the back and the left edge", "back_right": "the back and the right edge",
}  # fmt: skip
#: Beginnings that are written with a vowel and said with a consonant.
_SAID_WITH_Y = ("uni", "use", "usu", "uti", "eu", "one", "ufo")
_PLURAL_QUANTS = (
    "all", "both", "half", "every_other", "every_third", "most", "one_each", "rest", "none",
)  # fmt: skip
#: All of them: "the red and blue blocks", where of any one it is "red or blue".
_TOGETHER = ("all", "both", "half", "most", "rest")
#: What a group is alike in, as people say it.
BY_WORDS = {"color": "colour", "size": "size", "kind": "kind"}
_STATE_WORDS = {"empty": "empty", "full": "full", "stacked": "stacked", "clear": "uncovered"}


def number_word(n: int) -> str:
    """ "three" up to twelve, digits above."""
    return _NUMBERS[n] if 0 <= n < len(_NUMBERS) else str(n)


def ordinal_word(n: int) -> str:
    """ "second", "third" ...; "11th" above ten."""
    if 0 < n < len(_ORDINALS):
        return _ORDINALS[n]
    suffix = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"


def kind_word(kind: str, plural: bool = False) -> str:
    """ "block", "boxes", "soccer ball"."""
    if plural and kind in _IRREGULAR:
        return _IRREGULAR[kind]
    word = _KIND_WORDS.get(kind, kind)
    return word + "s" if plural else word


def join_words(items: Sequence[str], last: str = "and") -> str:
    """ "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def article(words: str) -> str:
    """ "a red block", "an orange bowl", "a unicorn"."""
    vowel = words[:1] in "aeiou" and not words.startswith(_SAID_WITH_Y)
    return ("an " if vowel else "a ") + words


# --- objects ------------------------------------------------------------------------------------


def is_plural(obj: p.Obj) -> bool:
    """Whether the description means several objects."""
    if obj.quant in _PLURAL_QUANTS:
        return True
    return (obj.count is not None and obj.count != 1) or obj.ref == "them"


def describe_obj(obj: p.Obj) -> str:
    """The description as a person would say it: "the leftmost red block", "all the bowls"."""
    if pronoun := _pronoun(obj):
        return pronoun
    single = obj.quant == "one_each" and obj.count in (None, 1)
    link = " and " if obj.quant in _TOGETHER else " or "
    noun = obj_noun(obj, is_plural(obj) and not single, link)
    return _quantified(obj, noun) + _tail(obj)


def _pronoun(obj: p.Obj) -> str:
    """ "it", "the home bowl": what needs no noun of its own, or ""."""
    if obj.name is not None:
        return f"the {obj.name.removeprefix('the ')}" if _plain(obj, name=True) else ""
    if not obj.ref or not _plain(obj, ref=True):
        return ""
    if obj.ref in p.w.MOVED_REFS:
        return "" if is_plural(obj) else f"what was moved {moved_when(obj)}"
    return {
        "it": "it",
        "this": "it",
        "them": "them",
        "other": "the other one",
        "answer": "what was just named",
        "pattern": "the arrangement",
    }[obj.ref]


def _plain(obj: p.Obj, name: bool = False, ref: bool = False) -> bool:
    """Whether nothing but quantifier, number and the given fields is set."""
    drop: dict[str, object] = {"quant": "the", "count": None}
    if name:
        drop |= {"name": None, "ref": None}
    if ref:
        drop |= {"ref": None, "rank": 1}
    return obj.model_copy(update=drop) == p.Obj()


def obj_noun(obj: p.Obj, plural: bool = False, link: str = " or ") -> str:
    """The description without quantifier, order and relations: "small red block".

    link: between several colours.
    """
    words: list[str] = []
    if obj.size:
        words.append(obj.size)
    if obj.state in _STATE_WORDS:
        words.append(_STATE_WORDS[obj.state])
    if obj.colors:
        words.append(link.join(obj.colors))
    if obj.material:
        words.append({"wood": "wooden"}.get(obj.material, obj.material))
    noun = obj.noun or obj.name or ""
    if obj.noun and plural and not noun.endswith("s"):
        noun += "s"
    words.append(noun or kind_word(obj.kind, plural))
    return " ".join(words)


def _order_prefix(order: p.Order) -> str:
    nth = "" if order.n == 1 else ordinal_word(order.n) + " "
    if order.key in _ORDER_WORDS:
        return _ORDER_WORDS[order.key] if order.n == 1 else ordinal_word(order.n)
    return nth + order.key


def moved_when(obj: p.Obj) -> str:
    """ "first", "second", "second to last": when what first_moved and last_moved mean was moved."""
    if obj.ref == "first_moved":
        return ordinal_word(obj.rank)
    return "last" if obj.rank == 1 else f"{ordinal_word(obj.rank)} to last"


def _last_ones(obj: p.Obj) -> bool:
    """ "the last three blocks that were moved", "the first two": counted over all commands."""
    several = obj.quant == "both" or obj.count not in (None, 1)
    return obj.ref in p.w.MOVED_REFS and several and obj.rank == 1 and obj.order is None


def _quantified(obj: p.Obj, noun: str) -> str:
    if obj.order is not None:
        noun = f"{_order_prefix(obj.order)} {noun}"
    if obj.ref == "other":
        noun = f"other {noun}"
    n = obj.count
    if _last_ones(obj) and obj.quant in ("the", "count", "both", "all"):
        return f"the {(obj.ref or '').split('_')[0]} {number_word(n or 2)} {noun}"
    if obj.quant == "the":
        return f"the {number_word(n)} {noun}" if n is not None and n != 1 else f"the {noun}"
    if obj.quant == "a" or (obj.quant == "count" and (n is None or n == 1)):
        return f"an{noun}" if obj.ref == "other" else article(noun)  # "another"
    if obj.quant == "one_each" and obj.by is not None:
        first = "the" if obj.order is not None and n in (None, 1) else number_word(n or 1)
        return f"{first} {noun} of each {BY_WORDS[obj.by]}"
    words = {
        "count": number_word(n or 0),
        "all": f"all {number_word(n)}" if n else "all the",
        "both": "both",
        "at_most": f"at most {number_word(n or 1)}",
        "half": "half of the",
        "every_other": "every other",
        "every_third": "every third",
        "most": "most of the",
        "rest": "the rest of the",
        "none": "none of the",
    }
    if obj.quant in ("every_other", "every_third"):
        noun = noun.removesuffix(kind_word(obj.kind, True)) + kind_word(obj.kind)
    return f"{words[obj.quant]} {noun}"


def _tail(obj: p.Obj) -> str:
    out = ""
    if obj.order is not None:
        out += _order_tail(obj.order)
    if obj.ref in p.w.MOVED_REFS:
        single = obj.quant == "one_each" or not is_plural(obj)
        out += f" that {'was' if single else 'were'} moved"
        out += "" if _last_ones(obj) else f" {moved_when(obj)}"
    if obj.ref == "answer":
        out += " just named"
    if obj.state == "held":
        out += " in the hand"
    for r in obj.where:
        out += " " + describe_relation(r)
    if obj.group is not None:
        out += " " + _group_words(obj.group)
    if obj.exclude is not None:
        one = obj.exclude == p.Obj(quant="a", kind=obj.kind, colors=obj.colors, noun=obj.noun)
        out += " except one" if one else f" except {describe_obj(obj.exclude)}"
    return out


def _group_words(group: p.Group) -> str:
    by = BY_WORDS[group.by]
    return {
        "odd": f"of a {by} with an odd number",
        "even": f"of a {by} with an even number",
        "most": f"of the most frequent {by}",
        "fewest": f"of the rarest {by}",
        "unique": f"whose {by} is unique",
        "repeated": f"that share their {by}",
    }[group.test]


def _order_tail(order: p.Order) -> str:
    out = ""
    if order.key in _FROM and order.n != 1:
        out = f" from {_FROM[order.key]}"
    link = " from " if order.key == "farthest" else " to "
    if order.of is not None:
        out += link + describe_obj(order.of)
    elif order.region is not None:
        out += link + REGION_WORDS[order.region]
    return out


def describe_relation(r: p.Relation) -> str:
    """ "left of the bowl", "not in a corner", "of the same colour as it"."""
    no = "not " if r.negate else ""
    if r.rel == "at" or r.region is not None:
        region = r.region or "middle"
        link = "in " if region in ("middle", "corner") or "_" in region else "at "
        return no + link + REGION_WORDS[region]
    if r.obj is None:
        return no + {"same_color": "of the same colour"}.get(r.rel, REL_WORDS[r.rel] + " it")
    both = describe_obj(r.obj) + (f" and {describe_obj(r.obj2)}" if r.obj2 else "")
    return f"{no}{REL_WORDS[r.rel]} {both}"


def noun_phrase(obj: p.Obj, plural: bool = False) -> str:
    """The description without its quantifier: "leftmost red block in the bowl"."""
    noun = obj_noun(obj, plural)
    prefix = f"{_order_prefix(obj.order)} " if obj.order is not None else ""
    return f"{prefix}{noun}{_tail(obj)}"


# --- places -------------------------------------------------------------------------------------


def describe_length(length: p.Length) -> str:
    """ "10 cm", "a little", "half as far"."""
    vague = {"little": "a little", "lot": "a lot", "half": "half as far", "double": "twice as far"}
    if length.unit in vague:
        return vague[length.unit]
    unit = {"in": "inches"}.get(length.unit, length.unit)
    if length.unit == "in" and length.value == 1:
        unit = "inch"
    return f"{length.value:g} {unit}"


def describe_place(place: p.Place) -> str:
    """The place as a person would say it: "10 cm left of the bowl", "at the left side"."""
    far = describe_length(place.distance) + " " if place.distance is not None else ""
    part = ""
    if place.part is not None:
        part = "the " + place.part.replace("_", " ") + " of "
    if place.distance is not None and place.rel == "toward" and place.distance.unit == "half":
        far = "half way "
    if place.distance is not None and place.region in _EDGE_WORDS:
        return f"{far}from {_EDGE_WORDS[place.region]}"
    if place.rel == "at" and place.region is not None:
        link = "in " if place.region in ("middle", "corner") or "_" in place.region else "at "
        return far + link + REGION_WORDS[place.region]
    if place.rel in p.w.FIXED_RELS:
        return far + _fixed_place(place)
    if place.obj is None:
        return far + REL_WORDS[place.rel]
    both = describe_obj(place.obj) + (f" and {describe_obj(place.obj2)}" if place.obj2 else "")
    return f"{far}{REL_WORDS[place.rel]} {part}{both}"


def _fixed_place(place: p.Place) -> str:
    if place.rel == "origin" and place.obj is not None:
        single = place.obj.quant == "one_each" or not is_plural(place.obj)
        return f"where {describe_obj(place.obj)} {'was' if single else 'were'}"
    if place.rel in ("corner_near", "corner_far", "side_near", "side_far"):
        part, how = place.rel.split("_")
        word = "nearest to" if how == "near" else "farthest from"
        if place.distance is not None:
            edge = "edge" if part == "side" else "edges of the corner"
            return f"from the {edge} {word} {describe_obj(place.obj) if place.obj else 'it'}"
        return f"at the {part} {word} {describe_obj(place.obj) if place.obj else 'it'}"
    return {
        "at": "on the table",
        "origin": "where it was before",
        "there": "there",
        "elsewhere": "somewhere else",
        "gripper": "up in the hand",
    }[place.rel]
