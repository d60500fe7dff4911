"""What TensorRT's ONNX parser takes, checked without a GPU, and graphs rewritten to fit.

Knows: the operator table (trt_ops.json, facts with their sources), the Q/DQ rules of each version,
two rewrites that a version needs. Does not know: TensorRT itself; a builder may still refuse.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from llmagentos.errors import ModelError

VERSIONS = ("8.5", "10.3", "10.16")
#: ONNX element types by the names the table uses.
_TYPES = {
    1: "FP32",
    2: "UINT8",
    3: "INT8",
    6: "INT32",
    7: "INT64",
    9: "BOOL",
    10: "FP16",
    16: "BF16",
    22: "INT4",
}


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """The operators' rules by TensorRT version, from trt_ops.json."""
    content: dict[str, Any] = json.loads((Path(__file__).parent / "trt_ops.json").read_text())
    return content


def nearest(version: str) -> str:
    """A TensorRT version → the newest one in the table that is not newer. Raises ModelError."""
    wanted = tuple(int(p) for p in version.split(".")[:2])
    known = [v for v in VERSIONS if tuple(int(p) for p in v.split(".")) <= wanted]
    if not known:
        raise ModelError(f"expected TensorRT {VERSIONS[0]} or newer, got {version}")
    return known[-1]


def types_of(operator: str, version: str) -> list[str] | None:
    """Types an operator is taken with, or None where it is not taken at all."""
    row = table()["operators"].get(operator, {})
    found: list[str] | None = row.get("8.5" if version == "8.5" else "10.3")
    return found


def evidence(operator: str, version: str) -> str:
    """Where the operator's row comes from for a version: "confirmed" (the version's own table, or the
    same row in tables before and after it) or "assumed" (an older table's row)."""
    if types_of(operator, version) is None:
        return "not taken"
    seen = table()["operators"][operator].get("seen", [])
    if version == "8.5" or (version == "10.3" and "10.6" in seen):
        return "confirmed"
    return "assumed"


def problems(model: Any, version: str) -> list[str]:
    """Everything in an ONNX graph that this version's parser would refuse; empty when it fits."""
    import onnx

    facts = table()["versions"][version]
    found = []
    opset = next((i.version for i in model.opset_import if i.domain in ("", "ai.onnx")), 0)
    if opset > facts["max_opset"] and not (
        version == "10.3" and opset == 21 and _only_blocked_needs_21(model)
    ):
        found.append(f"expected opset up to {facts['max_opset']}, got {opset}")
    try:
        inferred = onnx.shape_inference.infer_shapes(model).graph
        values = [*inferred.value_info, *inferred.input, *inferred.output]
        kinds = {v.name: v.type.tensor_type.elem_type for v in values}
    except Exception as exc:  # onnx raises its own InferenceError and ValueError for large models
        raise ModelError(f"expected a graph whose types can be inferred, got: {exc}") from exc
    constants = {t.name: t for t in model.graph.initializer}
    kinds.update({t.name: t.data_type for t in model.graph.initializer})
    computed = {n.output[0] for n in model.graph.node if n.op_type == "Constant"}
    for value in model.graph.input:
        if kinds[value.name] == 7:
            found.append(f"expected INT32 for input {value.name}, got INT64")
    for node in model.graph.node:
        found += _node_problems(node, version, facts, kinds, constants, computed)
    return found


def _only_blocked_needs_21(model: Any) -> bool:
    """Opset 21 is past 10.3's 20, save for the blocked DequantizeLinear, which its parser knows."""
    return any(a.name == "block_size" for n in model.graph.node for a in n.attribute)


def _node_problems(
    node: Any,
    version: str,
    facts: dict[str, Any],
    kinds: dict[str, int],
    constants: dict[str, Any],
    computed: set[str],
) -> list[str]:
    name = f"{node.op_type} '{node.name}'"
    if node.domain not in ("", "ai.onnx"):
        return [f"expected a standard operator, got {node.domain}.{node.op_type}"]
    allowed = types_of(node.op_type, version)
    if allowed is None:
        return [f"expected an operator of TensorRT {version}, got {name}"]
    found = []
    kind = _TYPES.get(kinds.get(node.input[0], 0), "") if node.input else ""
    if version == "8.5" and kind == "INT64":
        kind = "INT32"
    if node.op_type == "QuantizeLinear" or not allowed:
        kind = kind if kind and kind != "FP32" else ""
    if kind and kind not in allowed:
        found.append(f"expected {', '.join(allowed)} for {name}, got {kind}")
    for index in facts["constant_inputs"].get(node.op_type, []):
        if (
            len(node.input) > index
            and node.input[index]
            and node.input[index] not in constants
            and node.input[index] not in computed
        ):
            found.append(f"expected a constant input {index} of {name}, got {node.input[index]}")
    if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
        found += _qdq_problems(node, name, facts, constants)
    return found


