"""A flight made small enough to be a regression test: only what `check` needs.

Knows: which messages and pictures a check reads, and how to make them smaller without changing what
is decided. Does not know: today's code (whoever calls checks what came out).
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from llmagentos.errors import FileError
from llmagentos.files import refusing, shown
from llmagentos.recorder import messages, topics
from llmagentos.recorder.file import WHAT, FlightFile
from llmagentos.recorder.reading import Flight, Note

#: A kept flight is at most so large.
MOST_BYTES = 300_000
_NEEDED = (topics.FLIGHT, topics.EVENT, topics.LOOK, topics.PLANNING, topics.SKILL, topics.LOG)
#: Depth is rounded to so many of its units, first finely; then the last looks lose their pictures.
_ROUNDED = (1, 5, 10)


def keep(flight: Flight, folder: Path) -> tuple[Path, str]:
    """Write a flight's regression test into `folder`; its path, and what was left out in words ("" for
    nothing). Raises FileError where it cannot be made small enough."""
    name = f"{_name(flight)}.mcap"
    looks = [note.sequence for note in flight.on(topics.LOOK)]
    for units in _ROUNDED:
        if (path := _fits(flight, folder / name, units, len(looks))) is not None:
            return path, "" if units == 1 else f"depth is rounded to {units * 0.1:g} mm"
    for count in range(len(looks) - 1, 0, -1):
        if (path := _fits(flight, folder / name, _ROUNDED[-1], count)) is not None:
            left = f"depth is rounded to 1 mm, and only {count} of {len(looks)} looks have pictures"
            return path, left
    raise FileError(
        f"expected a flight that fits into {MOST_BYTES // 1000} kB, got {shown(flight.path)} with "
        "more than that in its first look"
    )


def _name(flight: Flight) -> str:
    words = "-".join(flight.about["command"].lower().split())
    plain = "".join(c for c in words if c.isascii() and (c.isalnum() or c == "-"))
    return f"{plain[:50].strip('-') or 'flight'}-{flight.about['session'][-4:]}"


def _fits(flight: Flight, path: Path, units: int, looks: int) -> Path | None:
    """Write it so, if that is small enough."""
    part = path.with_name(f".part-{path.name}")
    with refusing(part, WHAT):
        part.unlink(missing_ok=True)
    file = FlightFile(part, flight.about)
    try:
        for note, data in _needed(flight, units, looks):
            file.write(note.topic, data, note.log_ns, note.robot_ns, note.sequence)
        file.finish()
        with refusing(path, WHAT):
            if part.stat().st_size <= MOST_BYTES:
                part.replace(path)
                return path
        return None
    finally:
        part.unlink(missing_ok=True)


def _needed(flight: Flight, units: int, looks: int) -> Iterator[tuple[Note, bytes]]:
    wanted = {
        (topics.of_camera(told["camera"], what), told["picture"])
        for note in flight.on(topics.LOOK)[:looks]
        for told in note.value["frames"]
        for what in ("image", "depth")
    }
    for note in flight.notes:
        if note.topic in _NEEDED:
            yield note, note.data
        elif (note.topic, note.sequence) in wanted:
            yield note, _smaller(note, units)


def _smaller(note: Note, units: int) -> bytes:
    """The same picture, packed as tightly as PNG can; depth rounded to so many units."""
    pixels = messages.pixels_of(note.value)
    if pixels.ndim == 2:
        pixels = (np.round(pixels / units) * units).astype(np.uint16)
    else:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    packed = base64.b64encode(data.tobytes()).decode("ascii")
    return messages.packed({**note.value, "data": packed, "format": "png"})
