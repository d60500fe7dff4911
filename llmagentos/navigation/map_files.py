"""Maps as files that ROS's map_server reads and writes.

Knows: its format, a YAML file and a picture (PGM) beside it. Does not know: where maps come from.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import yaml

from llmagentos.errors import NavigationError
from llmagentos.files import read_yaml, refusing, write_text
from llmagentos.navigation.frame import GridFrame
from llmagentos.navigation.occupancy import OccupancyGrid

#: Values of a picture's free, unknown and occupied cells, and what separates them.
_FREE_GREY, _UNKNOWN_GREY, _OCCUPIED_GREY = 254, 205, 0
_FREE_SHARE, _OCCUPIED_SHARE = 0.196, 0.65


def save_map(grid: OccupancyGrid, path: Path) -> None:
    """Write a map, mode trinary. path: of the YAML file. Raises FileError."""
    grey = np.full(grid.frame.shape, _UNKNOWN_GREY, dtype=np.uint8)
    grey[grid.free], grey[grid.occupied] = _FREE_GREY, _OCCUPIED_GREY
    image = path.with_suffix(".pgm")
    _, data = cv2.imencode(".pgm", np.ascontiguousarray(grey[::-1]))
    with refusing(image, "a map's picture"):
        image.write_bytes(data.tobytes())
    fields = {
        "image": image.name,
        "mode": "trinary",
        "resolution": grid.frame.resolution_m,
        "origin": [*(round(float(v), 6) for v in grid.frame.origin_m), 0.0],
        "negate": 0,
        "occupied_thresh": _OCCUPIED_SHARE,
        "free_thresh": _FREE_SHARE,
    }
    write_text(path, yaml.safe_dump(fields, sort_keys=False), "a map")


def load_map(path: Path) -> OccupancyGrid:
    """Read a map, mode trinary. Raises FileError, and NavigationError for odd contents."""
    fields = read_yaml(path, "a map")
    try:
        image = path.parent / fields["image"]
        resolution, origin = float(fields["resolution"]), fields["origin"]
        corner, yaw = (float(origin[0]), float(origin[1])), float(origin[2])
        mode, negate = str(fields.get("mode", "trinary")), bool(fields.get("negate", 0))
        free = float(fields.get("free_thresh", _FREE_SHARE))
        occupied = float(fields.get("occupied_thresh", _OCCUPIED_SHARE))
    except (TypeError, KeyError, ValueError, IndexError) as exc:
        raise NavigationError(f"{path}: expected the fields of a map, got {exc!r}") from exc
    if resolution <= 0 or yaw != 0:
        raise NavigationError(
            f"{path}: expected a positive resolution and an origin that is not turned, "
            f"got {resolution} and {yaw}"
        )
    if mode != "trinary":
        raise NavigationError(
            f"{path}: expected the mode trinary, a map of what is free, got {mode}: such files are "
            "mostly masks of speeds and zones"
        )
    with refusing(image, "a map's picture"):
        data = np.frombuffer(image.read_bytes(), dtype=np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if len(data) else None
    if picture is None:
        raise NavigationError(f"{path}: expected a picture in {image}, got something else")
    grey = picture[::-1].astype(np.float32) / 255
    share = grey if negate else 1 - grey
    frame = GridFrame(corner, resolution, (share.shape[0], share.shape[1]))
    return OccupancyGrid.of_shares(share, frame, free, occupied)
