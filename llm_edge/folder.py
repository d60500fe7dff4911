"""Model folders: where they are, what must be in them, and whether they are intact.

Knows: names of shipped models, manifest.json with the SHA-256 of every file. Does not know:
engines.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from llmagentos.errors import ModelIntegrityError, ModelNotFoundError

SHIPPED = Path(__file__).parent / "models"
MANIFEST = "manifest.json"


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as f:
        while block := f.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def find(name: str) -> Path:
    """A shipped model's name or a folder → the folder. Raises ModelNotFoundError."""
    shipped = SHIPPED / name
    if "/" not in name and shipped.is_dir():
        return shipped
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    known = ", ".join(sorted(p.name for p in SHIPPED.glob("*") if p.is_dir())) or "none"
    raise ModelNotFoundError(f"expected a shipped model ({known}) or a folder, got '{name}'")


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
