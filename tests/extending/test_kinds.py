"""A kind of object from outside: one row, and nothing in the package changes."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lab.arms import PANDA

from llmagentos.errors import KindError, SceneError
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
from llmagentos.lang.wording import kind_word
from llmagentos.local_robot import observe
from llmagentos.objects.kind_fields import check_fields
from llmagentos.objects.kinds import KINDS, Kind, register_kind, unregister_kind
from llmagentos.perception import TabletopPerception
from llmagentos.robot_skills import skills_for
from llmagentos.skills.symbolic import SymbolicSkills
from sim.random_scenes import random_scene
from sim.scene import SceneSpec
from sim.world import SimWorld

BOTTLE = Kind(
    "bottle",
    "cylinder",
    0.05,
    sizes_m=(0.04, 0.06),
    height_ratio=2.2,
    mass_kg=0.1,
    words=("flask", "water bottle"),
    materials=("plastic",),
)
BAR = Kind(
    "bar",
    "cuboid",
    0.06,
    sizes_m=(0.04, 0.08),
    extents_m=(0.06, 0.03, 0.03),
    words=("ingot",),
    categories=("toy",),
)
ASHTRAY = Kind(
    "ashtray", "round_shell", 0.11, sizes_m=(0.08, 0.14), height_ratio=0.25,
    wall_m=0.005, floor_m=0.005,
)  # fmt: skip
SCENE = {
    "objects": [
        {"kind": "bottle", "color": "red", "position": [0.45, 0.20]},
        {"kind": "bar", "color": "green", "position": [0.42, -0.05], "yaw": 0.5},
        {"kind": "block", "color": "red", "position": [0.40, -0.25]},
        {"kind": "can", "color": "red", "position": [0.62, 0.28]},
        {"kind": "ashtray", "color": "yellow", "position": [0.57, 0.10]},
        {"kind": "box", "color": "blue", "size": 0.2, "position": [0.60, -0.12]},
    ]
}


@pytest.fixture(autouse=True)
def from_outside() -> Iterator[None]:
    for kind in (BOTTLE, BAR, ASHTRAY):
        register_kind(kind)
    yield
    for kind in (BOTTLE, BAR, ASHTRAY):
        unregister_kind(kind.name)


@pytest.fixture(scope="module")
def world() -> Iterator[SimWorld]:
    made = SimWorld(renderer="tiny")
    yield made
    made.close()


def executor(world: SimWorld) -> PlanExecutor:
    """The real skills on the simulated arm, seeing through the camera alone."""
    perception = TabletopPerception()
    cameras = (world.overhead,)
    skills = skills_for(
        world, lambda: perception.perceive(observe(world, cameras)), PANDA, "sim"
    ).skills
    skills.reset()
    return PlanExecutor(skills)


def test_it_is_seen_named_picked_and_put_into_a_box(world: SimWorld) -> None:
    world.reset(SceneSpec.from_dict(SCENE), 0)
    run = executor(world)
    seen = {o.kind: o for o in run.skills.see().objects}
    assert sorted(seen) == ["ashtray", "bar", "block", "bottle", "box", "can"]
    assert seen["bottle"].size_m == pytest.approx(0.05, abs=0.003)
    assert math.remainder(seen["bar"].yaw - 0.5, math.pi) == pytest.approx(0.0, abs=0.08)

    done = run.run(compact.parse("put [ the bottle ] in [ the box ]"))
    assert done.status == "succeeded", done.reply
    assert "bottle" in done.reply
    bar = p.Put(obj=p.Obj(noun="ingot"), place=p.Place(rel="in", obj=p.Obj(kind="box")))
    done = run.run(p.Plan(steps=(bar,)))
    assert done.status == "succeeded", done.reply
    box = world.object_pose("blue_box")[0]
    for name in ("red_bottle", "green_bar"):
        assert (
            max(abs(a - b) for a, b in zip(world.object_pose(name)[0][:2], box, strict=False)) < 0.1
        )


def test_grounding_knows_its_words_and_properties(world: SimWorld) -> None:
    world.reset(SceneSpec.from_dict(SCENE), 0)
    seen = executor(world).skills.see()
    for text, kind in (("[ the bottle ]", "bottle"), ("[ the green toy ]", "bar")):
        skills = SymbolicSkills(seen)
        done = PlanExecutor(skills).run(compact.parse(f"pick {text}"))
        assert done.status == "succeeded" and skills.scene().held is not None, done.reply
        assert skills.scene().held.kind == kind  # type: ignore[union-attr]
    skills = SymbolicSkills(seen)
    flask = p.Pick(obj=p.Obj(noun="flasks", colors=("red",)))
    assert PlanExecutor(skills).run(p.Plan(steps=(flask,))).status == "succeeded"
    assert skills.scene().held is not None and skills.scene().held.kind == "bottle"
    assert kind_word("bottle", plural=True) == "bottles"
    assert KINDS["ashtray"].is_container and not KINDS["bar"].is_container


def test_random_scenes_draw_it_where_it_is_named() -> None:
    made = random_scene(3, 3, ["bottle", "bar", "ashtray"])
    assert {item.kind for item in made.objects} <= {"bottle", "bar", "ashtray"}
    assert all(item.color for item in made.objects)


def test_a_package_brings_kinds_by_an_entry_point(tmp_path: Path) -> None:
    """As installed: a module, and the entry point in its metadata."""
    (tmp_path / "vases.py").write_text(
        "from llmagentos.objects.kinds import Kind\n"
        "KINDS = (Kind('vase', 'cylinder', 0.05, sizes_m=(0.04, 0.06), words=('amphora',)),)\n"
    )
    info = tmp_path / "vases-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vases\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[llmagentos.kinds]\nvases = vases:KINDS\n")
    program = """
