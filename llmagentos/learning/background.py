"""A training in the background: what it is at, and what came of it, in a file that anybody may read.

Knows: the file, the process that writes it, and which lessons are trained. Does not know: how
policies are trained (an optimizer's matter), nor the command line.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llmagentos.errors import FileError, LLMAgentOSError
from llmagentos.files import is_there, read_json, write_text
from llmagentos.learning import episodes, places
from llmagentos.learning.champion import Judgement
from llmagentos.learning.lessons import Lesson, Notebook, lessons
from llmagentos.learning.optimizer import PolicyOptimizer
from llmagentos.learning.words import json_text

#: The state of the training that runs, or of the one that ran last.
STATE = "training.json"


def found(folder: Path) -> list[Lesson]:
    """What the episodes in a folder teach. FileError where they cannot be read."""
    return lessons(episodes.read(folder / places.EPISODES))


def note_started(folder: Path, pid: int) -> None:
    """Tell the state file of a process that has only begun and will tell the rest itself: from now on
    a training is under way."""
    began = time.strftime("%Y-%m-%d %H:%M:%S")
    told = {"pid": pid, "began": began, "state": "running", "words": "starting", "share": 0.0}
    write_text(folder / STATE, json_text(told))


def work(folder: Path, optimizer: PolicyOptimizer) -> Judgement | None:
    """Train every approved lesson, telling the state file; None where that failed, which it tells."""
    began = time.strftime("%Y-%m-%d %H:%M:%S")
    told: dict[str, Any] = {"pid": os.getpid(), "began": began, "state": "running", "words": ""}

    def tell(**changes: Any) -> None:
        told.update(changes)
        write_text(folder / STATE, json_text(told))

    last = -1.0

    def progress(words: str, share: float) -> None:
        nonlocal last
        if words != told["words"] or share - last >= 0.02:
            last = share
            tell(words=words, share=round(share, 3))

    progress("looking at the lessons", 0.0)
    try:
        notebook = Notebook(folder / places.LESSONS)
        approved = [x for x in found(folder) if notebook.state(x) == "approved"]
        judgement = optimizer.improve(approved, progress)
        if judgement.install:
            notebook.note_trained(optimizer.propose(approved))
    except (LLMAgentOSError, OSError, RuntimeError, ValueError, ImportError) as exc:
        tell(state="failed", words=f"{type(exc).__name__}: {exc}")
        return None
    tell(state="done", share=1.0, words=judgement.why, judgement=judgement.to_json())
    return judgement


def state(folder: Path) -> Mapping[str, Any]:
    """What `work` told last; {"state": "none"} before the first. A training whose process is gone is
    "ended" (the machine went down, or somebody ended it)."""
    path = folder / STATE
    if not is_there(path):
        return {"state": "none"}
    try:
        told: dict[str, Any] = dict(read_json(path, "the state of a training"))
    except (FileError, TypeError, ValueError):
        return {"state": "none"}
    if told.get("state") == "running" and not _lives(int(told.get("pid", 0))):
        told["state"] = "ended"
    return told


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return pid > 0
