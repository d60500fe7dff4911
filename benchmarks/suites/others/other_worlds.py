"""CALVIN's and RLBench's commands: what this table has things for is done, the rest clearly isn't.

A push, a lift or a stack is judged by the world. Drawers, doors, lamps and switches are right when
the robot says that it can't (or asks what is meant), moves nothing, and doesn't call it dangerous.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.suites.cases import Row, r
from benchmarks.suites.judge import (  # fmt: skip
    Seen,
    at,
    both,
    either,
    held,
    moved,
    no,
    nothing_moved,
    on_table,
    shifted,
    tower_of,
)
from benchmarks.suites.others.files import load, match

_BLOCKS = "block_red:block=red@inner block_blue:block=blue block_pink:block=pink c:bowl"
_PLAIN = "a:block b:bowl c:cup +1:can"
_SIDES = ("left", "right")


def _calvin(task: str, said: str) -> Row:
    color = next((c for c in ("red", "blue", "pink") if c in task), "red")
    name, scene = f"block_{color}", _BLOCKS.replace("@inner", "")
    scene = scene.replace(f"{name}:block={color}", f"{name}:block={color}@inner")
    if match(r"lift_\w+_block_table", task):
        return r(scene, said, f"pick [ the {color} block ]", held(name), name)
    if task.startswith("push_") and task.endswith(_SIDES):
        side = task.rpartition("_")[2]
        plan = f"move [ the {color} block ] {side} by_push"
        return r(scene, said, plan, either(moved(name, side), at(name, side)), name)
    if task.startswith("rotate_"):
        turn = "ccw" if task.endswith("left") else "cw"
        plan = f"rotate [ the {color} block ] {turn} 90"
        return r(scene, said, plan, no(shifted(name, 0.05)), name, "act")
    if task == "unstack_block":
        stacked = "a:block b:block@on.a c:bowl"
        return r(stacked, said, "put [ the block order top ] elsewhere", on_table("b"), "a b")
    if task == "stack_block" and "blocks" in said:
        two = "a:block b:block c:bowl"
        return r(two, said, "stack [ all block ]", tower_of("a b"), "a b")
    return r(_PLAIN, said, "cannot other", nothing_moved, "", "harmless")


def _outside(s: Seen) -> bool:
    return s.status in ("cannot", "question", "failed") and nothing_moved(s)


def rows(folder: Path) -> dict[str, list[Row]]:
    """Suites calvin and rlbench (those of its sentences that have no placeholder)."""
    calvin = [_calvin(i["task"], i["instruction"]) for i in load(folder, "calvin")]
    literal = [
        i["instruction"]
        for i in load(folder, "rlbench")
        if not any(c in i["instruction"] for c in "%{") and len(i["instruction"]) < 80
    ]
    plain = "a:block b:bowl d:can"
    rlbench = [r(plain, s, "cannot other", both(_outside), "", "harmless") for s in literal]
    return {"calvin": calvin, "rlbench": rlbench}