from llmagentos.grounding.filters import noun_kind
from llmagentos.lang import plan as p
from llmagentos.types import Scene
from sim.scene import SceneSpec
SceneSpec.from_dict({"objects": [{"kind": "vase", "color": "red", "position": [0.5, 0.0]}]})
print(p.Obj(kind="vase").kind, noun_kind("the amphoras", Scene()))
"""
    run = partial(subprocess.run, [sys.executable, "-c", program], capture_output=True, text=True)
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = run(env={**os.environ, "PYTHONPATH": path})
    assert done.stdout == "vase vase\n", done.stderr

    (tmp_path / "vases.py").write_text("KINDS = 7\n")
    done = run(env={**os.environ, "PYTHONPATH": path})
    assert "KindError: cannot load the kinds of entry point 'vases' (vases:KINDS)" in done.stderr


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (Kind("block", "sphere", 0.05), "a new name"),
        (Kind("stack", "sphere", 0.05), "a new name"),
        (Kind("Big Ball", "sphere", 0.05), "small letters"),
        (Kind("vase", "cylinder", 0.05, sizes_m=(0.06, 0.07)), "between 0.06 and 0.07"),
        (Kind("vase", "round_shell", 0.05, sizes_m=(0.04, 0.07)), "a wall and a floor"),
        (Kind("vase", "mesh", 0.05, sizes_m=(0.04, 0.07)), "a mesh file"),
    ],
)
def test_what_is_no_kind(kind: Kind, problem: str) -> None:
    with pytest.raises(KindError, match=problem):
        register_kind(kind)
    with pytest.raises(KindError, match="expected a kind that was registered"):
        unregister_kind("block")


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("shape", "wheel", "one of cuboid"),
        ("seen_by", "radar", "one of profile"),
        ("size_m", "5cm", "a number from 0.005 to 0.6 m, got '5cm'"),
        ("size_m", 0.004, "a number from 0.005"),
        ("size_m", 5.0, "a number from 0.005"),
        ("size_m", math.nan, "a number from 0.005"),
        ("size_m", True, "a number from 0.005"),
        ("sizes_m", (0.06, 0.04), "smallest and largest"),
        ("sizes_m", (0.05,), "smallest and largest"),
        ("sizes_m", (0.05, 0.9), "smallest and largest"),
        ("sizes_m", 0.05, "smallest and largest"),
        ("usual_sizes_m", (0.05, "big"), "a tuple of numbers"),
        ("extents_m", (0.06, 0.03), "three numbers"),
        ("extents_m", (0.06, 0.03, 0.0), "three numbers"),
        ("mass_kg", 0.0, "more than 0 kg, got 0.0"),
        ("mass_kg", -0.1, "a number of at least 0"),
        ("mass_kg", "heavy", "a number of at least 0"),
        ("height_ratio", 0.0, "more than 0"),
        ("words", "flask", "a tuple of words, got 'flask'"),
        ("materials", ["wood"], "a tuple of words"),
    ],
)
def test_a_field_that_holds_what_it_cannot(field: str, value: Any, problem: str) -> None:
    row = replace(Kind("vase", "cylinder", 0.05, sizes_m=(0.04, 0.06)), **{field: value})
    with pytest.raises(KindError, match=f"expected {field} of kind 'vase' to be .*{problem}"):
        register_kind(row)
    assert "vase" not in KINDS


def test_the_built_in_rows_hold_what_they_can() -> None:
    for kind in KINDS.values():
        check_fields(kind)


def test_without_its_row_it_is_unknown() -> None:
    unregister_kind("bottle")
    try:
        with pytest.raises(SceneError, match="expected a known kind"):
            SceneSpec.from_dict(SCENE)
        with pytest.raises(ValueError, match="kind"):
            p.Obj(kind="bottle")
    finally:
        register_kind(BOTTLE)
