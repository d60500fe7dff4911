"""Episodes kept in a file, and what a file that cannot be written costs."""

from __future__ import annotations

import errno
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from llmagentos.errors import FileError
from llmagentos.learning.episodes import EpisodeLog

EPISODE = {"status": "succeeded", "timings": {"sim_s": 2.0}}


def test_episodes_are_kept_one_a_line(tmp_path: Path) -> None:
    path = tmp_path / "log" / "episodes.jsonl"
    log = EpisodeLog(path)
    log.observe(EPISODE)
    log.observe(EPISODE)
    kept = [json.loads(line) for line in path.read_text().splitlines()]
    assert kept == list(log.episodes()) and len(kept) == 2


def test_a_file_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"^expected a file of episodes .*, got a folder$"):
        EpisodeLog(tmp_path)


def test_a_disk_that_fills_costs_no_episode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*args: Any, **more: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    log = EpisodeLog(tmp_path / "episodes.jsonl")
    monkeypatch.setattr(Path, "open", full)
    with caplog.at_level(logging.WARNING):
        log.observe(EPISODE)
    assert len(list(log.episodes())) == 1
    assert "got a full disk" in caplog.text
