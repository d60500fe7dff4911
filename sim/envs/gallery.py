"""A picture of every task while its oracle works, for people: `python -m sim.envs.gallery FILE`.

Knows: how far into an episode there is something to see. Does not know: any task.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import gymnasium
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from llmagentos.files import written
from sim.envs import ENVIRONMENTS
from sim.envs.base import ArmEnv
from sim.framing import observer_of

_WIDE, _HIGH, _COLUMNS = 240, 180, 4
#: After how many of the oracle's steps pictures are taken, by task.
_AFTER = {
    "Reach": 2,
    "Push": 9,
    "Slide": 24,
    "PickAndPlace": 14,
    "Stack": 46,
    "PutIn": 17,
    "Sort": 60,
}
_GOAL_RGB = (250, 220, 0)


def frame(name: str, steps: int, seed: int = 7) -> Image.Image:
    """One task after some steps of its oracle; a ring where each place of the goal is."""
    env = gymnasium.make(f"llmagentos/{name}-v0", render_mode="rgb_array", continuing=True)
    inside = env.unwrapped
    assert isinstance(inside, ArmEnv)
    inside.reset(seed=seed)
    oracle = inside.oracle()
    for _ in range(steps):
        inside.step(next(oracle))
    picture = Image.fromarray(inside.render()).resize((_WIDE, _HIGH))
    draw = ImageDraw.Draw(picture)
    for x, y in _seen(inside):
        draw.ellipse((x - 6, y - 6, x + 6, y + 6), outline=_GOAL_RGB, width=2)
    draw.text((6, 4), name, fill=(20, 20, 20), font=ImageFont.load_default(15))
    env.close()
    return picture


def _seen(env: ArmEnv) -> list[tuple[float, float]]:
    """Where the goal's places are in the picture, pixels."""
    spec = observer_of(env.arm, _WIDE, _HIGH)
    places = np.asarray(env.goal[: env.goal_size // 3 * 3], np.float64).reshape(-1, 3)
    there = np.linalg.inv(spec.pose) @ np.c_[places, np.ones(len(places))].T
    pixels = spec.intrinsics @ there[:3]
    return [(float(u / w), float(v / w)) for u, v, w in pixels.T]


def sheet() -> Image.Image:
    """All tasks, four a row."""
    names = [e.name for e in ENVIRONMENTS if e.name in _AFTER]
    rows = -(-len(names) // _COLUMNS)
    picture = Image.new("RGB", (_WIDE * _COLUMNS, _HIGH * rows), (255, 255, 255))
    for i, name in enumerate(names):
        place = (i % _COLUMNS * _WIDE, i // _COLUMNS * _HIGH)
        picture.paste(frame(name, _AFTER[name]), place)
    return picture


def main() -> None:
    """Write the sheet."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    path = parser.parse_args().file
    with written(path, "a picture that can be written") as out:
        sheet().quantize(128).save(out, "PNG", optimize=True)


if __name__ == "__main__":
    main()
