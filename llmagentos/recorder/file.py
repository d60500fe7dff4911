"""One flight's MCAP file, written so that a kill or a full disk costs the end and nothing before.

Knows: the mcap package, small chunks that go to the system at once, what a refused write leaves.
Does not know: threads, what messages mean.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcap.writer import CompressionType, Writer

from llmagentos.errors import FileError
from llmagentos.files import refusing
from llmagentos.recorder.messages import packed
from llmagentos.recorder.topics import metadata_of, schema_of

WHAT = "a flight recording that can be written"
#: A chunk goes out when it has so many bytes; by time the scribe sees to it.
CHUNK_BYTES = 64 * 1024


class _Unbuffered:
    """A stream for the mcap writer: every write reaches the system whole or raises.

    A raw file may take a part of a write when the disk fills, and says so only in its return
    value, which the writer does not look at.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_CLOEXEC", 0)
        self._fd = os.open(path, flags, 0o600)
        self._at = 0

    def write(self, data: bytes) -> int:
        view = memoryview(data)
        while view:
            done = os.write(self._fd, view)
            self._at += done
            view = view[done:]
        return len(data)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """Nothing is held back."""

    def cut(self, at: int) -> None:
        """Drop what lies behind `at`: half a record that a full disk left."""
        os.ftruncate(self._fd, at)
        self._at = at

    def close(self) -> None:
        os.close(self._fd)


class FlightFile:
    """A file under way: `write` and `flush`, then `finish`.

    FileError when it cannot be begun. A write that the system refuses later raises FileError once
    and ends the file where its last whole chunk ends, readable without a footer; nothing more is
    written then. Only its owner may read it.
    """

    def __init__(self, path: Path, about: Mapping[str, str]) -> None:
        self.path = path
        self.problem: FileError | None = None
        self._schemas: dict[str, int] = {}
        self._channels: dict[str, int] = {}
        with refusing(path, WHAT):
            self._stream = _Unbuffered(path)
        stream: Any = self._stream
        self._writer = Writer(stream, chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD)
        self._good = 0
        self._guarded(self._begin, about)

    def _begin(self, about: Mapping[str, str]) -> None:
        self._writer.start(profile="", library="llmagentos")
        self._writer.add_metadata("flight", dict(about))

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._stream.tell()

    def reserve(self, topic: str) -> None:
        """Name a topic that may never get a message."""
        self._guarded(self._channel, topic)

    def write(self, topic: str, data: bytes, log_ns: int, robot_ns: int, sequence: int = 0) -> None:
        """Add a message. log_ns: when it happened by the wall; robot_ns: by the robot's clock,
        counted from the same moment. Raises FileError once, when the system refuses."""
        self._guarded(self._add, topic, data, log_ns, robot_ns, sequence)

    def _add(self, topic: str, data: bytes, log_ns: int, robot_ns: int, sequence: int) -> None:
        self._writer.add_message(
            self._channel(topic), log_ns, data, publish_time=robot_ns, sequence=sequence
        )

    def flush(self) -> None:
        """What was written is with the system: a killed process does not lose it."""
        self._guarded(self._writer.flush)

    def finish(self) -> None:
        """End the file with its index."""
        try:
            self._guarded(self._writer.finish)
        finally:
            self._stream.close()
            self.problem = self.problem or FileError(f"{self.path} is finished")

    def _guarded(self, do: Any, *args: Any) -> None:
        if self.problem is not None:
            return
        try:
            with refusing(self.path, WHAT):
                do(*args)
        except FileError as problem:
            self.problem = problem
            self._stream.cut(self._good)
            raise
        self._good = self._stream.tell()

    def _channel(self, topic: str) -> int:
        if topic not in self._channels:
            self._channels[topic] = self._writer.register_channel(
                topic, "json", self._schema(schema_of(topic)), metadata_of(topic)
            )
        return self._channels[topic]

    def _schema(self, schema: Mapping[str, Any]) -> int:
        name = str(schema["title"])
        if name not in self._schemas:
            self._schemas[name] = self._writer.register_schema(name, "jsonschema", packed(schema))
        return self._schemas[name]
