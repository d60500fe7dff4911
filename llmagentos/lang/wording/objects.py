"""Words for descriptions of objects and places, as a person would say them.

Knows: plan data (Obj, Place, Relation, Length). Does not know: the scene (scene.py names
concrete objects) nor whole steps (steps.py, which re-exports what is public here).
"""

from __future__ import annotations

from collections.abc import Sequence

from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.objects import kinds

_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()
_ORDINALS = "- first second third fourth fifth sixth seventh eighth ninth tenth".split()

#: Beginnings that are written with a vowel and said with a consonant.
_SAID_WITH_Y = ("uni", "use", "usu", "uti", "eu", "one", "ufo")


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
    return kinds.noun(kind, plural)


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
    if w.QUANTIFIERS[obj.quant].plural or obj.count not in (None, 1):
        return True
    return obj.ref is not None and w.REFERENCES[obj.ref].plural


def describe_obj(obj: p.Obj) -> str:
    """The description as a person would say it: "the leftmost red block", "all the bowls"."""
    if pronoun := _pronoun(obj):
        return pronoun
    single = obj.quant == "one_each" and obj.count in (None, 1)
    link = " and " if w.QUANTIFIERS[obj.quant].together else " or "
    noun = obj_noun(obj, is_plural(obj) and not single, link)
    return _quantified(obj, noun) + _tail(obj)


def _pronoun(obj: p.Obj) -> str:
    """ "it", "the home bowl": what needs no noun of its own, or ""."""
    if obj.name is not None:
        return f"the {obj.name.removeprefix('the ')}" if _plain(obj, name=True) else ""
    if not obj.ref or not _plain(obj, ref=True):
        return ""
    if obj.is_of_moved:
        return "" if is_plural(obj) else f"what was moved {moved_when(obj)}"
    return w.REFERENCES[obj.ref].phrase


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
    if obj.state and obj.state != "held":  # that is said behind: "in the hand"
        words.append(w.STATES[obj.state].phrase)
    if obj.colors:
        words.append(link.join(obj.colors))
    if obj.material:
        words.append(w.MATERIALS[obj.material].phrase)
    noun = obj.noun or obj.name or ""
    if obj.noun and plural and not noun.endswith("s"):
        noun += "s"
    form, _, any_thing = noun.rpartition(" ")
    if form and any_thing in ("thing", "things"):  # "the tall blue thing"
        return " ".join([form, *words, any_thing])
    words.append(noun or kind_word(obj.kind, plural))
    return " ".join(words)


def _order_prefix(order: p.Order) -> str:
    nth = "" if order.n == 1 else ordinal_word(order.n) + " "
    key = w.ORDERS[order.key]
    if key.start:
        return key.phrase if order.n == 1 else ordinal_word(order.n)
    return nth + key.phrase


def moved_when(obj: p.Obj) -> str:
    """ "first", "second", "second to last": when what first_moved and last_moved mean was moved."""
    if obj.ref == "first_moved":
        return ordinal_word(obj.rank)
    return "last" if obj.rank == 1 else f"{ordinal_word(obj.rank)} to last"


def _last_ones(obj: p.Obj) -> bool:
    """ "the last three blocks that were moved", "the first two": counted over all commands."""
    several = obj.quant == "both" or obj.count not in (None, 1)
    return obj.is_of_moved and several and obj.rank == 1 and obj.order is None


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
    if obj.quant == "own":
        return f"{article(noun) if n in (None, 1) else f'{number_word(n)} {noun}'} of its own"
    if obj.quant == "one_each" and obj.by is not None:
        first = "the" if obj.order is not None and n in (None, 1) else number_word(n or 1)
        return f"{first} {noun} of each {by_words(obj.by)}"
    words = {
        "count": number_word(n or 0),
        "all": f"all {number_word(n)}" if n else "all the",
        "at_most": f"at most {number_word(n or 1)}",
    }
    quant = w.QUANTIFIERS[obj.quant]
    if quant.every:
        noun = noun.removesuffix(kind_word(obj.kind, True)) + kind_word(obj.kind)
    return f"{words.get(obj.quant, quant.phrase)} {noun}"


def _tail(obj: p.Obj) -> str:
    out = ""
    if obj.order is not None:
        out += _order_tail(obj.order)
    if obj.is_of_moved:
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
    return w.GROUP_TESTS[group.test].phrase.format(by=by_words(group.by))


