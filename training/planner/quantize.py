"""A planner's folder in few bits: both graphs, calibrated on the corpus where activations are.

Knows: the planner's two graphs and which pairs calibrate them. Does not know: how a graph is
rewritten (qdq.py), training, what a variant is worth (models/quantization.py measures it).

    python -m training.planner.quantize --model runs/first/fp32 --out runs/first/int8
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llm_edge.folder import write_manifest
from llm_edge.networks import qdq

#: What a manifest, and with it `engine.quantization`, calls each variant.
NAMES = {
    "int8": "int8-weights-per-channel",
    "w8a8": "int8-weights-and-activations",
    "int4": "int4-weights-in-blocks",
}
#: Pairs that calibrate activations; seeds that neither training nor development uses.
_CALIBRATION, _CALIBRATION_SEED = 48, 950_000_000


def quantize_folder(source: Path, target: Path, variant: str) -> None:
    """A folder of float32 graphs → one in `variant` of qdq.VARIANTS, with a manifest.

    Raises ModelError for another variant.
    """
    encoder, decoder = calibration(source) if variant == "w8a8" else (None, None)
    target.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "plan_vocabulary.json", "tokenizer.json", "README.md", "NOTICE"):
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)
    qdq.quantize_file(source / "encoder.onnx", target / "encoder.onnx", variant, encoder)
    qdq.quantize_file(source / "decoder.onnx", target / "decoder.onnx", variant, decoder)
    write_manifest(target, {"name": target.name, "quantization": NAMES[variant]})


def calibration(source: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(encoder feeds, decoder feeds) of corpus pairs with their own plans."""
    from llm_edge.engines.onnx_any import OnnxEngine
    from llm_edge.tokenization import PlanVocabulary, PromptTokenizer
    from training.corpus import build

    config = json.loads((source / "config.json").read_text())
    vocabulary = PlanVocabulary(tuple(json.loads((source / "plan_vocabulary.json").read_text())))
    tokenizer = PromptTokenizer.from_file(source / "tokenizer.json")
    engine = OnnxEngine(source, config)
    past = np.zeros((engine.shape.layers, 2, 0, engine.shape.kv), np.float32)
    first, second = [], []
    for pair in build.pairs(_CALIBRATION, "train", _CALIBRATION_SEED):
        prompt = tokenizer(pair.command, pair.pending)
        encoder = {
            "ids": prompt.ids[None],
            "types": prompt.types[None],
            "words": prompt.words[None],
        }
        prefix = engine._encoder.run(["prefix"], encoder)[0]  # type: ignore[union-attr]
        ids = [vocabulary.eos, *vocabulary.encode(list(pair.target))]
        first.append(encoder)
        second.append({**decoder_feeds(prefix, ids), "past": past})
    return first, second


def decoder_feeds(prefix: NDArray[np.float32], ids: list[int]) -> dict[str, Any]:
    """Inputs of the decoder's graph for a whole plan at once, but for the cache.

    prefix: [1, T, width], the encoder's outputs; ids: the plan's words, the start included.
    """
    t = prefix.shape[1]
    s = t + len(ids)
    rows = np.concatenate([prefix, np.zeros((1, len(ids), prefix.shape[2]), np.float32)], axis=1)
    mask = np.triu(np.full((s, s), -1e9, np.float32), 1)[None, None]
    tokens = np.asarray([[-1] * t + ids], np.int32)
    return {
        "ids": tokens,
        "prefix": rows,
        "positions": np.arange(s, dtype=np.int32)[None],
        "mask": mask,
    }


def main() -> None:
    """Entry point of `python -m training.planner.quantize`."""
    parser = argparse.ArgumentParser(description="Quantize an exported planner.")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--variant", choices=qdq.VARIANTS, default="int8")
    args = parser.parse_args()
    quantize_folder(args.model, args.out, args.variant)
    for name in ("encoder.onnx", "decoder.onnx"):
        before, after = ((d / name).stat().st_size / 1e6 for d in (args.model, args.out))
        print(f"{name}: {before:.1f} MB → {after:.1f} MB")


if __name__ == "__main__":
    main()
