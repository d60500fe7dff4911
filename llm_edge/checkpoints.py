"""Checkpoints of others by their path: exported once, kept, found again.

Knows: what a Hugging Face folder and a GGUF file look like from outside, where exported ones are
kept, and that exporting needs PyTorch. Does not know: weights, graphs (networks/), engines.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from llm_edge import folder
from llmagentos.errors import FileError, MissingDependencyError, ModelError
from llmagentos.files import make_folder, read_json, refusing, shown

#: Changes of the exporter make other folders: part of the key under which they are kept.
REVISION = 1
QUANTIZATION, POSITIONS = "int8", 4096
Progress = Callable[[str, float], None]


def tell(words: str, share: float) -> None:
    """Progress where nobody listens to it: a line on standard error."""
    print(f"{words} ({share:.0%})", file=sys.stderr, flush=True)


def gguf_of(path: Path) -> Path | None:
    """The GGUF file that a path is, or the only one in a folder without config.json."""
    if path.suffix == ".gguf" and path.is_file():
        return path
    if not path.is_dir() or (path / "config.json").is_file():
        return None
    found = sorted(path.glob("*.gguf"))
    return found[0] if len(found) == 1 else None


def is_checkpoint(path: Path) -> bool:
    """Whether a path is a checkpoint that has to be exported: no manifest, and a config.json of
    another project or a GGUF file."""
    if (path / folder.MANIFEST).is_file():
        return False
    if gguf_of(path) is not None:
        return True
    try:
        content = read_json(path / "config.json", "a model's config.json")
    except FileError:
        return False
    kind = content.get("model_type") if isinstance(content, dict) else None
    return isinstance(kind, str) and not kind.startswith("llm_edge")


def path_of(name: str) -> Path | None:
    """The checkpoint that a name means as a path; None for all else."""
    try:
        path = Path(name).expanduser()
        return path if path.exists() and is_checkpoint(path) else None
    except (OSError, RuntimeError, ValueError):  # too long, "~nobody", a NUL in it
        return None


def needs_torch(what: str) -> None:
    """Raises MissingDependencyError where PyTorch isn't there, before anything is fetched."""
    import importlib.util

    if importlib.util.find_spec("torch") is None:
        raise MissingDependencyError(
            f"expected PyTorch to export {what}, got no torch: pip install 'llmagentos[export]'"
        )


def export_into(
    source: Path,
    out: Path,
    name: str = "",
    quantization: str = QUANTIZATION,
    positions: int = POSITIONS,
    progress: Progress | None = None,
    notice: str = "",
) -> None:
    """A Hugging Face folder or GGUF file → a model folder at `out`, called `name`.

    notice: what has to be passed on with the weights. Raises MissingDependencyError without
    PyTorch, else ModelError or FileError.
    """
    told, name = progress or tell, name or out.name
    needs_torch(shown(name))
    from llm_edge.networks.export_text import export_folder

    gguf = gguf_of(source)
    with tempfile.TemporaryDirectory(prefix="llmagentos-") as scratch:
        if gguf is not None:
            from llm_edge.networks.gguf_file import unpack

            told(f"{name}: reading {gguf.name}", 0.1)
            unpack(gguf, Path(scratch))
            source = Path(scratch)
        told(f"{name}: exporting, once; this takes a minute or two", 0.2)
        export_folder(source, out, positions, quantization, name=name, notice=notice)
    told(f"{name}: exported", 1.0)


def kept_folder() -> Path:
    """Where exported checkpoints are kept: XDG_CACHE_HOME, else ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "llmagentos" / "exported"


def kept_at(path: Path, quantization: str = QUANTIZATION, positions: int = POSITIONS) -> Path:
    """Where a checkpoint's exported folder is or will be. Belongs to the files' names, sizes and
    times of change: hashing gigabytes at every start would cost more than it tells."""
    files = [gguf] if (gguf := gguf_of(path)) is not None else sorted(path.iterdir())
    with refusing(path, "a checkpoint"):
        facts: list[Any] = [
            [f.name, f.stat().st_size, f.stat().st_mtime_ns] for f in files if f.is_file()
        ]
    key = json.dumps([REVISION, quantization, positions, str(path.resolve()), facts])
    return kept_folder() / f"{path.stem}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def exported(
    path: Path,
    quantization: str = QUANTIZATION,
    positions: int = POSITIONS,
    progress: Progress | None = None,
) -> Path:
    """The exported folder of a checkpoint, made now where it is not kept yet."""
    target = kept_at(path, quantization, positions)
    if (target / folder.MANIFEST).is_file():
        return target
    make_folder(target.parent, "a folder for exported models")
    part = Path(tempfile.mkdtemp(dir=target.parent, prefix=".part-"))
    try:
        export_into(path, part, path.stem, quantization, positions, progress)
        shutil.rmtree(target, ignore_errors=True)
        with refusing(target, "a model folder that can be written"):
            part.replace(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def describe(path: Path) -> dict[str, Any]:
    """What a checkpoint says of itself, without exporting it. Raises ModelError."""
    gguf = gguf_of(path)
    if gguf is not None:
        from llm_edge.networks import gguf_file

        file = gguf_file.GGUFFile(gguf)
        try:
            config = gguf_file.config(file)
        finally:
            file.close()
    else:
        try:
            config = read_json(path / "config.json", "a model's config.json")
        except FileError as exc:
            raise ModelError(str(exc)) from exc
    files = [gguf] if gguf else sorted(p for p in path.iterdir() if p.is_file())
    wanted = ("model_type", "hidden_size", "num_hidden_layers", "vocab_size",
              "max_position_embeddings", "tie_word_embeddings")  # fmt: skip
    return {
        "name": path.name,
        "folder": str(path),
        "kind": "checkpoint, exported at its first use",
        "checkpoint": {key: config[key] for key in wanted if key in config},
        "files": {p.name: p.stat().st_size for p in files},
    }
