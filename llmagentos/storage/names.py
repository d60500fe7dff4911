"""Names of files inside a folder, and how a file is opened so that no name leads out of it.

Knows: which names are none; opening folder by folder, never through a link. Does not know: what
is in the files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from llmagentos.errors import FileError

#: Bytes of a whole name with its folders; it has to fit into one name of a folder of versions.
MAX_NAME_BYTES = 200
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def parts_of(name: str) -> tuple[str, ...]:
    """The folders and the file of "notes/today.txt".

    Raises FileError for a name that leads out of the folder (absolute, ".."), that is empty or too
    long, or that can't be printed.
    """
    parts = tuple(name.split("/"))
    reason = ""
    if not name:
        reason = "an empty one"
    elif name.startswith("/"):
        reason = f"the absolute {name!r}"
    elif ".." in parts:
        reason = f"{name!r}, which leads out of it"
    elif "" in parts or "." in parts:
        reason = f"{name!r} with an empty part"
    elif not name.isprintable():
        reason = f"{name!r} with characters that can't be printed"
    elif len(flat(name).encode()) > MAX_NAME_BYTES:
        reason = f"one of {len(flat(name).encode())} bytes, more than {MAX_NAME_BYTES}"
    if reason:
        raise FileError(f"expected a name inside the agent's folder, got {reason}")
    return parts


def flat(name: str) -> str:
    """The same name without folders: "notes%2Ftoday.txt"."""
    return name.replace("%", "%25").replace("/", "%2F")


@contextmanager
def folder_at(base: int, parts: Sequence[str], make: bool = False) -> Iterator[int]:
    """A descriptor of the folder inside another one, reached without following a link.

    make: folders that are missing are made, and are on the disk then. Raises OSError, and
    FileError for a link on the way.
    """
    at = os.dup(base)
    try:
        for part in parts:
            try:
                inner = os.open(part, _FOLDER, dir_fd=at)
            except FileNotFoundError:
                if not make:
                    raise
                os.mkdir(part, 0o700, dir_fd=at)
                os.fsync(at)
                inner = os.open(part, _FOLDER, dir_fd=at)
            except OSError:
                no_link(part, at)
                raise
            os.close(at)
            at = inner
        yield at
    finally:
        os.close(at)


def no_link(part: str, base: int) -> None:
    """Raises FileError where it is a link: it could lead anywhere."""
    try:
        mode = os.stat(part, dir_fd=base, follow_symlinks=False).st_mode
    except OSError:
        return
    if stat.S_ISLNK(mode):
        raise FileError(f"expected a file or folder of the agent, got the link {part!r}")


def open_file(part: str, base: int) -> int:
    """A descriptor to read a file of that folder; no link, no pipe, no device.

    Raises OSError where there is none, FileError for what is no plain file.
    """
    no_link(part, base)
    # O_NONBLOCK: a pipe somebody put there must not hold us up
    found = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=base)
    if not stat.S_ISREG(os.fstat(found).st_mode):
        os.close(found)
        raise FileError(f"expected a file of the agent, got {part!r}, which is none")
    return found


def all_of(part: str, base: int) -> bytes:
    """The bytes of a file of that folder; refused as `open_file` refuses."""
    with os.fdopen(open_file(part, base), "rb") as file:
        return file.read()


def names_in(base: int) -> list[str]:
    """What is in that folder, sorted."""
    with os.scandir(base) as found:
        return sorted(row.name for row in found)


def files_in(base: int, above: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """Every plain file in that folder and those in it, with its name from there; links, pipes and
    devices are left out."""
    with os.scandir(base) as found:
        rows = sorted((row.name, row.is_dir(follow_symlinks=False)) for row in found)
    for name, is_folder in rows:
        if is_folder:
            try:
                with folder_at(base, [name]) as inner:
                    yield from files_in(inner, f"{above}{name}/")
            except FileNotFoundError:
                continue  # gone in between
        else:
            try:
                facts = os.stat(name, dir_fd=base, follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(facts.st_mode):
                yield above + name, facts
