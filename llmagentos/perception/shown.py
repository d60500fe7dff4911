"""Things that people have shown: their names, what they look like, kept over restarts.

Knows: views of each name, how sure a look must be to be it, look-alikes, the file. Does not know:
pictures (looks.py), sentences (dialogue/showing_acts.py).

    shown = ShownThings(path)
    shown.add("drill", look)          # once for each side that a person shows
    shown.named([look, other])        # ["drill", ""]
    shown.forget("drill")
"""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import FileError
from llmagentos.files import is_there, make_folder, read_json, write_text
from llmagentos.objects.appearance import COLOR_BINS, FORM_CELLS, Appearance, likeness
from llmagentos.ports.showing import Shown

_log = logging.getLogger(__name__)
VERSION = 1
MAX_NAMES, MAX_VIEWS, MAX_NAME_CHARS = 200, 12, 40
#: A look is of a shown thing from this likeness on, whatever its views say; at most so strict.
LEAST, STRICTEST = 0.52, 0.65
#: What is less alike than a thing's own views are to each other by this much is another one.
_SLACK = 0.20
#: A look is more like a thing than the next name is like it, by this much.
_APART = 0.03
_WHAT = "a file of things that were shown"
_NAME = re.compile(r"[a-z0-9][a-z0-9 '-]*")


def plain_name(name: str) -> str:
    """A thing's name as it is kept: small letters, no article, no owner. ValueError where it can't
    be one."""
    words = name.lower().replace("’", "'").strip(" .!?\"'").split()
    while len(words) > 1 and words[0] in ("my", "our", "the", "a", "an", "your"):
        words = words[1:]
    plain = " ".join(words)
    if len(plain) > MAX_NAME_CHARS or not _NAME.fullmatch(plain):
        raise ValueError(
            f"expected a name of letters, at most {MAX_NAME_CHARS} of them, got {name!r}"
        )
    return plain


