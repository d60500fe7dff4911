"""One ONNX network, checked when it is loaded and when it is called.

Knows: ONNX Runtime, shapes, types, a file's SHA-256. Does not know: what the network sees; PyTorch
and TensorFlow models come here through their ONNX exporters. Perception uses it, and it stands in
the core because perception may not import llm_edge.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import FileError, ModelError, ModelIntegrityError, ModelNotFoundError
from llmagentos.files import refusing

_TYPES: dict[str, Any] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(int8)": np.int8,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(bool)": np.bool_,
}
#: The best first; those that aren't there are left out.
PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")

Array = NDArray[Any]


class OnnxNetwork:
    """Calls run the network: `network(image)` or `network({"image": image})` → {output: array}.

    sha256: refuse the file if its digest is another. threads: of the CPU provider. Raises
    ModelNotFoundError, ModelIntegrityError or ModelError at once.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        sha256: str | None = None,
        threads: int = 1,
        providers: Sequence[str] = PROVIDERS,
    ):
        import onnxruntime as ort

        try:
            with refusing(path, "an ONNX file"):
                data = Path(path).read_bytes()
        except FileError as exc:
            raise ModelNotFoundError(str(exc)) from exc
        digest = hashlib.sha256(data).hexdigest()
        if sha256 is not None and digest != sha256:
            raise ModelIntegrityError(f"expected SHA-256 {sha256} for {path}, got {digest}")
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = threads, 3
        there = [p for p in providers if p in ort.get_available_providers()]
        try:
            self._session = ort.InferenceSession(data, options, providers=there)
        except Exception as exc:  # onnxruntime raises its own, undocumented classes
            raise ModelError(f"expected a loadable ONNX network in {path}, got: {exc}") from exc
        self.engine: str = self._session.get_providers()[0]
        self.inputs: dict[str, tuple[tuple[Any, ...], Any]] = {
            i.name: (tuple(i.shape), _TYPES.get(i.type)) for i in self._session.get_inputs()
        }
        self.outputs = tuple(o.name for o in self._session.get_outputs())

    def __call__(self, feeds: Array | Mapping[str, Array]) -> dict[str, Array]:
        """Raises ModelError naming the input whose name, shape or type is not the network's."""
        if isinstance(feeds, np.ndarray):
            feeds = {next(iter(self.inputs)): feeds}
        if set(feeds) != set(self.inputs):
            raise ModelError(f"expected inputs {sorted(self.inputs)}, got {sorted(feeds)}")
        for name, values in feeds.items():
            self._check(name, values)
        return dict(zip(self.outputs, self._session.run(self.outputs, dict(feeds)), strict=True))

    def _check(self, name: str, values: Array) -> None:
        shape, kind = self.inputs[name]
        fits = len(shape) == values.ndim and all(
            not isinstance(want, int) or want == got
            for want, got in zip(shape, values.shape, strict=True)
        )
        if not fits:
            raise ModelError(f"expected shape {list(shape)} for {name}, got {list(values.shape)}")
        if kind is not None and values.dtype != kind:
            raise ModelError(f"expected {np.dtype(kind)} for {name}, got {values.dtype}")
