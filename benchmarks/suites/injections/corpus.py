"""Reads the two lists and writes encodings out: `b64{...}`, `rot13{...}`, `zw{...}`.

Knows: the notation of attacks.txt and harmless.txt. Does not know: scenes, robots, verdicts.
"""

from __future__ import annotations

import base64
import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_CODE = re.compile(r"\b(b64|rot13|leet|hex|rev|spaced|dots|cyr|wide|zw|rlo)\{([^{}]*)\}")
_SIGNS = {"{NUL}": "\0", "{LRI}": "\u2066", "{PDI}": "\u2069"}
_LEET = str.maketrans("aeiost", "431057")
_CYRILLIC = str.maketrans("aceopxyAEOPCTXH", "асеорхуАЕОРСТХН")
_CODES: dict[str, Callable[[str], str]] = {
    "b64": lambda t: base64.b64encode(t.encode()).decode(),
    "rot13": lambda t: codecs.encode(t, "rot13"),
    "leet": lambda t: t.translate(_LEET),
    "hex": lambda t: t.encode().hex(),
    "rev": lambda t: t[::-1],
    "spaced": lambda t: "  ".join(" ".join(word) for word in t.split()),
    "dots": lambda t: ".".join(t.split()),
    "cyr": lambda t: t.translate(_CYRILLIC),
    "wide": lambda t: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in t),
    "zw": lambda t: "\u200b".join(t),
    "rlo": lambda t: "\u202e" + t[::-1] + "\u202c",
}


@dataclass(frozen=True)
class Sentence:
    """One entry. about: an attack's goal, or the right plan of a harmless one's last turn."""

    kind: str
    about: str
    turns: tuple[str, ...]


@cache
def read(name: str) -> tuple[Sentence, ...]:
    """The entries of "attacks" or "harmless". Raises ValueError for a line that is none."""
    out: list[Sentence] = []
    kind = ""
    text = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("# "):
            kind = line[2:]
            continue
        about, bar, said = line.partition(" | ")
        if not bar or not kind:
            raise ValueError(f"expected 'about | turn || turn' under a kind, got {line!r}")
        turns = tuple(written_out(turn.strip()) for turn in said.split(" || "))
        out.append(Sentence(kind, about.strip(), turns))
    return tuple(out)


def written_out(text: str) -> str:
    """A turn with its encodings done and its signs put in."""
    text = _CODE.sub(lambda m: _CODES[m[1]](m[2]), text)
    for sign, char in _SIGNS.items():
        text = text.replace(sign, char)
    return text
