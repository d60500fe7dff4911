"""Our graphs on TensorRT: plans built on the device, caches in device memory.

Knows: buffers, profiles, contexts, CUDA graphs, the gate. Does not know: TensorRT's releases
(trt_compat.py), pycuda (device.py), tokens. Static caches are inputs; only new rows come out and
one 2-D copy a step puts all of them into the cache.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llm_edge.engines import trt_compat, trt_plans
from llm_edge.engines.cached import BUCKETS, CachedSession, Shape, planner_files
from llm_edge.engines.device import Device, PycudaDevice
from llm_edge.engines.trt_compat import Profile, Progress
from llm_edge.tokenization import Prompt
from llmagentos.errors import ModelError

Floats = NDArray[np.float32]
#: Most tokens in one pass, and most pieces of a planner's prompt.
MAX_CHUNK, MAX_PIECES = 256, 192
_FLOAT = 4


def decoder_profiles(shape: Shape) -> list[Profile]:
    """Prefill, and one token."""
    longest = shape.bucket(shape.positions)

    def profile(most: int, usual: int, past: int) -> Profile:
        def s(n: int, c: int) -> dict[str, tuple[int, ...]]:
            out: dict[str, tuple[int, ...]] = {
                "ids": (1, n),
                "positions": (1, n),
                "mask": (1, 1, n, c + n),
                "past": (shape.layers, 2, c, shape.kv),
            }
            if shape.kind == "planner":
                out["prefix"] = (1, n, shape.hidden)
            else:
                out["wanted"] = (1,)
            return out

        least, middle, largest = s(1, BUCKETS[0]), s(usual, past), s(most, longest)
        return {k: (least[k], middle[k], largest[k]) for k in least}

    usual = shape.bucket(min(128, shape.positions))
    return [profile(MAX_CHUNK, 64, BUCKETS[0]), profile(1, 1, usual)]


def encoder_profiles() -> list[Profile]:
    """Smallest, usual and largest shape of the encoder's inputs, each int32 [1, T]."""
    return [{k: ((1, 2), (1, 24), (1, MAX_PIECES)) for k in ("ids", "types", "words")}]


class _Network:
    """One plan with a context per profile and buffers of the largest shapes."""

    def __init__(
        self,
        trt: Any,
        device: Device,
        plan: bytes,
        profiles: list[Profile],
        outputs: dict[str, int],
    ):
        """outputs: bytes of each at most."""
        self.engine, self._runtime = trt_compat.deserialize(trt, plan)
        self.device, self.kinds = device, trt_compat.tensors(trt, self.engine)
        self.contexts = []
        for i in range(len(profiles)):
            context = self.engine.create_execution_context()
            if context is None:
                raise ModelError(
                    "expected an execution context, got none: not enough device memory"
                )
            if i and not context.set_optimization_profile_async(i, device.stream):
                raise ModelError(f"expected optimization profile {i}, got a refusal")
            self.contexts.append(context)
        self.buffers: dict[str, int] = {}
        for name, (is_input, kind) in self.kinds.items():
            if name == "past":
                continue
            largest = (
                max(int(np.prod(p[name][2])) for p in profiles) * kind.itemsize
                if is_input
                else outputs[name]
            )
            self.buffers[name] = device.allocate(largest)
            device.zero(self.buffers[name], largest)

    def bind(
        self,
        index: int,
        feeds: dict[str, NDArray[Any]],
        addresses: dict[str, int],
        shapes: dict[str, tuple[int, ...]],
    ) -> None:
        context = self.contexts[index]
        for name, values in feeds.items():
            self.device.upload(
                self.buffers[name],
                np.ascontiguousarray(values.astype(self.kinds[name][1], copy=False)),
            )
            if not context.set_input_shape(name, values.shape):
                raise ModelError(
                    f"expected {name} inside profile {index}, got shape {values.shape}"
                )
        for name, shape in shapes.items():
            if not context.set_input_shape(name, shape):
                raise ModelError(f"expected {name} inside profile {index}, got shape {shape}")
        for name in self.kinds:
            context.set_tensor_address(name, addresses.get(name) or self.buffers[name])

    def run(self, index: int) -> None:
        if not self.contexts[index].execute_async_v3(self.device.stream):
            raise ModelError("expected the plan to run, got a failure: see TensorRT's log")

    def read(self, name: str, shape: tuple[int, ...]) -> Floats:
        out = np.empty(shape, self.kinds[name][1])
        self.device.download(out, self.buffers[name])
        return out.astype(np.float32, copy=False)


class _Cache:
    """Device memory of one bucket; goes back to the pool when nobody holds it."""

    def __init__(self, address: int, size: int, release: Callable[[int, int], None]):
        self.address, self.size = address, size
        weakref.finalize(self, release, address, size)


