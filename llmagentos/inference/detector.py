"""A detector from outside: boxes with labels in a colour picture.

Knows: the usual families of outputs: YOLO's one tensor of candidates, end-to-end heads that have
sorted out doubles themselves, DETR's queries, also against stored vectors of words (an open
vocabulary). Does not know: depth, the table, what becomes of a label.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import ModelError
from llmagentos.inference.card import (
    NetworkCard,
    network_of,
    normal,
    output_named,
    read_card,
    text_vectors,
)
from llmagentos.inference.pictures import Fitted, PictureInput

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class _Finds:
    """Candidates: corners [N, 4] in pixels of the network's picture, scores and labels [N]; what
    their masks are made of: factors [N, K] of prototypes [K, h, w], or planes [N, h, w] alone."""

    boxes: Floats
    scores: Floats
    labels: NDArray[Any]
    factors: Floats | None = None
    planes: Floats | None = None

    def take(self, chosen: Any) -> _Finds:
        """Only some, in that order."""
        own = self.planes is not None and self.factors is None
        return _Finds(
            self.boxes[chosen],
            self.scores[chosen],
            self.labels[chosen],
            None if self.factors is None else self.factors[chosen],
            self.planes[chosen] if own and self.planes is not None else self.planes,
        )

    def mask(self, k: int) -> Floats | None:
        """Above 0.5 where the k-th find is, in a plane of the network's picture."""
        if self.planes is None:
            return None
        if self.factors is None:
            return self.planes[k]
        return _sigmoid(np.tensordot(self.factors[k], self.planes, axes=1))


@dataclass(frozen=True)
class Found:
    """One find. box: left, top, right, bottom in pixels of the picture. mask: bool [H, W], where the
    network tells one."""

    label: str
    score: float
    box: tuple[float, float, float, float]
    mask: NDArray[np.bool_] | None = None


class OnnxDetector:
    """A detector by its card. Raises FileError, ModelError and its kinds; every field that does not
    fit the network is named at once, by one empty picture that is looked at."""

    def __init__(self, card: str | Path | NetworkCard) -> None:
        self.card = card if isinstance(card, NetworkCard) else read_card(card, "detector")
        self._network = network_of(self.card)
        self._input = PictureInput(self.card, self._network)
        self._text = text_vectors(self.card)
        self.labels = self.card.labels
        self.detect(np.zeros((self._input.rows, self._input.cols, 3), np.uint8))

    def detect(self, rgb: NDArray[np.uint8]) -> list[Found]:
        """What is found in a picture, uint8 [H, W, 3], the surest first."""
        feeds, fitted = self._input.feeds(rgb)
        out = self._network(feeds)
        family = {"yolo": self._yolo, "end_to_end": self._end_to_end, "detr": self._detr}
        finds = family[self.card.layout](out)
        sure = np.flatnonzero(finds.scores >= self.card.threshold)
        sure = sure[np.argsort(-finds.scores[sure], kind="stable")][: 4 * self.card.most]
        finds = finds.take(sure)
        if self.card.layout == "yolo":
            finds = finds.take(_apart(finds, self.card.overlap))
        labels = finds.labels
        if len(labels) and not 0 <= labels.min() <= labels.max() < len(self.labels):
            raise ModelError(
                f"labels: expected a word for label {labels.max()}, got {len(self.labels)} words"
            )
        return self._named(finds, fitted)

    def _named(self, finds: _Finds, fitted: Fitted) -> list[Found]:
        found: list[Found] = []
        # With an input for its size the network tells boxes in the picture's own pixels.
        boxes = finds.boxes if self.card.input.sizes else fitted.back(finds.boxes)
        for k, (box, score, label) in enumerate(
            zip(boxes, finds.scores, finds.labels, strict=True)
        ):
            word = self.labels[int(label)]
            left, top, right, bottom = (float(v) for v in box)
            if word in self.card.ignore or right - left < 1 or bottom - top < 1:
                continue
            if len(found) == self.card.most:
                break
            mask = _inside(finds.mask(k), fitted, (left, top, right, bottom))
            found.append(Found(word, float(score), (left, top, right, bottom), mask))
        return found

    def _planes(self, out: Mapping[str, Any]) -> Floats | None:
        """What the card calls masks [N or K, h, w]; None where it names none."""
        if not self.card.output.masks:
            return None
        planes = np.asarray(out[output_named(self.card, self._network, "masks", 0)], np.float32)
        while planes.ndim > 3 and 1 in planes.shape[:2]:
            planes = planes[0] if planes.shape[0] == 1 else planes[:, 0]
        if planes.ndim != 3:
            raise ModelError(
                f"output.masks: expected planes of one picture, got shape {list(planes.shape)}"
            )
        return planes

    # --- families ---------------------------------------------------------------------------

    def _yolo(self, out: Mapping[str, Any]) -> _Finds:
        """[1, 4 (+ 1) + labels, candidates], or turned: centre and size, then scores."""
        table = _one(out[output_named(self.card, self._network, "boxes", 0)], "boxes", 2)
        planes = self._planes(out)
        head = 4 + self.card.output.objectness
        last = head + len(self.labels)
        width = last + (0 if planes is None else len(planes))
        if table.shape[0] == width and table.shape[1] != width:
            table = table.T
        if table.shape[1] != width:
            raise ModelError(
                f"labels: expected {width} values a candidate ({len(self.labels)} labels"
                f"{' and objectness' if self.card.output.objectness else ''}), "
                f"got shape {list(table.shape)}"
            )
        scores = table[:, head:last]
        labels = scores.argmax(axis=1)
        best = scores[np.arange(len(scores)), labels]
        if self.card.output.objectness:
            best = best * table[:, 4]
        factors = None if planes is None else table[:, last:]
        boxes = self._pixels(_corners(table[:, :4]), False)
        return _Finds(boxes, best.astype(np.float32), labels, factors, planes)

    def _end_to_end(self, out: Mapping[str, Any]) -> _Finds:
        """[1, finds, 6]: corners, score, label; or an output for each of the three."""
        boxes = _one(out[output_named(self.card, self._network, "boxes", 0)], "boxes", 2)
        planes = self._planes(out)
        width = 6 + (0 if planes is None else len(planes))
        if boxes.shape[1] in (6, width):
            factors = boxes[:, 6:] if boxes.shape[1] > 6 else None
            corners = self._pixels(boxes[:, :4], False)
            return _Finds(corners, boxes[:, 4], boxes[:, 5].astype(int), factors, planes)
        if boxes.shape[1] != 4:
            raise ModelError(
                f"output.boxes: expected 4 or 6 values a find, got shape {list(boxes.shape)}"
            )
        scores = _one(out[output_named(self.card, self._network, "scores", 1)], "scores", 1)
        labels = _one(out[output_named(self.card, self._network, "labels", 2)], "labels", 1)
        if not len(boxes) == len(scores) == len(labels):
            raise ModelError(
                f"output.scores: expected {len(boxes)} scores and labels, "
                f"got {len(scores)} and {len(labels)}"
            )
        return _Finds(self._pixels(boxes, False), scores, labels.astype(int), None, planes)

    def _detr(self, out: Mapping[str, Any]) -> _Finds:
        """Logits (or vectors) [1, queries, labels] and boxes [1, queries, 4], centre and size."""
        field = "vectors" if self._text is not None else "scores"
        logits = _one(out[output_named(self.card, self._network, field, 0)], field, 2)
        boxes = _one(out[output_named(self.card, self._network, "boxes", 1)], "boxes", 2)
        if self._text is not None:
            assert self.card.text is not None
            if logits.shape[1] != self._text.shape[1]:
                raise ModelError(
                    f"text.vectors: expected vectors of {logits.shape[1]} numbers, "
                    f"got {self._text.shape[1]}"
                )
            cosine = normal(logits) @ self._text.T
            scores = _sigmoid(self.card.text.scale * cosine + self.card.text.bias)
        else:
            scores = _scores(logits, self.card.output.no_object)
        if scores.shape[1] != len(self.labels) or boxes.shape != (len(scores), 4):
            raise ModelError(
                f"labels: expected {scores.shape[1]} labels and {len(scores)} boxes, "
                f"got {len(self.labels)} and shape {list(boxes.shape)}"
            )
        labels = scores.argmax(axis=1)
        best = scores[np.arange(len(scores)), labels]
        planes = self._planes(out)
        planes = None if planes is None else _sigmoid(planes)
        return _Finds(self._pixels(_corners(boxes), True), best, labels, None, planes)

    def _pixels(self, boxes: Floats, normalized: bool) -> Floats:
        """Boxes in pixels of the network's picture."""
        wanted = self.card.output.normalized
        if normalized if wanted is None else wanted:
            sides = np.array([self._input.cols, self._input.rows] * 2, np.float32)
            boxes = boxes * sides
        return boxes.astype(np.float32)


