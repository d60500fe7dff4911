"""SayCan's sentences with their reference plans, and GPSR's command skeletons filled in by us, read
from a folder at run time; nothing of them is kept here.

Knows: what a reference plan comes to, and which endings a skeleton has. Does not know: what the
planner makes of them.
"""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

from benchmarks.suites.driving.house import HERE, House, Row, Wanted, row
from benchmarks.suites.others.files import load

# --- SayCan ---------------------------------------------------------------------------------------

_PLACES = {
    "table": ("kitchen", 4, 2),
    "counter": ("kitchen", 4, -2),
    "close counter": ("kitchen", 2, -4),
    "far counter": ("kitchen", 6, -4),
    "trash": ("kitchen", 2, 4),
    "drawer": ("kitchen", 6, 2),
}
#: Things that are there besides those of a plan.
_ALSO = {"sponge": "far counter", "rubber duck": "far counter"}
_STEP = re.compile(
    r"(?P<verb>go to|find|pick up|put down|bring|open|close|done)\s*(?:the |an? )?(?P<what>.*)"
)


def saycan(folder: Path) -> list[Row]:
    """A row a different sentence; what must come of it is what its first reference plan comes to.

    Tagged "named" where the sentence names what the plan fetches, "knowledge" where that has to be
    known ("something salty").
    """
    out: dict[str, Row] = {}
    for item in load(folder, "saycan_plan_examples"):
        said = item["instruction"]
        plan = str(item.get("notes", "")).removeprefix("reference_plan=")
        if said not in out and plan:
            out[said] = _saycan_row(said, plan)
    return list(out.values())


def _steps(plan: str) -> list[tuple[str, str]]:
    found = (re.sub(r"^\s*\d+\.\s*", "", part).strip(" .") for part in plan.split(","))
    steps = [(m["verb"], m["what"].strip()) for m in map(_STEP.match, found) if m is not None]
    return [(verb, what) for verb, what in steps if verb != "done"]


def _saycan_row(said: str, plan: str) -> Row:
    """The row of a reference plan: the world that it leaves, in a kitchen that allows it."""
    at, held, visits = HERE, "", list[str]()
    things: dict[str, str] = {}
    lies: dict[str, str] = {}
    opens = False
    for verb, what in _steps(plan):
        if verb == "go to" and what in _PLACES:
            at = what
            visits.append(what)
        elif verb == "pick up":
            thing = _short(what)
            lies.pop(thing, None)
            things.setdefault(thing, at if at != HERE else "counter")
            held = thing
        elif verb == "bring":
            at = HERE
        elif verb == "put down" and held:
            lies[held], held = at, ""
        elif verb == "open":
            opens = True
    known = _ALSO | {t: p for t, p in things.items()}
    house = House({"kitchen": (0, 0)}, _PLACES, known, "kitchen")
    named = all(_named(thing, said) for thing in things)
    tags = ("named" if named else "knowledge",)
    if opens:
        what = said.replace('"', "'")
        return row(house, said, Wanted(status=("cannot",)), f'cannot open "{what}"', tags=tags)
    if not things:
        way = " ; ".join(f'goto "{name}"' for name in visits) or "goto here"
        return row(house, said, Wanted(at=at, visits=tuple(visits)), way, tags=tags)
    steps = [f"{_bring(t)} to {_spot(place)}" for t, place in lies.items()]
    steps += [f'find [ the object noun "{held}" ] ; pick [ the it object ]'] if held else []
    return row(house, said, Wanted(lies=lies, holds=held), " ; ".join(steps), tags=tags)


def _bring(thing: str) -> str:
    return f'bring [ the object noun "{thing}" ]'


def _spot(place: str) -> str:
    return HERE if place == HERE else f'"{place}"'


def _short(thing: str) -> str:
    """As a camera would call it: "coke can" for "a coke can", lower case."""
    return thing.lower().strip()


def _named(thing: str, said: str) -> bool:
    """Whether a word of the thing stands in the sentence."""
    low = said.lower().replace(" ", "")
    return any(word.rstrip("s") in low for word in thing.split() if len(word) > 2)


# --- GPSR -----------------------------------------------------------------------------------------

_GPSR_ROOMS = {"kitchen": (5, 0), "bedroom": (0, 5), "office": (5, 5), "living room": (0, 0)}
_GPSR_LOCATIONS = {
    "kitchen table": ("kitchen", 6, 1),
    "bookshelf": ("office", 6, 6),
    "bed": ("bedroom", -1, 6),
    "sink": ("kitchen", 6, -1),
    "desk": ("office", 4, 6.5),
    "sofa": ("living room", -1, -1),
}
_GPSR_THINGS = {
    "apple": "kitchen table", "red cup": "kitchen table", "sponge": "sink", "tea bag": "sink",
    "book": "bookshelf", "blue ball": "bed", "banana": "desk", "soap": "bed",
}  # fmt: skip
_GPSR_HOUSE = House(_GPSR_ROOMS, _GPSR_LOCATIONS, _GPSR_THINGS, "living room")
_PEOPLE = ("Paris", "Axel", "Morgan")
_GESTURES = ("waving person", "person raising their left arm", "sitting person")
#: Fillings a skeleton.
_SEEDS = 2


