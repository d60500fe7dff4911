"""Fast DDS's shared memory of processes that were killed.

Knows: the files under /dev/shm and the lock that a living owner holds on each. Does not know: ROS.

A process that ends by itself takes its segments with it; one that was killed leaves 17 MB. Fast
DDS locks `<name>_el` as long as the owner lives, so a lock that can be had means a dead owner.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path("/dev/shm")
_SEGMENT = re.compile(r"fast(?:rtps|dds)_(?:[0-9a-f]{16}|port\d+)")
#: Younger files may not be locked yet by the process that makes them.
_MIN_AGE_S = 2.0


def sweep(folder: Path = FOLDER, min_age_s: float = _MIN_AGE_S) -> list[str]:
    """Remove what dead processes have left; the names of the segments that are gone.

    Touches only files of this user that no living process holds.
    """
    if not folder.is_dir():
        return []
    mapped = _mapped(folder)
    gone = []
    for path in sorted(folder.iterdir()):
        name = path.name.removesuffix("_el")
        lock = folder / f"{name}_el"
        if not _SEGMENT.fullmatch(name) or name in gone:
            continue
        if not _is_old_and_ours(lock if lock.exists() else path, min_age_s):
            continue
        with _dead_owner(lock) as dead:
            if dead and name not in mapped:
                for left in (name, f"sem.{name}_mutex", f"{name}_el"):
                    (folder / left).unlink(missing_ok=True)
                gone.append(name)
    return gone


@contextlib.contextmanager
def _dead_owner(lock: Path) -> Iterator[bool]:
    """Whether nobody holds the lock; it is held meanwhile, so that nobody takes it."""
    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except FileNotFoundError:  # a port that nobody listens on
        yield True
        return
    except OSError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)


def _is_old_and_ours(path: Path, min_age_s: float) -> bool:
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    return status.st_uid == os.getuid() and time.time() - status.st_mtime >= min_age_s


def _mapped(folder: Path) -> set[str]:
    """Names of files in `folder` that a process of this machine, readable to us, has mapped."""
    found: set[str] = set()
    prefix = f"{folder}/"
    for maps in Path("/proc").glob("[0-9]*/maps"):
        with contextlib.suppress(OSError):
            for line in maps.read_text(errors="replace").splitlines():
                at = line.find(prefix)
                if at >= 0:
                    found.add(line[at + len(prefix) :].split()[0])
    return found
