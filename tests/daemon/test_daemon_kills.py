"""Daemon and agents killed at random moments: nothing that was acknowledged is lost, nothing is done
twice, nothing is left over. 200 times: `python -m benchmarks.runtime`."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from daemon.conftest import Running

from benchmarks.runtime import kills, served
from llmagentos.daemon import journal
from llmagentos.daemon.access import Identity
from llmagentos.daemon.client import DaemonClient
from llmagentos.daemon.store import BEGUN, DONE, LOST, Store


def test_kills_at_random_moments_lose_nothing() -> None:
    with served() as made:
        found = kills(made, 12, seed=7)
    assert found["kills_daemon"] and found["kills_agent"], found
    assert found["accepted"] > 20, found
    for what in ("without_end", "twice", "said_done_and_not", "not_back", "left_over"):
        assert found[what] == 0, found


def test_a_thousand_lives_leave_nothing(daemon: DaemonClient, lasting: Running) -> None:
    state = lasting.folder / "state"
    before = sorted(p.name for p in state.rglob("*"))
    assert lasting.process is not None
    statm = Path(f"/proc/{lasting.process.pid}/statm")
    for i in range(200):
        daemon.create(f"a{i}", {"program": "lab.programs:Worker"}).destroy()
    began = int(statm.read_text().split()[1])
    for i in range(1000):
        daemon.create(f"a{i}", {"program": "lab.programs:Worker"}).destroy()
    grown_kb = (int(statm.read_text().split()[1]) - began) * 4
    assert grown_kb < 3000, f"the daemon has grown by {grown_kb} kB"
    after = sorted(p.name for p in state.rglob("*"))
    assert [name for name in after if name not in before] == []
    assert lasting.workers() == []
    assert daemon.list() == []


# --- what a death leaves ----------------------------------------------------------------------------


def test_a_journal_says_what_was_begun_and_what_came_of_it(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    made = journal.Journal(path)
    for call in (1, 2, 3):
        made.began(call)
    made.ended(1, {"ok": "one"})
    made.ended(2, {"ok": "two"})
    made.settled(1)
    assert made.unsettled == {2: {"ok": "two"}}
    with path.open("ab") as file:  # killed in the middle of a line
        file.write(b'\n{"ended": 3, "to')
    found = journal.read(path)
    assert (found.began, found.ended) == ({3}, {2: {"ok": "two"}})
    made.ended(3, {"ok": "three"})  # the line after a cut one is whole
    assert journal.read(path).ended == {2: {"ok": "two"}, 3: {"ok": "three"}}
    made.close()
    assert journal.read(tmp_path / "none").began == set()


def test_a_journal_does_not_grow_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    made = journal.Journal(path)
    for call in range(5000):
        made.began(call)
        made.ended(call, {"ok": "x" * 100})
        made.settled(call)
    assert path.stat().st_size < 600_000
    made.close()


def test_a_call_ends_once_and_a_key_makes_one_call(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.sqlite")
    call = store.add_call("a", "echo", {"x": 1}, "ada", 50, key="k")
    assert store.add_call("a", "echo", {"x": 1}, "ada", 50, key="k").number == call.number
    assert store.add_call("a", "echo", {"x": 1}, "bob", 50, key="k").number != call.number
    store.begun(call.number, 1.0)
    assert store.call(call.number).state == BEGUN  # type: ignore[union-attr]
    assert store.over(call.number, DONE, {"y": 2})
    assert not store.over(call.number, LOST, "too late")
    store.commit()
    store.close()
    again = Store(tmp_path / "state.sqlite").call(call.number)
    assert again is not None
    assert (again.state, again.result) == (DONE, {"y": 2})


def test_a_database_that_can_t_be_read_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"this is no database at all, but long enough to look like one" * 50)
    store = Store(path)
    assert list(store.agents()) == []
    assert Path(store.set_aside).read_bytes().startswith(b"this is no database")
    store.close()


def test_a_newer_database_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(Exception, match=r"version 2 or older .* got 99"):
        Store(path)


def test_a_database_of_version_1_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    store = Store(path)
    store.add_call("a", "echo", {"x": 1}, "ada", 50, key="k")
    store.grant(Identity("ada", "viewer", "h"))
    store.close()
    with sqlite3.connect(path) as db:
        for table, column in (
            ("calls", "person"), ("calls", "attended"), ("identities", "expires_at"),
            ("identities", "program"),
        ):  # fmt: skip
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.execute("PRAGMA user_version=1")
    store = Store(path)
    (call,) = store.calls("a")
    assert (call.person, call.attended, call.args) == (True, False, {"x": 1})
    assert store.identities() == [Identity("ada", "viewer", "h")]
    store.close()


def test_rows_are_plain_data(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.sqlite")
    assert json.dumps(store.add_call("a", "echo", {}, "ada", 50).to_json())
    store.close()
