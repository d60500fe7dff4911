"""The portable decoder graph rewritten with ONNX Runtime's own fused operators, for its CPU only.

Knows: our exported graphs (export.py, export_text.py, quantized or not) and the operators of
com.microsoft that do the work of many: GroupQueryAttention (rotation, cache and attention in one,
the cache written in place), SkipSimplifiedLayerNormalization, QuickGelu. About ten operators a
layer are left of fifty, which is what counts for models of a few million weights. Does not know:
sessions, files. The shipped graph stays the portable one; what is made here is a cache of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import ModelError

#: Changes here make other files: part of the cache's key.
REVISION = 2
_MS = "com.microsoft"


def past_names(layers: int) -> list[str]:
    """Cache inputs, keys and values of each layer; outputs have "new_" in front."""
    return [f"{kind}_{i}" for i in range(layers) for kind in ("key", "value")]


def fuse(model: Any, decoder: dict[str, Any]) -> Any:
    """A new onnx.ModelProto. decoder: that part of config.json.

    Inputs: what the portable graph reads its first hidden state from (ids int32 [1, S]; a planner's
    prefix float32 [1, S, H]), wanted int32 [N], seqlens int32 [1] and total int32 scalar (positions
    after this pass less one, and positions), key_i and value_i float32 [1, heads, C, D].
    Outputs: logits float32 [1, N, V], new_key_i, new_value_i (to be bound to the same memory).
    Raises ModelError for a graph that is not as expected.
    """
    return _Fuser(model, decoder).run()


class _Fuser:
    """Finds the weights in the portable graph and puts them between fused operators."""

    def __init__(self, model: Any, decoder: dict[str, Any]):
        from onnx import helper, numpy_helper

        self.helper, self.numpy = helper, numpy_helper
        self.model, self.c = model, decoder
        self.layers, self.d = int(decoder["num_hidden_layers"]), int(decoder["head_dim"])
        self.hq, self.hk = int(decoder["num_attention_heads"]), int(decoder["num_key_value_heads"])
        self.eps = float(decoder["rms_norm_eps"])
        self.tensors = {t.name: t for t in model.graph.initializer}
        for node in model.graph.node:
            if node.op_type == "Constant":
                self.tensors[node.output[0]] = node.attribute[0].t
            elif node.op_type == "Identity" and node.input[0] in self.tensors:
                # equal constants are exported once
                self.tensors[node.output[0]] = self.tensors[node.input[0]]
        self.makers = {o: n for n in model.graph.node for o in n.output}
        self.users: dict[str, list[Any]] = {}
        for node in model.graph.node:
            for name in node.input:
                self.users.setdefault(name, []).append(node)
        self.nodes: list[Any] = []
        self.kept: dict[str, Any] = {}

    # --- what the portable graph holds --------------------------------------------------------

    def _value(self, name: str) -> NDArray[Any]:
        return self.numpy.to_array(self.tensors[name])

    def _linears(self) -> list[Any]:
        """MatMul nodes with constant weights, in order: qkv, o, gate and up, down of each layer, head."""
        found = []
        for node in self.model.graph.node:
            if node.op_type != "MatMul":
                continue
            weight = self.makers.get(node.input[1])
            if node.input[1] in self.tensors or (
                weight is not None
                and weight.op_type == "DequantizeLinear"
                and weight.input[0] in self.tensors
            ):
                source = self.makers.get(node.input[0])
                if source is not None and source.op_type == "DequantizeLinear":
                    raise ModelError("expected weights alone in few bits, got activations too")
                found.append(node)
        if len(found) != 4 * self.layers + 1:
            raise ModelError(f"expected {4 * self.layers + 1} matrices, got {len(found)}")
        return found

    def _norms(self) -> list[Any]:
        """Mul nodes that end an RMSNorm, in order."""
        each = 4 if self.c.get("qk_norm") else 2
        found = [
            node
            for node in self.model.graph.node
            if node.op_type == "Mul"
            and node.input[1] in self.tensors
            and len(self.tensors[node.input[1]].dims) == 1
            and getattr(self.makers.get(node.input[0]), "op_type", "") == "Div"
        ]
        if len(found) != each * self.layers + 1:
            raise ModelError(f"expected {each * self.layers + 1} norms, got {len(found)}")
        return found

    def _rope(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """cos and sin [positions, D / 2]."""
        tables = [
            self._value(n.input[0])
            for n in self.model.graph.node
            if n.op_type == "Gather"
            and n.input[0] in self.tensors
            and n.input[1] not in self.tensors
            and len(self.tensors[n.input[0]].dims) == 2
            and self.tensors[n.input[0]].dims[1] == self.d
            and self.tensors[n.input[0]].data_type == 1
        ]
        half = self.d // 2
        tables = [t for t in tables if np.allclose(np.abs(t[:, :half]), np.abs(t[:, half:]))]
        if len(tables) != 2 or np.any(tables[1][0]):
            raise ModelError(f"expected two tables of rotations, got {len(tables)}")
        return np.ascontiguousarray(tables[0][:, half:]), np.ascontiguousarray(tables[1][:, half:])

    # --- the new graph ------------------------------------------------------------------------

    def _keep(self, name: str) -> str:
        """An initializer that goes over as it is."""
        if name not in self.kept:
            tensor = self.tensors[name]
            if tensor.name != name:
                copy = type(tensor)()
                copy.CopyFrom(tensor)
                copy.name, tensor = name, copy
            self.kept[name] = tensor
        return name

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self.kept[name] = self.numpy.from_array(values, name)
        return name

    def _node(
        self, op: str, inputs: list[str], outputs: list[str], domain: str = "", **a: Any
    ) -> str:
        self.nodes.append(
            self.helper.make_node(op, inputs, outputs, name=outputs[0], domain=domain, **a)
        )
        return outputs[0]

    def _ancestors(self, name: str, inputs: set[str]) -> None:
        """Copies everything that `name` is computed from."""
        if name in self.tensors:
            self._keep(name)
        elif name in {i.name for i in self.model.graph.input}:
            inputs.add(name)
        elif name and all(name not in n.output for n in self.nodes):
            node = self.makers[name]
            for source in node.input:
                self._ancestors(source, inputs)
            self.nodes.append(node)

    def _linear(self, node: Any, x: str, out: str) -> str:
        """x times the node's matrix, plus its bias where it has one."""
        weight = self.makers.get(node.input[1])
        if weight is not None and weight.op_type == "DequantizeLinear":
            for name in weight.input:
                self._keep(name)
            self.nodes.append(weight)
        else:
            self._keep(node.input[1])
        bias = [
            name
            for user in self.users.get(node.output[0], [])
            if user.op_type == "Add"
            for name in user.input
            if name in self.tensors and len(self.tensors[name].dims) == 1
        ]
        if not bias:
            return self._node("MatMul", [x, node.input[1]], [out])
        self._node("MatMul", [x, node.input[1]], [f"{out}_unbiased"])
        return self._node("Add", [f"{out}_unbiased", self._keep(bias[0])], [out])

    def _skip_norm(self, x: str, residual: str, norm: Any, out: str) -> str:
        """x + residual, kept as out_sum, and its norm."""
        return self._node(
            "SkipSimplifiedLayerNormalization",
            [x, residual, self._keep(norm.input[1])],
            [out, "", "", f"{out}_sum"],
            _MS,
            epsilon=self.eps,
        )

    def _norm(self, x: str, norm: Any, out: str) -> str:
        return self._node(
            "SimplifiedLayerNormalization",
            [x, self._keep(norm.input[1])],
            [out],
            axis=-1,
            epsilon=self.eps,
            stash_type=1,
        )

    def _head_norm(self, x: str, norm: Any, heads: int, out: str) -> str:
        """A norm over each head of x [1, S, heads * D]."""
        apart = self._constant(f"{out}_apart", np.array([1, -1, heads, self.d], np.int64))
        together = self._constant(f"{out}_together", np.array([1, -1, heads * self.d], np.int64))
        self._node("Reshape", [x, apart], [f"{out}_heads"])
        self._norm(f"{out}_heads", norm, f"{out}_normed")
        return self._node("Reshape", [f"{out}_normed", together], [out])

    def _attention(self, i: int, qkv: str, norms: list[Any]) -> str:
        q, k, v = qkv, "", ""
        if norms:
            sizes = np.array([self.hq * self.d, self.hk * self.d, self.hk * self.d], np.int64)
            split = [f"q_{i}", f"k_{i}", f"v_{i}"]
            self._node("Split", [qkv, self._constant(f"split_{i}", sizes)], split, axis=2)
            q = self._head_norm(split[0], norms[0], self.hq, f"qn_{i}")
            k, v = self._head_norm(split[1], norms[1], self.hk, f"kn_{i}"), split[2]
        past = [f"key_{i}", f"value_{i}"]
        return self._node(
            "GroupQueryAttention",
            [q, k, v, *past, "seqlens", "total", "cos", "sin"],
            [f"attention_{i}", *(f"new_{p}" for p in past)],
            _MS,
            num_heads=self.hq,
            kv_num_heads=self.hk,
            # the attention's scale is in the weights or in the norm of q
            scale=1.0,
            do_rotary=1,
            rotary_interleaved=0,
        )

    def _layer(
        self, i: int, x: str, n: str, linears: list[Any], norms: list[Any], after: Any
    ) -> str:
        """x: what flows past the layer; n: its norm. Returns the norm after the layer."""
        qkv = self._linear(linears[0], n, f"qkv_{i}")
        attention = self._attention(i, qkv, norms[1:-1])
        o = self._linear(linears[1], attention, f"o_{i}")
        n = self._skip_norm(o, x, norms[-1], f"mid_{i}")
        both = self._linear(linears[2], n, f"both_{i}")
        self._node("Split", [both], [f"gate_{i}", f"up_{i}"], axis=2, num_outputs=2) if (
            self._opset() >= 18
        ) else self._node("Split", [both], [f"gate_{i}", f"up_{i}"], axis=2)
        self._node("QuickGelu", [f"gate_{i}"], [f"silu_{i}"], _MS, alpha=1.0)
        self._node("Mul", [f"silu_{i}", f"up_{i}"], [f"gated_{i}"])
        down = self._linear(linears[3], f"gated_{i}", f"down_{i}")
        return self._skip_norm(down, f"mid_{i}_sum", after, f"end_{i}")

    def _opset(self) -> int:
        return next(o.version for o in self.model.opset_import if o.domain in ("", "ai.onnx"))

    def run(self) -> Any:
        linears, norms = self._linears(), self._norms()
        each = (len(norms) - 1) // self.layers
        cos, sin = self._rope()
        self._constant("cos", cos)
        self._constant("sin", sin)
        inputs: set[str] = set()
        x = self.makers[norms[0].input[0]].input[0]
        self._ancestors(x, inputs)
        if not inputs <= {"ids", "prefix"}:
            raise ModelError(f"expected embeddings of ids and prefix, got of {sorted(inputs)}")
        n = self._norm(x, norms[0], "begin")
        for i in range(self.layers):
            own = norms[i * each : (i + 1) * each]
            n = self._layer(i, x, n, linears[4 * i : 4 * i + 4], own, norms[(i + 1) * each])
            x = f"{n}_sum"
        self._node("Gather", [n, "wanted"], ["last"], axis=1)
        self._linear(linears[-1], "last", "logits")
        return self._model(sorted(inputs))

    def _model(self, first: list[str]) -> Any:
        info, floats, ints = self.helper.make_tensor_value_info, 1, 6
        shapes: dict[str, tuple[int, list[Any]]] = {
            "ids": (ints, [1, "S"]),
            "prefix": (floats, [1, "S", int(self.c["hidden_size"])]),
        }
        cache = [1, self.hk, "C", self.d]
        inputs = [info(n, *shapes[n]) for n in first]
        inputs += [info("wanted", ints, ["N"]), info("seqlens", ints, [1]), info("total", ints, [])]
        past = past_names(self.layers)
        inputs += [info(p, floats, cache) for p in past]
        outputs = [info("logits", floats, [1, "N", int(self.c["vocab_size"])])]
        outputs += [info(f"new_{p}", floats, cache) for p in past]
        graph = self.helper.make_graph(
            self.nodes, "decoder on CPU", inputs, outputs, list(self.kept.values())
        )
        opsets = [
            self.helper.make_opsetid("", self._opset()),
            self.helper.make_opsetid(_MS, 1),
        ]
        made = self.helper.make_model(graph, opset_imports=opsets)
        made.ir_version = self.model.ir_version
        return made
