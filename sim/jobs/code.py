"""Which code runs here, so that machines can be compared: a digest and versions.

Knows: files and what is installed. Does not know: where else code runs.
"""

from __future__ import annotations

import contextlib
import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("llmagentos", "llm_edge", "sim")
_FILES = ("*.py", "policies/*.yaml")
#: What results depend on, bit for bit.
_LIBRARIES = ("gymnasium", "numpy", "onnxruntime", "pybullet", "torch")


def fingerprint() -> dict[str, str]:
    """SHA-256 over the product's Python files and policies' cards, which name their networks'
    own ("code"), and the version of each library that is installed."""
    root, digest = Path(__file__).resolve().parents[2], hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted(p for end in _FILES for p in (root / package).rglob(end)):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    out = {"code": digest.hexdigest()[:12]}
    for name in _LIBRARIES:
        with contextlib.suppress(PackageNotFoundError):
            out[name] = version(name)
    return out
