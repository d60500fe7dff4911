"""The pictures of docs/navigation.md: `python -m benchmarks.navigation_picture --out docs/figures`.

Knows: one drive in the shipped flat, on a map made by exploring it; how to draw it. Does not know: how
often drives succeed (navigation.py).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from llmagentos.types import MapPose
from sim.flats.flat import FLATS, SimulatedFlat
from sim.flats.spec import FlatSpec
from sim.flats.world import above_spec

Picture = NDArray[np.uint8]
_HEIGHT, _EVERY = 420, 12
_PLANNED, _DRIVEN = (40, 120, 200), (200, 60, 40)
#: Where it goes: into the study, round a person.
_TO = "study"


def _on_map(flat: SimulatedFlat, driven: list[MapPose], planned: NDArray[np.float64]) -> Picture:
    """The map with the planned and the driven way, RGB."""
    grid = flat.navigator.grid
    grey = np.full(grid.frame.shape, 205, dtype=np.uint8)
    grey[grid.free], grey[grid.occupied] = 255, 30
    rows, columns = np.where(grid.free | grid.occupied)
    r0, r1, c0, c1 = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    scale = _HEIGHT / (r1 - r0)
    small = np.ascontiguousarray(grey[r0:r1, c0:c1][::-1])
    shape = (round((c1 - c0) * scale), _HEIGHT)
    picture = cv2.cvtColor(
        cv2.resize(small, shape, interpolation=cv2.INTER_NEAREST), cv2.COLOR_GRAY2RGB
    )

    def line(points: NDArray[np.float64], rgb: tuple[int, int, int]) -> None:
        at = (points - grid.frame.origin_m) / grid.frame.resolution_m
        x, y = (at[:, 0] - c0) * scale, (r1 - at[:, 1]) * scale
        pixels = np.column_stack([x, y]).round().astype(np.int32)
        cv2.polylines(picture, [pixels.reshape(-1, 1, 2)], False, rgb, 2, cv2.LINE_AA)

    line(planned, _PLANNED)
    line(np.array([[p.x_m, p.y_m] for p in driven]), _DRIVEN)
    return np.asarray(picture, dtype=np.uint8)


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("docs/figures"))
    parser.add_argument("--planned-map", action="store_true", help="do not explore first")
    options = parser.parse_args()
    spec = FlatSpec.from_yaml(FLATS / "flat.yaml")
    data = spec.model_dump()
    data["furniture"] = [{"kind": p.kind, "name": p.name, "at": p.at, "yaw": p.yaw,
                          "size": p.size, "height": p.height} for p in spec.furniture]  # fmt: skip
    data["walkers"] = [{"path": [[5.3, 6.9], [5.3, 2.6]], "speed": 0.5}]
    with SimulatedFlat(
        FlatSpec.from_dict(data), explore=not options.planned_map, renderer="tiny"
    ) as flat:
        base, world = flat.base, flat.world
        goal = base.state().place(_TO)
        assert goal is not None
        planned = flat.navigator.plan(goal.pose)
        camera = above_spec(spec, 560, _HEIGHT)
        base.go_to(goal.pose)
        driven, frames, ticks = [world.truth], [world.render(camera)], 0
        while base.state().moving:
            base.tick()
            ticks += 1
            driven.append(world.truth)
            if ticks % _EVERY == 0:
                frames.append(world.render(camera))
        frames.append(world.render(camera))
        print(base.tick().words, f"{world.contacts=}", f"{len(driven) * 0.1:.0f} s")
        half = frames[len(frames) // 2]
        side = _on_map(flat, driven, planned)
    gap = np.full((_HEIGHT, 8, 3), 255, dtype=np.uint8)
    Image.fromarray(np.hstack([half, gap, side])).save(options.out / "navigation.png")
    small = [Image.fromarray(f).resize((420, 315)) for f in frames]
    small[0].save(
        options.out / "navigation.gif", save_all=True, append_images=small[1:], duration=350, loop=0
    )


if __name__ == "__main__":
    main()
