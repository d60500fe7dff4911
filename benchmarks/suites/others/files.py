"""Other people's commands, read at run time from a folder; nothing of them is kept here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from llmagentos.files import is_there, need_folder, read_json_lines

DEFAULT_FOLDER = Path("../shared/commands")


def load(folder: Path, name: str) -> list[dict[str, Any]]:
    """The rows of `name`.jsonl; [] where there is no such file."""
    path = folder / f"{name}.jsonl"
    return read_json_lines(path, "a file of commands") if is_there(path) else []


def find_folder(folder: Path | None) -> Path | None:
    """The folder to use: the given one, else the default where it exists.

    FileError for a given one that is not there or is no folder.
    """
    if folder is not None:
        return need_folder(folder, "a folder with commands")
    return DEFAULT_FOLDER if is_there(DEFAULT_FOLDER) else None


def match(pattern: str, text: str) -> dict[str, str] | None:
    """Named groups of a full match, case-blind, and "all"; None where it doesn't match."""
    found = re.fullmatch(pattern, text.strip(), re.IGNORECASE)
    if found is None:
        return None
    named = {k: v for k, v in found.groupdict().items() if v is not None}
    return {"all": found.group(), **named}
