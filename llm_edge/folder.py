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

from llmagentos.errors import ModelIntegrityError, ModelNotFoundError

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
    digest = hashlib.sha256()
    with path.open("rb") as f:
        while block := f.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def find(name: str) -> Path:
    """A shipped model's name or a folder → the folder. Raises ModelNotFoundError."""
    for path in named():
        if path.name == name:
            return path
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    known = ", ".join(p.name for p in named()) or "none"
    raise ModelNotFoundError(f"expected a model ({known}) or a folder, got '{name}'")


def write_manifest(folder: Path, info: dict[str, Any]) -> None:
    files = {
        str(p.relative_to(folder)): {"sha256": sha256(p), "bytes": p.stat().st_size}
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != MANIFEST
    }
    (folder / MANIFEST).write_text(json.dumps({**info, "files": files}, indent=1) + "\n")


def verify(folder: Path) -> dict[str, Any]:
    """The manifest, after checking every file it names. Raises ModelIntegrityError."""
    path = folder / MANIFEST
    if not path.is_file():
        raise ModelIntegrityError(f"expected {path}, got no such file")
    try:
        manifest: dict[str, Any] = json.loads(path.read_text())
        files = dict(manifest["files"])
    except (ValueError, KeyError, TypeError) as exc:
        raise ModelIntegrityError(
            f"expected a manifest with 'files' in {path}, got: {exc}"
        ) from exc
    for name, facts in files.items():
        target = folder / name
        if not target.is_file():
            raise ModelIntegrityError(f"expected {target}, got no such file")
        found = sha256(target)
        if found != facts["sha256"]:
            raise ModelIntegrityError(
                f"expected SHA-256 {facts['sha256']} for {target}, got {found}"
            )
    return manifest