def gpsr(folder: Path) -> list[Row]:
    """Every skeleton, filled in for two seeds."""
    return [
        _gpsr_row(item["instruction"], random.Random(1000 * k + seed))
        for k, item in enumerate(load(folder, "gpsr"))
        for seed in range(_SEEDS)
    ]


def _gpsr_row(skeleton: str, rng: random.Random) -> Row:
    thing = rng.choice(list(_GPSR_THINGS))
    place = _GPSR_THINGS[thing]
    room = _GPSR_LOCATIONS[place][0]
    other_rooms = [r for r in _GPSR_ROOMS if r not in (room, "living room")]
    # where it is found in a room is for the robot; a location that is named has it
    words: dict[str, Any] = {
        "obj": thing,
        "plcmtLoc": place,
        "room": room,
        "loc": place,
        "loc2": rng.choice([p for p in _GPSR_LOCATIONS if p not in (place, "sofa")]),
        "name": rng.choice(_PEOPLE),
        "gestPers": rng.choice(_GESTURES),
        "colorClothe": "red shirt",
        "colorClothes": "red shirts",
        "inRoom": f"in the {room}",
        "talk": "something about yourself",
        "question": "question",
        "persInfo": "name",
        "gestPersPlur": "sitting persons",
        "plurCat": "things",
        "singCat": "food",
        "objComp": "largest",
    }
    second = rng.choice(other_rooms)
    slots: list[str] = []

    def value(match: re.Match[str]) -> str:
        name = match[1]
        slots.append(name)
        if name == "room" and (slots.count("room") == 2 or _carries_to(skeleton, match.start())):
            return second
        if name == "loc" and slots.count("loc") == 2:
            return str(words["loc2"])
        return str(words.get(name, name))

    said = re.sub(r"<(\w+)>", value, skeleton)
    wanted = _gpsr_wanted(skeleton, thing, words, second)
    return row(_GPSR_HOUSE, said, wanted, _gpsr_oracle(wanted, thing), tags=(_family(skeleton),))


def _gpsr_oracle(wanted: Wanted, thing: str) -> str:
    """A plan that does what is wanted."""
    color, _, kind = thing.partition(" ")
    named = (
        f"[ the {color} {kind} ]" if kind in ("cup", "ball") else f'[ the object noun "{thing}" ]'
    )
    if wanted.lies:
        return f"bring {named} to {_spot(wanted.lies[thing])}"
    if wanted.does:
        return "follow person"
    goal = wanted.at or next(iter(wanted.visits), "")
    return f'goto "{goal}"' if goal else 'cannot know "the name"'


def _carries_to(skeleton: str, at: int) -> bool:
    """Whether a room is the one that something is brought to."""
    return "bring it to" in skeleton[:at]


def _family(skeleton: str) -> str:
    if "<obj>" in skeleton:
        return "bring"
    if "follow" in skeleton:
        return "follow"
    return "guide" if "guide" in skeleton else "tell" if skeleton.startswith("tell") else "people"


def _gpsr_wanted(skeleton: str, thing: str, words: dict[str, Any], second: str) -> Wanted:
    """What a skeleton's command must come to, as far as this house shows it."""
    place, room = str(words["plcmtLoc"]), str(words["room"])
    first = place if "<loc>" in skeleton else room
    if "<obj>" in skeleton:
        if "to me" in skeleton or skeleton.startswith("bring me"):
            return Wanted(lies={thing: HERE})
        goal = str(words["loc2"]) if "<loc2>" in skeleton else second
        return Wanted(lies={thing: goal})
    if "follow" in skeleton:
        # nobody is seen in this house: said, or tried and said
        return Wanted(status=("succeeded", "cannot"), does="follow")
    if "guide" in skeleton:
        goal = str(words["loc2"])
        return Wanted(at=goal, status=("succeeded", "answered"))
    if "objComp" in skeleton or "plurCat" in skeleton:
        return Wanted(at=place)
    if skeleton.startswith("tell me"):
        return Wanted(at=first, status=("succeeded", "answered", "cannot", "question"))
    if "<persInfo>" in skeleton:
        return Wanted(status=("cannot", "question"))
    return Wanted(visits=(first,), status=("succeeded", "answered", "cannot", "failed"))
