"""Where on this machine it is kept what people taught and what happened.

Knows: the user's data folder and the names of the files in it. Does not know: what is in them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

#: Episodes, decisions and the models learnt from them, in `folder()`.
EPISODES, LESSONS, MODEL = "episodes.jsonl", "lessons.json", "model.json"


def folder(given: str | Path = "") -> Path:
    """The folder of all that is learnt: the given one, or `llmagentos/learning` in the user's data
    folder ($XDG_DATA_HOME, ~/.local/share without it)."""
    if given:
        try:
            return Path(given).expanduser()
        except RuntimeError:  # "~nobody": whoever reads it says that it is not there
            return Path(given)
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "llmagentos" / "learning"


def shown(robot: str, given: str | Path = "") -> Path:
    """The file of what people have shown to a robot by name. robot: as of `words`."""
    return folder(given) / f"shown-{_plain(robot)}.json"


def words(robot: str, given: str | Path = "") -> Path:
    """The file of the words that were taught to a robot. robot: its arm's name, or a namespace."""
    return folder(given) / f"words-{_plain(robot)}.json"


def _plain(robot: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", robot).strip("-.") or "robot"
