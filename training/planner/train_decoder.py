"""Trains a planner's decoder alone, on what its encoder has read once and for all.

    python -m training.planner.readings --model planner-v6 --shards runs/shards
    python -m training.planner.train_decoder --run runs/a --warm-start planner-v6 --shards runs/shards \\
      --minutes 15 --int8-aware

Knows: how a batch goes from readings (readings.py) to the decoder. Does not know: all else of a
training (train.py), whose options it has. For machines with little time: a step takes about a sixth.
Shards without readings wait until they have some.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from training.planner import data, readings
from training.planner.train import Trainer, parameter_groups, planner_options


class DecoderTrainer(Trainer):
    """A run in which the encoder stays as it is."""

    def groups(self) -> list[dict[str, Any]]:
        """The decoder's weights and the projection's."""
        layers = len(self.model.encoder.layer)
        return parameter_groups(self.model, self.args.lr, self.args.encoder_factor, layers)

    def shards(self) -> Iterator[Path]:
        """Those that have readings."""
        return (shard for shard in super().shards() if readings.path_of(shard).exists())

    def examples(self, shard: Path) -> data.Examples:
        """With the shard's readings at hand."""
        self._examples = super().examples(shard)
        self._readings = np.load(readings.path_of(shard), mmap_mode="r")
        return self._examples

    def logits(self, b: data.Batch, args: list[Tensor]) -> Tensor:
        """From the readings on, as `Planner.forward` goes."""
        _, _, words, lengths, inputs, plan_lengths = args
        half = self.half
        read = readings.of_batch(self._readings, self._examples, b).to(self.device)
        hidden = half.project(read.to(half.project.weight.dtype))
        real = words >= 0
        pointers = F.embedding(
            words * real.to(words.dtype) + half.first_pointer,
            half.decoder.model.embed_tokens.weight,
        )
        prefix = hidden + pointers * real.unsqueeze(-1).to(hidden.dtype)
        out: Tensor = half.behind(prefix, lengths, inputs, plan_lengths)
        return out


def main() -> None:
    """Entry point of `python -m training.planner.train_decoder`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    planner_options(parser)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    DecoderTrainer(args).train()


if __name__ == "__main__":
    main()
