"""Other people's commands, read at run time from a folder; nothing of them is kept here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

DEFAULT_FOLDER = Path("../shared/commands")


def load(folder: Path, name: str) -> list[dict[str, Any]]:
    """The rows of `name`.jsonl; [] where there is no such file."""
    path = folder / f"{name}.jsonl"
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def find_folder(folder: Path | None) -> Path | None:
    """The folder to use: the given one, else the default where it exists."""
    if folder is not None:
        return folder
    return DEFAULT_FOLDER if DEFAULT_FOLDER.exists() else None


def match(pattern: str, text: str) -> dict[str, str] | None:
    """Named groups of a full match, case-blind, and "all"; None where it doesn't match."""
    found = re.fullmatch(pattern, text.strip(), re.IGNORECASE)
    if found is None:
        return None
    named = {k: v for k, v in found.groupdict().items() if v is not None}
    return {"all": found.group(), **named}
