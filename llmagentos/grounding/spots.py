"""Where a base shall drive: from what a person calls a place to poses of the map.

Knows: how names of places are said (articles, "the table in the kitchen", "kitchen table", several at
once, words for the same thing), and what stands for no name. Does not know: maps or ways; which
places there are is told by the base (`Scene.base`).

What is asked for by a name that nobody has given is a question with the places that are known. A
thing in view will do as a place, too ("drive to the red box").
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from llmagentos.grounding.context import Context
from llmagentos.grounding.filters import noun_kind
from llmagentos.grounding.resolve import ground
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import join_words
from llmagentos.objects.colors import COLORS
from llmagentos.ports.failures import Failure
from llmagentos.types import BaseState, MapPose, NamedPlace

#: So near to a place it is there, metres; and so far in front of a thing in view it stops.
AT_M, BEFORE_THING_M = 0.25, 0.60
#: Words that mean the same place, whichever the map has.
SAME = (
    ("living room", "lounge", "sitting room", "parlour"),
    ("bathroom", "toilet", "washroom", "restroom", "loo", "lavatory"),
    ("hall", "hallway", "corridor"),
    ("sofa", "couch", "settee"),
    ("fridge", "refrigerator"),
    ("dock", "charger", "charging station", "charging dock", "docking station", "base station"),
    (
        "trash",
        "trash can",
        "bin",
        "garbage",
        "garbage can",
        "rubbish bin",
        "waste bin",
        "trash bin",
    ),
    ("cupboard", "cabinet"),
    ("counter", "worktop", "countertop"),
    ("entrance", "front door", "entrance door"),
    ("office", "study"),
    ("shelf", "bookshelf", "bookcase"),
    ("stove", "cooker"),
    ("workshop", "workroom"),
)
#: What `start` means where the map has it.
_DOCK = SAME[5]
_LITTLE = frozenset("the a an my your our this that some to at into inside room's please".split())
_ALL = frozenset("all every each both".split())
_NEAREST = frozenset("nearest closest next".split())
_OTHER = frozenset(("other", "another"))
_PEOPLE = frozenset(
    """person people man woman lady gentleman boy girl child guest guests visitor patient customer
    somebody someone everybody whoever""".split()
)
_LINKS = re.compile(r"\b(?:next to|in front of|in|of|inside|at|by|near|from|on)\b")


@dataclass(frozen=True)
class Goal:
    """A pose to drive to and what it is called, with its article: "the kitchen"."""

    name: str
    pose: MapPose


@dataclass(frozen=True)
class SpotsFound:
    """Where a spot is: several goals where its name means several, nearest first. problem and
    question: why none was chosen, for the person."""

    goals: tuple[Goal, ...] = ()
    problem: Failure | None = None
    question: str = ""


def find_spots(spot: p.Spot, ctx: Context) -> SpotsFound:
    """The goals that a spot means; never raises."""
    base = ctx.scene.base
    if base is None:
        return SpotsFound((), Failure.NO_BASE, f"{NO_BASE_WORDS}.")
    if spot.name is not None:
        return _named(spot.name, base, ctx)
    return _unnamed(spot.word or "there", base, ctx)


#: Said by a robot without wheels.
NO_BASE_WORDS = f"{Failure.NO_BASE.words[0].upper()}{Failure.NO_BASE.words[1:]}"


def distance_m(a: MapPose, b: MapPose) -> float:
    """Between two poses, as the crow flies, metres."""
    return math.hypot(a.x_m - b.x_m, a.y_m - b.y_m)


def called(place: NamedPlace) -> str:
    """A place with its article: "the kitchen", "the table in the hall" where its room tells more."""
    name = place.name
    if name[:1].isupper():
        return name
    return f"the {name}"


def place_at(base: BaseState) -> NamedPlace | None:
    """The named place where the base stands, the nearest of several; None where it is at none."""
    near = [q for q in base.places if distance_m(q.pose, base.pose) <= AT_M]
    return min(near, key=lambda q: distance_m(q.pose, base.pose), default=None)


def whereabouts(base: BaseState) -> str:
    """Where the base is, in words: "in the kitchen, at the table"; "" where nobody knows."""
    at = place_at(base)
    room = base.room or (at.room if at is not None else "")
    parts = [f"in the {room}"] if room else []
    if at is not None and at.name != room:
        parts.append(("in " if at.kind == "room" else "at ") + called(at))
    return ", ".join(parts)


def _unnamed(word: str, base: BaseState, ctx: Context) -> SpotsFound:
    travels = ctx.travels
    if word == "start":
        dock = next((q for q in base.places if {q.name, *q.words} & set(_DOCK)), None)
        if dock is not None:
            return SpotsFound((Goal(called(dock), dock.pose),))
    pose = {
        "here": base.person or travels.start,
        "start": travels.start,
        "before": travels.before,
        "there": travels.goal,
    }.get(word)
    if pose is None:
        words = "I haven't driven anywhere yet." if word == "before" else "Which place do you mean?"
        return SpotsFound((), Failure.NO_REFERENT, words)
    name = {"here": "you", "start": "where I started", "before": "where I was"}.get(word, "there")
    return SpotsFound((Goal(name, pose),))


def _named(said: str, base: BaseState, ctx: Context) -> SpotsFound:
    words = re.findall(r"[\w'-]+", said.lower())
    every = bool(_ALL & set(words))
    nearest = bool(_NEAREST & set(words))
    other = bool(_OTHER & set(words))
    plain = " ".join(_bare(words))
    if not plain:
        return SpotsFound((), Failure.NO_REFERENT, "Which place do you mean?")
    found = [q for q in base.places if " ".join(words) in _names(q)] or _fitting(plain, base)
    several = every or (len(found) > 1 and _is_plural(plain, found))
    if other:
        found = [q for q in found if distance_m(q.pose, base.pose) > AT_M]
    if not found:
        return _in_view(plain, base, ctx) or _nearly(said, base, ctx)
    found.sort(key=lambda q: distance_m(q.pose, base.pose))
    if several:
        return SpotsFound(tuple(Goal(called(q), q.pose) for q in found))
    if len(found) > 1 and not (nearest or other):
        here = [q for q in found if base.room and q.room == base.room]
        if len(here) != 1:
            names = join_words([_told_apart(q, found) for q in found[:6]]).replace(" and ", " or ")
            return SpotsFound((), Failure.AMBIGUOUS, f"Which {plain} do you mean: {names}?")
        found = here
    return SpotsFound((Goal(called(found[0]), found[0].pose),))


def _nearly(said: str, base: BaseState, ctx: Context) -> SpotsFound:
    """Of more words than a name: the place before "to" ("sink to the desk", where another place
    follows), or the room of a person whom no map knows ("Anna in the office"). Else the question."""
    head, link, tail = said.partition(" to")
    if link and (not tail or tail.startswith(" ")):
        return _named(head, base, ctx)
    who, link, tail = said.rpartition(" in ")
    if link and (who[:1].isupper() or _PEOPLE & set(who.lower().split())):
        return _named(tail, base, ctx)
    return SpotsFound((), Failure.NONE_FITS, _unknown(said, base.places))


def _bare(words: Sequence[str]) -> list[str]:
    """Without articles and the like; a last word is none ("waypoint A")."""
    little = _ALL | _NEAREST | _OTHER | _LITTLE
    return [w for k, w in enumerate(words) if w not in little or (k and k == len(words) - 1)]


def _fitting(plain: str, base: BaseState) -> list[NamedPlace]:
    """The places that these words may mean: of just this name, else by their words and rooms."""
    for forms in (_forms(plain), {f for form in _forms(plain) for f in _same(form)}):
        exact = [q for q in base.places if _names(q) & forms]
        if exact:
            return exact
    if plain in ("rooms", "room", "places", "place"):
        rooms = [q for q in base.places if q.kind == "room"]
        return rooms if plain.startswith("room") else list(base.places)
    if plain in ("doors", "door"):
        return [q for q in base.places if q.kind == "door"]
    parts = _LINKS.split(plain, maxsplit=1)
    head = parts[0].strip()
    tail = parts[1].split() if len(parts) > 1 else []
    tail = [w for w in tail if w not in _LITTLE]
    if not tail and len(head.split()) > 1:  # "kitchen table": the table in the kitchen
        *before, last = head.split()
        by_room = [q for q in base.places if _fits(last, q) and _lies(before, q)]
        if by_room:
            return by_room
    return [q for q in base.places if _fits(head, q) and _lies(tail, q)]


def _fits(head: str, place: NamedPlace) -> bool:
    """Whether all the words are among a name of the place."""
    wanted = {f for form in _forms(head) for f in (form, *_same(form))}
    return bool(wanted & _names(place)) or any(
        set(form.split()) <= set(name.split()) for form in wanted for name in _names(place) if form
    )


def _lies(words: Sequence[str], place: NamedPlace) -> bool:
    """Whether the words are those of the room in which the place lies, or of its own name."""
    if not words:
        return True
    room = " ".join(words)
    known = {place.room, *(_same(place.room) if place.room else ())}
    own = {word for name in _names(place) for word in name.split()}
    return any(form in known for form in (room, *_same(room))) or set(words) <= own


def _names(place: NamedPlace) -> set[str]:
    return {place.name.lower(), *(word.lower() for word in place.words)}


def _same(name: str) -> tuple[str, ...]:
    return tuple(word for row in SAME if name in row for word in row)


def _forms(words: str) -> set[str]:
    """The words, and what one of such is called: "bedrooms", "bedroom"."""
    forms = {words}
    for ending, one in (("s", ""), ("es", ""), ("ies", "y"), ("ves", "f")):
        if words.endswith(ending) and len(words) > len(ending) + 2:
            forms.add(words.removesuffix(ending) + one)
    return forms


def _is_plural(plain: str, found: Iterable[NamedPlace]) -> bool:
    head = _LINKS.split(plain, maxsplit=1)[0].strip()
    exact = any(head in _names(q) for q in found)
    return not exact and head.endswith("s") and len(_forms(head)) > 1


def _told_apart(place: NamedPlace, found: Sequence[NamedPlace]) -> str:
    alike = sum(q.name == place.name for q in found) > 1
    return f"{called(place)} in the {place.room}" if alike and place.room else called(place)


def _in_view(plain: str, base: BaseState, ctx: Context) -> SpotsFound | None:
    """A thing that is seen now: a pose in front of it."""
    words = plain.split()
    colors = tuple(w for w in words if w in COLORS)
    noun = " ".join(w for w in words if w not in colors)
    kind = noun_kind(noun, ctx.scene) if noun else None
    if kind is None or kind not in {o.kind for o in ctx.scene.objects}:
        return None
    known = {"kind": kind} if kind in p.w.KINDS else {"noun": noun}
    found = ground(p.Obj(colors=colors, **known), ctx)
    if found.problem is not None:
        return SpotsFound((), found.problem, found.question)
    item = ctx.scene.get(found.ids[0])
    if item is None:
        return None
    x, y = item.position[:2]
    far = math.hypot(x, y)
    yaw = base.pose.yaw_rad + math.atan2(y, x)
    ahead = max(0.0, far - BEFORE_THING_M)
    pose = MapPose(
        base.pose.x_m + ahead * math.cos(yaw), base.pose.y_m + ahead * math.sin(yaw), yaw
    )
    return SpotsFound((Goal(f"the {item.label}", pose),))


def tell_places(places: Sequence[NamedPlace], most: int = 8) -> str:
    """Places in words, rooms first, those of one name once: "the kitchen, the hall and 3 more"."""
    order = sorted(places, key=lambda q: ("room", "spot", "furniture", "door").index(q.kind))
    names = list(dict.fromkeys(called(q) for q in order))
    left = len(names) - most
    return join_words([*names[:most], *([f"{left} more"] if left > 0 else [])])


def _unknown(said: str, places: Sequence[NamedPlace]) -> str:
    known = tell_places(places)
    more = f" I know {known}." if places else " I know no places yet: drive me to one and name it."
    return f'I don\'t know a place called "{said}".{more}'
