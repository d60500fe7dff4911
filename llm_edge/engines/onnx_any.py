"""Our portable graphs on ONNX Runtime as they are, any provider; caches in host memory.

Knows: sessions and providers. Does not know: tokens or plans. What onnx_cpu.py falls back to and
compares with; onnx_device.py keeps the caches on the device.
"""

from __future__ import annotations

from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llm_edge.engines.cached import CachedSession, Shape, planner_files
from llm_edge.tokenization import Prompt
from llmagentos.errors import MissingDependencyError, ModelError

Floats = NDArray[np.float32]
NAMES = {"CPUExecutionProvider": "onnxruntime-cpu", "CUDAExecutionProvider": "onnxruntime-cuda"}


#: A QuantizeLinear's operator type in an ONNX file: field 4 of a node, 14 bytes.
_QUANTIZES = b"\x22\x0eQuantizeLinear"


def quantizes_activations(graph: Path) -> bool:
    """Whether a graph rounds activations to INT8 ("w8a8"); weights alone need no QuantizeLinear."""
    with graph.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        return content.find(_QUANTIZES) >= 0


def session_options(
    threads: int,
    spin: bool = False,
    unpacked: bool = False,
    exact_int8: bool = False,
    exact: bool = False,
    block: int = 0,
) -> Any:
    """spin: threads wait busily between operators, quicker where cores are free. unpacked: weights
    become float32 when they are loaded, so that activations stay exact. exact_int8: for graphs that
    quantize activations: x86 without VNNI adds pairs of INT8 products in 16 bits, which overflow,
    unless this is set; elsewhere it changes nothing. ONNX Runtime fails with it on weights alone.
    exact: activations stay float32 without that memory: slow, to compare graphs with. block: of
    INT8 weights with one scale a channel, how many share a rounding of activations; 0: its own 32.
    """
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if spin else "0")
    if unpacked:
        options.add_session_config_entry("session.disable_quant_qdq", "1")
    if exact_int8:
        options.add_session_config_entry("session.x64quantprecision", "1")
    # integer kernels for weights in few bits: activations become INT8 block by block
    level = "1" if exact else "4"
    options.add_session_config_entry("session.qdq_matmulnbits_accuracy_level", level)
    if block:
        options.add_session_config_entry("session.qdq_matmulnbits_block_size", str(block))
    return options


class OnnxEngine:
    """decoder.onnx (and a planner's encoder.onnx) of a model folder. options: of the decoder's
    session, instead of the usual ones. Raises ModelError."""

    def __init__(
        self,
        folder: Path,
        config: dict[str, Any],
        threads: int = 1,
        provider: str = "CPUExecutionProvider",
        spin: bool = False,
        options: Any = None,
    ):
        import onnxruntime as ort

        if provider not in ort.get_available_providers():
            raise MissingDependencyError(
                f"expected ONNX Runtime with {provider} (pip install onnxruntime-gpu), got {ort.get_available_providers()}"
            )
        self.name = NAMES.get(provider, provider)
        self.shape = Shape(config, 32)
        self.vocabulary_size, self.max_positions = self.shape.vocabulary, self.shape.positions
        encoder, decoder = planner_files(folder)
        try:
            options = options or session_options(
                threads, spin, exact_int8=quantizes_activations(decoder)
            )
            self._decoder = ort.InferenceSession(str(decoder), options, providers=[provider])
            self._encoder = (
                ort.InferenceSession(
                    str(encoder),
                    session_options(threads, spin, unpacked=True),
                    providers=[provider],
                )
                if self.shape.kind == "planner"
                else None
            )
        except Exception as exc:  # onnxruntime raises its own, undocumented classes
            raise ModelError(f"expected a loadable ONNX model in {folder}, got: {exc}") from exc
        if self._decoder.get_providers()[0] != provider:
            raise ModelError(
                f"expected {provider} to take the model, got {self._decoder.get_providers()[0]}"
            )

    def start(self, prompt: Prompt | None = None) -> CachedSession:
        """A new generation; a planner reads its prompt, a text model is fed tokens instead."""
        if self._encoder is None:
            return CachedSession(self)
        if prompt is None:
            raise ModelError("expected a prompt for a planner, got none")
        feeds = {"ids": prompt.ids[None], "types": prompt.types[None], "words": prompt.words[None]}
        return CachedSession(self, self._encoder.run(["prefix"], feeds)[0])

    def new_cache(self, size: int) -> Floats:
        """An empty cache float32 [layers, 2, size, kv] for `size` positions."""
        return np.zeros((self.shape.layers, 2, size, self.shape.kv), np.float32)

    def grow(self, cache: Floats, size: int, length: int) -> Floats:
        """A cache of `size` positions that begins with the first `length` of the old one."""
        bigger = self.new_cache(size)
        bigger[:, :, :length] = cache[:, :, :length]
        return bigger

    def step(self, feeds: dict[str, NDArray[Any]], cache: Floats, at: int) -> Floats:
        """Run the decoder on `feeds`, write the new rows at position `at`; logits float32 [n, V]."""
        past, mask = cache, feeds["mask"]
        if at == 0:
            # nothing is cached yet: an empty past spares the masked work
            past, mask = cache[:, :, :0], mask[..., cache.shape[2] :]
        logits, rows = self._decoder.run(["logits", "rows"], {**feeds, "mask": mask, "past": past})
        cache[:, :, at : at + rows.shape[2]] = rows
        found: Floats = logits
        return found
