"""INT8 for the exported graphs, in standard ONNX operators.

Knows: which weights are made small and how. Does not know: training, engines.

Matrices become INT8 per output channel with dynamic INT8 activations (DynamicQuantizeLinear and
MatMulInteger); embedding tables become INT8 rows with one scale each, looked up before they are
scaled, so that a table never exists in float.

    python -m llm_edge.quantize --model runs/first/fp32 --out runs/first/int8
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from llm_edge.folder import write_manifest

#: Tables smaller than this stay float.
_SMALL = 200_000


def quantize_tables(path: Path) -> None:
    """Large Gather tables of a graph → INT8 rows and a scale per row, in place."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(str(path))
    graph = model.graph
    tables = {
        t.name: t for t in graph.initializer if len(t.dims) == 2 and int(np.prod(t.dims)) >= _SMALL
    }
    users: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    nodes = list(graph.node)
    for name, tensor in tables.items():
        if any(n.op_type != "Gather" or n.input[0] != name for n in users.get(name, ())):
            continue
        rows = numpy_helper.to_array(tensor)
        scale = np.maximum(np.abs(rows).max(axis=1, keepdims=True) / 127.0, 1e-8).astype(np.float32)
        small = np.clip(np.round(rows / scale), -127, 127).astype(np.int8)
        graph.initializer.remove(tensor)
        graph.initializer.extend(
            [
                numpy_helper.from_array(small, f"{name}_int8"),
                numpy_helper.from_array(scale, f"{name}_scale"),
            ]
        )
        for node in users[name]:
            out, index = node.output[0], node.input[1]
            new = [
                helper.make_node("Gather", [f"{name}_int8", index], [f"{out}_int8"], axis=0),
                helper.make_node(
                    "Cast", [f"{out}_int8"], [f"{out}_float"], to=onnx.TensorProto.FLOAT
                ),
                helper.make_node("Gather", [f"{name}_scale", index], [f"{out}_rowscale"], axis=0),
                helper.make_node("Mul", [f"{out}_float", f"{out}_rowscale"], [out]),
            ]
            at = nodes.index(node)
            nodes[at : at + 1] = new
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def quantize_graph(source: Path, target: Path, keep_float: tuple[str, ...] = ()) -> None:
    """MatMuls with constant weights → INT8; then the tables."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        str(source),
        str(target),
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul"],
        nodes_to_exclude=list(keep_float),
        extra_options={"MatMulConstBOnly": True},
    )
    quantize_tables(target)


def quantize_weights(source: Path, target: Path) -> None:
    """MatMul weights → INT8 per output channel with DequantizeLinear; activations stay float."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(str(source))
    graph = model.graph
    weights = {t.name: t for t in graph.initializer}
    done: dict[str, str] = {}
    nodes = []
    for node in graph.node:
        name = node.input[1] if node.op_type == "MatMul" else ""
        if name in weights and len(weights[name].dims) == 2:
            if name not in done:
                w = numpy_helper.to_array(weights[name])
                scale = np.maximum(np.abs(w).max(axis=0) / 127.0, 1e-8).astype(np.float32)
                small = np.clip(np.round(w / scale), -127, 127).astype(np.int8)
                graph.initializer.extend(
                    [
                        numpy_helper.from_array(small, f"{name}_int8"),
                        numpy_helper.from_array(scale, f"{name}_scale"),
                        numpy_helper.from_array(np.zeros(len(scale), np.int8), f"{name}_zero"),
                    ]
                )
                done[name] = f"{name}_dequantized"
                nodes.append(
                    helper.make_node(
                        "DequantizeLinear",
                        [f"{name}_int8", f"{name}_scale", f"{name}_zero"],
                        [done[name]],
                        axis=1,
                    )
                )
            node.input[1] = done[name]
        nodes.append(node)
    still_used = {i for n in nodes for i in n.input}
    keep = [t for t in graph.initializer if t.name in still_used]
    del graph.initializer[:]
    graph.initializer.extend(keep)
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, str(target))
    quantize_tables(target)


def main() -> None:
    parser = argparse.ArgumentParser(description="Quantize an exported model folder to INT8.")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--method",
        choices=["dynamic", "weights"],
        default="dynamic",
        help="INT8 activations too, or weights only",
    )
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "plan_vocabulary.json", "tokenizer.json", "README.md", "NOTICE"):
        if (args.model / name).exists():
            shutil.copyfile(args.model / name, args.out / name)
    for name in ("encoder.onnx", "decoder.onnx"):
        (quantize_graph if args.method == "dynamic" else quantize_weights)(
            args.model / name, args.out / name
        )
        before, after = ((d / name).stat().st_size / 1e6 for d in (args.model, args.out))
        print(f"{name}: {before:.1f} MB → {after:.1f} MB")
    write_manifest(
        args.out,
        {
            "name": args.out.name,
            "quantization": "int8-dynamic-per-channel"
            if args.method == "dynamic"
            else "int8-weights-per-channel",
        },
    )


if __name__ == "__main__":
    main()
