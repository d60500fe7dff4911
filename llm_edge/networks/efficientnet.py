"""EfficientNet-Lite0 as an ONNX network that embeds crops: its checkpoint read without PyTorch.

Knows: the layers (MnasNet's blocks without squeeze-and-excitation, ReLU6; Tan and Le 2019, "lite"
variants of the authors' TPU repository), the file format that PyTorch wrote before 1.6. Does not know:
where the file comes from (llm_edge/embedders.py), what the vectors are for.

Batch normalisation is folded into the convolutions: w' = w g / sqrt(v + e), b' = b - m g / sqrt(v + e).
The classifier is left out: what remains is the mean of the last 1,280 maps, a crop a vector.
"""

from __future__ import annotations

import math
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import ModelError

Floats = NDArray[np.float32]

SIZE, WIDTH = 224, 1280
#: Blocks of one row: how many, kernel, stride of the first, expansion, channels out.
_ROWS = (
    (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320),
)  # fmt: skip
_EPSILON = 1e-3
_MAGIC = 0x1950A86A20F9469CFC6C
_TYPES: dict[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class _Storage:
    """Numbers that are read later: of a type, under a key."""

    def __init__(self, kind: str, key: str, size: int) -> None:
        self.kind, self.key, self.size = kind, key, size


class _Tensor:
    """A view of a storage."""

    def __init__(
        self, storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
    ) -> None:
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides


def _rebuilt(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any
) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


class _Reader(pickle.Unpickler):
    """Makes nothing but dictionaries and tensors: a checkpoint is data, not a program."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuilt
        if module == "torch" and name in _TYPES:
            return name
        raise ModelError(f"expected tensors in a checkpoint, got {module}.{name}")

    def persistent_load(self, pid: Any) -> _Storage:
        _, kind, key, _, size, *_ = pid
        return _Storage(kind, key, int(size))


def read_checkpoint(path: Path) -> dict[str, NDArray[Any]]:
    """Arrays by name of a file that PyTorch before 1.6 saved. Raises ModelError for another one."""
    try:
        with path.open("rb") as file:
            return _read(file)
    except (pickle.UnpicklingError, EOFError, ValueError, KeyError, TypeError, OSError) as exc:
        raise ModelError(f"expected a PyTorch checkpoint at {path}, got: {exc}") from exc


def _read(file: BinaryIO) -> dict[str, NDArray[Any]]:
    if _Reader(file).load() != _MAGIC:
        raise ValueError("another kind of file")
    for _ in range(2):  # the version, and what machine wrote it
        _Reader(file).load()
    tensors = {k: v for k, v in _Reader(file).load().items() if isinstance(v, _Tensor)}
    kinds = {t.storage.key: t.storage.kind for t in tensors.values()}
    stored: dict[str, NDArray[Any]] = {}
    for key in _Reader(file).load():
        count = int.from_bytes(file.read(8), "little")
        kind = _TYPES[kinds[key]]
        stored[key] = np.frombuffer(file.read(count * kind.itemsize), kind)
        if len(stored[key]) != count:
            raise EOFError("the file is cut")
    out = {}
    for name, tensor in tensors.items():
        # Weights that came from TensorFlow lie in another order than they are indexed in.
        places = sum(
            (np.arange(n).reshape([-1] + [1] * (len(tensor.shape) - axis - 1)) * step)
            for axis, (n, step) in enumerate(zip(tensor.shape, tensor.strides, strict=True))
        )
        out[name] = stored[tensor.storage.key][tensor.offset + np.asarray(places)]
    return out


class _Graph:
    """An ONNX graph in the making; each layer takes and gives the name of its maps."""

    def __init__(self, weights: dict[str, NDArray[Any]]) -> None:
        self.weights, self.nodes, self.constants = weights, [], []  # type: ignore[var-annotated]
        self._count = 0

    def _constant(self, values: NDArray[Any]) -> str:
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, op: str, inputs: list[str], **attributes: Any) -> str:
        """Add a node; the name of its output."""
        from onnx import helper

        self._count += 1
        out = f"x{self._count}"
        self.nodes.append(helper.make_node(op, inputs, [out], **attributes))
        return out

    def conv(
        self, maps: str, side: int, conv: str, norm: str, stride: int = 1, active: bool = True
    ) -> str:
        """Convolution, folded normalisation and ReLU6. side: rows of the maps that come in."""
        w = self._get(f"{conv}.weight")
        gain = self._get(f"{norm}.weight") / np.sqrt(self._get(f"{norm}.running_var") + _EPSILON)
        bias = self._get(f"{norm}.bias") - self._get(f"{norm}.running_mean") * gain
        kernel = w.shape[2]
        # "Same" as TensorFlow has it: what is missing is added, the odd row at the end.
        pad = max((math.ceil(side / stride) - 1) * stride + kernel - side, 0)
        before, after = pad // 2, pad - pad // 2
        group = maps_of(w) if w.shape[1] == 1 and w.shape[0] > 3 and kernel > 1 else 1
        inputs = [maps, self._constant(w * gain[:, None, None, None]), self._constant(bias)]
        out = self.node(
            "Conv",
            inputs,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[before, before, after, after],
            group=group,
        )
        if not active:
            return out
        low, high = (self._constant(np.array(v, np.float32)) for v in (0.0, 6.0))
        return self.node("Clip", [out, low, high])

    def _get(self, name: str) -> Floats:
        if name not in self.weights:
            raise ModelError(f"expected {name} in the checkpoint of EfficientNet-Lite0, got none")
        return np.asarray(self.weights[name], np.float32)


def maps_of(weights: Floats) -> int:
    """Output maps of a convolution."""
    return int(weights.shape[0])


def embedder_graph(weights: dict[str, NDArray[Any]]) -> Any:
    """The ONNX model: "images" float32 [1, 3, 224, 224] to "vectors" [1, 1280]. Raises ModelError for
    a checkpoint of another network."""
    from onnx import TensorProto, helper

    graph, side = _Graph(weights), SIZE
    x = graph.conv("images", side, "_conv_stem", "_bn0", stride=2)
    side, number, width = math.ceil(side / 2), 0, 32
    for count, _, stride, expand, out in _ROWS:
        for repeat in range(count):
            at, begin = f"_blocks.{number}", x
            step = stride if repeat == 0 else 1
            if expand != 1:
                x = graph.conv(x, side, f"{at}._expand_conv", f"{at}._bn0")
            x = graph.conv(x, side, f"{at}._depthwise_conv", f"{at}._bn1", step)
            side = math.ceil(side / step)
            x = graph.conv(x, side, f"{at}._project_conv", f"{at}._bn2", active=False)
            if step == 1 and width == out:
                x = graph.node("Add", [x, begin])
            number, width = number + 1, out
    x = graph.conv(x, side, "_conv_head", "_bn1")
    x = graph.node("GlobalAveragePool", [x])
    graph.nodes.append(helper.make_node("Flatten", [x], ["vectors"], axis=1))
    made = helper.make_graph(
        graph.nodes,
        "efficientnet-lite0",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIZE, SIZE])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, [1, WIDTH])],
        graph.constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 9
    return model
