"""A reach map for people: in letters, and as a picture.

Knows: drawing. Does not know: how a map comes about (reach).
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from llmagentos.errors import FileError
from llmagentos.files import written
from llmagentos.robot_setup.reach import ReachMap
from llmagentos.types import Workspace

_CELL_PX, _MARGIN_PX = 24, 60
#: Blue, green, red.
_REACHED, _NOT, _AREA, _INK = (120, 190, 120), (225, 225, 225), (40, 40, 200), (40, 40, 40)


def in_letters(reach: ReachMap, area: Workspace) -> list[str]:
    """Seen from above, x upwards, y to the left: # reached and + not reached inside the work area,
    o and . outside of it; B is the base."""
    rows = []
    for i in range(len(reach.x_m) - 1, -1, -1):
        marks = []
        for j in range(len(reach.y_m) - 1, -1, -1):
            x, y = float(reach.x_m[i]), float(reach.y_m[j])
            inside = area.contains(x, y, -1e-9)
            marks.append(("#" if reach.reached[i, j] else "+") if inside else
                         ("o" if reach.reached[i, j] else "."))  # fmt: skip
        rows.append(f"x {reach.x_m[i]:5.2f}  {' '.join(marks)}")
    ends = f"y {reach.y_m[-1]:.2f}", f"{reach.y_m[0]:.2f}"
    width = 2 * len(reach.y_m) - 1
    rows.append(" " * 9 + ends[0] + ends[1].rjust(width - len(ends[0])))
    return rows


def draw(reach: ReachMap, area: Workspace, name: str, path: Path) -> None:
    """The same as a PNG. Raises FileError where it cannot be written."""
    if path.suffix.lower() != ".png":
        got = path.suffix or "no ending"
        raise FileError(f"expected a picture ending in .png at {path}, got {got}")
    rows, columns = len(reach.x_m), len(reach.y_m)
    size = (rows * _CELL_PX + 2 * _MARGIN_PX, columns * _CELL_PX + 2 * _MARGIN_PX, 3)
    picture = np.full(size, 255, dtype=np.uint8)
    step, across = (float(v[1] - v[0]) for v in (reach.x_m, reach.y_m))

    def pixel(x: float, y: float) -> tuple[int, int]:
        right = (float(reach.y_m[-1]) + across / 2 - y) / across * _CELL_PX
        down = (float(reach.x_m[-1]) + step / 2 - x) / step * _CELL_PX
        return round(right) + _MARGIN_PX, round(down) + _MARGIN_PX

    for i, x in enumerate(reach.x_m):
        for j, y in enumerate(reach.y_m):
            corner = pixel(float(x) + step / 2, float(y) + across / 2)
            far = corner[0] + _CELL_PX - 2, corner[1] + _CELL_PX - 2
            cv2.rectangle(picture, corner, far, _REACHED if reach.reached[i, j] else _NOT, -1)
    cv2.rectangle(picture, pixel(area.x_max, area.y_max), pixel(area.x_min, area.y_min), _AREA, 2)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(picture, f"{name}: reach over the table, from above; work area red",
                (10, 22), font, 0.45, _INK, 1, cv2.LINE_AA)  # fmt: skip
    for x in (reach.x_m[0], reach.x_m[-1]):
        at = 4, pixel(float(x), 0.0)[1] + 4
        cv2.putText(picture, f"x {x:.2f}", at, font, 0.4, _INK, 1, cv2.LINE_AA)
    for y in (reach.y_m[0], reach.y_m[-1]):
        at = pixel(0.0, float(y))[0] - 18, size[0] - _MARGIN_PX + 18
        cv2.putText(picture, f"y {y:.2f}", at, font, 0.4, _INK, 1, cv2.LINE_AA)
    with written(path, "a picture that can be written") as part:
        part.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
