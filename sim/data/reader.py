"""Reads a data set in LeRobot's format v3.0, whoever wrote it.

Knows: which file holds which episode. Does not know: robots, training.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DatasetError, FileError
from llmagentos.files import is_there, need_folder, read_json, shown
from sim.data import schema, tables
from sim.data.video import pictures


@dataclass(frozen=True)
class Episode:
    """One episode of n frames.

    values: an array [n] or [n, ...] a feature; pictures: uint8 [n, height, width, 3] a camera, by
    the feature's name, of those that were asked for. tasks: a text a frame. row: of meta/episodes.
    """

    index: int
    values: dict[str, NDArray[Any]]
    pictures: dict[str, NDArray[np.uint8]]
    tasks: tuple[str, ...]
    row: dict[str, Any] = field(repr=False)

    def __len__(self) -> int:
        return len(self.tasks)

    @property
    def task(self) -> str:
        """What was to be done, at its beginning."""
        return self.tasks[0]


class Dataset:
    """The data set in a folder. FileError, and DatasetError where it is none, or of another version.

    info: meta/info.json. rows: of meta/episodes, in order. tasks: texts by number.
    """

    def __init__(self, root: Path) -> None:
        self.root = need_folder(root, "a data set's folder")
        self.info: dict[str, Any] = _info(self.root)
        self.features: schema.Features = self.info["features"]
        self.fps: float = self.info["fps"]
        files = sorted((self.root / "meta/episodes").glob("*/*.parquet"))
        found = [row for path in files for row in tables.read(path).to_pylist()]
        self.rows: list[dict[str, Any]] = sorted(found, key=lambda row: row["episode_index"])
        has_tasks = is_there(self.root / schema.TASKS)
        self.tasks = tables.read_tasks(self.root / schema.TASKS) if has_tasks else []
        self._tables: dict[Path, Any] = {}

    @property
    def cameras(self) -> tuple[str, ...]:
        """Names of the features that are pictures."""
        return tuple(k for k, f in self.features.items() if schema.is_picture(f))

    def __len__(self) -> int:
        """Number of episodes."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Episode]:
        """All episodes, without pictures."""
        return (self.episode(number) for number in range(len(self)))

    def episode(self, number: int, cameras: Sequence[str] = ()) -> Episode:
        """One episode, with the pictures of these cameras, as features or as short names."""
        if not 0 <= number < len(self):
            raise DatasetError(f"expected an episode below {len(self)}, got {number}")
        row = self.rows[number]
        table = self.frames(row)
        if table.num_rows != row["length"]:
            raise DatasetError(
                f"expected {row['length']} frames of episode {number}, got {table.num_rows}"
            )
        plain = {
            k: f
            for k, f in self.features.items()
            if not schema.is_picture(f) and k in table.column_names
        }
        values = {key: tables.numbers(table, key, f) for key, f in plain.items()}
        seen = {key: self._pictures(key, row, table) for key in map(self._camera, cameras)}
        tasks = tuple(self.tasks[i] for i in values["task_index"])
        return Episode(number, values, seen, tasks, row)

    def frames(self, row: dict[str, Any]) -> Any:
        """The table of an episode's frames, in order."""
        pa, _ = tables.arrow()
        path = self.root / self.info["data_path"].format(
            chunk_index=row["data/chunk_index"], file_index=row["data/file_index"]
        )
        if path not in self._tables:
            self._tables = {path: tables.read(path)}  # episodes come in order: one file is enough
        table = self._tables[path]
        mine = pa.compute.equal(table.column("episode_index"), row["episode_index"])
        return table.filter(mine).sort_by("index").slice(0, row["length"])

    def video_path(self, key: str, row: dict[str, Any]) -> Path:
        """Where a camera's pictures of an episode are."""
        where = {k: row[f"videos/{key}/{k}"] for k in ("chunk_index", "file_index")}
        return self.root / str(self.info["video_path"]).format(video_key=key, **where)

    def _pictures(self, key: str, row: dict[str, Any], table: Any) -> NDArray[np.uint8]:
        if schema.is_video(self.features[key]):
            start_s = row[f"videos/{key}/from_timestamp"]
            return pictures(self.video_path(key, row), start_s, row["length"], self.fps)
        from PIL import Image

        files = [io.BytesIO(cell["bytes"]) for cell in table.column(key).to_pylist()]
        return np.stack([np.asarray(Image.open(file).convert("RGB")) for file in files])

    def _camera(self, name: str) -> str:
        for key in (name, schema.PICTURE + name):
            if key in self.cameras:
                return key
        known = ", ".join(self.cameras) or "none"
        raise DatasetError(f"expected one of the cameras {known}; got {name!r}")


def _info(root: Path) -> dict[str, Any]:
    path = root / schema.INFO
    try:
        info = read_json(path, "a data set's meta/info.json")
    except FileError as exc:
        raise DatasetError(f"{exc}: expected a data set in LeRobot's format v3.0") from exc
    needed = ("codebase_version", "fps", "features", "data_path")
    if not isinstance(info, dict) or not all(key in info for key in needed):
        raise DatasetError(f"expected {', '.join(needed)} in {shown(path)}, got other content")
    version = str(info["codebase_version"])
    if not version.startswith("v3."):
        raise DatasetError(
            f"expected format v3.0 in {shown(path)}, got {version}: convert it with LeRobot's "
            "lerobot.datasets.v30 scripts"
        )
    return info
