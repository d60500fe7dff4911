"""Where flights are kept on this machine, and how much of them.

Knows: the user's state folder, file names, the bound on the folder. Does not know: what is in a
flight.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from pathlib import Path

from llmagentos.errors import FileError
from llmagentos.files import is_there, make_folder, shown

#: So much of a folder of ours is kept; the oldest flights go first.
LIMIT_MB = 500.0
_OURS = re.compile(r"(flight|fault)-\d{8}T\d{6}-[0-9a-f]{4}-\d+(-[a-z0-9-]+)?\.mcap")


def state_folder() -> Path:
    """`llmagentos/flights` in the user's state folder ($XDG_STATE_HOME, ~/.local/state)."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "llmagentos" / "flights"


def opened(given: str = "") -> Path:
    """The folder for flights, made where it is not there; ours only its owner may look into.
    Raises FileError."""
    folder = Path(given) if given else state_folder()
    new = not is_there(folder)
    make_folder(folder, "a folder for flight recordings")
    if new and not given:
        folder.chmod(0o700)
    return folder


def file_name(kind: str, session: str, number: int, words: str = "") -> str:
    """kind: "flight" or "fault"; words: what was said, of which letters and digits are kept."""
    said = "-".join(re.findall(r"[a-z0-9]+", words.lower()))[:40].strip("-")
    return f"{kind}-{session}-{number}{'-' + said if said else ''}.mcap"


def new_session() -> str:
    """A name for a session: when it began, and four digits by chance."""
    return f"{time.strftime('%Y%m%dT%H%M%S')}-{os.urandom(2).hex()}"


def flights(folder: Path) -> list[Path]:
    """Recordings of ours in a folder, the oldest first; [] where there is no folder."""
    found = []
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if _OURS.fullmatch(path.name):
                with contextlib.suppress(OSError):
                    found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found)]


def newest(folder: Path | None = None) -> Path:
    """The newest flight of the user's. Raises FileError where there is none."""
    folder = folder or state_folder()
    found = flights(folder)
    if not found:
        raise FileError(f"expected a flight recording in {shown(folder)}, got none")
    return found[-1]


def keep_within(folder: Path, limit_mb: float, sparing: Path | None = None) -> int:
    """Delete the oldest flights of ours until the folder holds at most so much; how many went."""
    found, gone = flights(folder), 0
    sizes = {path: _size(path) for path in found}
    total = sum(sizes.values())
    for path in found:
        if total <= limit_mb * 1e6:
            break
        if path != sparing:
            with contextlib.suppress(OSError):
                path.unlink()
                total -= sizes[path]
                gone += 1
    return gone


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
