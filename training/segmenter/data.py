"""Draw pictures of scenes to a folder, one file a scene: resumable, the same for the same seeds.

    python -m training.segmenter.data --scenes 1600 --seed 0 --out /tmp/segnet/train

Knows: files. Does not know: what is in a scene (heaps.py), what a network sees of it (pack.py).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from training.segmenter.heaps import HeapWorld, Shot

#: Depth is stored in steps of this, metres.
_UNIT_M = 1e-4


def write(shots: list[Shot], path: Path) -> None:
    """Pictures of one scene to one file."""
    values: dict[str, Any] = {}
    for k, shot in enumerate(shots):
        for name in ("rgb", "intrinsics", "base_from_camera", "ids", "middles", "noise"):
            values[f"{name}_{k}"] = np.asarray(getattr(shot, name))
        values[f"depth_{k}"] = np.clip(shot.depth / _UNIT_M + 0.5, 0, 65535).astype(np.uint16)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(file, count=len(shots), **values)
    part.replace(path)


def read(path: Path) -> list[Shot]:
    """The pictures of one scene's file."""
    with np.load(path, allow_pickle=False) as f:
        return [
            Shot(
                f[f"rgb_{k}"], f[f"depth_{k}"].astype(np.float32) * np.float32(_UNIT_M),
                f[f"intrinsics_{k}"], f[f"base_from_camera_{k}"], f[f"ids_{k}"], f[f"middles_{k}"],
                str(f[f"noise_{k}"]),
            )
            for k in range(int(f["count"]))
        ]  # fmt: skip


def files(folder: Path) -> list[Path]:
    """Scenes that are there, by number."""
    return sorted(folder.glob("scene-*.npz"))


def draw(
    folder: Path,
    seeds: range,
    views: int = 3,
    layout: str = "",
    fresh: bool = False,
    noise: str = "",
) -> Iterator[Path]:
    """Draw what is missing; the file of each scene as it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    world = HeapWorld()
    try:
        for seed in seeds:
            path = folder / f"scene-{seed:09d}.npz"
            if not path.exists():
                write(world.shots(seed, views, layout, fresh, noise), path)
            yield path
    finally:
        world.close()


def main() -> None:
    """Entry point of `python -m training.segmenter.data`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenes", type=int, default=1600)
    parser.add_argument("--seed", type=int, default=0, help="first scene")
    parser.add_argument("--views", type=int, default=3, help="pictures a scene")
    parser.add_argument("--layout", default="", help="apart, touching, row or heap; else any")
    parser.add_argument("--fresh", action="store_true", help="meshes that nothing is trained on")
    parser.add_argument("--noise", default="", help="a severity; else any")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    seeds = range(args.seed, args.seed + args.scenes)
    for k, _ in enumerate(
        draw(args.out, seeds, args.views, args.layout, args.fresh, args.noise), 1
    ):
        if k % 50 == 0:
            print(f"{k} of {args.scenes} scenes", flush=True)


if __name__ == "__main__":
    main()