class ShownThings:
    """path: kept there as JSON, read now and written whole after every change; None: until the end.

    Raises FileError for a file that cannot be read. One that is none of ours is put aside and told
    in `problem`. A place that cannot be written costs what would have been kept, and `problem` says
    so.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = None if path is None else Path(path)
        self.problem = ""
        self._views: dict[str, list[Appearance]] = {}
        if self.path is not None and is_there(self.path):
            self._read(self.path)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, in the order of showing."""
        return tuple(self._views)

    def views(self, name: str) -> int:
        """From how many sides it was shown; 0 for a name that nobody has shown."""
        return len(self._views.get(name, ()))

    def add(self, name: str, look: Appearance) -> Shown:
        """One more view of a thing. ValueError for a name that can't be, or where there are too many
        names. Beyond MAX_VIEWS the view that says least goes: one of the two most alike."""
        name = plain_name(name)
        if name not in self._views and len(self._views) >= MAX_NAMES:
            raise ValueError(f"expected at most {MAX_NAMES} names, got one more: forget one first")
        views = self._views.setdefault(name, [])
        views.append(look)
        if len(views) > MAX_VIEWS:
            del views[_least_telling(views)]
        self._write()
        return Shown(name, len(views), self._like(name))

    def forget(self, name: str) -> bool:
        """Whether there was such a name."""
        found = self._views.pop(plain_name(name), None)
        if found is not None:
            self._write()
        return found is not None

    def is_like(self, name: str, look: Appearance) -> bool:
        """Whether a look could be the thing of that name."""
        return max(likeness(look, view) for view in self._views[name]) >= self.threshold(name)

    def named(self, looks: Sequence[Appearance | None]) -> list[str]:
        """The name of each look, "" for what nobody has shown. No name is given twice: the look that
        is most like it has it."""
        pairs = []
        for number, look in enumerate(looks):
            if look is None:
                continue
            for name, views in self._views.items():
                score = max(likeness(look, view) for view in views)
                if score >= self.threshold(name):
                    pairs.append((score, number, name))
        found = [""] * len(looks)
        given: set[str] = set()
        for _, number, name in sorted(pairs, key=lambda pair: -pair[0]):
            if not found[number] and name not in given:
                found[number] = name
                given.add(name)
        return found

    def threshold(self, name: str) -> float:
        """The likeness from which on a look is the thing: a little less than its views are alike, and
        more than the next name's are like it."""
        views = self._views[name]
        own = [max(likeness(a, b) for b in views if b is not a) for a in views if len(views) > 1]
        least = max(LEAST, min(own) - _SLACK) if own else LEAST
        others = self._most_like(name)[0]
        return min(max(least, others + _APART), STRICTEST)

    def _most_like(self, name: str) -> tuple[float, str]:
        """The likeness of the most similar view of another name, and that name."""
        found = [
            (likeness(a, b), other)
            for other, views in self._views.items()
            if other != name
            for a in self._views[name]
            for b in views
        ]
        return max(found, default=(0.0, ""))

    def _like(self, name: str) -> str:
        score, other = self._most_like(name)
        return other if score >= LEAST + 0.1 else ""

    # --- the file -----------------------------------------------------------------------------

    def _read(self, path: Path) -> None:
        try:
            raw = read_json(path, _WHAT)
            self._views = {
                plain_name(name): [_view(row) for row in rows][:MAX_VIEWS]
                for name, rows in raw["shown"].items()
                if rows
            }
        except (KeyError, TypeError, ValueError, AttributeError, FileError) as exc:
            if isinstance(exc, FileError) and "JSON" not in str(exc):
                raise
            aside = path.with_suffix(".unreadable")
            path.replace(aside)
            self.problem = f"{path} could not be read as {_WHAT}; it is kept as {aside}"
            _log.warning("%s", self.problem)

    def _write(self) -> None:
        if self.path is None:
            return
        rows = {name: [_row(view) for view in views] for name, views in self._views.items()}
        try:
            make_folder(self.path.parent)
            text = json.dumps({"version": VERSION, "shown": rows}, indent=1)
            write_text(self.path, text, _WHAT)
        except FileError as exc:
            self.problem = f"what was shown is not kept: {exc}"
            _log.warning("%s", self.problem)


def _least_telling(views: list[Appearance]) -> int:
    """The older one of the two views that are most alike."""
    pairs = [(likeness(a, b), i) for i, a in enumerate(views) for b in views[i + 1 :]]
    return max(pairs)[1]


def _packed(values: NDArray[np.float32] | None) -> str | None:
    if values is None:
        return None
    return base64.b64encode(values.astype("<f2").tobytes()).decode("ascii")


def _unpacked(text: Any, count: int | None = None) -> NDArray[np.float32]:
    values = np.frombuffer(base64.b64decode(text, validate=True), "<f2").astype(np.float32)
    if not len(values) or (count is not None and len(values) != count):
        raise ValueError(f"expected {count} numbers, got {len(values)}")
    if not np.isfinite(values).all():
        raise ValueError("expected finite numbers")
    return values


def _row(view: Appearance) -> dict[str, Any]:
    return {
        "colors": _packed(view.colors),
        "sides_m": [round(float(v), 4) for v in view.sides_m],
        "form": _packed(view.form.reshape(-1)),
        "vector": _packed(view.vector),
        "embedder": view.embedder,
    }


def _view(row: dict[str, Any]) -> Appearance:
    length, width, height = (float(v) for v in row["sides_m"])
    if not all(0 < v < 2 for v in (length, width, height)):
        raise ValueError(f"expected sides in metres, got {row['sides_m']}")
    form = _unpacked(row["form"], FORM_CELLS**2).reshape(FORM_CELLS, FORM_CELLS)
    vector = None if row.get("vector") is None else _unpacked(row["vector"])
    colors = _unpacked(row["colors"], COLOR_BINS)
    embedder = str(row.get("embedder", ""))
    return Appearance(colors, (length, width, height), form, vector, embedder)