def _order_tail(order: p.Order) -> str:
    out = ""
    if (start := w.ORDERS[order.key].start) and order.n != 1:
        out = f" from {start}"
    link = " from " if order.key == "farthest" else " to "
    if order.of is not None:
        out += link + describe_obj(order.of)
    elif order.region is not None:
        out += link + w.REGIONS[order.region].phrase
    return out


def rel_words(rel: str) -> str:
    """ "left of", "of the same colour as": a relation before its landmark."""
    return (w.SPATIAL[rel] if rel in w.SPATIAL else w.COMPARING[rel]).phrase


def region_words(region: str) -> str:
    """ "at the left side", "in a corner"."""
    row = w.REGIONS[region]
    return f"{row.link} {row.phrase}"


def by_words(by: str | None) -> str:
    """What a group is alike in, as people say it: "colour"; the kind where nothing is said."""
    return w.GROUP_BYS[by or "kind"].phrase


def describe_relation(r: p.Relation) -> str:
    """ "left of the bowl", "not in a corner", "of the same colour as it"."""
    no = "not " if r.negate else ""
    if r.rel == "table":
        return f"{no}on the table itself"
    if r.rel == "at" or r.region is not None:
        return no + region_words(r.region or "middle")
    if r.obj is None:
        return no + ("of the same colour" if r.rel == "same_color" else f"{rel_words(r.rel)} it")
    both = describe_obj(r.obj) + (f" and {describe_obj(r.obj2)}" if r.obj2 else "")
    return f"{no}{rel_words(r.rel)} {both}"


def noun_phrase(obj: p.Obj, plural: bool = False) -> str:
    """The description without its quantifier: "leftmost red block in the bowl"."""
    noun = obj_noun(obj, plural)
    prefix = f"{_order_prefix(obj.order)} " if obj.order is not None else ""
    return f"{prefix}{noun}{_tail(obj)}"


# --- places -------------------------------------------------------------------------------------


def describe_length(length: p.Length) -> str:
    """ "10 cm", "a little", "half as far"."""
    unit = w.UNITS[length.unit].phrase
    if not length.is_measured:
        return unit
    if length.unit == "in" and length.value == 1:
        unit = "inch"
    return f"{length.value:g} {unit}"


def describe_position(position: p.Position) -> str:
    """ "at x 0.45 m, y -0.1 m", "at x 45 cm, y 10 cm, 20 cm high"."""
    unit = w.UNITS[position.unit].phrase
    high = f", {position.z:g} {unit} high" if position.z is not None else ""
    return f"at x {position.x:g} {unit}, y {position.y:g} {unit}{high}"


def describe_place(place: p.Place) -> str:
    """The place as a person would say it: "10 cm left of the bowl", "at the left side"."""
    far = describe_length(place.distance) + " " if place.distance is not None else ""
    part = ""
    if place.part is not None:
        part = "the " + place.part.replace("_", " ") + " of "
    if place.distance is not None and place.rel == "toward" and place.distance.unit == "half":
        far = "half way "
    edge = w.REGIONS[place.region].edge if place.region else ""
    if place.distance is not None and place.rel == "at" and edge:
        return f"{far}from {edge}"
    if place.rel == "at" and place.region is not None:
        return far + region_words(place.region)
    if place.rel in w.FIXED_PLACES:
        return far + _fixed_place(place)
    if place.obj is None:
        return far + rel_words(place.rel)
    both = describe_obj(place.obj) + (f" and {describe_obj(place.obj2)}" if place.obj2 else "")
    return f"{far}{rel_words(place.rel)} {part}{both}"


def _fixed_place(place: p.Place) -> str:
    if place.rel == "origin" and place.obj is not None:
        single = place.obj.quant == "one_each" or not is_plural(place.obj)
        return f"where {describe_obj(place.obj)} {'was' if single else 'were'}"
    if place.position is not None:
        return describe_position(place.position)
    if place.rel == "off_edge" and place.region is not None:
        return f"away from {w.REGIONS[place.region].edge or 'the edge'}"
    if place.rel == "opposite" and place.obj is not None:
        return f"on the other side of {describe_obj(place.obj)}"
    row = w.FIXED_PLACES[place.rel]
    if row.edge:
        words = row.edge if place.distance is not None else row.phrase
        return f"{words} {describe_obj(place.obj) if place.obj else 'it'}"
    return row.phrase
