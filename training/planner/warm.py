"""A trained planner's weights under another vocabulary, where rows follow their words, and in a
deeper decoder.

Knows: which tensors have one row per plan word, which end a layer. Does not know: training (train.py) nor which known
words a new one begins like (the word's own row in lang/words says so, or the step's class).

A plan word's row is at once its embedding, its output and, for `@k`, what the encoder's word k
carries, so rows that keep their word keep all the model knows. A new word begins as the mean of
known words that stand where it will stand; the rest is training's work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from llm_edge.tokenization import EOS
from llmagentos.errors import ModelError
from llmagentos.lang.notation import near_words

_TABLES = ("decoder.model.embed_tokens.weight", "decoder.lm_head.weight")


def with_words(
    weights: Mapping[str, Tensor], old: Sequence[str], new: Sequence[str]
) -> dict[str, Tensor]:
    """The weights of a `Planner` with rows for `new` words (both without the end word).

    Words of `old` that are not in `new` are dropped. Raises ModelError for a table whose rows are
    not those of `old`.
    """
    before, after = (EOS, *old), (EOS, *new)
    at = {word: row for row, word in enumerate(before)}
    near = near_words()
    out = dict(weights)
    for name in _TABLES:
        if name not in weights:
            continue
        table = weights[name]
        if len(table) != len(before):
            raise ModelError(f"expected {len(before)} rows in {name}, got {len(table)}")
        out[name] = torch.stack([_row(word, table, at, near) for word in after])
    return out


def with_layers(weights: Mapping[str, Tensor], fresh: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights, and `fresh` ones for decoder layers that only `fresh` has.

    New layers stand behind the others and add nothing at first (the matrices that end attention and
    MLP are zero), so that the deeper network begins with what the smaller one computes.
    """
    out = dict(weights)
    there = {_layer(name) for name in weights}
    for name, value in fresh.items():
        if _layer(name) not in there:
            ends = name.endswith(("o_proj.weight", "down_proj.weight"))
            out[name] = torch.zeros_like(value) if ends else value.clone()
    return out


def _layer(name: str) -> str:
    """ "decoder.model.layers.3." of a tensor in it, "" of one in no layer of the decoder."""
    parts = name.split(".")
    return ".".join((*parts[:4], "")) if name.startswith("decoder.model.layers.") else ""


def _row(
    word: str, table: Tensor, at: Mapping[str, int], near: Mapping[str, tuple[str, ...]]
) -> Tensor:
    if word in at:
        return table[at[word]].clone()
    like = [at[w] for w in near.get(word, ()) if w in at] or list(at.values())
    return table[like].mean(0)