def _one(values: Any, field: str, dims: int) -> Floats:
    """The output of one picture; its first axis may be the batch of one."""
    array = np.asarray(values, np.float32)
    if array.ndim == dims + 1 and array.shape[0] == 1:
        array = array[0]
    if array.ndim != dims:
        raise ModelError(
            f"output.{field}: expected {dims} dimensions for one picture, "
            f"got shape {list(np.shape(values))}"
        )
    return np.nan_to_num(array)


def _corners(boxes: Floats) -> Floats:
    middle, half = boxes[:, :2], boxes[:, 2:4] / 2
    return np.concatenate([middle - half, middle + half], axis=1)


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -60, 60))), np.float32)


def _scores(logits: Floats, no_object: bool) -> Floats:
    if not no_object:
        return _sigmoid(logits)
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray((shifted / shifted.sum(axis=1, keepdims=True))[:, :-1], np.float32)


def _apart(finds: _Finds, overlap: float) -> list[int]:
    """Indices of what stays, the surest first: none overlaps a surer one of its label."""
    if not len(finds.boxes):
        return []
    rects = np.concatenate([finds.boxes[:, :2], finds.boxes[:, 2:] - finds.boxes[:, :2]], axis=1)
    kept = cv2.dnn.NMSBoxesBatched(
        rects.tolist(), finds.scores.tolist(), finds.labels.astype(int).tolist(), 0.0, overlap
    )
    return sorted((int(i) for i in np.reshape(kept, -1)), key=lambda i: -finds.scores[i])


def _inside(
    plane: Floats | None, fitted: Fitted, box: tuple[float, float, float, float]
) -> NDArray[np.bool_] | None:
    """A mask at the picture's size, within its box."""
    if plane is None:
        return None
    mask: NDArray[np.bool_] = fitted.plane_back(plane) > 0.5
    left, top, right, bottom = (round(v) for v in box)
    kept = np.zeros_like(mask)
    kept[top:bottom, left:right] = mask[top:bottom, left:right]
    return kept
