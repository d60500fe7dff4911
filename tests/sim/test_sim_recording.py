"""A recording that finds no room: the session goes on, and what is kept can be used."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from llmagentos.errors import FileError

BIGGEST_FILE = 100_000


def record(folder: Path) -> str:
    """Record a noisy session in this process; the reason why the recording ended, or ""."""
    import numpy as np

    from llmagentos.events import ActionStarted
    from sim.recording import Recorder

    now_s, rng = [0.0], np.random.default_rng(0)
    recorder = Recorder(
        folder,
        lambda w, h: rng.integers(0, 255, (h, w, 3), dtype=np.uint8),
        lambda: now_s[0],
        size=(160, 120),
    )
    recorder.begin(0, "go")
    for _ in range(200):
        now_s[0] += 0.1
        recorder.on_advance()
        recorder.on_event(ActionStarted("0", "going", {}))
    recorder.end({"status": "succeeded", "reply": "ok"})
    try:
        recorder.close()
    except FileError as exc:
        return str(exc)
    return ""


def record_within_limit(folder: Path) -> None:
    """As `record`, where the system takes no larger file than BIGGEST_FILE bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails instead, as on a full disk
    resource.setrlimit(resource.RLIMIT_FSIZE, (BIGGEST_FILE, resource.RLIM_INFINITY))
    print(record(folder))


def test_a_whole_recording_leaves_whole_files(tmp_path: Path) -> None:
    assert record(tmp_path) == ""
    names = {p.name for p in tmp_path.iterdir()}
    assert names == {
        "session.mp4", "session.gif", "00_before.png", "00_after.png", "00_result.json",
        "events.jsonl",
    }  # fmt: skip


def test_a_video_that_finds_no_room_is_taken_away(tmp_path: Path) -> None:
    code = f"import test_sim_recording as t; t.record_within_limit(t.Path({str(tmp_path)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(f"expected a folder for the recording at {tmp_path}, got a file")
    names = {p.name for p in tmp_path.iterdir()}
    assert names == {"00_before.png", "00_after.png", "00_result.json", "events.jsonl"}
    assert json.loads((tmp_path / "00_result.json").read_text())["status"] == "succeeded"
    for line in (tmp_path / "events.jsonl").read_text().splitlines():
        json.loads(line)


def test_a_folder_that_cannot_be_made_is_said_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match=r"got a file$"):
        record(tmp_path / "file")
