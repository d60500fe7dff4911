"""What the helpers for files say and leave behind, by what the system itself refuses."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from llmagentos import files
from llmagentos.errors import FileError

FULL = Path("/dev/full")
full_device = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.txt"
    path.write_text("words\n")
    return path


def test_a_text_is_read_with_any_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("größer\r\nals\n".encode())
    assert files.read_text(path) == "größer\nals\n"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "no such file or folder"),
        ("", "a folder"),
        ("plain.txt/inside", "a path that leads through a file"),
        ("x" * 300, "a name that is too long"),
        ("loop", "a link that leads to itself"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(plain: Path, name: str, reason: str) -> None:
    path = plain.parent / name
    (plain.parent / "loop").symlink_to("loop")
    with pytest.raises(FileError, match=rf"^expected a note at .*, got {reason}$"):
        files.read_text(path, "a note")


def test_a_file_without_permission(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **more: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(plain))

    monkeypatch.setattr(Path, "open", refuse)  # the tests' user may read everything
    with pytest.raises(FileError, match=r"got no permission$"):
        files.read_text(plain)
    with pytest.raises(FileError, match=r"got no permission$"):
        files.write_text(plain, "new")


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    path = tmp_path / "raw"
    path.write_bytes(b"ab\xff")
    with pytest.raises(FileError, match=r"in UTF-8 at .*, got byte 0xff at position 2$"):
        files.read_text(path)


def test_a_device_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_TEXT_BYTES", 1_000_000)
    with pytest.raises(FileError, match=r"got more than 1 MB$"):
        files.read_text("/dev/zero")


@pytest.mark.parametrize("text", ["a: [", "a: 2026-13-45", "a: " + "9" * 5000, "[" * 5000, "\x00"])
def test_what_is_no_yaml_is_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(FileError, match=r"^expected a YAML file in YAML at [^\n]*, got [^\n]+$"):
        files.read_yaml(path)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "{'a': 1}"])
def test_what_is_no_json_is_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(FileError, match=r"^expected a JSON file in JSON at [^\n]*, got [^\n]+$"):
        files.read_json(path)


def test_a_line_that_is_no_json_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n\n3\n')
    assert files.read_json_lines(path) == [{"a": 1}, 3]
    path.write_text('{"a": 1}\n\n{\n')
    with pytest.raises(FileError, match=r"line 3, got"):
        files.read_json_lines(path)


@full_device
def test_a_full_disk_is_said_and_nothing_is_left() -> None:
    with pytest.raises(FileError, match=r"at /dev/full, got a full disk$"):
        files.write_text(FULL, "words" * 10_000)
    assert FULL.exists()


@pytest.mark.parametrize("target", ["plain.txt", "new.txt"])
def test_a_write_that_fails_leaves_what_was_there(plain: Path, target: str) -> None:
    before = {p.name: p.read_text() for p in plain.parent.iterdir()}
    with (
        pytest.raises(FileError, match=r"got a full disk$"),
        files.written(plain.parent / target) as part,
    ):
        part.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert {p.name: p.read_text() for p in plain.parent.iterdir()} == before


def test_a_write_through_a_link_reaches_its_target(plain: Path) -> None:
    link = plain.parent / "link"
    link.symlink_to(plain)
    files.write_text(link, "new")
    assert link.is_symlink() and plain.read_text() == "new"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("plain.txt", "a file"),
        ("plain.txt/inside", "a path that leads through a file"),
        ("x" * 300, "a name that is too long"),
    ],
)
def test_a_folder_that_cannot_be_made(plain: Path, name: str, reason: str) -> None:
    with pytest.raises(FileError, match=rf"^expected a folder for it at .*, got {reason}$"):
        files.make_folder(plain.parent / name, "a folder for it")


def test_a_folder_is_made_with_its_parents_and_stays_empty(tmp_path: Path) -> None:
    made = files.make_folder(tmp_path / "a" / "b")
    assert made.is_dir() and list(made.iterdir()) == []
    assert files.make_folder(made) == made == files.need_folder(made)


@pytest.mark.parametrize("name", ["plain.txt", "missing"])
def test_a_folder_that_is_needed(plain: Path, name: str) -> None:
    with pytest.raises(FileError, match=r"^expected a folder with commands at .*, got "):
        files.need_folder(plain.parent / name, "a folder with commands")


def test_a_path_can_always_be_printed() -> None:
    strange = os.fsdecode(b"a\xffb")
    assert files.shown(strange) == "a\\xffb"
    assert not files.is_there("x" * 5000)
