"""Whether a data set is what LeRobot's format v3.0 says it is.

Knows: the format; what the loader relies on (times, places, totals, statistics). Does not know: who
wrote the data set, what is in its pictures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from llmagentos.errors import LLMAgentOSError
from llmagentos.files import is_there, read_json
from sim.data import schema, stats
from sim.data.reader import Dataset
from sim.data.video import kind, times
from sim.data.writer import stats_of

#: How far a time may be off, seconds: what LeRobot's loader allows.
TOLERANCE_S = 1e-4
_INFO_KEYS = (
    "codebase_version", "robot_type", "total_episodes", "total_frames", "total_tasks", "chunks_size",
    "data_files_size_in_mb", "video_files_size_in_mb", "fps", "splits", "data_path", "video_path",
    "features",
)  # fmt: skip
_CLOSE = 1e-4


def check(root: Path) -> list[str]:
    """What is wrong with the data set in a folder, one sentence each; empty when nothing is.

    Reads every row, and every video's times; decodes no picture. FileError, DatasetError for a
    folder that holds no data set of this version.
    """
    data = Dataset(root)
    found = [*_of_info(data), *_of_features(data)]
    # What cannot be read has no statistics: each stage waits until the one before finds nothing.
    found = found or [*_of_episodes(data), *_of_frames(data), *_of_videos(data)]
    return found or list(_of_stats(data))


def _off(where: str, expected: Any, got: Any) -> str:
    return f"{where}: expected {expected}, got {got}"


def _of_info(data: Dataset) -> Iterator[str]:
    info, rows = data.info, data.rows
    for key in _INFO_KEYS:
        if key not in info:
            yield _off(schema.INFO, f"a value for {key}", "none")
    totals = {
        "total_episodes": len(rows),
        "total_frames": sum(int(row["length"]) for row in rows),
        "total_tasks": len(data.tasks),
    }
    for key, wanted in totals.items():
        if info.get(key) != wanted:
            yield _off(schema.INFO, f"{key} {wanted}", info.get(key))
    if not rows:
        yield _off("meta/episodes", "at least one episode", "none")
    if not is_there(data.root / schema.STATS):
        yield _off(schema.STATS, "a file", "none")
    if data.cameras and any(schema.is_video(f) for f in data.features.values()):
        keys = ("{video_key}", "{chunk_index", "{file_index")
        if not all(key in str(info.get("video_path")) for key in keys):
            yield _off(schema.INFO, "video_path with video_key and indices", info.get("video_path"))


def _of_features(data: Dataset) -> Iterator[str]:
    for key, index in schema.INDICES.items():
        there = data.features.get(key, {})
        if there.get("dtype") != index["dtype"] or tuple(there.get("shape", ())) != (1,):
            yield _off(schema.INFO, f"feature {key} as one {index['dtype']}", there or "none")
    for key, feature in data.features.items():
        if missing := {"dtype", "shape", "names"} - feature.keys():
            yield _off(schema.INFO, f"{key} with dtype, shape and names", f"no {sorted(missing)}")
            continue
        names, shape = feature["names"], tuple(feature["shape"])
        if isinstance(names, list) and len(shape) == 1 and len(names) != shape[0]:
            yield _off(schema.INFO, f"{shape[0]} names of {key}", len(names))
        if schema.is_picture(feature) and len(shape) != 3:
            yield _off(schema.INFO, f"{key} with three dimensions", shape)


def _of_episodes(data: Dataset) -> Iterator[str]:
    at = 0
    for number, row in enumerate(data.rows):
        where = f"episode {number}"
        if row["episode_index"] != number:
            yield _off(where, f"episode_index {number}", row["episode_index"])
        span = (row["dataset_from_index"], row["dataset_to_index"])
        if span != (at, at + row["length"]):
            yield _off(where, f"frames {at} to {at + row['length']}", f"{span[0]} to {span[1]}")
        at += int(row["length"])
        unknown = [task for task in row["tasks"] if task not in data.tasks]
        if unknown or not row["tasks"]:
            yield _off(where, "tasks that are in meta/tasks.parquet", unknown or "none")


def _of_frames(data: Dataset) -> Iterator[str]:
    for number, row in enumerate(data.rows):
        where = f"episode {number}"
        try:
            episode = data.episode(number)
        except (LLMAgentOSError, KeyError, ValueError, IndexError) as exc:
            yield f"{where}: {exc}"
            continue
        values = episode.values
        missing = [
            k for k, f in data.features.items() if not schema.is_picture(f) and k not in values
        ]
        if missing:
            yield _off(where, f"columns {missing}", "none")
            continue
        n, start = len(episode), row["dataset_from_index"]
        for key, wanted in (
            ("frame_index", np.arange(n)),
            ("index", np.arange(start, start + n)),
        ):
            if not np.array_equal(values[key], wanted):
                yield _off(where, f"{key} from {wanted[0]} to {wanted[-1]} in order", "others")
        late = np.abs(values["timestamp"] - np.arange(n) / data.fps).max()
        if late > TOLERANCE_S:
            yield _off(where, f"timestamps at frame / {data.fps}", f"one {late:.4f} s off")
        for key, column in values.items():
            if column.dtype.kind == "f" and not np.isfinite(column).all():
                yield _off(where, f"finite numbers in {key}", "NaN or infinity")


def _of_videos(data: Dataset) -> Iterator[str]:
    shown: dict[Path, list[float]] = {}
    for number, row in enumerate(data.rows):
        for key in data.cameras:
            if not schema.is_video(data.features[key]):
                continue
            where = f"episode {number}, {key}"
            try:
                path = data.video_path(key, row)
                if path not in shown:
                    yield from _of_file(path, key, data)
                    shown[path] = times(path)
            except (LLMAgentOSError, KeyError) as exc:
                yield f"{where}: {exc}"
                continue
            yield from _of_span(where, shown[path], row, key, data.fps)


def _of_file(path: Path, key: str, data: Dataset) -> Iterator[str]:
    found, (height, width, _) = kind(path), data.features[key]["shape"]
    name = path.relative_to(data.root)
    if (found["video.height"], found["video.width"]) != (height, width):
        got = f"{found['video.height']}x{found['video.width']}"
        yield _off(str(name), f"pictures of {height}x{width}", got)
    told = data.features[key].get("info") or {}
    for field in ("video.codec", "video.pix_fmt", "video.fps"):
        if field in told and told[field] != found[field]:
            yield _off(str(name), f"{field} {told[field]}", found[field])


def _of_span(
    where: str, shown: list[float], row: Mapping[str, Any], key: str, fps: float
) -> Iterator[str]:
    start, end = row[f"videos/{key}/from_timestamp"], row[f"videos/{key}/to_timestamp"]
    length = int(row["length"])
    if abs(end - start - length / fps) > TOLERANCE_S:
        yield _off(where, f"{length / fps:.4f} s of pictures", f"{end - start:.4f} s")
    first = round(start * fps)
    mine = np.array(shown[first : first + length])
    if len(mine) < length:
        yield _off(where, f"{length} pictures from {start:.4f} s on", len(mine))
        return
    late = float(np.abs(mine - start - np.arange(length) / fps).max())
    if late > TOLERANCE_S:
        yield _off(where, f"a picture every 1 / {fps} s", f"one {late:.4f} s off")


def _of_stats(data: Dataset) -> Iterator[str]:
    """meta/stats.json against the episodes' rows, and those against the frames."""
    told = read_json(data.root / schema.STATS, "a data set's meta/stats.json")
    for key, feature in data.features.items():
        if feature["dtype"] == "string":
            continue
        parts = [stats_of(row, key) for row in data.rows]
        needed = {"min", "max", "mean", "std", "count"}
        if (
            not all(needed <= part.keys() for part in parts)
            or not needed <= told.get(key, {}).keys()
        ):
            yield _off(schema.STATS, f"{', '.join(sorted(needed))} of {key}", "not all of them")
            continue
        whole = stats.combined(parts)
        for name in sorted(needed):
            there = np.asarray(told[key][name], np.float64)
            if there.shape != whole[name].shape or not np.allclose(
                there, whole[name], _CLOSE, _CLOSE
            ):
                yield _off(schema.STATS, f"{name} of {key} as its episodes have it", there.tolist())
        if schema.is_picture(feature):
            if whole["mean"].shape != (3, 1, 1) or whole["max"].max() > 1:
                yield _off(schema.STATS, f"{key} as [3, 1, 1] in [0, 1]", whole["mean"].shape)
            continue
        for number, part in enumerate(parts):
            values = data.episode(number).values[key]
            real = stats.of_numbers(values.reshape(len(values), -1).astype(np.float64))
            for name in ("min", "max", "mean"):
                if not np.allclose(part[name].ravel(), real[name].ravel(), _CLOSE, _CLOSE):
                    yield _off(f"episode {number}", f"{name} of {key} as its frames", part[name])


def rows_told(data: Dataset) -> list[dict[str, Any]]:
    """One row an episode for people: its number, task, frames, seconds, and outcome if told."""
    out = []
    for number, row in enumerate(data.rows):
        line = {
            "episode": number,
            "task": "; ".join(row["tasks"]),
            "frames": int(row["length"]),
            "seconds": round(row["length"] / data.fps, 2),
        }
        if schema.SUCCESS in data.features:
            line["success"] = bool(data.episode(number).values[schema.SUCCESS][-1])
        out.append(line)
    return out
