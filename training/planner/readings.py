"""What the encoder makes of each prompt, kept beside the shards, so that a decoder can be trained alone.

    python -m training.planner.readings --model planner-v6 --shards runs/shards

Knows: files of readings, and how a batch gets its own. Does not know: how a decoder learns (train_decoder.py).

With an encoder that stays as it is most of a step's work is the same each time; kept, a step takes
about a sixth. One file a shard: float16 [sum of prompt lengths, width], in the order of
`data.Examples.prompt_at`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from llm_edge.networks.model import Encoder, EncoderConfig, additive
from llm_edge.tokenization import PlanVocabulary, PromptTokenizer
from training.planner import data
from training.planner.shipped import checkpoint
from training.planner.train import minilm_folder

#: Prompts of so many positions together, padding included, are read at once.
TOKENS = 4096
Readings = NDArray[np.float16]


def path_of(shard: Path) -> Path:
    """Where a shard's readings are."""
    return shard.with_suffix(".readings.npy")


@torch.no_grad()
def read(encoder: Encoder, ex: data.Examples) -> Readings:
    """The encoder's output for every prompt, float16 [prompt_at[-1], width]."""
    width = encoder.config.hidden_size
    out = np.zeros((int(ex.prompt_at[-1]), width), np.float16)
    lengths = np.diff(ex.prompt_at)
    order = np.argsort(lengths, kind="stable")
    at = 0
    while at < len(order):
        end = at + max(1, TOKENS // int(lengths[order[min(at + 8, len(order) - 1)]]))
        index = order[at:end]
        longest = int(lengths[index].max())
        ids = np.zeros((len(index), longest), np.int64)
        types = np.zeros_like(ids)
        for row, i in enumerate(index):
            part = slice(ex.prompt_at[i], ex.prompt_at[i + 1])
            ids[row, : lengths[i]], types[row, : lengths[i]] = ex.ids[part], ex.types[part]
        seen = torch.from_numpy(np.arange(longest)[None] < lengths[index][:, None])
        mask = additive(seen)[:, None, None, :]
        hidden = encoder(torch.from_numpy(ids), torch.from_numpy(types), mask).float().numpy()
        for row, i in enumerate(index):
            out[ex.prompt_at[i] : ex.prompt_at[i + 1]] = hidden[row, : lengths[i]]
        at = end
    return out


def of_batch(readings: Readings, ex: data.Examples, b: data.Batch) -> Tensor:
    """The readings of a batch's prompts, [B, T, width], zero where padded."""
    out = np.zeros((*b.ids.shape, readings.shape[1]), np.float16)
    for row, i in enumerate(b.index):
        out[row, : b.lengths[row]] = readings[ex.prompt_at[i] : ex.prompt_at[i + 1]]
    return torch.from_numpy(out)


def encoder_of(model: str) -> Encoder:
    """A shipped model's encoder, in evaluation."""
    state: dict[str, Any] = checkpoint(model)
    encoder = Encoder(EncoderConfig(**state.get("encoder", {})))
    own = {
        name.removeprefix("encoder."): value
        for name, value in state["model"].items()
        if name.startswith("encoder.")
    }
    encoder.load_state_dict(own)
    return encoder.eval().bfloat16()


def main() -> None:
    """Entry point of `python -m training.planner.readings`; shards with readings are left alone."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", required=True, help="name or folder of a shipped model")
    parser.add_argument("--shards", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    encoder, vocabulary = encoder_of(args.model), PlanVocabulary()
    tokenizer = PromptTokenizer.from_file(minilm_folder() / "tokenizer.json")
    for shard in sorted(args.shards.glob("*.jsonl")):
        if path_of(shard).exists():
            continue
        ex = data.load(shard, tokenizer, vocabulary)
        part = shard.with_suffix(".part.npy")
        np.save(part, read(encoder, ex))
        part.replace(path_of(shard))
        print(f"{path_of(shard)}: {len(ex)} prompts", flush=True)


if __name__ == "__main__":
    main()
