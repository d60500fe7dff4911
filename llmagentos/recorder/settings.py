"""What a flight recorder is told when it is made.

Knows: the settings and what they mean. Does not know: configuration files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Settings:
    """keeps: "commands" (a file for each), or "faults" (only the last minute before one). folder:
    "" for the user's state folder. limit_mb: so much of the folder is kept; None: all of a folder
    that was given, LIMIT_MB of ours. pictures_hz, joints_hz: while a command runs. share: what
    taking pictures may cost of a command's time where they have to be rendered. about: what is
    known of the program: versions, configuration, scene."""

    keeps: str = "commands"
    folder: str = ""
    limit_mb: float | None = None
    pictures_hz: float = 5.0
    joints_hz: float = 25.0
    share: float = 0.01
    about: Mapping[str, Any] = field(default_factory=dict)
