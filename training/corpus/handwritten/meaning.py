"""In which file of commands/ a plan belongs: by what it means.

    python -m training.corpus.handwritten.meaning --check    # every block lies where it belongs
    python -m training.corpus.handwritten.meaning "put {a} in {h}"     # where a new block goes
    python -m training.corpus.handwritten.meaning --group    # moves and joins blocks accordingly

Knows: plans with slots. Does not know: the wordings.

One file a meaning: put/in, refuse/fire, answer/where, control/if. A step says its folder; a put is
told apart by how its things are described (an order, a count, "the other one" ...) and, where they
are just named, by the place. Several steps are in order/, unless a part of them decides: a loop, a
question, something that the robot cannot do.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from llmagentos.lang import codec
from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from training.corpus.checks.parts import descriptions
from training.corpus.handwritten import blocks as files

_SLOT = re.compile(r"\{(\w+)\}")
#: What stands for each slot while a plan is read.
_EXAMPLE = {
    **{name: "[ the red block ]" for name in "abcde"},
    **{name: "[ all red block ]" for name in "AB"},
    **{name: "[ the bowl ]" for name in "hi"},
    **{name: "[ the plate ]" for name in "oq"},
    "H": "[ all bowl ]",
    "x": "red", "y": "blue", "z": "green",
    "k": "block", "j": "ball",
    "n": "3", "m": "4", "l": "5 cm", "xy": "0.5 0.1", "xyz": "0.5 0.1 z 0.2",
    "w": '"hall"', "v": '"office"', "u": '"lab"', "W": '"doors"',
    "p": "elsewhere", "g": "back_left", "deg": "90", "s": '"so"',
}  # fmt: skip

_COUNTS = ("count", "at_most", "half", "every_other", "every_third", "most", "one_each", "both")
_SAME = ("same_color", "different_color", "same_size", "same_kind")
#: Orders by where things are, by what they are near to, and by what they look like.
_SIDES = ("left", "right", "front", "back", "middle")
_NEAR = ("nearest", "farthest")
_REGIONS = ("at", "corner_near", "corner_far", "side_near", "side_far")
#: Places that have a file of their own, however the thing is described.
_OF_TABLE = {"xy": "position", "table": "table", "off_edge": "edge", "opposite": "opposite"}
_LOOPS = ("if", "until", "repeat", "for_each", "wait_for")
#: A plan that drives belongs to the first of these that it has.
_DRIVING = ("patrol", "bring", "find", "follow", "mark", "goto", "steer")
#: Steps that share a file with others; every other step has one of its own name.
_FILES = {
    "choose": "dialogue/choose", "correct": "dialogue/correct", "again": "dialogue/again",
    "undo": "dialogue/undo", "restore": "dialogue/undo", "yes": "dialogue/yes_no",
    "no": "dialogue/yes_no", "remember": "dialogue/names", "stop": "dialogue/stop",
    "look": "robot", "home": "robot", "wait": "robot", "say": "robot", "release": "robot",
    "place": "robot",
}  # fmt: skip


def parse(plan: str) -> tuple[Any, ...]:
    """The steps of a plan with slots, an example in each. Raises PlanError."""
    return codec.parse(_SLOT.sub(lambda m: _EXAMPLE[m[1]], plan)).steps


def file_of(plan: str) -> str:
    """The file of a plan's block, below commands/. Raises PlanError for what is no plan."""
    steps = parse(plan)
    ops = {s.op for s in p.Plan(steps=tuple(steps)).walk()}
    if any(getattr(s, "spot", None) is not None and s.op in _FILES for s in steps):
        return "drive/dialogue.txt"
    for op in _DRIVING:
        if op in ops:
            return f"drive/{op}.txt"
    name = _one(steps[0]) if len(steps) == 1 else _several(steps)
    return f"{name}.txt"


def _one(step: Any) -> str:
    match step.op:
        case "refuse" | "cannot":
            return f"{step.op}/{step.reason}"
        case "answer":
            return f"answer/{step.query.query}"
        case "ask":
            return f"ask/{step.about}"
        case "arrange":
            return f"arrange/{step.shape}"
        case "put":
            return f"put/{_put(step)}"
        case "if":
            return "control/if_else" if step.otherwise else "control/if"
        case "repeat" | "for_each":
            return "control/loop"
        case "until" | "wait_for":
            return "control/until"
        case "choose" | "correct" if step.place is not None:
            return f"{_FILES[step.op]}_place"
    return _FILES.get(step.op, step.op)


