"""Table tops: what they look like, drawn by a few lines and a seed.

Knows: the tops by name, and how wood, mats and cloth look from above. Does not know: how large the
table is under the robot, PyBullet, cameras.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import SceneError

Texture = NDArray[np.uint8]
Rng = np.random.Generator

#: The plain mat that perception was made on: no texture.
MAT = "mat"
RANDOM = "random"
#: Pixels a side of a texture, and what side of the table top it shows, metres at scale 1.
_SIDE_PX, _SIDE_M = 1024, 1.25


def check_table(table: str) -> None:
    """Whether a table top is known by this name, or NAME:SEED. Raises SceneError."""
    name, _, seed = table.partition(":")
    if name not in TABLES or (seed and not seed.isdecimal()):
        known = ", ".join(TABLES)
        raise SceneError(f"expected a table of {known}, or such a name:seed, got {table!r}")


def table_for(table: str | None, seed: int) -> str | None:
    """The table itself, or for "random" any top but the mat with any of its looks."""
    if table != RANDOM:
        return table
    rng = np.random.default_rng([seed, 0x7AB])
    return f"{rng.choice([name for name in TABLES if name != MAT])}:{rng.integers(1000)}"


def texture_of(table: str) -> Texture | None:
    """The look of a table top, uint8 [N, N, 3]; None for the plain mat. Raises SceneError."""
    check_table(table)
    name, _, seed = table.partition(":")
    draw = TABLES[name]
    if draw is None:
        return None
    light = draw(np.random.default_rng([int(seed or 0), 0x7AB1E]))
    return np.clip(light + 0.5, 0, 255).astype(np.uint8)


def _wood(rng: Rng) -> NDArray[np.float32]:
    """Planks of 7 to 14 cm along x, each with its own tone, grain and end."""
    base = np.array(
        [(176, 128, 84), (150, 105, 66), (196, 158, 112), (120, 82, 54)], np.float32
    )[rng.integers(4)]  # fmt: skip
    picture = np.empty((_SIDE_PX, _SIDE_PX, 3), np.float32)
    at = 0
    while at < _SIDE_PX:
        wide = min(_px(rng.uniform(0.07, 0.14)), _SIDE_PX - at)
        rings = _cloud(rng, (wide, _SIDE_PX), (6, 260))
        fibre = _cloud(rng, (wide, _SIDE_PX), (1.2, 40))
        tone = 1 + rng.normal(0, 0.06) + 0.05 * np.sin(7 * rings) + 0.04 * rings + 0.035 * fibre
        picture[at : at + wide] = base * tone[:, :, None]
        picture[at : at + 2] *= 0.62
        at += wide
    return picture


def _black(rng: Rng) -> NDArray[np.float32]:
    return _plain(rng, rng.uniform(20, 34) * np.ones(3), 2.0)


def _white(rng: Rng) -> NDArray[np.float32]:
    return _plain(rng, rng.uniform(205, 235) * np.array([1.0, 0.99, 0.965]), 2.0)


def _green(rng: Rng) -> NDArray[np.float32]:
    """A cutting mat: lines every 5 cm."""
    picture = _plain(rng, np.array([46.0, 104.0, 78.0]) * rng.uniform(0.85, 1.15), 2.5)
    step = _px(0.05)
    for at in range(step // 2, _SIDE_PX, step):
        picture[at : at + 2] += 45
        picture[:, at : at + 2] += 45
    return picture


def _cloth(rng: Rng) -> NDArray[np.float32]:
    """Checks, stripes or dots of two colours, woven and with soft folds."""
    pairs = (
        ((225, 220, 210), (170, 60, 60)),
        ((228, 226, 220), (70, 100, 160)),
        ((214, 200, 170), (120, 110, 80)),
        ((190, 200, 205), (90, 120, 110)),
        ((235, 230, 215), (190, 150, 60)),
    )
    light, dark = (np.array(c, np.float32) for c in pairs[rng.integers(len(pairs))])
    step = _px(rng.uniform(0.02, 0.05))
    line = (np.arange(_SIDE_PX) // step % 2).astype(np.float32)
    style = rng.integers(3)
    share: NDArray[np.float32] = np.zeros((_SIDE_PX, _SIDE_PX), np.float32)
    if style < 2:
        share += line[None] if style else (line[None] + line[:, None]) / 2
    else:
        for number, row in enumerate(range(0, _SIDE_PX, step)):
            for col in range(step // 2 * (number % 2), _SIDE_PX, step):
                cv2.circle(share, (col, row), max(step // 4, 2), 1.0, -1, cv2.LINE_AA)
    picture = light + share[:, :, None] * (dark - light)
    weave = 1 + 0.05 * _cloud(rng, (_SIDE_PX, _SIDE_PX), (1.5, 1.5))
    folds = 1 + 0.03 * _cloud(rng, (_SIDE_PX, _SIDE_PX), (120, 120))
    return np.asarray(picture * (weave * folds)[:, :, None], np.float32)


def _plain(rng: Rng, rgb: NDArray[np.float64], speckle: float) -> NDArray[np.float32]:
    """One colour with specks of so many grey levels, and stains of as many."""
    size = (_SIDE_PX, _SIDE_PX)
    tone = speckle * (_cloud(rng, size, (1.5, 1.5)) + _cloud(rng, size, (90, 90)))
    return np.asarray(rgb.astype(np.float32) + tone[:, :, None], np.float32)


def _cloud(rng: Rng, shape: tuple[int, int], pixels: tuple[float, float]) -> NDArray[np.float32]:
    """Smooth noise [H, W] of deviation 1, correlated over so many rows and columns."""
    small = [max(round(n / p), 2) for n, p in zip(shape, pixels, strict=True)]
    grain = rng.standard_normal(small, dtype=np.float32)
    cloud = cv2.resize(grain, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cloud / max(float(cloud.std()), 1e-6), np.float32)


def _px(metres: float) -> int:
    return max(round(metres / _SIDE_M * _SIDE_PX), 1)


#: How each top is drawn, by its name.
TABLES: dict[str, Callable[[Rng], NDArray[np.float32]] | None] = {
    MAT: None,
    "wood": _wood,
    "black": _black,
    "white": _white,
    "green": _green,
    "cloth": _cloth,
}
