"""A flight read again, whole or cut off.

Knows: MCAP as a stream, so that a file without its end is read up to where it was cut. Does not
know: what messages mean to a person (timeline.py) or to today's code (check.py).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from mcap.exceptions import McapError
from mcap.records import Channel, Footer, Message, Metadata, Schema
from mcap.stream_reader import CRCValidationError, StreamReader

from llmagentos.errors import FileError
from llmagentos.files import refusing, shown
from llmagentos.recorder import topics

WHAT = "a flight recording (MCAP)"
_MAX_RECORD = 256 * 2**20
#: What the reader raises where a file ends in the middle of something, or holds other bytes.
_CUT = (
    McapError, CRCValidationError, EOFError, struct.error,
    RuntimeError, ValueError, OverflowError, MemoryError,
)  # fmt: skip


@dataclass(frozen=True)
class Note:
    """One message. log_ns: when, by the wall; robot_ns: by the robot's clock, counted on from the
    wall's time at which the flight began; robot_s: seconds since then."""

    topic: str
    log_ns: int
    robot_ns: int
    robot_s: float
    sequence: int
    data: bytes = field(repr=False)

    @cached_property
    def value(self) -> Any:
        """The message as plain data."""
        return json.loads(self.data)


@dataclass
class Flight:
    """All messages of a file in the order in which they were written.

    about: the file's own description (metadata). whole: it has its end; False after a kill or a
    full disk. schemas: name to text, channels: topic to (schema's name, encoding).
    """

    path: Path
    notes: list[Note] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)
    whole: bool = False
    schemas: dict[str, str] = field(default_factory=dict)
    channels: dict[str, tuple[str, str]] = field(default_factory=dict)

    def on(self, topic: str) -> list[Note]:
        """The messages of one topic."""
        return [note for note in self.notes if note.topic == topic]

    @cached_property
    def header(self) -> dict[str, Any]:
        """What was known when the flight began (topic /llmagentos/flight); {} where it is lost."""
        first = self.on(topics.FLIGHT)
        return dict(first[0].value) if first else {}

    @cached_property
    def pictures(self) -> dict[tuple[str, int], Note]:
        """Pictures by topic and number."""
        return {
            (n.topic, n.sequence): n for n in self.notes if n.topic.endswith(("/image", "/depth"))
        }


def read(path: Path | str) -> Flight:
    """A flight from its file. Raises FileError for what is no MCAP file or was not written here."""
    flight, first = Flight(Path(path)), None
    names: dict[int, str] = {}
    known: dict[int, str] = {}
    for record in _records(flight):
        if isinstance(record, Schema):
            names[record.id] = record.name
            flight.schemas[record.name] = record.data.decode()
        elif isinstance(record, Channel):
            known[record.id] = record.topic
            flight.channels[record.topic] = names.get(record.schema_id, ""), record.message_encoding
        elif isinstance(record, Metadata) and record.name == "flight":
            flight.about = dict(record.metadata)
        elif isinstance(record, Message):
            first = record.publish_time if first is None else first
            flight.notes.append(
                Note(
                    known[record.channel_id], record.log_time, record.publish_time,
                    (record.publish_time - first) / 1e9, record.sequence, record.data,
                )
            )  # fmt: skip
    if not flight.about:
        raise FileError(f"expected {WHAT} of this program at {shown(path)}, got another file")
    return flight


def _records(flight: Flight) -> Iterator[Any]:
    with refusing(flight.path, WHAT), flight.path.open("rb") as stream:
        reader = StreamReader(stream, validate_crcs=True, record_size_limit=_MAX_RECORD)
        try:
            for record in reader.records:
                flight.whole = isinstance(record, Footer)
                yield record
        except _CUT:
            flight.whole = False