def _put(step: p.Put) -> str:
    described = _described((step,))
    if described == "orders":
        keys = {o.order.key for o in descriptions((step,)) if o.order}
        named = [n for n, some in (("side", _SIDES), ("near", _NEAR)) if keys & set(some)]
        return f"orders/{'_'.join(named) or 'looks'}"
    if described == "same":
        return "same_group" if any(o.group for o in descriptions((step,))) else "same"
    rel = step.place.rel
    if rel in _OF_TABLE and described != "unknown":
        return _OF_TABLE[rel]
    if step.place.obj is not None and step.place.obj.quant == "own":
        return "own"
    where = (
        "in" if rel == "in" else "on" if rel == "on" else "region" if rel in _REGIONS
        else "anywhere" if rel in w.FIXED_PLACES else "beside"
    )  # fmt: skip
    return f"unknown_{where}" if described == "unknown" else described or where


def _several(steps: Sequence[Any]) -> str:
    ops = {s.op for s in p.Plan(steps=tuple(steps)).walk()}
    if ops & set(_LOOPS):
        return "control/order"
    for op in ("refuse", "cannot", "answer"):
        if op in ops:
            return f"{op}/order"
    if ops & {"arrange", "stack"}:
        return "order/patterns"
    if len(steps) > 2:
        return "order/three"
    described = _described(steps)
    if described == "references":
        return "order/references"
    if ops != {"put"}:
        return "order/acts"
    return "order/described" if described else "order/put"


def _described(steps: Sequence[Any]) -> str:
    """What is special about the descriptions of these steps; "" where things are just named."""
    objs = list(descriptions(steps))
    rels = {r.rel for o in objs for r in o.where} | {place.rel for place in _places(steps)}
    if rels & {"there", "origin"} or any(
        o.ref not in (None, "this") or o.quant == "rest" for o in objs
    ):
        return "references"
    if rels & set(_SAME) or any(o.group for o in objs):
        return "same"
    if any(o.exclude for o in objs):
        return "except"
    if rels & set(w.COMPARING):
        return "compare"
    if any(o.order for o in objs):
        return "orders"
    if any(o.count or o.quant in _COUNTS for o in objs):
        return "counts"
    if any(o.noun or o.name for o in objs):
        return "unknown"
    return "located" if any(o.where for o in objs) else ""


def _places(steps: Sequence[Any]) -> Iterator[p.Place]:
    for step in p.Plan(steps=tuple(steps)).walk():
        place = getattr(step, "place", None)
        if place is not None:
            yield place


def misplaced() -> list[str]:
    """What is wrong with the files: blocks in another's file, plans that have two blocks."""
    seen: dict[str, str] = {}
    wrong = []
    for block in files.blocks():
        home, _, line = block.where.rpartition(":")
        wanted = file_of(block.plan)
        if home != wanted:
            wrong.append(f"{home}:{line}: {block.plan!r} belongs in {wanted}")
        if block.plan in seen:
            wrong.append(f"{home}:{line}: {block.plan!r} has a block already, {seen[block.plan]}")
        seen[block.plan] = block.where
    return wrong


def main(argv: Sequence[str] | None = None) -> int:
    """The command line: where a block belongs; 1 when --check finds one elsewhere."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("plan", nargs="?", help="where a block of this plan belongs")
    parser.add_argument("--check", action="store_true", help="tell which blocks lie elsewhere")
    parser.add_argument("--group", action="store_true", help="put every block where it belongs")
    args = parser.parse_args(argv)
    if args.plan:
        print(file_of(args.plan))
    if args.group:
        files.write(file_of)
    wrong = misplaced() if args.check or args.group else []
    print(*wrong, sep="\n", end="\n" if wrong else "")
    if not args.plan:
        print(f"{len(files.blocks())} blocks, {len(wrong)} not where they belong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
