"""The portable graph on ONNX Runtime with its cache in the device's memory: CUDA, and CPU in tests.

Knows: IO binding, one more operator at the graph's end that writes the new rows into the cache in
place. Does not know: tokens or plans. Per token only ids, positions and the mask go up and the
logits come down.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llm_edge.engines.cached import planner_files
from llm_edge.engines.onnx_any import OnnxEngine, session_options
from llmagentos.errors import MissingDependencyError, ModelError

Floats = NDArray[np.float32]
_DEVICES = {"CUDAExecutionProvider": "cuda", "CPUExecutionProvider": "cpu"}


def with_cache_output(path: Path, shape: tuple[int, int, int]) -> bytes:
    """The graph with "places" int64 [L, 2, S, 3] as a further input and "present" [L, 2, C, kv]
    instead of "rows": past with the new rows at these places. shape: (L, 2, kv).

    Writing in place is right although the last layer may still read the past: the places that are
    written are masked for this pass. Raises MissingDependencyError without the onnx package.
    """
    try:
        import onnx
        from onnx import helper
    except ImportError as exc:
        raise MissingDependencyError(
            "expected package 'onnx' for a cache on the device, got none: pip install onnx"
        ) from exc
    model = onnx.load(str(path))
    graph = model.graph
    layers, two, kv = shape
    graph.node.append(
        helper.make_node("ScatterND", ["past", "places", "rows"], ["present"], name="present")
    )
    graph.input.append(helper.make_tensor_value_info("places", 7, [layers, two, "S", 3]))
    outputs = [o for o in graph.output if o.name != "rows"]
    outputs.append(helper.make_tensor_value_info("present", 1, [layers, two, "C", kv]))
    del graph.output[:]
    graph.output.extend(outputs)
    data: bytes = model.SerializeToString()
    return data


class OnnxDeviceEngine(OnnxEngine):
    """See OnnxEngine. Caches are OrtValues on the provider's device."""

    def __init__(
        self,
        folder: Path,
        config: dict[str, Any],
        threads: int = 1,
        provider: str = "CUDAExecutionProvider",
    ):
        import onnxruntime as ort

        super().__init__(folder, config, threads, provider)
        self._ort, self._device = ort, _DEVICES[provider]
        s = self.shape
        data = with_cache_output(planner_files(folder)[1], (s.layers, 2, s.kv))
        try:
            self._decoder = ort.InferenceSession(
                data, session_options(threads), providers=[provider]
            )
        except Exception as exc:  # onnxruntime raises its own, undocumented classes
            raise ModelError(f"expected a loadable ONNX model in {folder}, got: {exc}") from exc
        layer, kind = np.meshgrid(np.arange(s.layers), np.arange(2), indexing="ij")
        self._where = np.stack([layer, kind], axis=-1).astype(np.int64)

    def _upload(self, values: Floats) -> Any:
        return self._ort.OrtValue.ortvalue_from_numpy(values, self._device, 0)

    def new_cache(self, size: int) -> Any:
        """As `OnnxEngine.new_cache`, on the device: a list whose one item is replaced when it
        grows."""
        return [self._upload(super().new_cache(size))]

    def grow(self, cache: Any, size: int, length: int) -> Any:
        """As `OnnxEngine.grow`; goes through host memory once per doubling."""
        # once per doubling: through the host
        return [self._upload(super().grow(cache[0].numpy(), size, length))]

    def _places(self, at: int, count: int) -> NDArray[np.int64]:
        """[L, 2, S, 3]: layer, key or value, position of every new row."""
        layers = self.shape.layers
        out = np.empty((layers, 2, count, 3), np.int64)
        out[..., :2] = self._where[:, :, None]
        out[..., 2] = np.arange(at, at + count)
        return out

    def step(self, feeds: dict[str, NDArray[Any]], cache: Any, at: int) -> Floats:
        """As `OnnxEngine.step`; the cache is read and written on the device, the logits come back."""
        io = self._decoder.io_binding()
        count = feeds["ids"].shape[1]
        for name, values in {**feeds, "places": self._places(at, count)}.items():
            io.bind_cpu_input(name, np.ascontiguousarray(values))
        io.bind_ortvalue_input("past", cache[0])
        io.bind_ortvalue_output("present", cache[0])
        io.bind_output("logits", "cpu")
        self._decoder.run_with_iobinding(io)
        io.synchronize_outputs()
        found: Floats = io.copy_outputs_to_cpu()[self._output("logits")]
        return found

    def _output(self, name: str) -> int:
        # outputs come back in the order in which they were bound
        return {"present": 0, "logits": 1}[name]


def onnx_cuda(folder: Path, config: dict[str, Any], threads: int = 1) -> OnnxDeviceEngine:
    """The CUDA provider, its cache on the GPU. Raises MissingDependencyError where it isn't there."""
    return OnnxDeviceEngine(folder, config, threads)
