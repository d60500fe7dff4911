"""Whether the process before this one died."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from llmagentos.errors import FileError
from llmagentos.runtime.alive import AliveMark
from llmagentos.runtime.sessions import FOLDER_VARIABLE

MARKS = (
    "import sys; from llmagentos.runtime.alive import AliveMark\n"
    "AliveMark('arm'); print('on', flush=True); sys.stdin.read()"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "run"))
    return tmp_path / "run"


def test_one_that_ended_as_wanted_leaves_nothing(folder: Path) -> None:
    mark = AliveMark("executor/left-0")
    assert not mark.died_before and len(list(folder.iterdir())) == 1
    mark.remove()
    mark.remove()
    assert list(folder.iterdir()) == []
    assert not AliveMark("executor/left-0").died_before


def test_one_that_was_killed_is_found_by_the_next_of_its_name_alone() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", MARKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == b"on\n"
        process.kill()
    assert not AliveMark("other").died_before
    mark = AliveMark("arm")
    assert mark.died_before
    mark.remove()
    assert not AliveMark("arm").died_before


def test_where_no_mark_can_be_put_that_is_said(folder: Path) -> None:
    folder.write_text("in the way")
    with pytest.raises(FileError):
        AliveMark("arm")