def _qdq_problems(
    node: Any, name: str, facts: dict[str, Any], constants: dict[str, Any]
) -> list[str]:
    from onnx import numpy_helper

    found = []
    if len(node.input) > 2 and node.input[2]:
        zero = constants.get(node.input[2])
        if zero is None or np.any(numpy_helper.to_array(zero) != 0):
            found.append(f"expected a zero point of 0 for {name}, got {node.input[2]}")
    scale = constants.get(node.input[1])
    if scale is None:
        found.append(f"expected a constant scale for {name}, got {node.input[1]}")
    elif np.any(numpy_helper.to_array(scale) <= 0):
        found.append(f"expected positive scales for {name}, got some that are not")
    block = next((a.i for a in node.attribute if a.name == "block_size"), 0)
    if block and not facts["blocked_dequantize"]:
        found.append(f"expected no blocks, got block_size {block} for {name}")
    elif block and block not in facts["blocks"]:
        found.append(f"expected block_size of {facts['blocks']}, got {block} for {name}")
    weight = constants.get(node.input[0])
    if weight is not None and node.op_type == "DequantizeLinear":
        kind = _TYPES.get(weight.data_type, "?")
        if kind not in facts["weight_types"]:
            found.append(f"expected {', '.join(facts['weight_types'])} for {name}, got {kind}")
        if kind == "INT4" and len(weight.dims) not in facts["int4_rank"]:
            found.append(
                f"expected INT4 weights of rank {facts['int4_rank']}, got {list(weight.dims)}"
            )
        if facts["int8_weight_form"] == "float-q-dq":
            found.append(
                f"expected a float weight before Q and DQ, got an INT8 initializer for {name}"
            )
    return found


# --- rewrites --------------------------------------------------------------------------------


def fit(model: Any, version: str) -> Any:
    """Changes a graph of ours in place so that `problems` is empty for this version.

    Tables are dequantized before the lookup, not after it; TensorRT 8.5 gets float weights before Q
    and DQ. Raises ModelError naming what still does not fit.
    """
    _dequantize_first(model)
    if table()["versions"][version]["int8_weight_form"] == "float-q-dq":
        _float_weights(model)
    left = problems(model, version)
    if left:
        raise ModelError(
            f"expected a graph that fits TensorRT {version}, got: {'; '.join(left[:5])}"
        )
    return model


def _dequantize_first(model: Any) -> None:
    """Gather(INT8) → DQ becomes DQ → Gather: later parsers look INT8 up in no Gather."""
    from onnx import numpy_helper

    constants = {t.name: t for t in model.graph.initializer}
    producers = {n.output[0]: n for n in model.graph.node}
    for node in model.graph.node:
        cast = node.op_type == "Cast" and any(a.name == "to" and a.i == 1 for a in node.attribute)
        if node.op_type != "DequantizeLinear" and not cast:
            continue
        lookup = producers.get(node.input[0])
        if lookup is None or lookup.op_type != "Gather" or lookup.input[0] not in constants:
            continue
        if cast and constants[lookup.input[0]].data_type != 3:
            continue
        rows, ids = lookup.input[0], lookup.input[1]
        lookup.op_type, node.op_type = "DequantizeLinear", "Gather"
        axis = [a for a in lookup.attribute if a.name == "axis"]
        scale = list(node.input[1:])
        if cast:
            # INT8 made float by a cast: the same as a scale of one
            unit = numpy_helper.from_array(np.float32(1.0), f"{rows}_unit")
            model.graph.initializer.append(unit)
            scale = [unit.name]
            del node.attribute[:]
        del lookup.attribute[:]
        del lookup.input[:]
        lookup.input.extend([rows, *scale])
        del node.input[1:]
        node.input.append(ids)
        node.attribute.extend(axis)


def _float_weights(model: Any) -> None:
    """INT8 initializer → DQ becomes float initializer → Q → DQ (TensorRT 8.5)."""
    from onnx import helper, numpy_helper

    constants = {t.name: t for t in model.graph.initializer}
    nodes = []
    for node in model.graph.node:
        weight = constants.get(node.input[0]) if node.op_type == "DequantizeLinear" else None
        if weight is not None and weight.data_type == 3:
            axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
            scale = numpy_helper.to_array(constants[node.input[1]])
            q = numpy_helper.to_array(weight).astype(np.float32)
            shape = [-1 if i == axis else 1 for i in range(q.ndim)] if scale.ndim else []
            name = weight.name
            model.graph.initializer.remove(weight)
            model.graph.initializer.append(numpy_helper.from_array(q * scale.reshape(shape), name))
            if len(node.input) < 3:
                # without it, Q would give UINT8
                model.graph.initializer.append(
                    numpy_helper.from_array(np.zeros(scale.shape, np.int8), f"{name}_zero")
                )
                node.input.append(f"{name}_zero")
            inputs = [name, *node.input[1:]]
            attributes = {"axis": axis} if scale.ndim else {}
            nodes.append(
                helper.make_node(
                    "QuantizeLinear", inputs, [f"{name}_q"], name=f"{name}_q", **attributes
                )
            )
            node.input[0] = f"{name}_q"
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
