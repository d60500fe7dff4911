"""Perception on real RGB-D pictures, against boxes that people drew.

    python -m benchmarks.pictures FOLDER --save OVERLAYS

Knows: scoring by boxes. Does not know: where the pictures come from: they are others', so they are
not in this repository, only our boxes are (picture_boxes.json; folders are as real_pictures says).
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import cv2  # noqa: E402 - after the thread limits, which are read when the libraries load
import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from benchmarks.real_pictures import Drawn, Picture, read_pictures  # noqa: E402
from llmagentos.perception import TabletopPerception  # noqa: E402
from llmagentos.perception.look import Look  # noqa: E402
from llmagentos.perception.maps.rectify import GridSpec  # noqa: E402
from llmagentos.perception.overlay import project  # noqa: E402
from llmagentos.perception.things.detection import Detection  # noqa: E402
from llmagentos.types import CameraFrame, Observation  # noqa: E402

BOXES = Path(__file__).with_name("picture_boxes.json")
#: Intersection over union from which a box is right; share of a detection inside a drawn box from
#: which it is (part of) that thing; below which it is none of them.
_WELL, _PART, _NONE = 0.5, 0.6, 0.25
GOALS = "goals: >= 75 % boxed well, <= 10 % split, <= 0.3 inventions a picture, <= 100 ms median, <= 200 ms"

Box = NDArray[np.float64]


@dataclass
class Score:
    """Counts over pictures. kinds, colors: of things boxed well, whether the name is right. look_ms:
    processor time of each look, which other programs on the machine stretch less than its wall time."""

    name: str
    pictures: int = 0
    things: int = 0
    said: int = 0
    well: int = 0
    by_one: int = 0
    split: int = 0
    missed: int = 0
    invented: int = 0
    kinds: list[bool] = field(default_factory=list)
    named: list[bool] = field(default_factory=list)
    colors: list[bool] = field(default_factory=list)
    look_ms: list[float] = field(default_factory=list)
    made_up: Counter[str] = field(default_factory=Counter)

    def summary(self) -> dict[str, Any]:
        """Plain numbers for people and JSON."""
        n, k = max(self.things, 1), max(self.pictures, 1)
        return {
            "source": self.name,
            "pictures": self.pictures,
            "things": self.things,
            "said": self.said,
            "boxed_well": round(self.well / n, 3),
            "by_one": round(self.by_one / n, 3),
            "split": round(self.split / n, 3),
            "missed": round(self.missed / n, 3),
            "invented_a_picture": round(self.invented / k, 2),
            "kind_right": f"{sum(self.kinds)}/{len(self.kinds)}",
            "no_kind_said_thing": f"{sum(self.named)}/{len(self.named)}",
            "color_right": f"{sum(self.colors)}/{len(self.colors)}",
            "median_ms": round(float(np.median(self.look_ms or [0])), 1),
            "worst_ms": round(max(self.look_ms, default=0.0), 1),
        }


def box_of(frame: CameraFrame, thing: Detection, grid: GridSpec) -> Box:
    """[x0, y0, x1, y1] in pixels of what a detection fills, from its base to its top."""
    cells = thing.hull[:, 0].astype(np.float64)
    x = grid.x_max - (cells[:, 1] + 0.5) * grid.cell_m
    y = grid.y_max - (cells[:, 0] + 0.5) * grid.cell_m
    ends = [np.c_[x, y, np.full(len(x), z)] for z in (thing.base_z, thing.top_z)]
    uv = project(frame, np.concatenate(ends))
    h, w = frame.depth.shape
    low, high = np.nanmin(uv, axis=0), np.nanmax(uv, axis=0)
    return np.array([*np.clip(low, 0, (w, h)), *np.clip(high, 0, (w, h))])


def overlap(a: Box, b: Box) -> tuple[float, float]:
    """Intersection over union, and over the area of `a`."""
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    both = max(w, 0.0) * max(h, 0.0)
    areas = [max((c[2] - c[0]) * (c[3] - c[1]), 1e-6) for c in (a, b)]
    return both / (sum(areas) - both), both / areas[0]


def add(score: Score, picture: Picture, look: Look) -> list[tuple[Box, str]]:
    """Score one look; returns what was seen, as boxes with words, for the overlay."""
    boxes = [box_of(picture.frame, t, look.maps.grid) for t in look.things]
    drawn = [t for t in picture.things if t.kind != "?"]
    score.pictures += 1
    score.things += len(drawn)
    score.said += len(boxes)
    owners = [owner(box, picture.things) for box in boxes]
    for thing in drawn:
        _score_thing(score, thing, boxes, sum(o is thing for o in owners), look)
    for k, (box, seen) in enumerate(zip(boxes, look.things, strict=True)):
        if _is_invented(box, picture):
            score.invented += 1
            score.made_up[seen.kind] += 1
            look.colors[k] += " INVENTED"
    return [
        (box, f"{color} {seen.kind} {seen.confidence:.2f}")
        for box, color, seen in zip(boxes, look.colors, look.things, strict=True)
    ]


def owner(box: Box, things: tuple[Drawn, ...]) -> Drawn | None:
    """The drawn thing that a detection lies in, of several the one that it fits best."""
    pairs = [(overlap(box, np.array(t.box)), t) for t in things]
    inside = [(iou, t) for (iou, part), t in pairs if part > _PART]
    return max(inside, key=lambda pair: pair[0])[1] if inside else None


def _score_thing(score: Score, thing: Drawn, boxes: list[Box], parts: int, look: Look) -> None:
    own = np.array(thing.box)
    pairs = [overlap(box, own) for box in boxes]
    best = max(range(len(boxes)), key=lambda k: pairs[k][0], default=-1)
    well = best >= 0 and pairs[best][0] >= _WELL
    score.split += parts > 1
    score.missed += not any(iou > 0.1 for iou, _ in pairs)
    if not well:
        return
    score.well += 1
    score.by_one += parts <= 1
    (score.kinds if thing.kind else score.named).append(
        look.things[best].kind == (thing.kind or "thing")
    )
    score.colors.append(look.colors[best] in thing.colors)


def _is_invented(box: Box, picture: Picture) -> bool:
    """Whether a detection on the table has nothing to do with any drawn box."""
    middle = (float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2)
    if cv2.pointPolygonTest(picture.table, middle, False) < 0:
        return False
    return not any(
        max(overlap(box, np.array(t.box))[1], overlap(np.array(t.box), box)[1]) > _NONE
        for t in picture.things
    )


def draw(picture: Picture, seen: list[tuple[Box, str]]) -> NDArray[np.uint8]:
    """The picture with drawn boxes thin and white, and what was seen thick, with words."""
    paper = cv2.resize(picture.frame.rgb, None, fx=2, fy=2)
    for thing in picture.things:
        x0, y0, x1, y1 = (round(2 * v) for v in thing.box)
        cv2.rectangle(paper, (x0, y0), (x1, y1), (255, 255, 255), 1)
    for k, (box, words) in enumerate(seen):
        x0, y0, x1, y1 = (round(2 * float(v)) for v in box)
        ink = [int(v) for v in np.random.default_rng(k).integers(60, 255, 3)]
        cv2.rectangle(paper, (x0, y0), (x1, y1), ink, 2)
        for width, pen in ((3, (0, 0, 0)), (1, (255, 255, 255))):
            cv2.putText(paper, words, (x0 + 2, y0 + 12), cv2.FONT_HERSHEY_SIMPLEX, 0.42, pen, width)
    return np.asarray(paper, dtype=np.uint8)


def run(
    pictures: list[Picture], save_to: Path | None = None, segmenter: Path | None = None
) -> list[Score]:
    """A score for each source and, last, one for all. segmenter: a network's card."""
    cv2.setNumThreads(1)
    scores: dict[str, Score] = {}
    total = Score("all")
    perception = TabletopPerception(segmenter=segmenter)
    # What is loaded with the first look of all is no part of what a look takes.
    perception.perceive(Observation((pictures[0].frame,)))
    for picture in pictures:
        perception.reset()
        start = time.process_time()
        perception.perceive(Observation((picture.frame,)))
        took_ms = 1e3 * (time.process_time() - start)
        look = perception.last_look
        assert look is not None
        plain = list(look.colors)
        for score in (scores.setdefault(picture.source, Score(picture.source)), total):
            look.colors[:] = plain
            score.look_ms.append(took_ms)
            seen = add(score, picture, look)
        if save_to is not None:
            save_to.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(save_to / f"{picture.name}.jpg"), draw(picture, seen)[:, :, ::-1])
    return [*scores.values(), total]


