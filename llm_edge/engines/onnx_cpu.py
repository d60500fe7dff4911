"""Our models on ONNX Runtime's CPU provider, as fast as it goes.

Knows: the rewritten graph (cpu_graph.py), its buffers, bound once so that a token costs one call
and no copy of the cache. Does not know: how the graph was rewritten, plans. Where a graph cannot be
rewritten, the portable one runs (onnx_any.py), and `note` says why.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llm_edge.engines import cpu_cache, memory
from llm_edge.engines.cached import CachedSession, Shape, planner_files
from llm_edge.engines.cpu_graph import past_names
from llm_edge.engines.onnx_any import OnnxEngine, session_options
from llm_edge.tokenization import Prompt
from llmagentos.errors import ModelError

Floats = NDArray[np.float32]
#: Positions a cache begins with; it doubles when they are used up.
FIRST_CAPACITY = 128
#: Longest piece of a prompt that is read in one pass.
CHUNK = 512
#: Largest difference of a logit from the portable graph's, as a share of their range, both with
#: activations in float32: what is left is the order of sums, 3e-6 on a real checkpoint.
TOLERANCE = 1e-3
#: Largest root mean square of what rounded activations change, in standard deviations of a logit:
#: kernels that compute something else on this processor are beyond it, rounding is at 0.1.
NOISE = 0.5
#: Files up to so many bytes are compared with their weights in float32, which is quick; larger
#: ones would take too much memory.
_UNPACKED_BYTES = 64_000_000
#: Tokens of each pass that is compared.
_PASSES = (12, 1, 1, 5, 1, *[1] * 24)
_FEW_PASSES = (12, 1, 5, 1, 1)
#: INT8 weights of text models: scales and sums of 64 take half the memory of ONNX Runtime's 32.
_TEXT_BLOCK = 64


class _Decoder:
    """The rewritten graph as a session with its shapes."""

    def __init__(self, source: Path | bytes, config: dict[str, Any], options: Any):
        import onnxruntime as ort

        model = source if isinstance(source, bytes) else str(source)
        self.session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        d = config["decoder"]
        self.heads, self.head_dim = int(d["num_key_value_heads"]), int(d["head_dim"])
        self.shape = Shape(config)
        self.past = past_names(self.shape.layers)
        self.planner = self.shape.kind == "planner"
        memory.give_back()


class FusedSession:
    """See `engine.Session`. `tokens` are those in the cache; `rewind` forgets the later ones."""

    def __init__(self, decoder: _Decoder, prefix: Floats | None = None):
        self._d, self._prefix = decoder, prefix
        self._io = decoder.session.io_binding()
        self._held: dict[str, NDArray[Any]] = {}
        self._rows = 0
        self._caches: list[Floats] = []
        first = 1 if prefix is None else prefix.shape[1] + 32
        self._reserve(max(FIRST_CAPACITY, first))
        self._seqlens = self._bind("seqlens", np.zeros(1, np.int32))
        self._total = self._bind("total", np.zeros((), np.int32))
        self._wanted = self._bind("wanted", np.zeros(1, np.int32))
        self._logits = self._bind(
            "logits", np.zeros((1, 1, decoder.shape.vocabulary), np.float32), output=True
        )
        self.tokens: list[int] = []

    def _bind(self, name: str, values: NDArray[Any], output: bool = False) -> NDArray[Any]:
        """The graph reads or writes this memory from now on."""
        bind = self._io.bind_output if output else self._io.bind_input
        bind(name, "cpu", 0, values.dtype, values.shape, values.ctypes.data)
        self._held[name] = values
        return values

    def _reserve(self, end: int) -> None:
        """Caches for at least `end` positions, what they hold kept."""
        have = self._caches[0].shape[2] if self._caches else 0
        if end <= have:
            return
        size = min(max(end, 2 * have), max(self._d.shape.positions, end))
        old, self._caches = self._caches, []
        for i, name in enumerate(self._d.past):
            cache = np.zeros((1, self._d.heads, size, self._d.head_dim), np.float32)
            if old:
                cache[:, :, :have] = old[i]
            self._caches.append(cache)
            self._bind(name, cache)
            self._bind(f"new_{name}", cache, output=True)

    @property
    def length(self) -> int:
        """Tokens that the cache holds, the prompt's own included."""
        return len(self.tokens)

    def rewind(self, length: int) -> None:
        """Keep only the first positions. Raises ModelError when there are fewer."""
        if not 0 <= length <= len(self.tokens):
            raise ModelError(f"expected a length of 0 to {len(self.tokens)}, got {length}")
        del self.tokens[length:]

    def feed(self, ids: list[int]) -> Floats:
        """Appends tokens, long ones in chunks; returns the logits [V] after the last of them."""
        if not ids:
            raise ModelError("expected at least one token, got none")
        prefix, self._prefix = self._prefix, None
        if prefix is not None:
            ids = [-1] * prefix.shape[1] + ids
        end = len(self.tokens) + len(ids)
        if end > self._d.shape.positions:
            raise ModelError(f"expected at most {self._d.shape.positions} positions, got {end}")
        self._reserve(end)
        step = len(ids) if prefix is not None else CHUNK
        for at in range(0, len(ids), step):
            self._run(ids[at : at + step], prefix)
        out: Floats = self._logits[0, 0].copy()
        return out

    def score(self, ids: list[int]) -> Floats:
        """Appends tokens in one pass; returns the logits [len(ids), V] after each of them."""
        n, prefix = len(ids), self._prefix
        if n > CHUNK:
            raise ModelError(f"expected at most {CHUNK} tokens to score, got {n}")
        first = 0 if prefix is None else prefix.shape[1]
        usual, self._logits = self._logits, np.empty((1, n, self._d.shape.vocabulary), np.float32)
        self._bind("logits", self._logits, output=True)
        self._wanted = self._bind("wanted", np.arange(first, first + n, dtype=np.int32))
        self._rows = -1
        try:
            self.feed(ids)
            out: Floats = self._logits[0]
        finally:
            self._logits = self._bind("logits", usual, output=True)
            self._wanted = self._bind("wanted", np.zeros(1, np.int32))
            self._rows = 0
        return out

    def _run(self, ids: list[int], prefix: Floats | None) -> None:
        n, past = len(ids), len(self.tokens)
        if n != self._rows:
            self._bind("ids", np.empty((1, n), np.int32))
            if self._d.planner:
                self._bind("prefix", np.zeros((1, n, self._d.shape.hidden), np.float32))
            if len(self._wanted) == 1:
                self._wanted[0] = n - 1
            # a pass with a prefix leaves its rows in the buffer: it is never used again
            self._rows = n if prefix is None else 0
        if prefix is not None:
            self._held["prefix"][:, : prefix.shape[1]] = prefix
        self._held["ids"][0] = ids
        self._seqlens[0], self._total[...] = past + n - 1, past + n
        self._d.session.run_with_iobinding(self._io)
        self.tokens += ids


