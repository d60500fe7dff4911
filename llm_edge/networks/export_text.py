"""A Llama-, Qwen2- or Qwen3-family folder → a model folder that engines run.

Knows: ONNX (opset 17, INT32, static caches as inputs, new rows as outputs, an additive mask; one
file for prefill and single tokens), which tokenizer files belong to it, the model card. Does not
know: how weights are read (families.py) or quantized (qdq.py).

    python -m llm_edge.networks.export_text --model path/to/Qwen3-0.6B --out models/qwen3 --quantize int8
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import torch

from llm_edge.folder import write_manifest
from llm_edge.networks.families import DEFAULT_POSITIONS, load_decoder, read_json
from llm_edge.networks.graph import TextGraph
from llm_edge.networks.model import Decoder, DecoderConfig, parameter_count

OPSET = 17
MODEL_TYPE = "llm_edge_text"
INPUTS = ["ids", "positions", "mask", "past", "wanted"]
OUTPUTS = ["logits", "rows"]
_TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "chat_template.json",
    "special_tokens_map.json",
    "LICENSE",
    "NOTICE",
)


def export_decoder(decoder: Decoder, path: Path) -> None:
    """Writes the float32 graph; weights beyond 2 GB go into files beside it."""
    c = decoder.config
    s, cache = 3, 8
    kv = c.num_key_value_heads * c.head_dim
    args = (
        torch.zeros(1, s, dtype=torch.int32),
        torch.arange(s, dtype=torch.int32)[None],
        torch.zeros(1, 1, s, cache + s),
        torch.zeros(c.num_hidden_layers, 2, cache, kv),
        torch.tensor([s - 1], dtype=torch.int32),
    )
    axes = {
        "ids": {1: "S"},
        "positions": {1: "S"},
        "mask": {2: "S", 3: "C_plus_S"},
        "past": {2: "C"},
        "wanted": {0: "N"},
        "logits": {0: "N"},
        "rows": {2: "S"},
    }
    with torch.no_grad():
        torch.onnx.export(
            TextGraph(decoder).eval(),
            args,
            str(path),
            input_names=INPUTS,
            output_names=OUTPUTS,
            dynamic_axes=axes,
            opset_version=OPSET,
            do_constant_folding=True,
            dynamo=False,
        )


def ends(folder: Path, config: dict[str, Any]) -> list[int]:
    """Ids that end an answer: of generation_config.json where there is one, else of config.json."""
    path = folder / "generation_config.json"
    found = (read_json(path) if path.is_file() else {}).get(
        "eos_token_id", config.get("eos_token_id")
    )
    if found is None:
        return []
    return [int(i) for i in found] if isinstance(found, list) else [int(found)]


def text_config(c: DecoderConfig, family: str, eos: list[int]) -> dict[str, Any]:
    """config.json of an exported checkpoint: the decoder's numbers and the ids that end an answer."""
    return {
        "model_type": MODEL_TYPE,
        "family": family,
        "decoder": c.to_dict(),
        "eos_token_ids": eos,
    }


def card(name: str, family: str, c: DecoderConfig, parameters: int, quantization: str) -> str:
    """The model card (README.md) of an exported checkpoint."""
    return (
        f"# {name}\n\nA {family} checkpoint exported by `python -m llm_edge.networks.export_text`.\n\n"
        f"| | |\n|---|---|\n| parameters | {parameters / 1e6:.1f} M |\n"
        f"| layers, width | {c.num_hidden_layers}, {c.hidden_size} |\n"
        f"| longest context | {c.max_position_embeddings} |\n| quantization | {quantization} |\n\n"
        "Origin, licence, training data and known weaknesses are those of the checkpoint it was "
        "made from: see its own card.\n"
    )


def export_folder(
    source: Path,
    out: Path,
    max_positions: int = DEFAULT_POSITIONS,
    quantization: str = "none",
    name: str = "",
    notice: str = "",
) -> None:
    """The whole way. quantization: a name of qdq.VARIANTS or "none". name: the folder's without
    one. notice: written to NOTICE. Raises ModelError."""
    from llm_edge.networks import qdq

    config = read_json(source / "config.json")
    decoder = load_decoder(source, max_positions)
    out.mkdir(parents=True, exist_ok=True)
    export_decoder(decoder, out / "decoder.onnx")
    if quantization != "none":
        qdq.quantize_file(out / "decoder.onnx", out / "decoder.onnx", quantization)
    content = text_config(decoder.config, config["model_type"], ends(source, config))
    (out / "config.json").write_text(json.dumps(content, indent=1) + "\n")
    for file in _TOKENIZER_FILES:
        if (source / file).is_file():
            shutil.copyfile(source / file, out / file)
    if notice:
        (out / "NOTICE").write_text(notice, encoding="utf-8")
    name = name or out.name
    count = parameter_count(decoder)
    (out / "README.md").write_text(
        card(name, config["model_type"], decoder.config, count, quantization)
    )
    write_manifest(out, {"name": name, "quantization": quantization, "parameters": count})


def main() -> None:
    """Entry point of `python -m llm_edge.networks.export_text`."""
    parser = argparse.ArgumentParser(description="Export a Llama, Qwen2 or Qwen3 folder to ONNX.")
    parser.add_argument("--model", type=Path, required=True, help="Hugging Face folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--positions", type=int, default=DEFAULT_POSITIONS, help="longest context")
    parser.add_argument("--quantize", default="int8", choices=["none", "int8", "int4"])
    args = parser.parse_args()
    export_folder(args.model, args.out, args.positions, args.quantize)
    print(f"wrote {args.out}")


if __name__ == "__main__":
    main()
