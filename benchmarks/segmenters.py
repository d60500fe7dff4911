"""What is one thing: the built-in cut, a network's, beside each other on fresh rendered heaps.

    python -m benchmarks.segmenters --scenes 12 --segmenter CARD

Knows: true masks from the renderer, and how regions are counted against them. Does not know: kinds,
colours, how regions are made. Scenes from `SEED` up are nobody's to train on, and hold meshes that no
training draws; training/segmenter takes seeds below 900,000.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import cv2  # noqa: E402 - after the thread limits, which are read when the libraries load
import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from llmagentos.inference import OnnxSegmenter  # noqa: E402
from llmagentos.perception.maps.regions import Regions, with_told  # noqa: E402
from training.segmenter.heaps import LAYOUTS, HeapWorld  # noqa: E402
from training.segmenter.shape_cut import Ids, Prepared, Preparer  # noqa: E402

SEED = 900_000
#: A thing of fewer pixels is not counted; a part of a thing is so much of it, and a region so much of
#: itself in it; from which intersection over union a thing is well told.
_SEEN_PX, _PART, _INSIDE, _WELL = 150, 0.15, 0.6, 0.5
Cut = Callable[[Prepared], Ids]


@dataclass
class Count:
    """Of one way to cut, over the pictures of one row."""

    things: int = 0
    well: int = 0
    split: int = 0
    merged: int = 0
    invented: int = 0
    pictures: int = 0
    overlaps: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Plain figures; shares of things."""
        n = max(self.things, 1)
        return {
            "things": self.things,
            "well": round(self.well / n, 3),
            "split": round(self.split / n, 3),
            "merged": round(self.merged / n, 3),
            "invented_a_picture": round(self.invented / max(self.pictures, 1), 2),
            "overlap": round(float(np.mean(self.overlaps or [0])), 3),
            "median_ms": round(float(np.median(self.cpu_ms or [0])), 1),
        }


def count(total: Count, truth: Ids, ids: Ids, raised: NDArray[np.bool_]) -> None:
    """Score the regions of one picture. Both are compared where something is raised."""
    truth = np.where(raised, truth, 0)
    size, wide = int(ids.max(initial=0)) + 1, int(truth.max(initial=0)) + 1
    table = np.bincount(
        truth.ravel().astype(np.int64) * size + ids.ravel(), minlength=wide * size
    ).reshape(wide, size)
    areas, own = table.sum(axis=0), table.sum(axis=1)
    total.pictures += 1
    for thing in range(1, wide):
        if own[thing] < _SEEN_PX:
            continue
        both = table[thing, 1:]
        union = areas[1:] + own[thing] - both
        iou = both / np.maximum(union, 1)
        best = int(iou.argmax()) if len(iou) else -1
        value = float(iou[best]) if best >= 0 else 0.0
        parts = (both > _INSIDE * areas[1:]) & (both > _PART * own[thing])
        total.things += 1
        total.overlaps.append(value)
        total.well += value >= _WELL
        total.split += int(parts.sum()) > 1
        shares = table[1:, 1:] / np.maximum(own[1:, None], 1)
        with_it = shares[thing - 1] > _WELL
        total.merged += bool((shares[:, with_it] > _WELL).sum() > with_it.sum())
    strange = (areas[1:] >= _SEEN_PX) & (table[0, 1:] > 0.75 * areas[1:])
    total.invented += int(strange.sum())


def built_in(picture: Prepared) -> Ids:
    """By shape alone, as perception does without a network."""
    return picture.cut()


def network(segmenter: OnnxSegmenter) -> Cut:
    """By a network, and by shape where it says nothing, as perception does with one."""

    def cut(picture: Prepared) -> Ids:
        frame, raised = picture.frame, picture.raised
        shape = picture.cut() if segmenter.wants_cut else None
        told = segmenter.segment(
            frame.rgb, frame.depth, frame.intrinsics, frame.base_from_camera, shape
        )
        rest = picture.cut(raised & (told == 0)) if shape is None else shape
        return with_told(told, raised, Regions(rest, int(rest.max(initial=0)), 0)).ids

    return cut


def run(
    ways: dict[str, Cut],
    layout: str,
    seeds: range,
    noise: str,
    views: int = 2,
    save: Path | None = None,
) -> dict[str, Count]:
    """A count for each way over the same pictures."""
    cv2.setNumThreads(1)
    world = HeapWorld()
    counts = {name: Count() for name in ways}
    prepare = Preparer()
    for seed in seeds:
        for k, shot in enumerate(world.shots(seed, views, layout, True, noise)):
            picture = prepare(shot)
            frame, raised = picture.frame, picture.raised
            seen = []
            for name, cut in ways.items():
                start = time.process_time()
                ids = cut(picture)
                counts[name].cpu_ms.append(1e3 * (time.process_time() - start))
                count(counts[name], shot.ids.astype(np.int32), ids, raised)
                seen.append(ids)
            if save is not None:
                save.mkdir(parents=True, exist_ok=True)
                paper = np.hstack(
                    [
                        frame.rgb,
                        *(overlay(frame.rgb, i) for i in (shot.ids.astype(np.int32), *seen)),
                    ]
                )
                cv2.imwrite(str(save / f"{layout}-{seed}-{k}.jpg"), paper[:, :, ::-1])
    world.close()
    return counts


def overlay(rgb: NDArray[np.uint8], ids: NDArray[Any]) -> NDArray[np.uint8]:
    """The picture with each region in a colour of its own."""
    inks = np.random.default_rng(3).integers(40, 255, (int(ids.max(initial=0)) + 1, 3))
    inks[0] = 0
    share = np.where(ids > 0, 0.65, 0.0)[..., None]
    paper = rgb * (1 - share) + inks[ids] * share
    edge = (
        cv2.morphologyEx(ids.astype(np.float32), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    )
    paper[edge] = 255
    return np.asarray(paper, np.uint8)


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.segmenters`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--segmenter", type=Path, nargs="*", default=[], help="cards of networks")
    parser.add_argument("--scenes", type=int, default=12, help="a row, two pictures each")
    parser.add_argument("--seed", type=int, default=SEED, help="first scene")
    parser.add_argument("--noise", default="typical", help="a severity of sim.noise")
    parser.add_argument("--layouts", nargs="*", default=list(LAYOUTS), choices=LAYOUTS)
    parser.add_argument("--save", type=Path, help="pictures of what was cut go here")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    args = parser.parse_args(argv)
    ways: dict[str, Cut] = {"built-in": built_in}
    for card in args.segmenter:
        ways[card.parent.name or card.stem] = network(OnnxSegmenter(card))
    rows = []
    for layout in args.layouts:
        seeds = range(args.seed, args.seed + args.scenes)
        for name, total in run(ways, layout, seeds, args.noise, save=args.save).items():
            rows.append({"layout": layout, "by": name, **total.summary()})
            print("  ".join(f"{k} {v}" for k, v in rows[-1].items()), flush=True)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
