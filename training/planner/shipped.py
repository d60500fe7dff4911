"""A shipped planner's weights as a checkpoint that training goes on from.

Knows: the order in which export.py writes the matrices of both graphs, and how qdq.py stores them.
Does not know: training. Checkpoints stay out of git; the model in the repository is what a fresh
machine begins from.

    python -m training.planner.train --warm-start planner-v6 ...

Matrices come back rounded, as they are shipped; the optimiser's state is lost.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

from llm_edge import folder
from llm_edge.networks.model import DecoderConfig
from llm_edge.tokenization import EOS
from llmagentos.errors import ModelError

_ENCODER_LAYER = ("query", "key", "value", "out", "intermediate", "output")


def checkpoint(name: str) -> dict[str, Any]:
    """ "model", "words" (without the end word) and "decoder" (its settings) of a model's folder.

    Raises ModelNotFoundError, or ModelError for graphs that export.py has not written.
    """
    path = folder.find(name)
    config = json.loads((path / "config.json").read_text())
    words = json.loads((path / "plan_vocabulary.json").read_text())
    settings = DecoderConfig(**config["decoder"])
    encoder, first = _tables(path / "encoder.onnx")
    decoder, second = _tables(path / "decoder.onnx")
    weights = {k.removeprefix("planner."): v for k, v in encoder.items()}
    layers = int(config["encoder"]["num_hidden_layers"])
    names = [f"encoder.layer.{i}.{part}" for i in range(layers) for part in _ENCODER_LAYER]
    weights |= _matrices([*names, "project"], first, path / "encoder.onnx")
    weights |= _decoder(decoder, second, settings, path / "decoder.onnx")
    table = weights["decoder.model.embed_tokens.weight"]
    if len(table) != len(words) + 1:
        raise ModelError(f"expected a row for {EOS} and {len(words)} words, got {len(table)}")
    weights["decoder.lm_head.weight"] = table
    return {"model": weights, "words": words, "decoder": config["decoder"]}


def _tables(path: Path) -> tuple[dict[str, Tensor], list[Tensor]]:
    """(named tables and biases, matrices [out, in] in the graph's order), as float32."""
    held = {i.name: numpy_helper.to_array(i) for i in onnx.load(str(path)).graph.initializer}
    named: dict[str, Tensor] = {}
    matrices: list[Tensor] = []
    for name, value in held.items():
        if name.endswith("_rows8"):
            factor = held[name.removesuffix("_rows8") + "_factor"]
            named[name.removesuffix("_rows8")] = _tensor(value.astype(np.float32) * factor)
        elif name.endswith("_int8"):
            scale = held[name.removesuffix("_int8") + "_scale"]
            matrices.append(_tensor((value.astype(np.float32) * scale).T))
        elif value.dtype == np.float32 and value.ndim and not name.endswith(("_factor", "_scale")):
            named[name] = _tensor(value)
    return named, matrices


def _tensor(value: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(value, dtype=np.float32))


def _matrices(names: list[str], found: list[Tensor], path: Path) -> dict[str, Tensor]:
    if len(names) != len(found):
        raise ModelError(f"expected {len(names)} INT8 matrices in {path}, got {len(found)}")
    return {f"{n}.weight": m for n, m in zip(names, found, strict=True)}


def _decoder(
    named: dict[str, Tensor], found: list[Tensor], c: DecoderConfig, path: Path
) -> dict[str, Tensor]:
    """The decoder's own names: merged matrices cut, the attention's scale taken out again."""
    # the last matrix is the output, which is the embedding again
    expected = 4 * c.num_hidden_layers + 1
    if len(found) != expected:
        raise ModelError(f"expected {expected} INT8 matrices in {path}, got {len(found)}")
    q, kv = c.num_attention_heads * c.head_dim, c.num_key_value_heads * c.head_dim
    out = {"decoder.model.embed_tokens.weight": named["decoder.model.embed_tokens.weight"]}
    out["decoder.model.norm.weight"] = named["body.norm.weight"]
    for i in range(c.num_hidden_layers):
        at = f"decoder.model.layers.{i}."
        qkv, o, gate_up, down = found[4 * i : 4 * i + 4]
        queries, keys, values = qkv.split([q, kv, kv])
        gate, up = gate_up.split(c.intermediate_size)
        out |= {
            f"{at}self_attn.q_proj.weight": queries * c.head_dim**0.5,
            f"{at}self_attn.k_proj.weight": keys,
            f"{at}self_attn.v_proj.weight": values,
            f"{at}self_attn.o_proj.weight": o,
            f"{at}mlp.gate_proj.weight": gate,
            f"{at}mlp.up_proj.weight": up,
            f"{at}mlp.down_proj.weight": down,
            f"{at}input_layernorm.weight": named[f"body.layers.{i}.norm1.weight"],
            f"{at}post_attention_layernorm.weight": named[f"body.layers.{i}.norm2.weight"],
        }
    return out