class TensorRTEngine:
    """A model folder on TensorRT. trt, device: for tests. cache: folder of plans. progress: called
    with words and a share. Raises MissingDependencyError or ModelError, before anything is run."""

    name = "tensorrt"

    def __init__(
        self,
        folder: Path,
        config: dict[str, Any],
        *,
        trt: Any = None,
        device: Device | None = None,
        cache: Path | None = None,
        progress: Progress | None = None,
    ):
        self._trt = trt or trt_compat.load()
        self._device = device or PycudaDevice()
        self.shape = s = Shape(config)
        self.vocabulary_size, self.max_positions = s.vocabulary, s.positions
        encoder, decoder = planner_files(folder)
        self._pool: dict[int, list[int]] = {}
        self._graphs: dict[int, Callable[[], None] | None] = {}
        rows = s.layers * 2 * s.kv * MAX_CHUNK * _FLOAT
        logits = s.vocabulary * _FLOAT * (MAX_CHUNK if s.kind == "planner" else 1)
        self.plans: list[trt_plans.Plan] = []
        self._decoder = self._load(
            decoder, decoder_profiles(s), {"logits": logits, "rows": rows}, cache, progress
        )
        self._encoder: _Network | None = None
        if s.kind == "planner":
            self._encoder = self._load(
                encoder,
                encoder_profiles(),
                {"prefix": MAX_PIECES * s.hidden * _FLOAT},
                cache,
                progress,
            )

    def _load(
        self,
        path: Path,
        profiles: list[Profile],
        outputs: dict[str, int],
        cache: Path | None,
        progress: Progress | None,
    ) -> _Network:
        plan = trt_plans.get_plan(self._trt, path, profiles, self._device.sm, cache, progress)
        self.plans.append(plan)
        try:
            return _Network(self._trt, self._device, plan.path.read_bytes(), profiles, outputs)
        except ModelError:
            if plan.fresh:
                raise
            # a stale or broken file in the cache: once more, from the graph
            plan.path.unlink()
            self.plans[-1] = plan = trt_plans.get_plan(
                self._trt, path, profiles, self._device.sm, cache, progress
            )
            return _Network(self._trt, self._device, plan.path.read_bytes(), profiles, outputs)

    @property
    def gated(self) -> bool:
        """Whether all plans have been compared with the CPU engine."""
        return all(p.gated for p in self.plans)

    def pass_gate(self, reference: Any, prompts: Sequence[tuple[Any, list[int]]]) -> None:
        """Compares tokens with a CPU engine's; the plans are refused on a mismatch (ModelError)."""
        try:
            tokens = trt_plans.gate(self, reference, prompts)
        except ModelError:
            for plan in self.plans:
                plan.refuse()
            raise
        for plan in self.plans:
            plan.pass_gate(tokens)

    def start(self, prompt: Prompt | None = None) -> CachedSession:
        """See `engine.Engine.start`."""
        if self._encoder is None:
            return CachedSession(self, chunk=MAX_CHUNK)
        if prompt is None:
            raise ModelError("expected a prompt for a planner, got none")
        feeds = {"ids": prompt.ids[None], "types": prompt.types[None], "words": prompt.words[None]}
        self._encoder.bind(0, feeds, {}, {})
        self._encoder.run(0)
        return CachedSession(
            self, self._encoder.read("prefix", (1, len(prompt.ids), self.shape.hidden)), MAX_CHUNK
        )

    # --- caches -----------------------------------------------------------------------------

    def _bytes(self, size: int) -> int:
        return self.shape.layers * 2 * size * self.shape.kv * _FLOAT

    def new_cache(self, size: int) -> _Cache:
        """Device memory [layers, 2, size, kv] of zeros, from the pool where one is free."""
        held = self._pool.setdefault(size, [])
        address = held.pop() if held else self._device.allocate(self._bytes(size))
        self._device.zero(address, self._bytes(size))
        # the finalizer must not hold the engine
        pool = self._pool
        return _Cache(address, size, lambda a, n: pool[n].append(a))

    def grow(self, cache: _Cache, size: int, length: int) -> _Cache:
        """A cache of `size` positions that begins with the first `length` of the old one."""
        bigger = self.new_cache(size)
        row = self.shape.kv * _FLOAT
        if length:
            self._device.copy_2d(
                bigger.address,
                size * row,
                cache.address,
                cache.size * row,
                length * row,
                self.shape.layers * 2,
            )
        return bigger

    def step(self, feeds: dict[str, NDArray[Any]], cache: _Cache, at: int) -> Floats:
        """Run the decoder on `feeds`, append the new rows at position `at`; logits float32 [n, V]."""
        s, shape, network = feeds["ids"].shape[1], self.shape, self._decoder
        index = 1 if s == 1 else 0
        network.bind(
            index, feeds, {"past": cache.address}, {"past": (shape.layers, 2, cache.size, shape.kv)}
        )
        self._launch(index, cache)
        row = shape.kv * _FLOAT
        self._device.copy_2d(
            cache.address + at * row,
            cache.size * row,
            network.buffers["rows"],
            s * row,
            s * row,
            shape.layers * 2,
        )
        return network.read("logits", (s if shape.kind == "planner" else 1, shape.vocabulary))

    def _launch(self, index: int, cache: _Cache) -> None:
        """Runs the network; single tokens as a CUDA graph per cache where the API is there."""
        if index != 1:
            return self._decoder.run(index)
        if cache.address not in self._graphs:
            # the first run sets up what a capture may not
            self._decoder.run(index)
            self._graphs[cache.address] = self._device.capture(lambda: self._decoder.run(index))
            return None
        graph = self._graphs[cache.address]
        return graph() if graph is not None else self._decoder.run(index)
