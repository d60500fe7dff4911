"""The command log: kept over sessions, damaged files set aside."""

from __future__ import annotations

import sqlite3
import warnings
from pathlib import Path

import pytest

from llmagentos.errors import LogError
from llmagentos.types import SceneObject
from llmagentos.world.log import SCHEMA_VERSION, CommandLog, DamagedLogWarning

BLOCK = SceneObject("b1", "block", "red", 0.04, 0.04, (0.4, 0.1, 0.02))


def fill(path: Path) -> int:
    with CommandLog(path) as log:
        index = log.add_command(
            "s1", 12.5, "move it", "succeeded", reply="Done.", plan={"steps": []}, duration_s=3.0
        )
        log.add_move(index, BLOCK, None, "move it")
        log.add_move(index, BLOCK, BLOCK, "move it")
    return index


def test_what_is_logged_is_read_back_by_a_later_session(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "log.sqlite"
    index = fill(path)
    with CommandLog(path) as log:
        second = log.add_command("s2", 20.0, "look", "answered")
        newest, oldest = log.recent()
        assert (newest.id, newest.session, newest.plan) == (second, "s2", {})
        assert (oldest.text, oldest.reply, oldest.plan) == ("move it", "Done.", {"steps": []})
        assert oldest.started_s == 12.5 and oldest.duration_s == 3.0
        assert [c.session for c in log.recent(session="s1")] == ["s1"]
        assert len(log.recent(1)) == 1
        gone, kept = log.moves(index)
        assert gone.after is None and gone.label == "red block"
        assert kept.after is not None and kept.after["position"] == [0.4, 0.1, 0.02]


def test_two_may_have_it_open_at_once(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with CommandLog(path) as robot, CommandLog(path) as viewer:
        robot.add_command("s", 0.0, "hello", "answered")
        assert viewer.recent()[0].text == "hello"


def test_a_move_needs_its_command(tmp_path: Path) -> None:
    with CommandLog(tmp_path / "log.sqlite") as log, pytest.raises(LogError, match="got 99"):
        log.add_move(99, BLOCK, None, "step")


@pytest.mark.parametrize("how", ["garbage", "damaged"])
def test_a_damaged_file_is_set_aside(tmp_path: Path, how: str) -> None:
    path = tmp_path / "log.sqlite"
    if how == "garbage":
        path.write_bytes(b"this is no database at all" * 100)
    else:
        fill(path)
        content = bytearray(path.read_bytes())
        content[3000:9000] = b"\xff" * 6000
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.warns(DamagedLogWarning, match="damaged-1"), CommandLog(path) as log:
        assert log.recent() == ()
        log.add_command("s", 0.0, "again", "succeeded")
    assert (tmp_path / "log.sqlite.damaged-1").read_bytes() == before
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        CommandLog(path).close()


def test_every_damaged_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    for n in (1, 2):
        path.write_bytes(b"no database" * 200)
        with pytest.warns(DamagedLogWarning):
            CommandLog(path).close()
        assert (tmp_path / f"log.sqlite.damaged-{n}").exists()


def test_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    fill(path)
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    with pytest.raises(LogError, match=f"got {SCHEMA_VERSION + 1}"):
        CommandLog(path)
    assert path.exists()


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "shopping.sqlite"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE shopping (item TEXT)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(LogError, match="another database"):
        CommandLog(path)
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="writable"):
        CommandLog(tmp_path)  # a folder
    (tmp_path / "file").write_text("x")
    with pytest.raises(LogError, match="writable"):
        CommandLog(tmp_path / "file" / "log.sqlite")
