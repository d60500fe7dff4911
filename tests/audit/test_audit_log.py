"""What is written is there, whoever writes, whatever the disk does, however a writer ends."""

from __future__ import annotations

import errno
import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from llmagentos.audit import AuditLog, rows_of, verify
from llmagentos.audit import log as log_module
from llmagentos.audit.database import Database
from llmagentos.errors import AuditError
from sim.killed_writers import kill_writers


def _kinds(folder: Path) -> list[str]:
    return [row.content["kind"] for row in rows_of(folder)]


def test_a_row_says_who_when_and_what(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "made" / "here")
    log.command = "c1"
    log.write("asked", text="a\x00b \u202e \ud800", origin="cli", speed=float("nan"), way=(1, 2))
    first, asked = [row.content for row in rows_of(tmp_path / "made" / "here")]
    assert (first["kind"], first["facts"]["why"]) == ("began", "the first")
    assert asked["seq"] == 2 and asked["command"] == "c1" and asked["at"].endswith("+00:00")
    assert asked["facts"] == {
        "text": "a\x00b \u202e \ud800", "origin": "cli", "speed": "nan", "way": [1, 2],
    }  # fmt: skip
    assert (tmp_path / "made" / "here").stat().st_mode & 0o077 == 0
    log.close()


def test_a_long_text_is_cut_and_known_by_its_hash(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    log.write("asked", text="x" * 1_000_000)
    text = list(rows_of(tmp_path))[-1].content["facts"]["text"]
    assert len(text["begins"]) == 4000 and text["characters"] == 1_000_000
    assert (tmp_path / "000001.db").stat().st_size < 100_000


def test_rows_that_are_posted_or_added_keep_their_order(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    log.add("understood", text="a plan")
    log.write("acting")
    for _ in range(50):
        log.post("refused", by="gate")
    log.write("done")
    log.close()
    assert _kinds(tmp_path) == ["began", "understood", "acting", *["refused"] * 50, "done"]
    with pytest.raises(ValueError, match=r"expected a kind of asked, .*got 'moved'"):
        log.post("moved")


def test_several_threads_and_logs_write_to_one_chain(tmp_path: Path) -> None:
    logs = [AuditLog(tmp_path, file_bytes=20_000) for _ in range(3)]

    def write(log: AuditLog) -> None:
        for number in range(10):
            log.write("asked", text="x" * 500, number=number)

    threads = [threading.Thread(target=write, args=(log,)) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verify(tmp_path)
    assert not found.problems and _kinds(tmp_path).count("asked") == 30 and found.files > 1


def test_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    """Three here; `python -m benchmarks.audit --kills 100` does the hundred."""
    found = kill_writers(3, tmp_path, seed=4)
    assert found.kills == 3 and found.acknowledged > 3
    assert (found.lost, found.problems) == ([], [])


def test_the_size_is_bounded_and_what_went_is_told(tmp_path: Path) -> None:
    log = AuditLog(tmp_path, file_bytes=12_000, kept_files=2)
    for number in range(60):
        log.write("asked", text="x" * 500, number=number)
    found = verify(tmp_path)
    assert not found.problems and found.files == 2 and found.seq > found.rows
    dropped = [r.content["facts"] for r in rows_of(tmp_path) if r.content["kind"] == "dropped"]
    assert dropped and all(len(d["hash"]) == 64 for d in dropped)
    assert len(list(tmp_path.glob("*.db"))) == 2


@pytest.mark.parametrize("content", [b"no database at all" * 300, b""], ids=["garbage", "emptied"])
def test_a_corrupt_database_is_set_aside_and_a_new_one_begins(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    log = AuditLog(tmp_path)
    log.write("asked", text="before")
    log.close()
    (tmp_path / "000001.db").write_bytes(content)
    after = AuditLog(tmp_path)
    after.write("allowed", by="plan checks")
    assert _kinds(tmp_path) == ["began", "set aside", "allowed"]
    assert (tmp_path / "000001.db.unreadable").exists() and (tmp_path / "000002.db").exists()
    assert "it is kept as" in caplog.text
    assert any("set aside" in p for p in verify(tmp_path).problems)
    after.close()
    robot = AuditLog(tmp_path, needed=True)
    robot.write("asked", text="on a robot")
    with pytest.raises(AuditError, match="llmagentos audit accept"):
        robot.write("allowed", by="plan checks")
    robot.folder.accept()
    robot.write("allowed", by="plan checks")


def test_a_page_that_was_overwritten_is_found_when_the_file_is_opened(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    for _ in range(30):
        log.write("asked", text="x" * 1000)
    log.close()
    data = bytearray((tmp_path / "000001.db").read_bytes())
    data[8192:12288] = b"\xff" * 4096
    (tmp_path / "000001.db").write_bytes(data)
    AuditLog(tmp_path).write("asked", text="after")
    assert _kinds(tmp_path) == ["began", "set aside", "asked"]


@pytest.mark.parametrize("needed", [False, True])
def test_a_full_disk_is_told_and_missed_rows_are_counted(
    tmp_path: Path, needed: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log = AuditLog(tmp_path, needed)
    log.write("asked", text="before")
    real = Database.append

    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Database, "append", full)
    for _ in range(2):
        if needed:
            with pytest.raises(AuditError, match="got: database or disk is full"):
                log.write("acting", action={})
        else:
            log.write("acting", action={})
    assert log.problem == "database or disk is full"
    assert caplog.text.count("disk is full") == 1
    monkeypatch.setattr(Database, "append", real)
    log.write("done", status="failed")
    assert log.problem == "" and _kinds(tmp_path) == ["began", "asked", "missed", "done"]
    assert list(rows_of(tmp_path))[2].content["facts"]["rows"] == 2
    assert not verify(tmp_path).problems


def test_a_head_that_cannot_be_written_lags_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = AuditLog(tmp_path)
    log.write("asked", text="one")
    with monkeypatch.context() as patched:

        def full(*_: Any) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        patched.setattr(log_module.AuditFolder, "set_head", full)
        log.write("asked", text="two")
    assert not verify(tmp_path).problems
    log.write("asked", text="three")
    assert not verify(tmp_path).problems and verify(tmp_path).seq == 4


def test_whoever_keeps_the_lock_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmagentos.audit.folder.LOCK_TIMEOUT_S", 0.02)
    log = AuditLog(tmp_path, needed=True)
    log.write("asked")
    with log.folder.turn(), pytest.raises(AuditError, match="another process that keeps it"):
        log.write("asked")
    assert json.loads(list(rows_of(tmp_path))[-1].text)["seq"] == 2


def test_another_programs_database_is_not_taken_for_ours(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE rows (a)")
    other.close()
    with pytest.raises(AuditError, match="got another database"):
        verify(tmp_path / "other.db")
