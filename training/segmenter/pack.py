"""Pictures as the network sees them: small, with truth for each pixel, varied each time they are drawn.

Knows: the size that a network sees, targets, how pictures are varied (mirrored, other colours, a table a
little off). Does not know: layers, losses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.inference.form import form_of, halved, upright
from llmagentos.inference.parting import VOTE_M
from training.segmenter.data import files, read
from training.segmenter.heaps import Shot

#: Rows and columns that the network sees.
SIZE = (240, 320)
#: Of which training sees so much at a time: most of a picture is bare table.
CROP = (128, 160)
#: No vote is further than this.
FAR = 2.0
Floats = NDArray[Any]


@dataclass(frozen=True)
class Sample:
    """One picture for training, as 16-bit floats. planes [12, H, W]; and, half as fine: raised, border
    0 or 1; votes [3, ...] in VOTE_M; weight: of each vote, 0 where nothing is known."""

    planes: Floats
    raised: Floats
    border: Floats
    votes: Floats
    weight: Floats


def shrunk(shot: Shot) -> Shot:
    """The same picture at the network's size, as llmagentos.inference lays it there."""
    rows, cols = SIZE
    if shot.ids.shape == SIZE:
        return shot
    fy, fx = rows / shot.ids.shape[0], cols / shot.ids.shape[1]
    lens = shot.intrinsics.copy()
    lens[0], lens[1] = lens[0] * fx, lens[1] * fy
    lens[0, 2] += (fx - 1) / 2
    lens[1, 2] += (fy - 1) / 2
    depth = cv2.medianBlur(shot.depth, 5)
    return replace(
        shot,
        rgb=np.asarray(cv2.resize(shot.rgb, (cols, rows), interpolation=cv2.INTER_AREA), np.uint8),
        depth=np.asarray(cv2.resize(depth, (cols, rows), interpolation=cv2.INTER_NEAREST), np.float32),
        ids=np.asarray(cv2.resize(shot.ids, (cols, rows), interpolation=cv2.INTER_NEAREST), np.uint8),
        intrinsics=lens,
    )  # fmt: skip


def borders(ids: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Pixels of things with another thing right beside them, also across a corner."""
    square = np.ones((3, 3), np.uint8)
    most = cv2.dilate(ids, square)
    least = cv2.erode(np.where(ids > 0, ids, 255).astype(np.uint8), square)
    return np.asarray((ids > 0) & (most != least), bool)


def sample_of(shot: Shot) -> Sample:
    """A shrunk picture as a sample."""
    pose, ids = shot.base_from_camera, shot.ids[::2, ::2]
    whole = form_of(shot.rgb, shot.depth, shot.intrinsics, pose)
    form = halved(whole)
    middles = (shot.middles - pose[:3, 3]) @ (upright(pose) @ pose[:3, :3].T).T
    middles[:, 2] += pose[2, 3]
    votes = (middles[ids].transpose(2, 0, 1) - form.points) / VOTE_M
    areas = np.bincount(ids.ravel(), minlength=256).astype(np.float32)
    weight = np.where((ids > 0) & form.known, 1 / np.sqrt(np.maximum(areas[ids], 1)), 0)
    weight[np.abs(votes).max(axis=0) > FAR] = 0
    fields = (whole.planes, ids > 0, borders(ids), np.clip(votes, -FAR, FAR), weight)
    return Sample(*(np.asarray(field, np.float16) for field in fields))


def varied(sample: Sample, rng: np.random.Generator) -> Sample:
    """A part of it in other colours, on a table that is a little off, maybe mirrored."""
    sample = cropped(sample, rng)
    planes = sample.planes.astype(np.float32)
    planes[8:11] = _other_colors(planes[8:11], rng)
    planes[0] += np.float32(rng.normal(0, 0.016))  # 2 mm
    sample = replace(sample, planes=planes)
    return mirrored(sample) if rng.random() < 0.5 else sample


def cropped(sample: Sample, rng: np.random.Generator) -> Sample:
    """CROP pixels of it around some pixel of a thing, or anywhere."""
    (rows, cols), (height, width) = sample.raised.shape, (CROP[0] // 2, CROP[1] // 2)
    shown = np.flatnonzero(sample.raised)
    at = int(rng.choice(shown)) if len(shown) else int(rng.integers(rows * cols))
    top = int(np.clip(at // cols - rng.integers(height), 0, rows - height))
    left = int(np.clip(at % cols - rng.integers(width), 0, cols - width))
    window = (..., slice(top, top + height), slice(left, left + width))
    finer = (..., slice(2 * top, 2 * (top + height)), slice(2 * left, 2 * (left + width)))
    targets = (sample.raised, sample.border, sample.votes, sample.weight)
    return Sample(sample.planes[finer], *(field[window] for field in targets))


def mirrored(sample: Sample) -> Sample:
    """The same with left and right exchanged."""
    planes, raised, border, votes, weight = (
        np.ascontiguousarray(a[..., ::-1])
        for a in (sample.planes, sample.raised, sample.border, sample.votes, sample.weight)
    )
    planes[2] *= -1
    votes[0] *= -1
    return Sample(planes, raised, border, votes, weight)


def _other_colors(color: Floats, rng: np.random.Generator) -> Floats:
    """Colours -0.5 to 0.5 [3, H, W] in another order, as greys, lighter or darker, paler or not."""
    color = color + np.float32(0.5)
    if rng.random() < 0.5:
        color = color[rng.permutation(3)]
    if rng.random() < 0.15:
        color = np.repeat(color.mean(axis=0, keepdims=True), 3, axis=0)
    color = np.clip(color, 0, 1) ** np.float32(rng.uniform(0.6, 1.6))
    color = (color - 0.5) * np.float32(rng.uniform(0.6, 1.3)) + np.float32(rng.normal(0, 0.08))
    return np.clip(color, -0.5, 0.5).astype(np.float32)


class Shelf:
    """Samples of a folder's pictures in memory, 2.6 MB each; `look` takes in those that have come
    since."""

    def __init__(self, folder: Path, most: int = 2000) -> None:
        self.folder, self.most = folder, most
        self.samples: list[Sample] = []
        self._seen: set[Path] = set()
        self.look()

    def look(self) -> None:
        """Read scenes that are there and new."""
        for path in files(self.folder):
            if path not in self._seen and len(self.samples) < self.most:
                self._seen.add(path)
                self.samples += [sample_of(shrunk(shot)) for shot in read(path)]
