"""Networks of others by their cards: what fits is run, what doesn't is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab.networks import brighter_than, card, mean_color, saying

from llmagentos.errors import FileError, ModelError, ModelIntegrityError, ModelNotFoundError
from llmagentos.inference import OnnxDetector, OnnxEmbedder, OnnxSegmenter, read_card

LABELS = ["cup", "drill"]
#: One find in a picture of 64 x 64: corners 16, 8 to 48, 40; the second label.
BOX = (16.0, 8.0, 48.0, 40.0)
MIDDLE = (32.0, 24.0, 32.0, 32.0)
PICTURE = np.zeros((64, 64, 3), np.uint8)


def _yolo(objectness: bool = False, turned: bool = False) -> np.ndarray:
    """Two candidates at the same place, and one that nobody believes in."""
    anything = [0.9] if objectness else []
    rows = [
        [*MIDDLE, *anything, 0.1, 0.8],
        [33.0, 24.0, 32.0, 32.0, *anything, 0.1, 0.7],
        [10.0, 10.0, 8.0, 8.0, *anything, 0.05, 0.05],
    ]
    table = np.array(rows, np.float32)
    return (table if turned else table.T)[None]


def _logit(p: float) -> float:
    return float(np.log(p / (1 - p)))


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], float]] = {
    "yolo": ({"output0": _yolo()}, {}, 0.8),
    "yolo turned": ({"output0": _yolo(turned=True)}, {}, 0.8),
    "yolo with objectness": (
        {"output0": _yolo(objectness=True)},
        {"output": {"objectness": True}},
        0.72,
    ),
    "one table": (
        {"output0": np.array([[[*BOX, 0.8, 1.0], [0, 0, 9, 9, 0.01, 0.0]]], np.float32)},
        {"output": {"layout": "end_to_end"}},
        0.8,
    ),
    "three outputs": (
        {
            "labels": np.array([[1]], np.int64),
            "boxes": np.array([[BOX]], np.float32),
            "scores": np.array([[0.8]], np.float32),
        },
        {
            "output": {
                "layout": "end_to_end",
                "boxes": "boxes",
                "scores": "scores",
                "labels": "labels",
            }
        },
        0.8,
    ),
    "detr, a sigmoid a label": (
        {
            "logits": np.array([[[_logit(0.1), _logit(0.8)], [-9, -9]]], np.float32),
            "boxes": np.array([[[0.5, 0.375, 0.5, 0.5], [0.1, 0.1, 0.1, 0.1]]], np.float32),
        },
        {"output": {"layout": "detr"}},
        0.8,
    ),
    "detr, nothing as a label": (
        {
            "boxes": np.array([[[0.5, 0.375, 0.5, 0.5]]], np.float32),
            "logits": np.log(np.array([[[0.1, 0.8, 0.1]]], np.float32)),
        },
        {"output": {"layout": "detr", "no_object": True, "scores": "logits", "boxes": "boxes"}},
        0.8,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_usual_family_of_outputs_is_read(case: str, tmp_path: Path) -> None:
    outputs, fields, score = CASES[case]
    detector = OnnxDetector(card(saying(tmp_path, outputs), "detector", labels=LABELS, **fields))
    (found,) = detector.detect(PICTURE)
    assert found.label == "drill" and found.score == pytest.approx(score, abs=1e-5)
    assert found.box == pytest.approx(BOX, abs=1e-3) and found.mask is None


def test_boxes_come_back_from_a_letterbox_and_from_a_crop(tmp_path: Path) -> None:
    """A picture twice as wide as high, 128 x 64: half as large with bars, or its middle."""
    wide = np.zeros((64, 128, 3), np.uint8)
    network = saying(tmp_path, {"output0": _yolo()})
    for fit, expected in (
        ("letterbox", (32.0, 0.0, 96.0, 48.0)),
        ("crop", (48.0, 8.0, 80.0, 40.0)),
        ("stretch", (32.0, 8.0, 96.0, 40.0)),
    ):
        at = card(network, "detector", labels=LABELS, input={"fit": fit})
        assert OnnxDetector(at).detect(wide)[0].box == pytest.approx(expected, abs=1e-3)


def test_words_that_nobody_wants_are_left_out(tmp_path: Path) -> None:
    network = saying(tmp_path, {"output0": _yolo()})
    at = card(network, "detector", labels=LABELS, ignore=["drill"])
    assert OnnxDetector(at).detect(PICTURE) == []
    at = card(network, "detector", labels=LABELS, threshold=0.81)
    assert OnnxDetector(at).detect(PICTURE) == []
    at = card(network, "detector", labels=LABELS, overlap=0.99)
    assert len(OnnxDetector(at).detect(PICTURE)) == 2


def test_labels_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("cup\n\ncordless drill\n", "utf-8")
    at = card(saying(tmp_path, {"output0": _yolo()}), "detector", labels="words.txt")
    assert OnnxDetector(at).detect(PICTURE)[0].label == "cordless drill"


def test_an_open_vocabulary_is_a_vector_a_word(tmp_path: Path) -> None:
    seen = {
        "vectors": np.array([[[0.0, 3.0, 0.1], [1.0, 1.0, -5.0]]], np.float32),
        "boxes": np.array([[[0.5, 0.375, 0.5, 0.5], [0.1, 0.1, 0.1, 0.1]]], np.float32),
    }
    np.save(tmp_path / "words.npy", np.array([[2.0, 0.0, 0.0], [0.0, 0.5, 0.0]], np.float32))
    fields: dict[str, Any] = {
        "labels": LABELS,
        "output": {"layout": "detr"},
        "text": {"vectors": "words.npy", "scale": 10.0, "bias": -5.0},
    }
    (found,) = OnnxDetector(card(saying(tmp_path, seen), "detector", **fields)).detect(PICTURE)
    assert found.label == "drill" and found.score > 0.98
    np.save(tmp_path / "words.npy", np.ones((3, 3), np.float32))
    with pytest.raises(ModelError, match=r"text\.vectors: expected 2 vectors, one a label, got"):
        OnnxDetector(card(saying(tmp_path, seen), "detector", **fields))
    np.save(tmp_path / "words.npy", np.ones((2, 4), np.float32))
    with pytest.raises(ModelError, match=r"text\.vectors: expected vectors of 3 numbers, got 4"):
        OnnxDetector(card(saying(tmp_path, seen), "detector", **fields))


def _disc() -> np.ndarray:
    v, u = np.mgrid[:16, :16]
    return ((u - 8) ** 2 + (v - 6) ** 2 < 9).astype(np.float32)


@pytest.mark.parametrize("family", ["prototypes", "a plane a find", "logits"])
def test_masks_of_finds(family: str, tmp_path: Path) -> None:
    if family == "prototypes":
        table = np.concatenate([_yolo()[0], np.array([[20.0] * 3], np.float32)])[None]
        outputs = {"output0": table, "protos": (_disc() - 0.5)[None, None]}
        output = {"masks": "protos"}
    elif family == "a plane a find":
        outputs = {
            "boxes": np.array([[BOX]], np.float32),
            "scores": np.array([[0.8]], np.float32),
            "labels": np.array([[1]], np.int64),
            "masks": _disc()[None, None],
        }
        output = {"layout": "end_to_end", "masks": "masks"}
    else:
        outputs = {
            "logits": np.array([[[_logit(0.1), _logit(0.8)]]], np.float32),
            "boxes": np.array([[[0.5, 0.375, 0.5, 0.5]]], np.float32),
            "masks": 20 * (_disc() - 0.5)[None, None],
        }
        output = {"layout": "detr", "masks": "masks"}
    at = card(saying(tmp_path, outputs), "detector", labels=LABELS, output=output)
    (found,) = OnnxDetector(at).detect(np.zeros((128, 128, 3), np.uint8))
    assert found.mask is not None and found.mask.shape == (128, 128)
    rows, cols = np.nonzero(found.mask)
    assert (rows.mean() + 0.5, cols.mean() + 0.5) == pytest.approx((52, 68), abs=1.5)
    assert found.mask.sum() == pytest.approx(64 * _disc().sum())


def test_a_segmenter_of_numbers_and_one_of_masks(tmp_path: Path) -> None:
    picture = np.zeros((96, 128, 3), np.uint8)
    picture[20:40, 30:70, 0] = 200
    depth = np.ones((96, 128), np.float32)
    numbers = OnnxSegmenter(card(brighter_than(tmp_path, 0.5), "segmenter"))
    mask = numbers.segment(picture, depth) == 1
    assert mask.shape == (96, 128) and mask[22:38, 32:68].all() and not mask[:18].any()
    planes = np.zeros((1, 2, 24, 32), np.float32)
    planes[0, 0, 5:10, 5:20] = 0.9
    planes[0, 1, 7:12, 15:30] = 0.9
    outputs = {"masks": planes, "scores": np.array([[0.6, 0.9]], np.float32)}
    at = card(
        saying(tmp_path, outputs, (1, 3, 48, 64)),
        "segmenter",
        output={"layout": "masks", "scores": "scores"},
        threshold=0.5,
    )
    found = OnnxSegmenter(at).segment(picture, depth)
    assert set(np.unique(found)) == {0, 1, 2}
    assert found[32, 68] == 2, "the surer one is laid over the other"
    assert (found == 1).sum() + (found == 2).sum() == 16 * (75 + 75 - 15)


@pytest.mark.parametrize("shows, channels", [("depth", 1), ("rgbd", 4), ("xyz", 3), ("rgb_xyz", 6)])
def test_a_segmenter_may_see_depth_and_points(shows: str, channels: int, tmp_path: Path) -> None:
    network = brighter_than(tmp_path, 0.75, (1, channels, 48, 64))
    shown: dict[str, Any] = {"shows": shows, "scale": 1.0, "depth_m": 2.0}
    segmenter = OnnxSegmenter(card(network, "segmenter", input=shown))
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[10, 20, 0] = 1
    depth = np.zeros((48, 64), np.float32)
    depth[10, 20], depth[5, 6] = 1.6, 1.0
    lens = np.array([[40.0, 0, 0], [0, 40.0, 0], [0, 0, 1]])
    seen = segmenter.segment(picture, depth, lens)
    assert seen[10, 20] == 1 and seen.sum() == 1


def test_an_embedder_gives_directions(tmp_path: Path) -> None:
    embedder = OnnxEmbedder(card(mean_color(tmp_path), "embedder"))
    red, blue = (np.full((9, 7, 3), color, np.uint8) for color in ((200, 0, 0), (0, 0, 90)))
    vectors = embedder.vectors([red, blue])
    assert embedder.length == 3 and embedder.name.startswith("network-")
    assert vectors == pytest.approx(np.array([[1.0, 0, 0], [0, 0, 1.0]]))
    assert embedder.vectors([]).shape == (0, 3)
    with pytest.raises(ModelError, match=r"expected a crop \[h, w, 3\], got shape \[0, 7, 3\]"):
        embedder.vectors([red[:0]])


def test_channels_are_turned_and_made_normal(tmp_path: Path) -> None:
    network = mean_color(tmp_path)
    wanted = {"color": "BGR", "scale": 100.0, "mean": [1.0, 0.0, 0.0], "std": [1.0, 0.5, 1.0]}
    embedder = OnnxEmbedder(card(network, "embedder", input=wanted))
    crop = np.full((8, 8, 3), (100, 50, 200), np.uint8)  # blue 200, green 50, red 100
    assert embedder.vectors([crop])[0] == pytest.approx(np.ones(3) / np.sqrt(3), abs=1e-3)


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("detector", {"task": "classifier"}, "task: Input should be"),
    ("detector", {"task": "embedder"}, "task: expected detector, got embedder"),
    ("detector", {"licence": None}, "licence: Field required"),
    ("detector", {"sha256": "12"}, "sha256: String should match"),
    ("detector", {"labels": None}, "labels: expected the words"),
    ("detector", {"labels": ["cup"]}, "labels: expected 5 values a candidate"),
    ("detector", {"ignore": ["person"]}, "ignore: expected some of the labels, got person"),
    ("detector", {"threshold": 2}, "threshold: Input should be less than or equal to 1, got 2"),
    ("detector", {"color": "RGB"}, "color: Extra inputs are not permitted"),
    ("detector", {"output": {"layout": "masks"}}, "output.layout: expected one of yolo, end_to_end"),
    ("detector", {"output": {"boxes": "dets"}}, "output.boxes: expected one of output0, got 'dets'"),
    ("detector", {"output": {"layout": "end_to_end"}}, "output.boxes: expected 4 or 6 values"),
    ("detector", {"output": {"layout": "detr"}}, "output.boxes: expected an output of the network"),
    ("detector", {"output": {"masks": "output0"}}, "labels: expected 7 values a candidate"),
    ("detector", {"input": {"name": "image"}}, "input.name: expected one of images, got 'image'"),
    ("detector", {"input": {"sizes": "size"}}, "input.sizes: expected one of images, got 'size'"),
    ("detector", {"input": {"size": [32, 32]}}, "input.size: expected [64, 64], got [32, 32]"),
    ("detector", {"input": {"size": [4, 4]}}, "input.size: expected rows and columns of 8 to 4096"),
    ("detector", {"input": {"layout": "NHWC"}}, "input.shows: expected 64 channels in images (NHWC)"),
    ("detector", {"input": {"std": [1, 0, 1]}}, "input.std: expected three numbers other than 0"),
    ("detector", {"input": {"shows": "rgbd"}}, "input.shows: expected rgb for a detector"),
    ("segmenter", {"input": {"shows": "depth"}}, "input.shows: expected 3 channels in images"),
    ("segmenter", {"output": {"layout": "masks", "scores": "output0"}}, "output.scores: expected 1 scores, one a mask, got 18"),
    ("detector", {"text": {"vectors": "words.npy"}}, "text: expected output.layout detr"),
]  # fmt: skip


@pytest.mark.parametrize("task, fields, message", WRONG)
def test_what_can_not_be_is_named_by_its_field(
    task: str, fields: dict[str, Any], message: str, tmp_path: Path
) -> None:
    network = saying(tmp_path, {"output0": _yolo()})
    given = {"labels": LABELS} if task == "detector" else {}
    at = card(network, task, **{**given, **fields})
    with pytest.raises(ModelError) as told:
        {"detector": OnnxDetector, "segmenter": OnnxSegmenter}[task](at)
    assert message in str(told.value)


def test_a_segmenter_gives_one_number_a_pixel(tmp_path: Path) -> None:
    network = saying(tmp_path, {"labels": np.zeros((1, 2, 64, 64), np.int32)})
    with pytest.raises(ModelError, match=r"output\.labels: expected one number a pixel"):
        OnnxSegmenter(card(network, "segmenter"))


def test_files_are_checked(tmp_path: Path) -> None:
    network = saying(tmp_path, {"output0": _yolo()})
    at = card(network, "detector", labels=LABELS, sha256="0" * 64)
    with pytest.raises(ModelIntegrityError, match="expected SHA-256 0000"):
        OnnxDetector(at)
    with pytest.raises(ModelNotFoundError, match="other"):
        OnnxDetector(card(network, "detector", labels=LABELS, file="other.onnx"))
    with pytest.raises(FileError, match="a network's labels"):
        read_card(card(network, "detector", labels="words.txt"), "detector")
    with pytest.raises(FileError, match="a network's card"):
        read_card(tmp_path / "none.yaml", "detector")
    (tmp_path / "card.yaml").write_text("- a list", "utf-8")
    with pytest.raises(ModelError, match="expected a network's card"):
        read_card(tmp_path / "card.yaml", "detector")