class OnnxCpuEngine:
    """A model folder, planner or text model. threads: of ONNX Runtime. spin: threads wait busily
    between operators, quicker where cores are free. `graph`: "rewritten" or "portable", which of
    them runs. Raises ModelError when it doesn't load."""

    name = "onnxruntime-cpu"

    def __init__(self, folder: Path, config: dict[str, Any], threads: int = 1, spin: bool = False):
        import onnxruntime as ort

        self.shape = Shape(config)
        self.vocabulary_size, self.max_positions = self.shape.vocabulary, self.shape.positions
        block = 0 if self.shape.kind == "planner" else _TEXT_BLOCK
        self._options = session_options(threads, spin, block=block)
        self._config, self._folder = config, folder
        self._portable: OnnxEngine | None = None
        self._decoder: _Decoder | None = None
        found = cpu_cache.fused(folder, config["decoder"], self._check)
        self.note = found.note
        try:
            self._encoder = (
                ort.InferenceSession(
                    str(planner_files(folder)[0]),
                    session_options(threads, spin, unpacked=True),
                    providers=["CPUExecutionProvider"],
                )
                if self.shape.kind == "planner"
                else None
            )
            if found.source is not None:
                self._decoder = _Decoder(found.source, config, self._options)
        except Exception as exc:  # onnxruntime raises its own, undocumented classes
            raise ModelError(f"expected a loadable ONNX model in {folder}, got: {exc}") from exc
        self.graph = "portable" if self._decoder is None else "rewritten"
        if self._decoder is None:
            self._portable = OnnxEngine(folder, config, threads, spin=spin)
            memory.give_back()

    def start(self, prompt: Prompt | None = None) -> FusedSession | CachedSession:
        """A new generation; a planner's encoder reads the prompt, a text model is fed tokens."""
        if self._decoder is None:
            assert self._portable is not None
            return self._portable.start(prompt)
        if self._encoder is None:
            return FusedSession(self._decoder)
        if prompt is None:
            raise ModelError("expected a prompt for a planner, got none")
        feeds = {"ids": prompt.ids[None], "types": prompt.types[None], "words": prompt.words[None]}
        return FusedSession(self._decoder, self._encoder.run(["prefix"], feeds)[0])

    def _check(self, data: bytes) -> int:
        """Logits of the rewritten graph beside the portable one's; ModelError where they differ.

        Both with float32 activations, or their rounding would be compared: on a real checkpoint it
        moves a logit by 4 % of their range and two right graphs apart as far. Then what will run.
        """
        small = len(data) <= _UNPACKED_BYTES
        exact = session_options(1, unpacked=small, exact=True)
        passes = self._passes(_PASSES if small else _FEW_PASSES)
        portable = OnnxEngine(self._folder, self._config, options=exact)
        wanted = self._logits(CachedSession(portable, passes[0]), passes[1])
        del portable
        got = self._logits(FusedSession(self._loaded(data, exact), passes[0]), passes[1])
        for a, b in zip(wanted, got, strict=True):
            limit, away = TOLERANCE * float(a.max() - a.min()), float(np.abs(a - b).max())
            if not away <= limit:
                raise ModelError(
                    f"expected logits within {limit:.3g} of the portable graph's, got {away:.3g} away"
                )
        run = self._logits(FusedSession(self._loaded(data, self._options), passes[0]), passes[1])
        noise = float(np.sqrt(np.mean((np.stack(run) - np.stack(wanted)) ** 2)))
        limit = NOISE * float(np.std(np.stack(wanted), axis=1).mean())
        if not noise <= limit:
            raise ModelError(
                f"expected rounded activations to move logits by up to {limit:.3g}, got {noise:.3g}"
            )
        return len(passes[1])

    def _loaded(self, data: bytes, options: Any) -> _Decoder:
        try:
            return _Decoder(data, self._config, options)
        except Exception as exc:  # onnxruntime raises its own, undocumented classes
            raise ModelError(f"expected a loadable graph, got: {exc}") from exc

    def _passes(self, counts: tuple[int, ...]) -> tuple[Floats | None, list[list[int]]]:
        """A planner's prefix, and the tokens of each pass."""
        rng = np.random.default_rng(0)
        planner = self.shape.kind == "planner"
        prefix = rng.normal(size=(1, 9, self.shape.hidden)).astype(np.float32) if planner else None
        return prefix, [rng.integers(0, self.shape.vocabulary, n).tolist() for n in counts]

    @staticmethod
    def _logits(session: FusedSession | CachedSession, passes: list[list[int]]) -> list[Floats]:
        return [session.feed(ids) for ids in passes]
