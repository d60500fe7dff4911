"""Small ONNX networks with cards, for what runs networks of others."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper

_FLOAT = TensorProto.FLOAT


def saying(folder: Path, outputs: Mapping[str, Any], shape: Sequence[Any] = (1, 3, 64, 64)) -> Path:
    """A network that says the same of every picture: the outputs as they are."""
    nodes, out = [], []
    for name, values in outputs.items():
        tensor = numpy_helper.from_array(np.asarray(values), name)
        nodes.append(helper.make_node("Constant", [], [name], value=tensor))
        out.append(helper.make_tensor_value_info(name, tensor.data_type, np.shape(values)))
    return _saved(folder, nodes, shape, out)


def mean_color(folder: Path, shape: Sequence[Any] = (1, 3, 32, 32)) -> Path:
    """An embedder: a crop's mean of each channel, [1, 3]."""
    node = helper.make_node("ReduceMean", ["images"], ["vectors"], axes=[2, 3], keepdims=0)
    out = helper.make_tensor_value_info("vectors", _FLOAT, [1, 3])
    return _saved(folder, [node], shape, [out])


def brighter_than(folder: Path, value: float, shape: Sequence[Any] = (1, 3, 48, 64)) -> Path:
    """A segmenter: 1 where a pixel's first channel is above a value, else 0, int32 [1, rows, cols]."""
    bound = numpy_helper.from_array(np.array(value, np.float32), "bound")
    first = numpy_helper.from_array(np.array([0], np.int64), "first")
    nodes = [
        helper.make_node("Gather", ["images", "first"], ["channel"], axis=1),
        helper.make_node("Greater", ["channel", "bound"], ["above"]),
        helper.make_node("Cast", ["above"], ["whole"], to=TensorProto.INT32),
        helper.make_node("Squeeze", ["whole", "axis"], ["labels"]),
    ]
    axis = numpy_helper.from_array(np.array([1], np.int64), "axis")
    out = helper.make_tensor_value_info("labels", TensorProto.INT32, [1, *shape[2:]])
    return _saved(folder, nodes, shape, [out], [bound, first, axis])


def _saved(
    folder: Path,
    nodes: list[Any],
    shape: Sequence[Any],
    outputs: list[Any],
    constants: Sequence[Any] = (),
) -> Path:
    images = helper.make_tensor_value_info("images", _FLOAT, list(shape))
    graph = helper.make_graph(nodes, "small", [images], outputs, list(constants))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 9
    path = folder / "network.onnx"
    onnx.save(model, path)
    return path


def card(path: Path, task: str, /, **fields: Any) -> Path:
    """A card beside a network. fields: over the usual ones; None leaves one out."""
    values = {
        "task": task,
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "licence": "none",
        **fields,
    }
    there = {key: value for key, value in values.items() if value is not None}
    file = path.with_name("card.yaml")
    file.write_text(yaml.safe_dump(there), "utf-8")
    return file
