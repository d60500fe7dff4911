"""What was shown is kept and found again, look-alikes are told, and a broken file loses nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from lab.networks import card, mean_color, saying

from llmagentos.inference import OnnxDetector, OnnxEmbedder
from llmagentos.objects.appearance import FORM_CELLS, Appearance, color_shares
from llmagentos.perception import TabletopPerception
from llmagentos.perception.looks import look_at, pixel_box
from llmagentos.perception.naming import labelled
from llmagentos.perception.shown import (
    MAX_NAMES,
    MAX_VIEWS,
    ShownThings,
    plain_name,
)
from llmagentos.types import Observation, Scene
from sim.scene import SceneSpec
from sim.truth_look import oracle_scene
from sim.world import SimWorld


def _look(rgb: tuple[int, int, int], length_m: float = 0.1) -> Appearance:
    form = np.ones((FORM_CELLS, FORM_CELLS), np.float32)
    colors = color_shares(np.full((50, 3), rgb, np.uint8))
    return Appearance(colors, (length_m, 0.04, 0.05), form)


RED, BLUE = _look((180, 30, 30)), _look((30, 60, 190))


def test_each_name_is_given_once_to_what_is_most_like_it() -> None:
    shown = ShownThings()
    shown.add("my drill", RED)
    assert shown.named([BLUE, replace(RED, sides_m=(0.12, 0.04, 0.05)), RED, None]) == [
        "", "", "drill", "",
    ]  # fmt: skip
    assert shown.names == ("drill",) and shown.views("drill") == 1


def test_what_looks_alike_is_told() -> None:
    shown = ShownThings()
    assert shown.add("drill", RED).like == ""
    assert shown.add("torch", BLUE).like == ""
    assert shown.add("spare drill", replace(RED, sides_m=(0.11, 0.04, 0.05))).like == "drill"


def test_names_are_plain_words() -> None:
    assert plain_name(" My  Cordless Drill. ") == "cordless drill"
    assert plain_name("the Dad's mug") == "dad's mug"
    for bad in ("", "x" * 50, "a\nb\0", "drill]", "päng"):
        with pytest.raises(ValueError, match="expected a name of letters"):
            plain_name(bad)


def test_views_and_names_are_bounded() -> None:
    shown = ShownThings()
    for number in range(MAX_VIEWS + 3):
        told = shown.add("drill", _look((180, 30, 30), 0.1 + 0.005 * number))
    assert told.views == shown.views("drill") == MAX_VIEWS
    for number in range(MAX_NAMES - 1):
        shown.add(f"thing {number}", RED)
    with pytest.raises(ValueError, match=f"expected at most {MAX_NAMES} names"):
        shown.add("one more", RED)


def test_it_is_kept_over_restarts_and_forgotten_for_good(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "shown.json"
    vector = np.array([0.6, 0.8], np.float32)
    ShownThings(path).add("drill", replace(RED, vector=vector, embedder="net"))
    again = ShownThings(path)
    assert again.names == ("drill",) and again.problem == ""
    assert again.named([replace(RED, vector=vector, embedder="net")]) == ["drill"]
    assert again.forget("my drill") and not again.forget("drill")
    assert ShownThings(path).names == ()


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        '{"shown": {"drill": [{"sides_m": [1, 2]}]}}',
        '{"shown": {"drill": [{"sides_m": [0.1, 0.1, 0.1], "colors": "AAAA", "form": ""}]}}',
        '{"shown": {"../x": [1]}}',
    ],
)
def test_a_file_that_is_none_of_ours_is_put_aside(text: str, tmp_path: Path) -> None:
    path = tmp_path / "shown.json"
    path.write_text(text, "utf-8")
    shown = ShownThings(path)
    assert shown.names == () and "could not be read" in shown.problem
    assert (tmp_path / "shown.unreadable").read_text("utf-8") == text
    shown.add("drill", RED)
    assert list(json.loads(path.read_text("utf-8"))["shown"]) == ["drill"]


def test_a_place_that_can_not_be_written_costs_no_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    shown = ShownThings(tmp_path / "file" / "shown.json")
    shown.add("drill", RED)
    assert shown.named([RED]) == ["drill"] and "is not kept" in shown.problem


# --- by the camera --------------------------------------------------------------------------------

ROWS = [
    {"kind": "cup", "color": "red", "position": [0.45, 0.15]},
    {"kind": "can", "color": "green", "position": [0.50, -0.15]},
    {"kind": "block", "color": "blue", "position": [0.35, -0.02], "yaw": 0.4},
]


def _scene(rows: list[dict]) -> SceneSpec:
    return SceneSpec.from_dict({"objects": rows})


def _seen(world: SimWorld, perception: TabletopPerception) -> Scene:
    return perception.perceive(Observation((world.overhead.capture(),), world.state()))


def test_things_have_their_names_wherever_they_stand_and_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "shown.json"
    with SimWorld(_scene(ROWS)) as world:
        perception = TabletopPerception(shown=ShownThings(path))
        scene = _seen(world, perception)
        can = next(o for o in scene.objects if o.kind == "can")
        assert perception.namer is not None
        told = perception.namer.show(can.id, "my fizz")
        assert (told.name, told.views, told.twin) == ("fizz", 1, "")
        assert {o.name for o in _seen(world, perception).objects} == {"fizz", ""}
    moved = [{**row, "position": [0.62 - 0.08 * i, 0.05 * i]} for i, row in enumerate(ROWS)]
    with SimWorld(_scene(moved)) as world:
        again = TabletopPerception(shown=ShownThings(path))
        assert {o.kind: o.name for o in _seen(world, again).objects} == {
            "cup": "", "can": "fizz", "block": "",
        }  # fmt: skip


def test_a_twin_in_view_is_told() -> None:
    twins = [{**ROWS[2]}, {**ROWS[2], "position": [0.55, 0.1]}, ROWS[0]]
    with SimWorld(_scene(twins)) as world:
        perception = TabletopPerception(shown=ShownThings())
        blocks = [o for o in _seen(world, perception).objects if o.kind == "block"]
        assert perception.namer is not None
        perception.namer.show(blocks[0].id, "lucky")
        _seen(world, perception)
        assert perception.namer.show(blocks[0].id, "lucky").twin == blocks[1].id
        named = [o for o in _seen(world, perception).objects if o.name]
        assert len(named) == 1, "one thing has the name, not both"


def test_a_look_has_the_things_colour_and_form_and_a_networks_vector(tmp_path: Path) -> None:
    embedder = OnnxEmbedder(card(mean_color(tmp_path), "embedder"))
    with SimWorld(_scene(ROWS)) as world:
        frame = world.overhead.capture()
        items = {o.kind: o for o in oracle_scene(world).objects}
        cup = look_at(items["cup"], frame, embedder)
        can = look_at(items["can"], frame, embedder)
    assert cup is not None and can is not None and cup.vector is not None
    assert cup.vector.argmax() == 0 and cup.embedder == embedder.name
    assert cup.colors.argmax() in (0, 1, 22, 23) and can.colors.argmax() in (6, 7, 8, 9)
    assert can.form[3:5, 3:5].min() > 0.9, "a can is full up to its top"
    assert cup.form[3:5, 3:5].max() < 0.6, "a cup is not"
    away = replace(items["cup"], position=(5.0, 0.0, 0.0))
    assert look_at(away, frame) is None and pixel_box(away, frame) is None


def test_a_detectors_labels_are_the_nouns_of_unknown_things(tmp_path: Path) -> None:
    rows = [
        {"kind": "thing", "model": "drill", "color": "yellow", "position": [0.40, -0.14]},
        {"kind": "thing", "model": "nut", "color": "gray", "position": [0.62, 0.05]},
        ROWS[0],
    ]
    with SimWorld(_scene(rows)) as world:
        frame = world.overhead.capture()
        items = [replace(o, last_seen_s=frame.stamp_s) for o in oracle_scene(world).objects]
    boxes = [pixel_box(o, frame) for o in items]
    assert None not in boxes
    finds = [[*(box or ()), 0.9, k] for k, box in enumerate(boxes)]
    finds[1][:4] = [0, 0, 20, 20]  # of nothing on the table
    shape = (1, 3, *frame.depth.shape)
    network = saying(tmp_path, {"out": np.array([finds], np.float32)}, shape)
    labels = ["cordless drill", "nut", "goblet"]
    at = card(network, "detector", labels=labels, output={"layout": "end_to_end"})
    seen = labelled(items, frame, OnnxDetector(at))
    # What is of a known kind stays that; what no box is of stays a thing.
    assert [o.kind for o in seen] == ["cordless drill", "thing", "cup"]
    with SimWorld(_scene(rows)) as world:  # the same by the module and its option
        perception = TabletopPerception(detector=at)
        assert not any(o.kind == "goblet" for o in _seen(world, perception).objects)


def test_a_segmenter_of_ones_own_decides_what_is_one_thing(tmp_path: Path) -> None:
    """One bar, told as two halves, is two things; what the segmenter leaves out is cut by shape."""
    rows = [
        {"kind": "thing", "extents": [0.16, 0.05, 0.05], "color": "red", "position": [0.40, -0.1]},
        {"kind": "thing", "model": "t_shape", "color": "blue", "position": [0.58, 0.15]},
    ]
    with SimWorld(_scene(rows)) as world:
        frame = world.overhead.capture()
        bar = next(o for o in oracle_scene(world).objects if o.color == "red")
        box = pixel_box(bar, frame)
        assert box is not None
        left, top, right, bottom = box
        told = np.zeros((1, *frame.depth.shape), np.int32)
        told[:, top : (top + bottom) // 2, left:right] = 7
        told[:, (top + bottom) // 2 : bottom, left:right] = 9
        network = saying(tmp_path, {"labels": told}, (1, 3, *frame.depth.shape))
        ours = _seen(world, TabletopPerception())
        own = _seen(world, TabletopPerception(segmenter=card(network, "segmenter")))
    assert sorted(o.color for o in ours.objects) == ["blue", "red"]
    assert sorted(o.color for o in own.objects) == ["blue", "red", "red"]
    halves = [o.extents_m for o in own.objects if o.color == "red"]
    assert all(e is not None and e[0] < 0.12 for e in halves)
