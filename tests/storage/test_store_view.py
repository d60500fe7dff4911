"""Agents' files by permission: nothing without, own and others' by pattern."""

import pytest

from llmagentos.errors import ConfigError, FileError, PermissionRefusedError
from llmagentos.storage import Permissions, Storage


@pytest.fixture
def storage(tmp_path):
    storage = Storage(tmp_path, quota_bytes=10_000)
    bob = storage.folder("bob")
    bob.write("shared/map", "here")
    bob.write("shared/deep/map", "there")
    bob.write("diary", "mine")
    return storage


def test_nothing_is_allowed_by_default(storage):
    view = storage.view("ann", Permissions())
    with pytest.raises(
        PermissionRefusedError, match="ann may not write ann/a: it may write nothing"
    ):
        view.write("self/a", "x")
    with pytest.raises(PermissionRefusedError, match="ann may not read bob/nothing"):
        view.read("bob/nothing")
    assert view.list() == {}
    assert storage.agents() == ["bob"]


def test_own_files(storage):
    view = storage.view("ann", Permissions.own())
    view.write("self/a/b", "1")
    view.write("ann/a/b", "2")
    assert view.read_text("self/a/b") == "2"
    assert view.rollback("self/a/b", 1) == 3
    assert list(view.list()) == ["self/a/b"]
    view.delete("self/a/b")
    with pytest.raises(PermissionRefusedError):
        view.read("bob/diary")


def test_others_files_by_pattern(storage):
    view = storage.view("ann", Permissions(read=("bob/shared/*",), write=("*/inbox/**",)))
    assert view.read("bob/shared/map") == b"here"
    for name in ("bob/diary", "bob/shared/deep/map", "bob/shared"):
        with pytest.raises(PermissionRefusedError, match=r"it may read bob/shared/\*"):
            view.read(name)
    assert list(view.list()) == ["bob/shared/map"]
    view.write("bob/inbox/from/ann", "hello")
    for call in (view.read, lambda n: view.rollback(n, 1)):
        with pytest.raises(PermissionRefusedError, match="may not read"):
            call("bob/inbox/from/ann")
    with pytest.raises(FileError, match="expected an agent with a folder, got 'eve'"):
        view.write("eve/inbox/x", "x")


def test_the_quota_is_that_of_the_folders_owner(storage):
    storage.set_quota("bob", 30)
    view = storage.view("ann", Permissions(write=("bob/**", "self/**")))
    with pytest.raises(FileError, match="of its 30 bytes are free"):
        view.write("bob/x", bytes(100))
    view.write("self/x", bytes(100))


def test_names_that_lead_out_are_refused_before_permissions(storage):
    view = storage.view("ann", Permissions(read=("*/**",), write=("*/**",)))
    for name in ("self/../bob/diary", "../x", "/etc/passwd", "self", ".", "bob//etc/passwd"):
        with pytest.raises(FileError):
            view.read(name)


@pytest.mark.parametrize("pattern", ["self", "", "/x", "self/../x", "**/x", "self//x"])
def test_patterns_that_can_not_be(pattern):
    with pytest.raises(ConfigError, match="expected patterns"):
        Permissions(read=(pattern,))


def test_two_stars_are_any_folders():
    may = Permissions(read=("self/**/log", "*/a*/x"))
    assert may.allows("read", "ann", "ann", "log")
    assert may.allows("read", "ann", "ann", "a/b/log")
    assert may.allows("read", "ann", "bob", "abc/x")
    assert not may.allows("read", "ann", "bob", "log")
    assert not may.allows("read", "ann", "bob", "a/b/x")


def test_a_destroyed_agent_leaves_nothing(storage, tmp_path):
    for _ in range(200):
        storage.folder("ann").write("a/b", "x")
        storage.destroy("ann")
    storage.destroy("ann")
    assert [p.name for p in tmp_path.iterdir()] == ["bob"]
    with pytest.raises(FileError, match="an agent's name"):
        storage.destroy("../bob")
