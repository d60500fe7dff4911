"""The thread that writes flights: what it is given is encoded here, off the control thread.

Knows: when a file begins and ends, the last minute, what a full disk means (the recording ends with
a sentence, the command goes on). Does not know: modules, robots, what is recorded.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmagentos.errors import FileError
from llmagentos.recorder import messages, places, topics
from llmagentos.recorder.file import FlightFile
from llmagentos.recorder.inbox import Inbox, Item
from llmagentos.recorder.ring import Ring, Written

_log = logging.getLogger(__name__)

#: What was written is with the system after so long; with the encoding that stays below 1 s.
FLUSH_S = 0.25
#: Faults in such a time are one.
FAULT_APART_S = 10.0
_POLL_S = 0.05
#: Items that are no messages.
BEGIN, END, FAULT = "begin", "end", "fault"

#: What an item's `make` gives: topic, message, number of the message.
Made = Iterable[tuple[str, Any, int]]


@dataclass(frozen=True)
class Begun:
    """A flight that begins. about: the file's metadata; header: its first message."""

    name: str
    about: dict[str, str]
    header: dict[str, Any]


class Scribe:
    """Writes until `close`. folder: where files go; writes: a file for each command, else only
    what a fault leaves. limit_mb: so much of the folder is kept; None: all. tell: hears, once
    each, what could not be written."""

    def __init__(
        self,
        folder: Path,
        inbox: Inbox,
        writes: bool = True,
        limit_mb: float | None = places.LIMIT_MB,
        ring: Ring | None = None,
        tell: Callable[[str], None] = _log.warning,
    ) -> None:
        self.folder, self.inbox = folder, inbox
        self.ring = ring or Ring()
        #: Files that were begun, newest last.
        self.files: list[Path] = []
        self._writes, self._limit, self._tell = writes, limit_mb, tell
        self._file: FlightFile | None = None
        self._after_fault: FlightFile | None = None
        self._begun: Begun | None = None
        self._written, self._told = 0, 0
        #: The times of the newest message.
        self._newest = (0, 0)
        self._flushed, self._faulted = 0.0, -FAULT_APART_S
        self._closing, self._clumsy = threading.Event(), False
        self._thread = threading.Thread(target=self._run, name="flight-scribe", daemon=True)
        self._thread.start()

    def close(self, wait_s: float = 5.0) -> None:
        """End the file under way; waits at most so long."""
        self._closing.set()
        self._thread.join(wait_s)
        if self._thread.is_alive():
            self._tell(f"the flight recording was not finished within {wait_s:g} s")

    # --- the thread -------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            item = self.inbox.get()
            if item is not None:
                self._take(item)
            if time.monotonic() - self._flushed >= FLUSH_S:
                self._flush()
            if item is None and self._closing.wait(_POLL_S) and not len(self.inbox):
                break
        self._end()

    def _take(self, item: Item) -> None:
        try:
            made = item.make()
            if item.topic == BEGIN:
                self._begin(made, item)
            elif item.topic == FAULT:
                self._fault(made, item)
            else:
                for topic, message, sequence in made:
                    self._message(topic, message, item, sequence)
                if item.topic == END:
                    self._end()
        except FileError as problem:
            self._tell(f"the flight recording ends here: {problem}")
        except Exception as error:  # one message that cannot be made costs itself alone
            if not self._clumsy:
                self._clumsy = True
                _log.error("flight: %s is not recorded: %s", item.topic, error, exc_info=error)

    def _message(self, topic: str, message: Any, item: Item, sequence: int = 0) -> None:
        written = Written(topic, messages.packed(message), item.log_ns, item.robot_ns, sequence)
        self.ring.add(written)
        self._written += 1
        self._newest = written.log_ns, written.robot_ns
        for file in (self._file, self._after_fault):
            if file is not None:
                file.write(*written)

    def _begin(self, begun: Begun, item: Item) -> None:
        self._end()
        self._begun, self._written = begun, 0
        if self._writes:
            self._file = self._opened(begun.name)
        self._message(topics.FLIGHT, begun.header, item)
        self._flush()

    def _opened(self, name: str) -> FlightFile:
        path = self.folder / name
        if self._limit is not None:
            places.keep_within(self.folder, self._limit)
        about = self._begun.about if self._begun is not None else {}
        file = FlightFile(path, about)
        self.files.append(path)
        file.reserve(topics.AUDIO)
        file.reserve(topics.SAFETY)
        return file

    def _fault(self, made: tuple[str, str], item: Item) -> None:
        name, words = made
        told = messages.log(words, "fault", item.log_ns, messages.ERROR)
        self._message(topics.LOG, told, item)
        if self._after_fault is not None or time.monotonic() - self._faulted < FAULT_APART_S:
            return
        self._faulted = time.monotonic()
        file = self._opened(name)
        kept = self.ring.messages()
        if self._begun is not None and not any(m.topic == topics.FLIGHT for m in kept):
            at = kept[0] if kept else Written("", b"", item.log_ns, item.robot_ns, 0)
            header = messages.packed(self._begun.header)
            file.write(topics.FLIGHT, header, at.log_ns, at.robot_ns)
        for message in kept:
            file.write(*message)
        file.flush()
        self._after_fault = file

    def _flush(self) -> None:
        self._flushed = time.monotonic()
        dropped = sum(self.inbox.dropped.values())
        try:
            if dropped != self._told:
                self._told = dropped
                self._status("some of it was left out: the writer did not keep up")
            for file in (self._file, self._after_fault):
                if file is not None:
                    file.flush()
        except FileError as problem:
            self._tell(f"the flight recording ends here: {problem}")

    def _status(self, words: str) -> None:
        status = {"written": self._written, "dropped": dict(self.inbox.dropped), "words": words}
        self._message(topics.STATUS, status, Item(topics.STATUS, *self._newest, dict))

    def _end(self) -> None:
        if self._file is None and self._after_fault is None:
            return
        try:
            self._status("the flight ends")
            for file in (self._file, self._after_fault):
                if file is not None:
                    file.finish()
        except FileError as problem:
            self._tell(f"the flight recording ends here: {problem}")
        finally:
            self._file, self._after_fault = None, None
