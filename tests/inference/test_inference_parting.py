"""From what a network says of each pixel to things, and what it sees of form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lab.networks import card, saying

from llmagentos.errors import ModelError
from llmagentos.inference import OnnxSegmenter
from llmagentos.inference.form import PLANES, form_of, upright
from llmagentos.inference.parting import VOTE_M, grown, snapped, things_in
from llmagentos.inference.pictures import Fitted

LENS = np.array([[300.0, 0, 79.5], [0, 300.0, 59.5], [0, 0, 1]])
SHAPE = (120, 160)


def above(height_m: float = 1.0) -> np.ndarray:
    """A camera that looks straight down."""
    pose = np.diag([1.0, -1.0, -1.0, 1.0])
    pose[2, 3] = height_m
    return pose


def leaning(lean_rad: float) -> np.ndarray:
    """The same camera, turned about its own x axis around the table's origin."""
    c, s = np.cos(lean_rad), np.sin(lean_rad)
    turn = np.eye(4)
    turn[1:3, 1:3] = [[c, -s], [s, c]]
    return np.asarray(turn @ above())


def plane_depth(pose: np.ndarray) -> np.ndarray:
    """Depth of the bare table, float32 [H, W]."""
    v, u = np.indices(SHAPE)
    rays = np.stack([u, v, np.ones(SHAPE)], -1) @ np.linalg.inv(LENS).T
    return np.asarray(-pose[2, 3] / (rays @ pose[2, :3]), np.float32)


@pytest.mark.parametrize("lean_rad", [0.0, 0.5, -0.7])
def test_a_bare_table_is_flat_from_wherever_it_is_seen(lean_rad: float) -> None:
    pose = leaning(lean_rad)
    form = form_of(np.full((*SHAPE, 3), 90, np.uint8), plane_depth(pose), LENS, pose)
    inner = form.planes[:, 8:-8, 8:-8]
    assert form.planes.shape == (PLANES, *SHAPE)
    assert np.abs(inner[0]).max() < 1e-4, "heights are 0"
    assert np.allclose(inner[2:5].reshape(3, -1).T, (0, 0, 1), atol=1e-2), "normals point up"
    assert np.abs(inner[5:8]).max() < 0.05, "no groove and no edge on a plane"
    assert np.allclose(upright(pose) @ upright(pose).T, np.eye(3))


def test_heights_grooves_and_edges_are_where_they_are() -> None:
    depth = plane_depth(above())
    depth[40:80, 50:78] -= 0.05
    depth[40:80, 80:110] -= 0.05  # two pixels of table between two boxes
    depth[100, 100] = 0
    form = form_of(np.zeros((*SHAPE, 3), np.uint8), depth, LENS, above())
    assert form.planes[0, 60, 60] == pytest.approx(0.05 / 0.125, abs=1e-3)
    assert form.planes[5, 60, 78:80].min() > 1 > form.planes[5, 60, 60]
    assert form.planes[7, 60, 51] > 1 > form.planes[7, 60, 64], "the rim of a box stands out"
    assert not form.known[100, 100] and form.planes[1].sum() == 120 * 160 - 1
    assert form.points[2, 100, 100] == pytest.approx(0, abs=1e-4), "holes are as what is around"
    right, ahead = form.points[:2, 60, 80] - form.points[:2, 60, 79]
    assert right == pytest.approx(0.95 / 300, rel=0.1) and ahead == pytest.approx(0, abs=1e-4)


def said(ids: np.ndarray, form: object, borders: bool = True) -> np.ndarray:
    """What a network that is always right says of things, [5, H, W]."""
    points = form.points  # type: ignore[attr-defined]
    out = np.zeros((5, *ids.shape), np.float32)
    out[0] = np.where(ids > 0, 5, -5)
    out[1] = -5
    for number in range(1, ids.max() + 1):
        mine = ids == number
        middle = points[:, mine].mean(axis=1)
        out[2:, mine] = (middle[:, None] - points[:, mine]) / VOTE_M
    if borders:
        for axis in (0, 1):
            a, b = (np.moveaxis(ids, axis, 0)[s] for s in (slice(None, -1), slice(1, None)))
            edge = (a != b) & (a > 0) & (b > 0)
            for part in (slice(None, -1), slice(1, None)):
                np.moveaxis(out[1], axis, 0)[part][edge] = 5
    return out


def table_with(ids: np.ndarray) -> object:
    """The form of things 4 cm high."""
    depth = plane_depth(above())
    depth[ids > 0] -= 0.04
    return form_of(np.zeros((*SHAPE, 3), np.uint8), depth, LENS, above())


def test_things_that_touch_are_told_apart_by_their_border() -> None:
    ids = np.zeros(SHAPE, np.int32)
    ids[30:60, 40:70], ids[30:60, 70:90], ids[80:110, 100:140] = 1, 2, 3
    form = table_with(ids)
    found = things_in(said(ids, form), form)  # type: ignore[arg-type]
    assert found.max() == 3
    for number in (1, 2, 3):
        values, counts = np.unique(found[ids == number], return_counts=True)
        assert values[counts.argmax()] > 0 and counts.max() > 0.95 * (ids == number).sum()


