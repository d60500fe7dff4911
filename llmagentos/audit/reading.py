"""The audit record as it is read: its rows, and what was done to it.

Knows: how altered, removed and reordered rows are found. Does not know: how rows are written.

What cannot be found from the record alone: that somebody who may write the folder made the chain
anew from some row on, head included, or removed it all. `expect`, a hash that was noted elsewhere
(every `verify` prints one), finds both: it isn't in the chain any more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from llmagentos.audit.chain import NOTHING_BEFORE, Row, canonical, link
from llmagentos.audit.database import Database
from llmagentos.audit.folder import AuditFolder, Head
from llmagentos.errors import AuditError
from llmagentos.files import is_there, shown


@dataclass
class Findings:
    """What `verify` found. problems: in words, in the order of rows; none: the chain is whole.

    seq, hash: where it ends.
    """

    rows: int = 0
    files: int = 0
    seq: int = 0
    hash: str = NOTHING_BEFORE
    problems: list[str] = field(default_factory=list)


def files_of(path: Path) -> list[Path]:
    """The databases of a record's folder, or the one that is named. Raises AuditError."""
    if is_there(path) and path.is_dir():
        found = AuditFolder(path).files()
        if not found and AuditFolder(path).head().seq == 0:
            raise AuditError(f"expected an audit record at {shown(path)}, got a folder without one")
        return found
    if not is_there(path):
        raise AuditError(f"expected an audit record at {shown(path)}, got no such file or folder")
    return [path]


def rows_of(path: Path) -> Iterator[Row]:
    """All rows of a folder or file, oldest first. Raises AuditError where SQLite can't read on."""
    for file in files_of(path):
        yield from _rows(file)


def _rows(file: Path) -> Iterator[Row]:
    try:
        with closing(Database(file, read_only=True)) as database:
            yield from database.rows()
    except sqlite3.Error as exc:
        raise AuditError(f"expected an audit record at {shown(file)}, got: {exc}") from exc


def verify(path: Path, expect: str = "") -> Findings:
    """Go through the whole chain of a folder, or of one file of it.

    expect: a hash that was noted earlier and must be in the chain. Raises AuditError where there is
    nothing to read.
    """
    found = Findings()
    chain = _Chain(found, expect)
    for file in files_of(path):
        found.files += 1
        try:
            for row in _rows(file):
                chain.take(row)
        except AuditError as exc:
            if not path.is_dir() and not found.rows:
                raise
            found.problems.append(str(exc))
    if path.is_dir():
        _compare(AuditFolder(path), chain)
    if expect and not chain.met:
        found.problems.append(f"expected the hash {expect} in the chain, got none of its rows")
    return found


class _Chain:
    """Follows the rows. met: the expected hash was one of them."""

    def __init__(self, found: Findings, expect: str) -> None:
        self.found, self._expect = found, expect
        self.met = expect == NOTHING_BEFORE
        #: The hash of every row by its number, as computed.
        self.hashes: dict[int, str] = {}
        self.dropped: dict[int, str] = {}
        self.first: tuple[int, str] | None = None

    def take(self, row: Row) -> None:
        """Check the next row against those before."""
        found, problems = self.found, self.found.problems
        found.rows += 1
        before, kind = found.hash, ""
        try:
            content = row.content
            kind, facts = str(content.get("kind")), content.get("facts", {})
            if content.get("seq") != row.seq or canonical(content) != row.text:
                problems.append(f"row {row.seq}: its number or form was altered")
        except ValueError:
            facts = {}
            problems.append(f"row {row.seq}: its text was altered")
        if self.first is None:
            if row.seq > 1 and isinstance(facts, dict):
                before = str(facts.get("hash", before))
            self.first = (row.seq, before)
        elif row.seq != found.seq + 1:
            gone = (
                f"rows {found.seq + 1} to {row.seq - 1} are missing" if row.seq > found.seq else ""
            )
            problems.append(f"row {row.seq}: {gone or f'it stands after row {found.seq}'}")
        if link(before, row.text) != row.hash:
            problems.append(
                f"row {row.seq}: its hash does not follow from row {found.seq} and its text: it "
                "or a row before it was altered, removed or moved"
            )
        if kind == "dropped" and isinstance(facts, dict):
            self.dropped[int(facts.get("to_row", 0))] = str(facts.get("hash"))
        found.seq, found.hash = row.seq, row.hash
        self.hashes[row.seq] = row.hash
        self.met = self.met or row.hash == self._expect


def _compare(folder: AuditFolder, chain: _Chain) -> None:
    """What the head and the beginning tell about rows that are gone."""
    found, problems = chain.found, chain.found.problems
    try:
        head = folder.head()
    except AuditError as exc:
        head = Head()
        problems.append(str(exc))
    else:
        if head.seq == 0 and found.rows:
            problems.append(f"expected the head of {found.rows} rows, got none")
    if head.seq > found.seq:
        problems.append(
            f"rows {found.seq + 1} to {head.seq} are missing at the end: the head names row {head.seq}"
        )
    elif head.seq and chain.hashes.get(head.seq, head.hash) != head.hash:
        problems.append(f"row {head.seq}: expected the hash that the head has, got another")
    if chain.first is not None and chain.first[0] > 1:
        seq, before = chain.first
        if chain.dropped.get(seq - 1) != before:
            problems.append(
                f"rows 1 to {seq - 1} are missing at the beginning, and no row says that their file "
                "was dropped"
            )
    for path in sorted(folder.path.glob("*.unreadable")):
        problems.append(
            f"{path.name}: set aside since it could not be read; its rows are unchecked"
        )
