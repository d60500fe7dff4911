"""An agent's folder: whole files, versions, quota, names that lead nowhere else, kills."""

import os
import random
import resource
import signal
import subprocess
import time

import pytest

from llmagentos.errors import FileError
from llmagentos.storage import AgentFolder


@pytest.fixture
def folder(tmp_path):
    return AgentFolder(tmp_path / "ann")


def everything(folder):
    """Every file below it, with its bytes."""
    found = (p for p in folder.path.rglob("*") if p.is_file())
    return {str(p.relative_to(folder.path)): p.read_bytes() for p in found}


def test_what_was_written_is_read_again_by_another(folder):
    assert folder.write("notes/today.txt", "the key is in the tray") == 1
    again = AgentFolder(folder.path)
    assert again.read_text("notes/today.txt") == "the key is in the tray"
    assert [(e.name, e.bytes, e.version) for e in again.list()] == [("notes/today.txt", 22, 1)]
    assert folder.path.stat().st_mode & 0o077 == 0


def test_versions_and_the_way_back(folder):
    for k in range(1, 5):
        assert folder.write("a", f"text {k}") == k
    assert folder.read("a", 2) == b"text 2"
    assert folder.rollback("a", 2) == 5
    assert folder.read("a") == b"text 2"
    assert [v.version for v in folder.versions("a")] == [1, 2, 3, 4, 5]
    assert [v.current for v in folder.versions("a")] == [False] * 4 + [True]
    with pytest.raises(FileError, match="got 9: there are 1, 2, 3, 4, 5"):
        folder.rollback("a", 9)


def test_only_so_many_versions_are_kept(tmp_path):
    folder = AgentFolder(tmp_path / "a", keep_versions=2)
    for k in range(6):
        folder.write("n", str(k))
    assert [v.version for v in folder.versions("n")] == [4, 5, 6]
    bare = AgentFolder(tmp_path / "b", keep_versions=0)
    bare.write("n", "1")
    bare.write("n", "2")
    assert len(bare.versions("n")) == 1
    assert bare.used_bytes == 1


def test_deleted_and_brought_back(folder):
    folder.write("deep/er/a", "one")
    folder.write("deep/er/a", "two")
    folder.delete("deep/er/a")
    assert folder.list() == []
    assert not (folder.path / "files" / "deep").exists()
    with pytest.raises(FileError, match="no such file"):
        folder.read("deep/er/a")
    assert folder.rollback("deep/er/a", 2) == 3
    assert folder.read("deep/er/a") == b"two"
    folder.delete("deep/er/a", versions=True)
    assert folder.versions("deep/er/a") == []
    assert set(everything(folder)) == {"lock"}


def test_names_with_percent_signs_and_slashes_do_not_meet(folder):
    for name in ("a%2Fb", "a/b", "a%b"):
        folder.write(name, name)
        folder.write(name, name + "!")
    for name in ("a%2Fb", "a/b", "a%b"):
        assert folder.read_text(name, 1) == name
    assert folder.drop_versions() > 0
    assert [len(folder.versions(n)) for n in ("a%2Fb", "a/b", "a%b")] == [1, 1, 1]


def test_append(folder):
    folder.append("log", "one\n")
    folder.append("log", b"two\n")
    assert folder.read_text("log") == "one\ntwo\n"
    assert len(folder.versions("log")) == 1


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "a/../../x", "", "a//b", "./a", "a/", "x\0y", "a\nb", "n" * 300]
)
def test_names_that_lead_out_are_refused(folder, name):
    for call in (folder.read, folder.delete, folder.versions, lambda n: folder.write(n, "x")):
        with pytest.raises(FileError, match="expected a name inside the agent's folder"):
            call(name)


def test_links_and_pipes_lead_nowhere(folder, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "a").write_text("secret")
    folder.write("own", "x")
    files = folder.path / "files"
    (files / "out").symlink_to(secret)
    (files / "file").symlink_to(secret / "a")
    os.mkfifo(files / "pipe")
    for name in ("out/a", "file", "pipe"):
        with pytest.raises(FileError):
            folder.read(name)
        with pytest.raises(FileError):
            folder.write(name, "changed")
        with pytest.raises(FileError):
            folder.delete(name)
    assert (secret / "a").read_text() == "secret"
    assert [e.name for e in folder.list()] == ["own"]


