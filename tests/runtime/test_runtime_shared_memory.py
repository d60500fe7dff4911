"""Shared memory of dead processes goes, that of living ones stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from llmagentos.runtime.dds_memory import sweep

SEGMENT, PORT = "fastrtps_0123456789abcdef", "fastdds_port7412"
HOLD = (
    "import fcntl, sys\n"
    "lock = open(sys.argv[1])\nfcntl.flock(lock, fcntl.LOCK_EX)\n"
    "print('held', flush=True)\nsys.stdin.read()"
)
MAP = (
    "import mmap, sys\n"
    "file = open(sys.argv[1], 'r+b')\ndata = mmap.mmap(file.fileno(), 0)\n"
    "print('mapped', flush=True)\nsys.stdin.read()"
)


def segment(folder: Path, name: str, locked: bool = True) -> list[str]:
    """The files that Fast DDS makes for one segment."""
    names = [name, f"sem.{name}_mutex", *([f"{name}_el"] if locked else [])]
    for each in names:
        (folder / each).write_bytes(b"x" * 64)
    return names


def left(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.parametrize("name", [SEGMENT, PORT])
def test_of_the_dead_nothing_is_left(tmp_path: Path, name: str, locked: bool) -> None:
    segment(tmp_path, name, locked)
    assert sweep(tmp_path, 0.0) == [name]
    assert left(tmp_path) == set()


@pytest.mark.parametrize(("code", "file"), [(HOLD, f"{SEGMENT}_el"), (MAP, SEGMENT)])
def test_of_the_living_all_stays(tmp_path: Path, code: str, file: str) -> None:
    names = segment(tmp_path, SEGMENT)
    argv = [sys.executable, "-c", code, str(tmp_path / file)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None and owner.stdout.readline()
        assert sweep(tmp_path, 0.0) == []
        assert left(tmp_path) == set(names)
    assert sweep(tmp_path, 0.0) == [SEGMENT]


def test_strangers_and_newborns_stay(tmp_path: Path) -> None:
    (tmp_path / "lttng-ust-wait-6").touch()
    (tmp_path / "fastrtps_notes.txt").touch()
    names = segment(tmp_path, SEGMENT)
    assert sweep(tmp_path, 60.0) == []
    assert left(tmp_path) == {"lttng-ust-wait-6", "fastrtps_notes.txt", *names}
    assert sweep(tmp_path / "nowhere") == []
