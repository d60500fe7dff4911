"""From a training checkpoint to files that engines run.

Knows: ONNX (opset 17, INT32 inputs, static caches as inputs, only new rows as outputs, an additive
mask) and the layout of a model folder. Does not know: quantization (quantize.py).

    python -m training.planner.export --checkpoint runs/first/last.ckpt --out runs/first/fp32
"""

from __future__ import annotations

import argparse
import copy
import json
import shutil
from pathlib import Path

import torch
from torch import Tensor, nn

from llm_edge.folder import write_manifest
from llm_edge.networks.graph import DecoderBody
from llm_edge.networks.model import DecoderConfig, EncoderConfig, Planner
from llm_edge.tokenization import PlanVocabulary

OPSET = 17


class PlainLayerNorm(nn.Module):
    """LayerNorm in plain operators (TensorRT 8.5 has none); ONNX Runtime fuses them again."""

    def __init__(self, norm: nn.LayerNorm):
        super().__init__()
        self.weight, self.bias, self.eps = norm.weight, norm.bias, norm.eps

    def forward(self, x: Tensor) -> Tensor:
        """x [..., width]; written out in plain operators, which every engine has."""
        x = x - x.mean(-1, keepdim=True)
        return x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight + self.bias


class EncoderGraph(nn.Module):
    """ids, types, words int32 [1, T] → prefix float32 [1, T, H]."""

    def __init__(self, planner: Planner):
        super().__init__()
        self.planner = copy.deepcopy(planner)
        for module in list(self.planner.encoder.modules()):
            for name, child in module.named_children():
                if isinstance(child, nn.LayerNorm):
                    setattr(module, name, PlainLayerNorm(child))

    def forward(self, ids: Tensor, types: Tensor, words: Tensor) -> Tensor:
        """ids, types, words [1, T]: the prefix [1, T, hidden] that the decoder begins with."""
        return self.planner.prefix(ids, types, words)


class DecoderGraph(nn.Module):
    """One graph for prefill and for single tokens.

    ids int32 [1, S] (-1: take the prefix's row instead), prefix float32 [1, S, H], positions int32
    [1, S], mask float32 [1, 1, S, C + S] (added to the scores), past float32 [L, 2, C, kv]
    → logits float32 [S, V], rows float32 [L, 2, S, kv]: what the runtime copies into its cache.
    """

    def __init__(self, planner: Planner):
        super().__init__()
        self.decoder = planner.decoder
        self.body = DecoderBody(planner.decoder)

    def forward(
        self, ids: Tensor, prefix: Tensor, positions: Tensor, mask: Tensor, past: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Logits of the last tokens and the new cache rows; ids below 0 take their prefix row."""
        real = ids >= 0
        own = real.unsqueeze(-1).to(prefix.dtype)
        # not clamp: TensorRT has no Clip for INT32
        x = self.decoder.model.embed_tokens(ids * real.to(ids.dtype)) * own + prefix * (1.0 - own)
        hidden, rows = self.body(x, positions, mask, past)
        return self.decoder.logits(hidden[0]), rows


def load_checkpoint(path: Path) -> tuple[Planner, PlanVocabulary]:
    """The planner and its vocabulary from a checkpoint, on the CPU."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    vocabulary = PlanVocabulary(tuple(state["words"]))
    encoder, decoder = EncoderConfig(**state.get("encoder", {})), DecoderConfig(**state["decoder"])
    model = Planner(encoder, decoder, vocabulary.first_pointer)
    # the running average of the weights is better than the last ones
    model.load_state_dict(state.get("average", state["model"]))
    return model.eval(), vocabulary


def export_onnx(model: Planner, folder: Path) -> None:
    """Writes encoder.onnx and decoder.onnx (float32)."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = torch.ones(1, 7, dtype=torch.int32)
    _export(
        EncoderGraph(model),
        (ids, torch.zeros_like(ids), torch.zeros_like(ids)),
        folder / "encoder.onnx",
        ["ids", "types", "words"],
        ["prefix"],
        {k: {1: "T"} for k in ("ids", "types", "words", "prefix")},
    )
    export_decoder(model, folder)


def export_decoder(model: Planner, folder: Path) -> None:
    """Writes decoder.onnx alone (float32), for a planner whose encoder stayed as it is."""
    c = model.decoder.config
    s, cache = 3, 8
    kv = c.num_key_value_heads * c.head_dim
    args = (
        torch.tensor([[-1, 0, 1]], dtype=torch.int32),
        torch.zeros(1, s, c.hidden_size),
        torch.arange(s, dtype=torch.int32)[None],
        torch.zeros(1, 1, s, cache + s),
        torch.zeros(c.num_hidden_layers, 2, cache, kv),
    )
    axes = {
        "ids": {1: "S"},
        "prefix": {1: "S"},
        "positions": {1: "S"},
        "mask": {2: "S", 3: "C_plus_S"},
        "past": {2: "C"},
        "logits": {0: "S"},
        "rows": {2: "S"},
    }
    _export(
        DecoderGraph(model),
        args,
        folder / "decoder.onnx",
        ["ids", "prefix", "positions", "mask", "past"],
        ["logits", "rows"],
        axes,
    )


def _export(
    graph: nn.Module,
    args: tuple[Tensor, ...],
    path: Path,
    inputs: list[str],
    outputs: list[str],
    axes: dict[str, dict[int, str]],
) -> None:
    torch.onnx.export(
        graph.eval(),
        args,
        str(path),
        input_names=inputs,
        output_names=outputs,
        dynamic_axes=axes,
        opset_version=OPSET,
        do_constant_folding=True,
        dynamo=False,
    )


def write_configs(
    model: Planner, vocabulary: PlanVocabulary, folder: Path, tokenizer: Path
) -> None:
    """config.json, plan_vocabulary.json and tokenizer.json."""
    encoder = {k: getattr(model.encoder.config, k) for k in EncoderConfig.__dataclass_fields__}
    config = {
        "model_type": "llm_edge_planner",
        "architectures": ["Planner"],
        "decoder": model.decoder.config.to_dict(),
        "encoder": encoder,
        "first_pointer": vocabulary.first_pointer,
        "eos_token_id": vocabulary.eos,
        "reads_situation": True,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    (folder / "plan_vocabulary.json").write_text(json.dumps(list(vocabulary.words[1:])) + "\n")
    shutil.copyfile(tokenizer, folder / "tokenizer.json")


def main() -> None:
    """Entry point of `python -m training.planner.export`."""
    from training.planner.train import minilm_folder

    parser = argparse.ArgumentParser(description="Export a checkpoint to ONNX, float32.")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, help="of another encoder (tokenizer.json)")
    args = parser.parse_args()
    model, vocabulary = load_checkpoint(args.checkpoint)
    export_onnx(model, args.out)
    tokenizer = args.tokenizer or minilm_folder() / "tokenizer.json"
    write_configs(model, vocabulary, args.out, tokenizer)
    write_manifest(args.out, {"name": args.out.name, "quantization": "float32"})
    print(f"wrote {args.out}")


if __name__ == "__main__":
    main()