def test_a_folder_is_no_file_and_a_file_no_folder(folder):
    folder.write("a/b", "x")
    folder.write("c", "x")
    for name in ("a", "c/d"):
        with pytest.raises(FileError):
            folder.write(name, "y")
    assert {e.name for e in folder.list()} == {"a/b", "c"}
    assert set(everything(folder)) == {"lock", "files/a/b", "files/c"}


def test_the_quota_is_said_before_anything_is_written(tmp_path):
    folder = AgentFolder(tmp_path / "a", quota_bytes=5_000)
    folder.write("a", bytes(2_000))
    folder.write("a", bytes(1_000))
    before = everything(folder)
    told = (
        r"needs 12 kB, 2 kB of its 5 kB are free in .*: delete files, drop older versions \(2 kB\)"
    )
    with pytest.raises(FileError, match=told):
        folder.write("b", bytes(12_000))
    assert everything(folder) == before
    assert folder.drop_versions() == 2_000
    folder.write("b", bytes(4_000))
    with pytest.raises(FileError, match="needs 4 bytes more, 0 bytes of its 5 kB"):
        folder.append("b", "more")
    folder.append("b", b"")
    smaller = AgentFolder(folder.path, quota_bytes=10)
    smaller.write("c", b"")
    with pytest.raises(FileError, match="'c' needs 1 bytes, 0 bytes of its 10 bytes"):
        smaller.write("c", b"x")


def test_what_falls_out_of_the_versions_gives_its_room(tmp_path):
    folder = AgentFolder(tmp_path / "a", quota_bytes=2_000, keep_versions=1)
    for _ in range(5):
        folder.write("a", bytes(1_000))
    assert folder.used_bytes == 2_000


def test_a_file_larger_than_allowed_is_an_error_in_words(folder):
    folder.write("a", "whole")
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, old[1]))
    try:
        with pytest.raises(FileError, match="a file larger than the system allows"):
            folder.write("a", bytes(50_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert folder.read("a") == b"whole"
    assert set(everything(folder)) == {"lock", "files/a"}


def test_a_full_disk_is_an_error_in_words_and_loses_nothing(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(disk)]
    try:
        made = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("no mount here")
    if made.returncode:
        pytest.skip("a small disk needs a root that may mount")
    try:
        folder = AgentFolder(disk / "ann")
        folder.write("notes/a", "first")
        folder.write("notes/a", "second")
        before = everything(folder)
        with pytest.raises(FileError, match=r"the agent's file 'big' .*got a full disk"):
            folder.write("big", bytes(1_000_000))
        with pytest.raises(FileError, match="a full disk"):
            folder.write("notes/a", bytes(1_000_000))
        with pytest.raises(FileError, match="a full disk"):
            folder.append("notes/a", bytes(1_000_000))
        assert everything(folder) == before
        assert folder.write("notes/a", "third") == 3
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_killed_while_writing_it_is_the_old_or_the_new(tmp_path):
    """A hundred kills at random moments; half a file, or a leftover, never."""
    folder = AgentFolder(tmp_path / "a", keep_versions=2)
    seed = 7
    moments = random.Random(seed)
    texts = [bytes([65 + k]) * (200_000 + k) for k in range(4)]
    folder.write("deep/f", texts[0])
    for _ in range(100):
        ready, told = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                mine = AgentFolder(folder.path, keep_versions=2)
                os.write(told, b"x")
                while True:
                    for text in texts:
                        mine.write("deep/f", text)
            finally:
                os._exit(1)
        os.close(told)
        os.read(ready, 1)
        os.close(ready)
        time.sleep(moments.uniform(0, 0.008))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert folder.read("deep/f") in texts
        again = AgentFolder(folder.path, keep_versions=2)
        left = everything(again)
        kept = sorted(name for name in left if name.startswith("versions/"))
        assert len(kept) <= 2
        assert set(left) - set(kept) == {"lock", "files/deep/f"}
        assert all(left[name] in texts for name in kept)
        assert again.read("deep/f") in texts
    for text in ("two", "one", "end"):  # on a busy machine no child had time to write
        folder.write("deep/f", text)
    assert len(folder.versions("deep/f")) == 3


def test_two_writers_take_turns(tmp_path):
    folder = AgentFolder(tmp_path / "a", keep_versions=3)
    children = []
    for who in range(2):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                mine = AgentFolder(folder.path, keep_versions=3)
                for k in range(50):
                    mine.append("log", f"{who}:{k}\n")
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children] == [0, 0]
    lines = folder.read_text("log").split()
    assert sorted(lines) == sorted(f"{w}:{k}" for w in range(2) for k in range(50))
