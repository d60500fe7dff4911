"""Writes a data set, one episode after another.

Knows: which file is written when. Does not know: robots, and what is in the frames.

An episode counts once its row is in `meta/episodes/`; that row is written after its pictures and
frames, and every file is replaced whole. So whatever ends a recording, LeRobot's loader and ours
find the finished episodes; opening the folder again takes away what the last one left unfinished.
"""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DatasetError
from llmagentos.files import is_there, make_folder, read_json, refusing, shown, write_text
from sim.data import schema, stats, tables
from sim.data.video import EpisodeVideo, join

_WHAT = "a data set's folder"
_MB = 1024 * 1024


class DatasetWriter:
    """Appends episodes to the data set in `root`, a new one or one with the same features.

    fps: frames a second. features: by name, as `sim.data.schema` makes them, without its INDICES.
    robot: the arm's name. name: what the data set's card calls it ("user/name"). origin: what is
    told of all its episodes in meta/llmagentos.json. DatasetError for a folder that holds something
    else, or that another recording writes to; FileError.
    """

    def __init__(
        self,
        root: Path,
        fps: int,
        features: schema.Features,
        robot: str = "",
        *,
        name: str = "",
        origin: Mapping[str, Any] | None = None,
    ) -> None:
        tables.arrow()
        taken = sorted(schema.INDICES.keys() & features.keys())
        if taken or fps <= 0:
            raise DatasetError(f"expected fps above 0 and no feature {taken or ''}, got {fps}")
        _check_sizes(features)
        self.root = make_folder(root, _WHAT)
        self._part = self.root / ".part"
        self._lock = _lock(self.root)
        self.fps, self.features = fps, {**features, **schema.INDICES}
        self._own = features
        self._videos = [key for key, f in features.items() if schema.is_video(f)]
        self._info = schema.empty_info(fps, features, robot or None)
        self._origin: dict[str, Any] = {"version": 1, **(origin or {}), "episodes": []}
        self._tasks: list[str] = []
        self._rows: list[dict[str, Any]] = []
        #: Number of each kind's present file, its episodes' tables or its size; None: begin anew.
        self._data: tuple[int, list[Any]] | None = None
        self._table: tuple[int, list[dict[str, Any]]] | None = None
        self._video: dict[str, tuple[int, int]] = {}
        if is_there(self.root / schema.INFO):
            self._resume()
        else:
            card = schema.CARD.format(
                robot=robot or "robot", version=schema.VERSION, name=name or self.root.name
            )
            write_text(self.root / "README.md", card, _WHAT)
        self._failed = False
        self._begin()

    # ---- frames ------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._columns: dict[str, list[Any]] = {
            key: [] for key, f in self._own.items() if not schema.is_video(f)
        }
        self._count = 0
        self._encoders: dict[str, EpisodeVideo] = {}
        self._pixels: dict[str, stats.PixelCounts] = {}

    @property
    def frames(self) -> int:
        """Frames of the present episode so far."""
        return self._count

    @property
    def episodes(self) -> int:
        """Episodes that are kept."""
        return int(self._info["total_episodes"])

    def add(self, frame: Mapping[str, Any]) -> None:
        """One frame: a value for every feature. DatasetError for one that does not fit."""
        if frame.keys() != self._own.keys():
            wrong = sorted(frame.keys() ^ self._own.keys())
            raise DatasetError(f"expected values for exactly the data set's features, got {wrong}")
        values = {key: _fitting(key, value, self._own[key]) for key, value in frame.items()}
        for key, value in values.items():
            if key not in self._videos:
                self._columns[key].append(value)
                continue
            if key not in self._encoders:
                height, width, _ = self._own[key]["shape"]
                path = self._part / f"{key}.mp4"
                self._encoders[key] = EpisodeVideo(path, width, height, self.fps)
                self._pixels[key] = stats.PixelCounts()
            self._encoders[key].add(value)
            self._pixels[key].add(value)
        self._count += 1

    def discard(self) -> None:
        """Forget the present episode."""
        for encoder in self._encoders.values():
            encoder.close()
            encoder.path.unlink(missing_ok=True)
        self._begin()

    def save(
        self,
        task: str,
        last: Mapping[str, Any] | None = None,
        about: Mapping[str, Any] | None = None,
    ) -> int:
        """Keep the present episode; returns its number. DatasetError without a frame or a text.

        task: what was to be done, in words. last: other values of its last frame. about: what
        meta/llmagentos.json tells of it.
        """
        if not self._count or not task.strip():
            raise DatasetError(
                f"expected frames and a task's words, got {self._count} and {task!r}"
            )
        if self._failed:
            raise DatasetError(
                "expected a recording whose files could be written, got one that failed"
            )
        for key, value in (last or {}).items():
            self._columns[key][-1] = _fitting(key, value, self._own[key])
        self._failed = True  # until all is written: half an episode is taken away by the next one
        number = self._write(task, self._all_columns(task), about or {})
        self._failed = False
        self._begin()
        return number

    def _write(
        self, task: str, columns: Mapping[str, NDArray[Any]], about: Mapping[str, Any]
    ) -> int:
        number = self.episodes
        row: dict[str, Any] = {
            "episode_index": number,
            "tasks": [task],
            "length": self._count,
            "dataset_from_index": self._info["total_frames"],
            "dataset_to_index": self._info["total_frames"] + self._count,
        }
        figures = {key: stats.of_numbers(v.reshape(len(v), -1)) for key, v in columns.items()}
        figures |= {key: counted.stats() for key, counted in self._pixels.items()}
        for key in self._videos:
            row |= self._keep_video(key)
        row |= self._keep_frames(columns)
        tables.write(self.root / schema.TASKS, tables.tasks_table(self._tasks))
        self._origin["episodes"].append({"episode_index": number, **about})
        self._write_json(schema.ORIGIN, self._origin)
        for key, found in figures.items():
            row |= {f"stats/{key}/{stat}": values.tolist() for stat, values in found.items()}
        self._keep_row(row)
        self._rows.append(row)
        self._tell()
        return number

    def close(self) -> None:
        """Discard what is not saved, and let another recording have the folder."""
        if self._lock.closed:
            return
        self.discard()
        shutil.rmtree(self._part, ignore_errors=True)
        self._lock.close()

    def __enter__(self) -> DatasetWriter:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # ---- files -------------------------------------------------------------------------------

    def _all_columns(self, task: str) -> dict[str, NDArray[Any]]:
        if task not in self._tasks:
            self._tasks.append(task)
        n, first = self._count, self._info["total_frames"]
        columns = {
            key: np.stack([np.asarray(v, self._own[key]["dtype"]) for v in values])
            for key, values in self._columns.items()
        }
        columns["timestamp"] = (np.arange(n) / self.fps).astype(np.float32)
        columns["frame_index"] = np.arange(n)
        columns["episode_index"] = np.full(n, self.episodes)
        columns["index"] = np.arange(first, first + n)
        columns["task_index"] = np.full(n, self._tasks.index(task))
        return columns

    def _keep_video(self, key: str) -> dict[str, Any]:
        encoder = self._encoders[key]
        encoder.close()
        number, before = self._video.get(key, (-1, 0))
        path = self._video_path(key, number) if number >= 0 else None
        if path is None or path.stat().st_size >= schema.VIDEO_MB * _MB or not before:
            number, before, path = number + 1, 0, None
        target = self._video_path(key, number)
        with refusing(target, _WHAT):
            target.parent.mkdir(parents=True, exist_ok=True)
            if path is None:
                encoder.path.replace(target)
            else:
                whole = self._part / f"{key}.whole.mp4"
                join([path, encoder.path], whole, self.fps)
                whole.replace(target)
                encoder.path.unlink()
        self._video[key] = (number, before + self._count)
        place = schema.place(number)
        return {
            f"videos/{key}/chunk_index": place["chunk_index"],
            f"videos/{key}/file_index": place["file_index"],
            f"videos/{key}/from_timestamp": before / self.fps,
            f"videos/{key}/to_timestamp": (before + self._count) / self.fps,
        }

    def _video_path(self, key: str, number: int) -> Path:
        return self.root / schema.VIDEO_PATH.format(video_key=key, **schema.place(number))

    def _keep_frames(self, columns: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
        pa, _ = tables.arrow()
        number, parts = self._data or (0, [])
        path = self.root / schema.DATA_PATH.format(**schema.place(number))
        if parts and path.stat().st_size >= schema.DATA_MB * _MB:
            number, parts = number + 1, []
            path = self.root / schema.DATA_PATH.format(**schema.place(number))
        parts = [*parts, tables.frames_table(self.features, columns)]
        tables.write(path, pa.concat_tables(parts))
        self._data = (number, parts)
        return {f"data/{key}": value for key, value in schema.place(number).items()}

    def _keep_row(self, row: dict[str, Any]) -> None:
        number, rows = self._table or (0, [])
        path = self.root / schema.EPISODES_PATH.format(**schema.place(number))
        if rows and path.stat().st_size >= schema.DATA_MB * _MB:
            number, rows = number + 1, []
            path = self.root / schema.EPISODES_PATH.format(**schema.place(number))
        row |= {f"meta/episodes/{key}": value for key, value in schema.place(number).items()}
        rows = [*rows, row]
        tables.write(path, tables.rows_table(rows))
        self._table = (number, rows)

    def _tell(self) -> None:
        """Totals and statistics from the episodes' rows."""
        rows, info = self._rows, self._info
        info["total_episodes"] = len(rows)
        info["total_frames"] = sum(row["length"] for row in rows)
        info["total_tasks"] = len(self._tasks)
        info["splits"] = {"train": f"0:{len(rows)}"}
        keys = [key for key in self.features if f"stats/{key}/mean" in rows[0]]
        found = {key: stats.combined([stats_of(row, key) for row in rows]) for key in keys}
        plain = {k: {s: v.tolist() for s, v in f.items()} for k, f in found.items()}
        self._write_json(schema.STATS, plain)
        self._write_json(schema.INFO, info)

    def _write_json(self, name: str, value: Any) -> None:
        with refusing(self.root / name, _WHAT):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        write_text(self.root / name, json.dumps(value, indent=1) + "\n", _WHAT)

    # ---- going on ----------------------------------------------------------------------------

    def _resume(self) -> None:
        """Go on behind the episodes that are there, in files of their own."""
        from sim.data.reader import Dataset

        there = Dataset(self.root)
        _check_same(there.info, self._info, self.root)
        self._info = there.info
        self._tasks = list(there.tasks)
        self._rows = there.rows
        if is_there(self.root / schema.ORIGIN):
            self._origin = read_json(self.root / schema.ORIGIN)
            self._origin["episodes"] = self._origin["episodes"][: len(self._rows)]
        if not self._rows:
            return
        last = self._rows[-1]
        size = int(self._info["chunks_size"])
        if size != schema.FILES_PER_CHUNK:
            raise DatasetError(f"expected {schema.FILES_PER_CHUNK} files a chunk, got {size}")
        self._drop_unfinished(_number(last, "data"), int(last["dataset_to_index"]))
        self._data = (_number(last, "data") + 1, [])
        self._table = (_number(last, "meta/episodes") + 1, [])
        self._video = {key: (_number(last, f"videos/{key}"), 0) for key in self._videos}
        self._tell()

    def _drop_unfinished(self, number: int, frames: int) -> None:
        """Rows of frames whose episode's row was never written."""
        pa, _ = tables.arrow()
        path = self.root / schema.DATA_PATH.format(**schema.place(number))
        table = tables.read(path)
        kept = table.filter(pa.compute.less(table.column("index"), frames))
        if kept.num_rows < table.num_rows:
            tables.write(path, kept)
        behind = self.root / schema.DATA_PATH.format(**schema.place(number + 1))
        behind.unlink(missing_ok=True)


def stats_of(row: Mapping[str, Any], key: str) -> stats.FeatureStats:
    """An episode's statistics of a feature, from its row."""
    names = {s: f"stats/{key}/{s}" for s in schema.STATISTICS}
    return {s: np.array(row[name]) for s, name in names.items() if row.get(name) is not None}


def _number(row: Mapping[str, Any], prefix: str) -> int:
    chunk, file = row[f"{prefix}/chunk_index"], row[f"{prefix}/file_index"]
    return int(chunk) * schema.FILES_PER_CHUNK + int(file)


def _lock(root: Path) -> Any:
    """The folder for unfinished files, emptied, and ours alone as long as the file is open."""
    part = root / ".part"
    with refusing(part, _WHAT):
        part.mkdir(exist_ok=True)
        lock = (part / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            lock.close()
            raise DatasetError(
                f"expected a data set that nobody writes to at {shown(root)}, got another recording"
            ) from exc
        for left in part.glob("*.mp4"):
            left.unlink()
    return lock


def _check_same(there: Mapping[str, Any], ours: Mapping[str, Any], root: Path) -> None:
    for key in ("fps", "robot_type", "data_path", "video_path"):
        if there.get(key) != ours[key]:
            raise DatasetError(
                f"expected a data set with {key} {ours[key]!r} at {shown(root)}, "
                f"got {there.get(key)!r}: record into another folder"
            )
    a, b = (
        {k: (f["dtype"], tuple(f["shape"]), f.get("names")) for k, f in i["features"].items()}
        for i in (there, ours)
    )
    codecs = {f["info"].get("video.codec") for f in there["features"].values() if f.get("info")}
    if a != b or codecs - {schema.CODEC}:
        wrong = sorted(k for k in a.keys() | b.keys() if a.get(k) != b.get(k)) or sorted(codecs)
        raise DatasetError(
            f"expected a data set with the same features at {shown(root)}, got other {wrong}: "
            "record into another folder"
        )


def _check_sizes(features: schema.Features) -> None:
    for key, feature in features.items():
        if "/" in key:
            raise DatasetError(f"expected feature names without '/', got {key!r}")
        if schema.is_video(feature):
            height, width, _ = feature["shape"]
            if min(height, width) < 2 or height % 2 or width % 2:
                raise DatasetError(f"expected {key} of even width and height, got {width}x{height}")


def _fitting(key: str, value: Any, feature: Mapping[str, Any]) -> Any:
    got: NDArray[Any] = np.asarray(value)
    dtype = "uint8" if schema.is_picture(feature) else feature["dtype"]
    shape = tuple(feature["shape"])
    if shape == (1,) and got.shape == ():
        got = got.reshape(1)
    if got.shape != shape:
        raise DatasetError(f"expected {key} of shape {shape}, got {got.shape}")
    if dtype in ("uint8", "bool") and got.dtype != np.dtype(dtype):
        raise DatasetError(f"expected {key} as {dtype}, got {got.dtype}")
    if dtype.startswith("float") and not np.isfinite(got.astype(np.float64)).all():
        raise DatasetError(f"expected finite numbers in {key}, got {got.tolist()}")
    return got