def print_table(scores: list[Score]) -> None:
    """The rows for people."""
    rows = [s.summary() for s in scores]
    table = [list(rows[0]), *([str(v) for v in row.values()] for row in rows)]
    widths = [max(len(r[k]) for r in table) for k in range(len(table[0]))]
    for line in table:
        print("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)))
    print("inventions:", ", ".join(f"{k} x{n}" for k, n in scores[-1].made_up.most_common(8)))
    print(GOALS)


def main() -> None:
    """Entry point of `python -m benchmarks.pictures`: what is said of real pictures."""
    parser = argparse.ArgumentParser(description="Perception on real pictures.")
    parser.add_argument("folder", type=Path, help="pictures and their pictures.json")
    parser.add_argument("--boxes", type=Path, default=BOXES, help="boxes that people drew")
    parser.add_argument("--segmenter", type=Path, help="a network's card: it tells things apart")
    parser.add_argument("--save", type=Path, help="overlays go here")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--only", default="", help="pictures whose name begins so")
    args = parser.parse_args()
    pictures = [p for p in read_pictures(args.folder, args.boxes) if p.name.startswith(args.only)]
    if not pictures:
        parser.error(f"expected pictures with boxes in {args.folder}, got none")
    scores = run(pictures, args.save, args.segmenter)
    print_table(scores)
    if args.json:
        args.json.write_text(json.dumps([s.summary() for s in scores], indent=1))


if __name__ == "__main__":
    main()
