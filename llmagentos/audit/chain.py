"""Rows of the audit record and the chain through them.

Knows: a row's canonical text and its hash over the row before. Does not know: files, who writes.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: What stands before the first row of all.
NOTHING_BEFORE = "0" * 64
#: Longer texts are kept by their beginning, length and SHA-256: a row stays small.
LONGEST_TEXT = 4000


@dataclass(frozen=True)
class Row:
    """One row: seq from 1 without a gap, its canonical text, and the hash that closes it."""

    seq: int
    text: str
    hash: str

    @property
    def content(self) -> dict[str, Any]:
        """seq, at (UTC), since_boot_s, pid, command (its id), kind, facts. ValueError where the
        text is none of ours."""
        data = json.loads(self.text)
        if not isinstance(data, dict):
            raise ValueError(f"expected a row's fields, got {type(data).__name__}")
        return data


def canonical(content: Mapping[str, Any]) -> str:
    """The one text of a row: ASCII JSON, keys in order, no spaces."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def link(before: str, text: str) -> str:
    """The hash that closes a row, over the hash of the row before and the canonical text."""
    return hashlib.sha256(f"{before}\n{text}".encode("ascii", "backslashreplace")).hexdigest()


def plain(value: Any) -> Any:
    """A fact as JSON can hold it; what is none of it by its words, long texts cut."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(v) for key, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in (sorted(value, key=str) if isinstance(value, set) else value)]
    text = str(value)
    if len(text) <= LONGEST_TEXT:
        return text
    whole = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return {"begins": text[:LONGEST_TEXT], "characters": len(text), "sha256": whole}
