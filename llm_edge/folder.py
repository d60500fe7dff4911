"""Model folders: where they are, what must be in them, and whether they are intact.

Knows: names of shipped models, manifest.json with the SHA-256 of every file. Does not know:
engines.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from llmagentos.errors import FileError, ModelIntegrityError, ModelNotFoundError
from llmagentos.files import read_json, refusing, shown, write_text

SHIPPED = Path(__file__).parent / "models"
MANIFEST = "manifest.json"


def user_models() -> Path:
    """Where `llmagentos model add` puts models."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "llmagentos" / "models"


def named() -> list[Path]:
    """Folders of all models that have a name, the shipped ones first."""
    roots = (SHIPPED, user_models())
    return [p for r in roots for p in sorted(r.glob("*")) if p.is_dir() and p.name[0] not in "._"]


def sha256(path: Path) -> str:
    """Hex digest of a file. FileError for one that cannot be read."""
    digest = hashlib.sha256()
    with refusing(path, "a model's file"), path.open("rb") as f:
        while block := f.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def existing(path: str) -> Path | None:
    """The folder of that path, "~" resolved; None where there is none."""
    try:
        folder = Path(path).expanduser()
        return folder if folder.is_dir() else None
    except (OSError, RuntimeError):  # a name that is too long, "~nobody"
        return None


def find(name: str) -> Path:
    """A shipped model's name or a folder → the folder. Raises ModelNotFoundError."""
    for path in named():
        if path.name == name:
            return path
    if (folder := existing(name)) is not None:
        return folder
    known = ", ".join(p.name for p in named()) or "none"
    raise ModelNotFoundError(
        f"expected a name of `llmagentos model list` ({known}), a folder in Hugging Face layout, or "
        f"the address of an OpenAI-compatible server (http://host:port/v1), got '{shown(name)}'"
    )


def write_manifest(folder: Path, info: dict[str, Any]) -> None:
    """Write manifest.json: `info`, and SHA-256 and bytes of every file. FileError where it can't."""
    files = {
        str(p.relative_to(folder)): {"sha256": sha256(p), "bytes": p.stat().st_size}
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != MANIFEST
    }
    text = json.dumps({**info, "files": files}, indent=1) + "\n"
    write_text(folder / MANIFEST, text, "a manifest that can be written")


def verify(folder: Path) -> dict[str, Any]:
    """The manifest, after checking every file it names. Raises ModelIntegrityError."""
    path = folder / MANIFEST
    if not path.is_file():
        raise ModelIntegrityError(f"expected {path}, got no such file")
    try:
        manifest: dict[str, Any] = read_json(path, "a manifest")
        files = {name: str(facts["sha256"]) for name, facts in manifest["files"].items()}
    except FileError as exc:
        raise ModelIntegrityError(str(exc)) from exc
    except (KeyError, TypeError, AttributeError) as exc:
        raise ModelIntegrityError(
            f"expected a manifest with 'files' in {path}, got: {exc}"
        ) from exc
    for name, wanted in files.items():
        target = folder / name
        if not target.is_file():
            raise ModelIntegrityError(f"expected {target}, got no such file")
        found = sha256(target)
        if found != wanted:
            raise ModelIntegrityError(f"expected SHA-256 {wanted} for {target}, got {found}")
    return manifest
