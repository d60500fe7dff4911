"""TensorRT plans: estimated, built on the device, kept on disk, gated before first use.

Knows: what a plan belongs to (ONNX hash, TensorRT version, SM, profiles), where it is kept, the
token gate. Does not know: TensorRT's API (trt_compat.py) nor device memory (device.py).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from llm_edge.engines import trt_compat, trt_rules
from llm_edge.engines.trt_compat import Profile, Progress
from llmagentos.errors import FileError, ModelError
from llmagentos.files import make_folder, written

#: Users report builds that take three to four times the weights in memory; one context more for the rest.
_MEMORY_FACTOR, _MEMORY_BASE = 4.0, 600_000_000
#: Rough seconds for each operator and profile: tactics are timed one after another. Unmeasured on Jetson.
_SECONDS_PER_NODE = 0.08


@dataclass(frozen=True)
class Estimate:
    """What a build may take; seconds are a guess, made to tell minutes from hours."""

    memory_bytes: int
    seconds: float

    def sentence(self) -> str:
        """Memory in GB and time in seconds, as told to a person before a build."""
        return f"about {self.memory_bytes / 1e9:.1f} GB of memory and {max(self.seconds, 10):.0f} s (rough)"


def cache_folder() -> Path:
    """Where TensorRT plans are kept: XDG_CACHE_HOME, else ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "llmagentos" / "tensorrt"


def available_memory() -> int:
    """Bytes that can be had without swapping; a large number where the system doesn't say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(row.split()[1]) * 1024 for row in lines if row.startswith("MemAvailable"))
    except (OSError, StopIteration, ValueError):
        return 1 << 62


def estimate(model: Any, profiles: int) -> Estimate:
    """model: an onnx.ModelProto. Weights count as the float32 they may become while building."""
    values = sum(int(np.prod(t.dims)) for t in model.graph.initializer)
    return Estimate(
        int(values * 4 * _MEMORY_FACTOR) + _MEMORY_BASE,
        len(model.graph.node) * profiles * _SECONDS_PER_NODE,
    )


def plan_key(onnx_bytes: bytes, version: str, sm: str, profiles: Sequence[Profile]) -> str:
    """Any of the four changed, and it is another plan."""
    digest = hashlib.sha256(onnx_bytes).hexdigest()
    facts = json.dumps([digest, version, sm, [sorted(p.items()) for p in profiles]], sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()[:32]


@dataclass
class Plan:
    """A plan on disk. `gated`: its tokens were compared with the CPU engine's."""

    path: Path
    fresh: bool

    @property
    def _stamp(self) -> Path:
        return self.path.with_suffix(".gate.json")

    @property
    def gated(self) -> bool:
        """Whether this very file was compared: its stamp holds its SHA-256."""
        try:
            stamp = json.loads(self._stamp.read_text())
        except (OSError, ValueError):
            return False
        return bool(stamp.get("plan_sha256") == hashlib.sha256(self.path.read_bytes()).hexdigest())

    def pass_gate(self, tokens: int) -> None:
        """Stamp the file as compared over so many tokens."""
        facts = {
            "plan_sha256": hashlib.sha256(self.path.read_bytes()).hexdigest(),
            "tokens_compared": tokens,
        }
        self._stamp.write_text(json.dumps(facts) + "\n")

    def refuse(self) -> None:
        """Out of the way, but kept to be looked at."""
        self.path.replace(self.path.with_suffix(".refused"))


def get_plan(
    trt: Any,
    onnx_path: Path,
    profiles: list[Profile],
    sm: str,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Plan:
    """The plan from the cache, or a new one. Raises ModelError: no memory, graph doesn't fit, build failed."""
    data = onnx_path.read_bytes()
    folder = folder or cache_folder()
    version = trt_compat.features(trt).version
    path = (
        folder
        / f"{onnx_path.parent.name}-{onnx_path.stem}-{plan_key(data, version, sm, profiles)}.plan"
    )
    if path.is_file():
        return Plan(path, False)
    import onnx

    model = onnx.load_model_from_string(data)
    needed = estimate(model, len(profiles))
    if progress is not None:
        progress(f"building a TensorRT plan of {onnx_path.name}: {needed.sentence()}", 0.0)
    if (have := available_memory()) < needed.memory_bytes:
        raise ModelError(
            f"expected {needed.memory_bytes / 1e9:.1f} GB of memory to build a TensorRT plan, got {have / 1e9:.1f} GB"
        )
    trt_rules.fit(model, trt_rules.nearest(version))
    int8 = any(n.op_type == "QuantizeLinear" for n in model.graph.node)
    plan = trt_compat.build(trt, model.SerializeToString(), profiles, int8=int8, progress=progress)
    try:
        make_folder(folder, "a folder for TensorRT plans")
        with written(path, "a TensorRT plan") as part:
            part.write_bytes(plan)
    except FileError as exc:
        raise ModelError(str(exc)) from exc
    return Plan(path, True)


def greedy(engine: Any, start: Any, first: list[int], n: int) -> list[int]:
    """n tokens of an engine, the likeliest each."""
    session = engine.start(start)
    ids, out = first, []
    for _ in range(n):
        logits = session.feed(ids)
        if not np.isfinite(logits).all():
            raise ModelError("expected finite logits, got NaN or infinity")
        ids = [int(np.argmax(logits))]
        out += ids
    return out


def gate(
    candidate: Any, reference: Any, prompts: Sequence[tuple[Any, list[int]]], n: int = 16
) -> int:
    """Compares tokens over a fixed prompt set: (start, first tokens). Returns how many were equal.

    Raises ModelError at the first difference: built plans have been seen to give silent nonsense.
    """
    total = 0
    for i, (start, first) in enumerate(prompts):
        wanted, got = (
            greedy(reference, start, list(first), n),
            greedy(candidate, start, list(first), n),
        )
        if wanted != got:
            at = next(k for k, (a, b) in enumerate(zip(wanted, got, strict=True)) if a != b)
            raise ModelError(
                f"expected the CPU engine's tokens, got another at {at} of prompt {i}: {wanted[at]} and {got[at]}"
            )
        total += n
    return total
