"""LeRobot's data set format v3.0: files, features, and the names that this project gives them.

Knows: what LeRobot documents and its loader reads (huggingface.co/docs/lerobot/lerobot-dataset-v3).
Does not know: Parquet, video, robots.

A data set is a folder: `meta/info.json` (rate, features, totals), `meta/tasks.parquet` (task texts),
`meta/episodes/` (one row an episode: where its rows and pictures are, its statistics),
`meta/stats.json`, `data/` (one row a frame) and `videos/<camera>/` (several episodes a file).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Feature = dict[str, Any]
Features = dict[str, Feature]

VERSION = "v3.0"
INFO, STATS, TASKS = "meta/info.json", "meta/stats.json", "meta/tasks.parquet"
_FILE = "chunk-{chunk_index:03d}/file-{file_index:03d}"
DATA_PATH = f"data/{_FILE}.parquet"
EPISODES_PATH = f"meta/episodes/{_FILE}.parquet"
VIDEO_PATH = f"videos/{{video_key}}/{_FILE}.mp4"
#: What only this project writes: where the demonstrations came from. LeRobot does not look at it.
ORIGIN = "meta/llmagentos.json"

#: Files of one kind in one chunk's folder; a file that has grown to this size gets no more episodes.
#: Every saved episode writes its file anew, so these are smaller than LeRobot's own.
FILES_PER_CHUNK, DATA_MB, VIDEO_MB = 1000, 10, 50

STATE, ACTION, ENVIRONMENT = "observation.state", "action", "observation.environment_state"
PICTURE = "observation.images."
REWARD, DONE, SUCCESS = "next.reward", "next.done", "next.success"
#: The cameras that this project records, as features and as their drivers name them.
CAMERAS = ("overhead", "wrist")

QUANTILES = {"q01": 0.01, "q10": 0.10, "q50": 0.50, "q90": 0.90, "q99": 0.99}
STATISTICS = ("min", "max", "mean", "std", "count", *QUANTILES)

CODEC, PIXELS = "h264", "yuv420p"


def vector(names: Sequence[str], dtype: str = "float32") -> Feature:
    """A feature of one number a name."""
    return {"dtype": dtype, "shape": [len(names)], "names": list(names)}


def number(dtype: str) -> Feature:
    """A feature of one number, or of one truth value with "bool"."""
    return {"dtype": dtype, "shape": [1], "names": None}


def video(width: int, height: int, fps: int) -> Feature:
    """A camera's pictures, uint8 [height, width, 3], kept as video."""
    info = {
        "video.height": height,
        "video.width": width,
        "video.codec": CODEC,
        "video.pix_fmt": PIXELS,
        "video.is_depth_map": False,
        "video.fps": fps,
        "video.channels": 3,
        "has_audio": False,
    }
    shape, names = [height, width, 3], ["height", "width", "channels"]
    return {"dtype": "video", "shape": shape, "names": names, "info": info}


#: What every data set has besides its own features: filled in by the writer.
INDICES: Features = {
    "timestamp": number("float32"),
    "frame_index": number("int64"),
    "episode_index": number("int64"),
    "index": number("int64"),
    "task_index": number("int64"),
}
#: What every recording here ends its frames with: reward or none, end, and whether it succeeded.
OUTCOME: Features = {DONE: number("bool"), SUCCESS: number("bool")}


def is_video(feature: Mapping[str, Any]) -> bool:
    """Whether a feature's values are in videos."""
    return bool(feature["dtype"] == "video")


def is_picture(feature: Mapping[str, Any]) -> bool:
    """Whether a feature's values are pictures, in videos or in the rows."""
    return feature["dtype"] in ("video", "image")


def empty_info(fps: int, features: Features, robot: str | None) -> dict[str, Any]:
    """meta/info.json of a data set without episodes."""
    videos = any(is_video(f) for f in features.values())
    return {
        "codebase_version": VERSION,
        "robot_type": robot,
        "total_episodes": 0,
        "total_frames": 0,
        "total_tasks": 0,
        "chunks_size": FILES_PER_CHUNK,
        "data_files_size_in_mb": DATA_MB,
        "video_files_size_in_mb": VIDEO_MB,
        "fps": fps,
        "splits": {},
        "data_path": DATA_PATH,
        "video_path": VIDEO_PATH if videos else None,
        "features": {**features, **INDICES},
    }


def place(number: int) -> dict[str, int]:
    """Chunk and file index of a data set's n-th file."""
    return {
        "chunk_index": number // FILES_PER_CHUNK,
        "file_index": number % FILES_PER_CHUNK,
    }


CARD = """\
---
tags:
- LeRobot
- llmagentos
task_categories:
- robotics
configs:
- config_name: default
  data_files: data/*/*.parquet
---

Demonstrations of a simulated {robot}, recorded with LLMAgentOS in LeRobot's data set format {version}.

```python
from lerobot.datasets.lerobot_dataset import LeRobotDataset

frames = LeRobotDataset("{name}", root="this folder")
```
"""
