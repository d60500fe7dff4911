"""A segmenter from outside: which pixels of a picture belong to one thing.

Knows: outputs with one number a pixel, one mask a thing, or votes for middles. Does not know: kinds,
colours, how votes become things (parting.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import ModelError
from llmagentos.inference.card import NetworkCard, network_of, output_named, read_card
from llmagentos.inference.form import halved
from llmagentos.inference.parting import OUTPUTS, Joins, snapped, things_in
from llmagentos.inference.pictures import Fitted, PictureInput

Labels = NDArray[np.uint16]


class OnnxSegmenter:
    """A segmenter by its card. Raises FileError, ModelError and its kinds; fields that do not fit
    are named at once."""

    def __init__(self, card: str | Path | NetworkCard) -> None:
        self.card = card if isinstance(card, NetworkCard) else read_card(card, "segmenter")
        self._network = network_of(self.card)
        self._input = PictureInput(self.card, self._network)
        rows, cols = self._input.rows, self._input.cols
        pinhole = np.array([[cols, 0, cols / 2], [0, cols, rows / 2], [0, 0, 1]], np.float64)
        above = np.diag([1.0, -1.0, -1.0, 1.0])
        above[2, 3] = 1.0
        self.segment(
            np.zeros((rows, cols, 3), np.uint8), np.ones((rows, cols), np.float32), pinhole, above
        )

    def segment(
        self,
        rgb: NDArray[np.uint8],
        depth: NDArray[np.float32],
        intrinsics: NDArray[np.float64] | None = None,
        base_from_camera: NDArray[np.float64] | None = None,
        cut: NDArray[np.int32] | None = None,
    ) -> Labels:
        """One number a thing, uint16 [H, W]; 0 belongs to none. rgb uint8 [H, W, 3], depth metres
        [H, W], 0 where unknown; base_from_camera [4, 4]: with the table at z = 0; cut: regions by
        shape alone, for a network that `wants_cut`."""
        if self.card.layout == "votes":
            return self._from_votes(rgb, depth, intrinsics, base_from_camera, cut)
        feeds, fitted = self._input.feeds(rgb, depth, intrinsics)
        out = self._network(feeds)
        if self.card.layout == "labels":
            plane = out[output_named(self.card, self._network, "labels", 0)]
            while plane.ndim > 2 and plane.shape[0] == 1:
                plane = plane[0]
            if plane.ndim != 2:
                raise ModelError(
                    f"output.labels: expected one number a pixel, got shape {list(plane.shape)}"
                )
            numbers = np.clip(np.nan_to_num(plane.astype(np.float32)) + 0.5, 0, 65535)
            return fitted.plane_back(numbers.astype(np.uint16))
        return self._from_masks(out, fitted)

    @property
    def wants_cut(self) -> bool:
        """Whether it decides about regions that shape alone cuts."""
        return bool(self.card.output.cut)

    def _from_votes(
        self, rgb: Any, depth: Any, intrinsics: Any, base_from_camera: Any, cut: Any
    ) -> Labels:
        feeds, form, fitted = self._input.form(rgb, depth, intrinsics, base_from_camera)
        name = output_named(self.card, self._network, "votes", 0)
        out = np.asarray(self._network(feeds)[name], np.float32)
        if out.shape[2:] != form.known.shape:
            form = halved(form)
        wanted = [1, OUTPUTS, *form.known.shape]
        if list(out.shape) != wanted:
            raise ModelError(f"output.votes: expected shape {wanted}, got {list(out.shape)}")
        card = self.card.output
        joins = Joins(card.joins, card.apart) if card.joins else Joins()
        at = fitted.plane_there(cut, *form.known.shape) if cut is not None and card.cut else None
        things = things_in(out[0], form, joins, at, card.cut == "parts")
        told = fitted.plane_back(things.astype(np.uint16))
        return told if at is None else snapped(told, cut)

    def _from_masks(self, out: dict[str, Any], fitted: Fitted) -> Labels:
        masks = np.asarray(out[output_named(self.card, self._network, "masks", 0)], np.float32)
        if masks.ndim == 4 and masks.shape[0] == 1:
            masks = masks[0]
        if masks.ndim != 3:
            raise ModelError(
                f"output.masks: expected one plane a thing, got shape {list(masks.shape)}"
            )
        scores = np.ones(len(masks), np.float32)
        if self.card.output.scores:
            scores = np.asarray(out[output_named(self.card, self._network, "scores", 1)]).reshape(
                -1
            )
            if len(scores) != len(masks):
                raise ModelError(
                    f"output.scores: expected {len(masks)} scores, one a mask, got {len(scores)}"
                )
        order = np.argsort(scores, kind="stable")  # surer ones are laid over the others
        order = order[scores[order] >= self.card.threshold][-self.card.most :]
        plane = np.zeros(masks.shape[1:], np.uint16)
        for number, k in enumerate(order, 1):
            plane[masks[k] > 0.5] = number
        return fitted.plane_back(plane)