def test_a_border_across_one_thing_is_overruled_by_its_middle() -> None:
    ids = np.zeros(SHAPE, np.int32)
    ids[30:60, 40:100] = 1
    form = table_with(ids)
    out = said(ids, form)
    out[1, 30:60, 69:71] = -0.4  # a print that may be a border
    found = things_in(out, form)  # type: ignore[arg-type]
    assert found.max() == 1 and (found[ids > 0] == 1).all()


def test_nothing_is_nothing_and_far_pixels_stay_free() -> None:
    ids = np.zeros(SHAPE, np.int32)
    form = table_with(ids)
    assert not things_in(said(ids, form), form).any()  # type: ignore[arg-type]
    some = np.ones((5, 60), bool)
    ids = np.zeros((5, 60), np.int32)
    ids[2, 3] = 7
    near = grown(ids, some, 10)
    assert near[2, 13] == 7 and not near[:, 20:].any()


def test_a_segmenter_by_votes_tells_pixels_of_the_picture(tmp_path: Path) -> None:
    ids = np.zeros(SHAPE, np.int32)
    ids[30:60, 40:70], ids[30:60, 70:90] = 1, 2
    form = table_with(ids)
    network = saying(tmp_path, {"votes": said(ids, form)[None]}, (1, PLANES, *SHAPE))
    at = card(network, "segmenter", input={"shows": "form"}, output={"layout": "votes"})
    depth = np.kron(plane_depth(above()) - 0.04 * (ids > 0), np.ones((2, 2))).astype(np.float32)
    lens = LENS * [[2], [2], [1]]
    found = OnnxSegmenter(at).segment(np.zeros((240, 320, 3), np.uint8), depth, lens, above())
    assert found.shape == (240, 320) and set(np.unique(found)) == {0, 1, 2}
    assert (found[62:118, 84:136] == found[90, 100]).all() and found[90, 160] != found[90, 100]
    with pytest.raises(
        ModelError, match="expected a picture with intrinsics and the camera's pose"
    ):
        OnnxSegmenter(at).segment(np.zeros((240, 320, 3), np.uint8), depth, lens)


def test_votes_come_with_form(tmp_path: Path) -> None:
    network = saying(tmp_path, {"votes": np.zeros((1, 4, *SHAPE), np.float32)}, (1, PLANES, *SHAPE))
    at = card(network, "segmenter", input={"shows": "xyz"}, output={"layout": "votes"})
    with pytest.raises(ModelError, match=r"input.shows: expected form with output.layout votes"):
        OnnxSegmenter(at)
    at = card(network, "segmenter", input={"shows": "form"}, output={"layout": "votes"})
    with pytest.raises(ModelError, match=r"output.votes: expected shape \[1, 5, 120, 160\], got"):
        OnnxSegmenter(at)


def test_votes_overrule_what_shape_parts_and_shape_parts_what_no_border_does() -> None:
    ids = np.zeros(SHAPE, np.int32)
    ids[30:60, 40:100], ids[30:60, 100:130] = 1, 2
    form = table_with(ids)
    out = said(ids, form, borders=False)
    assert things_in(out, form).max() == 1, "without a border there is one part"  # type: ignore[arg-type]
    cut = np.zeros(SHAPE, np.int32)
    cut[30:60, 40:70], cut[30:60, 70:100], cut[30:60, 100:130] = 4, 5, 9
    found = things_in(out, form, cut=cut)  # type: ignore[arg-type]
    assert found.max() == 2 and found[45, 50] == found[45, 90] != found[45, 115]
    edges = things_in(out, form, cut=cut, parts=False)  # type: ignore[arg-type]
    assert edges.max() == 1


def test_a_plane_goes_there_and_back() -> None:
    fitted = Fitted(480, 640, (0.5, 0.5), (0.0, 0.0))
    plane = np.zeros((480, 640), np.int32)
    plane[100:200, 300:500] = 3
    there = fitted.plane_there(plane, 120, 160)
    assert np.array_equal(fitted.plane_back(there), plane)
    boxed = Fitted(720, 1280, (0.25, 0.25), (0.0, 30.0))
    there = boxed.plane_there(np.ones((720, 1280), np.int32), 120, 160)
    assert not there[:15].any() and there[15:105].all() and not there[105:].any()


def test_edges_are_those_that_shape_cuts() -> None:
    cut = np.zeros((20, 40), np.int32)
    cut[5:15, 5:20], cut[5:15, 20:35] = 1, 2
    told = np.zeros((20, 40), np.uint16)
    told[4:16, 4:22] = 7  # coarse: it reaches over into the other region
    told[4:10, 22:36] = 8
    told[10:16, 22:36] = 9
    found = snapped(told, cut)
    assert (found[5:15, 5:20] == 7).all() and not found[cut == 0].any()
    assert found[7, 30] == 8 and found[13, 30] == 9, "what the votes part stays in two"
    assert not snapped(np.zeros_like(told), cut).any()
