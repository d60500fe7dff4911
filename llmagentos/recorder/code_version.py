"""Which code wrote a flight.

Knows: the installed version, and the commit where this runs from a checkout. Does not know: models.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
from functools import cache
from pathlib import Path

_GIT_S = 2.0


@cache
def version() -> str:
    """As "0.1.0", or "0.1.0 f9e5c17" in a checkout, with a "+" where files were changed since."""
    try:
        number = importlib.metadata.version("llmagentos")
    except importlib.metadata.PackageNotFoundError:
        number = "unknown version"
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return number
    try:
        said = subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--dirty=+", "--exclude=*"],
            capture_output=True, text=True, timeout=_GIT_S, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return number
    return f"{number} {said.stdout.strip()}"
