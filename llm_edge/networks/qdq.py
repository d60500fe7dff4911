"""Weights and activations in few bits, in standard ONNX Q/DQ operators.

Knows: three variants of a float32 graph. "int8": weights INT8 per output channel. "w8a8": the same,
and activations INT8 per tensor, with scales from calibration. "int4": weights INT4 in blocks along
the input (opset 21). All symmetric, as TensorRT wants it; ONNX Runtime fuses the same files to
integer kernels. Large embedding tables become INT8 rows, unit-scaled with one factor each.
Does not know: which model it is, nor who calibrates it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import ModelError

VARIANTS = ("int8", "w8a8", "int4")
#: Matrices and tables smaller than this stay float.
SMALL_MATRIX, SMALL_TABLE = 4096, 200_000
#: INT4 blocks, the first that divides the input width (TensorRT: 64 or 128).
BLOCKS = (64, 128, 32)
#: Share of activations that must fit the INT8 range; the rest is clipped.
PERCENTILE = 99.99

Weights = NDArray[np.float32]


def int8_channels(w: Weights, axis: int) -> tuple[NDArray[np.int8], Weights]:
    """Matrix → INT8 and one scale per index of `axis`."""
    scale = np.maximum(np.abs(w).max(axis=1 - axis) / 127.0, 1e-8).astype(np.float32)
    shaped = scale[:, None] if axis == 0 else scale[None]
    return np.clip(np.rint(w / shaped), -127, 127).astype(np.int8), scale


def int4_blocks(w: Weights, block: int) -> tuple[NDArray[np.int8], Weights]:
    """[K, N] → values -7..7 [K, N] and scales [K / block, N], the clipping with least squared error."""
    k, n = w.shape
    blocks = w.reshape(k // block, block, n)
    top = np.maximum(np.abs(blocks).max(axis=1, keepdims=True), 1e-8)
    best, values, scales = np.full((k // block, 1, n), np.inf), np.zeros_like(blocks), top / 7
    for ratio in (1.0, 0.92, 0.84, 0.76):
        scale = top * ratio / 7
        q = np.clip(np.rint(blocks / scale), -7, 7)
        error = ((q * scale - blocks) ** 2).sum(axis=1, keepdims=True)
        better = error < best
        best = np.where(better, error, best)
        values, scales = np.where(better, q, values), np.where(better, scale, scales)
    return values.reshape(k, n).astype(np.int8), scales[:, 0].astype(np.float32)


def pack_int4(q: NDArray[np.int8]) -> bytes:
    """Two values a byte, the first in the low half (ONNX's order)."""
    flat = q.ravel().astype(np.uint8) & 15
    if flat.size % 2:
        flat = np.append(flat, np.uint8(0))
    return bytes((flat[0::2] | (flat[1::2] << 4)).tobytes())


class _Rewriter:
    """One pass over a graph: replaces float weights, keeps everything else."""

    def __init__(self, model: Any, variant: str, ranges: dict[str, float], skip: frozenset[str]):
        from onnx import helper, numpy_helper

        self.helper, self.numpy = helper, numpy_helper
        self.model, self.variant, self.ranges, self.skip = model, variant, ranges, skip
        self.tensors = {t.name: t for t in model.graph.initializer}
        self.nodes: list[Any] = []
        self.done: dict[str, str] = {}
        self.added: list[Any] = []

    def run(self) -> None:
        graph = self.model.graph
        for node in graph.node:
            if node.op_type == "MatMul" and node.name not in self.skip:
                self._matmul(node)
            elif node.op_type == "Gather" and node.input[0] in self.tensors and self._table(node):
                continue
            self.nodes.append(node)
        del graph.node[:]
        graph.node.extend(self.nodes)
        used = {name for node in graph.node for name in node.input} | {o.name for o in graph.output}
        kept = [t for t in graph.initializer if t.name in used]
        del graph.initializer[:]
        graph.initializer.extend([*kept, *self.added])

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self.added.append(self.numpy.from_array(values, name))
        return name

    def _node(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(
            self.helper.make_node(op, inputs, [output], name=f"{output}_{op}", **attributes)
        )
        return output

    def _matmul(self, node: Any) -> None:
        tensor = self.tensors.get(node.input[1])
        if (
            tensor is None
            or len(tensor.dims) != 2
            or int(np.prod(tensor.dims)) < SMALL_MATRIX
            or tensor.data_type != 1
        ):
            return
        if self.variant == "w8a8":
            if node.input[0] not in self.ranges:
                raise ModelError(f"expected a calibrated range for {node.input[0]}, got none")
            node.input[0] = self._activation(node.input[0])
        node.input[1] = self._weight(node.input[1], tensor)

    def _weight(self, name: str, tensor: Any) -> str:
        if name not in self.done:
            w = self.numpy.to_array(tensor)
            block = next((b for b in BLOCKS if w.shape[0] % b == 0), 0)
            if self.variant == "int4" and block:
                q, scale = int4_blocks(w, block)
                int4 = self.helper.make_tensor(
                    f"{name}_int4", 22, list(w.shape), pack_int4(q), raw=True
                )  # 22: TensorProto.INT4
                self.added.append(int4)
                inputs, attributes = [int4.name], {"axis": 0, "block_size": block}
            else:
                q, scale = int8_channels(w, 1)
                inputs, attributes = [self._constant(f"{name}_int8", q)], {"axis": 1}
            inputs.append(self._constant(f"{name}_scale", scale))
            self.done[name] = self._node("DequantizeLinear", inputs, f"{name}_dq", **attributes)
        return self.done[name]

    def _activation(self, name: str) -> str:
        if name not in self.done:
            scale = self._constant(
                f"{name}_ascale", np.asarray(max(self.ranges[name], 1e-8) / 127, np.float32)
            )
            zero = self._constant(f"{name}_azero", np.asarray(0, np.int8))
            small = self._node("QuantizeLinear", [name, scale, zero], f"{name}_q")
            self.done[name] = self._node("DequantizeLinear", [small, scale, zero], f"{name}_qdq")
        return self.done[name]

    def _table(self, node: Any) -> bool:
        """A large table → unit rows in INT8 with one scale for all, times a factor per row."""
        name, tensor = node.input[0], self.tensors[node.input[0]]
        if (
            len(tensor.dims) != 2
            or int(np.prod(tensor.dims)) < SMALL_TABLE
            or tensor.data_type != 1
        ):
            return False
        if any(a.name == "axis" and a.i != 0 for a in node.attribute):
            return False
        if f"{name}_rows" not in self.done:
            q, factor = int8_channels(self.numpy.to_array(tensor), 0)
            self._constant(f"{name}_unit", np.asarray(1.0, np.float32))
            self._constant(f"{name}_zero", np.asarray(0, np.int8))
            self.done[f"{name}_rows"] = self._constant(f"{name}_rows8", q)
            self._constant(f"{name}_factor", factor[:, None])
        out = node.output[0]
        # looked up first, so that a table never exists in float; trt_rules turns the order round
        small = self._node(
            "Gather", [self.done[f"{name}_rows"], node.input[1]], f"{out}_row8", axis=0
        )
        row = self._node("DequantizeLinear", [small, f"{name}_unit", f"{name}_zero"], f"{out}_row")
        self._node("Gather", [f"{name}_factor", node.input[1]], f"{out}_factor", axis=0)
        self._node("Mul", [row, f"{out}_factor"], out)
        return True


def to_opset_21(model: Any) -> None:
    """Raises a graph of opset 17 to 21, in place: ReduceMean's axes become an input."""
    from onnx import numpy_helper

    for i, node in enumerate(model.graph.node):
        if node.op_type.startswith("Reduce") and len(node.input) == 1:
            axes = next((a for a in node.attribute if a.name == "axes"), None)
            if axes is not None:
                constant = numpy_helper.from_array(np.asarray(axes.ints, np.int64), f"axes_{i}")
                model.graph.initializer.append(constant)
                node.input.append(constant.name)
                node.attribute.remove(axes)
    for imported in model.opset_import:
        if imported.domain in ("", "ai.onnx"):
            imported.version = 21
    model.ir_version = max(model.ir_version, 10)


def matmul_inputs(model: Any) -> set[str]:
    """Names of activations that meet a constant matrix."""
    constant = {t.name for t in model.graph.initializer}
    return {
        n.input[0]
        for n in model.graph.node
        if n.op_type == "MatMul" and n.input[1] in constant and n.input[0] not in constant
    }


def calibrate(path: Path, samples: Iterable[dict[str, NDArray[Any]]]) -> dict[str, float]:
    """Largest magnitudes (percentile PERCENTILE of each run, the largest over runs) of the
    activations before matrices, from runs of the float32 graph."""
    import onnx
    import onnxruntime as ort

    model = onnx.load(str(path))
    names = sorted(matmul_inputs(model))
    have = {o.name for o in model.graph.output}
    model.graph.output.extend(
        [onnx.helper.make_empty_tensor_value_info(n) for n in names if n not in have]
    )
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    top = dict.fromkeys(names, 0.0)
    for feeds in samples:
        for name, value in zip(names, session.run(names, feeds), strict=True):
            top[name] = max(top[name], float(np.percentile(np.abs(value), PERCENTILE)))
    return top


def quantize_model(
    model: Any, variant: str, ranges: dict[str, float] | None = None, skip: Iterable[str] = ()
) -> Any:
    """The graph in one of VARIANTS, changed in place. skip: names of MatMul nodes left float."""
    if variant not in VARIANTS:
        raise ModelError(f"expected a quantization of {', '.join(VARIANTS)}, got {variant}")
    _Rewriter(model, variant, ranges or {}, frozenset(skip)).run()
    if variant == "int4":
        to_opset_21(model)
    return model


def quantize_file(
    source: Path,
    target: Path,
    variant: str,
    samples: Iterable[dict[str, NDArray[Any]]] | None = None,
) -> None:
    """A float32 file → one in `variant`. samples: feeds to calibrate "w8a8" with."""
    import onnx

    ranges = calibrate(source, samples) if variant == "w8a8" and samples is not None else {}
    model = quantize_model(onnx.load(str(source)), variant, ranges)
    onnx.checker.check_model(model)
    for stale in {source.parent / f for f in _external_files(source)} if source == target else ():
        stale.unlink()
    onnx.save(model, str(target))


def _external_files(path: Path) -> set[str]:
    import onnx

    model = onnx.load(str(path), load_external_data=False)
    return {
        e.value for t in model.graph.initializer for e in t.external_data if e.key == "location"
    }
