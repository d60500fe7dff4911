"""Every altered, removed or reordered row is found; what isn't is found with a noted hash."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from llmagentos.audit import AuditLog, verify
from llmagentos.audit.chain import NOTHING_BEFORE, canonical, link
from llmagentos.audit.folder import AuditFolder, Head

ROWS = 9  # with the one that begins


@pytest.fixture
def record(tmp_path: Path) -> Path:
    log = AuditLog(tmp_path / "record")
    for number in range(ROWS - 1):
        log.write("asked", text=f"command {number}", number=number)
    log.close()
    assert not verify(tmp_path / "record").problems
    return tmp_path / "record"


def _change(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "000001.db")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


@pytest.mark.parametrize("seq", range(1, ROWS + 1))
def test_every_altered_row_is_found(record: Path, seq: int) -> None:
    _change(
        record, f"UPDATE rows SET text = replace(text, '\"kind\"', '\"kins\"') WHERE seq = {seq}"
    )
    assert any(p.startswith(f"row {seq}:") for p in verify(record).problems)


@pytest.mark.parametrize("seq", range(1, ROWS + 1))
def test_every_removed_row_is_found(record: Path, seq: int) -> None:
    _change(record, f"DELETE FROM rows WHERE seq = {seq}")
    problems = " ".join(verify(record).problems)
    assert ("missing" in problems) or f"rows 1 to {seq}" in problems


@pytest.mark.parametrize("seq", range(1, ROWS))
def test_rows_that_changed_places_are_found(record: Path, seq: int) -> None:
    _change(record, "UPDATE rows SET seq = -seq", f"UPDATE rows SET seq = {seq + 1} WHERE seq = -{seq}",
            f"UPDATE rows SET seq = {seq} WHERE seq = -{seq + 1}", "UPDATE rows SET seq = -seq WHERE seq < 0")  # fmt: skip
    problems = verify(record).problems
    assert any("its number or form was altered" in p for p in problems)
    assert any("does not follow" in p for p in problems)


def test_a_row_with_a_hash_of_its_own_is_found_by_the_next(record: Path) -> None:
    with closing(sqlite3.connect(record / "000001.db")) as database:
        rows = dict(database.execute("SELECT seq, hash FROM rows"))
        text = canonical({"seq": 4, "kind": "asked", "facts": {}})
        database.execute(
            "UPDATE rows SET text = ?, hash = ? WHERE seq = 4", (text, link(rows[3], text))
        )
        database.commit()
    assert [p[:6] for p in verify(record).problems] == ["row 5:"]


def test_a_row_that_was_put_in_is_found(record: Path) -> None:
    _change(record, f"INSERT INTO rows SELECT {ROWS + 5}, text, hash FROM rows WHERE seq = 3")
    assert any("missing" in p for p in verify(record).problems)


@pytest.mark.parametrize("removed", ["000001.db", "head"])
def test_a_whole_file_that_is_gone_is_found(record: Path, removed: str) -> None:
    (record / removed).unlink()
    assert verify(record).problems


def test_rows_gone_at_the_end_are_noticed_by_the_next_writer_too(record: Path) -> None:
    _change(record, f"DELETE FROM rows WHERE seq = {ROWS}")
    AuditLog(record).write("asked", text="later")
    assert any("set aside" in p for p in verify(record).problems)


def test_an_altered_head_is_found(record: Path) -> None:
    (record / "head").write_text("no head")
    assert any("expected file, row and hash" in p for p in verify(record).problems)


def _made_anew(folder: Path) -> None:
    """What somebody does who may write the folder and knows how: everything from row 5 on, anew."""
    with closing(sqlite3.connect(folder / "000001.db")) as database:
        rows = database.execute("SELECT seq, text, hash FROM rows ORDER BY seq").fetchall()
        before = NOTHING_BEFORE
        for seq, text, closing_hash in rows:
            text = text.replace('"command ', '"nothing ') if seq >= 5 else text
            before = link(before, text) if seq >= 5 else closing_hash
            database.execute(
                "UPDATE rows SET text = ?, hash = ? WHERE seq = ?", (text, before, seq)
            )
        database.commit()
    where = AuditFolder(folder)
    with where.turn() as descriptor:
        where.set_head(descriptor, Head(1, len(rows), before))


def _begun_again(folder: Path) -> None:
    shutil.rmtree(folder)
    AuditLog(folder).write("asked", text="nothing ever happened")


@pytest.mark.parametrize("forge", [_made_anew, _begun_again])
def test_a_chain_made_anew_is_found_by_a_hash_noted_elsewhere(
    record: Path, forge: Callable[[Path], None]
) -> None:
    noted = verify(record).hash
    forge(record)
    assert not verify(record).problems  # nothing in the folder tells
    assert "expected the hash" in verify(record, noted).problems[0]


def test_a_noted_hash_stays_in_the_chain(record: Path) -> None:
    noted = verify(record).hash
    AuditLog(record).write("done", status="succeeded")
    assert not verify(record, noted).problems
