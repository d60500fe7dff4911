"""A trained planner's weights under another vocabulary: rows follow their words.

Knows: which tensors have one row per plan word. Does not know: training (train.py) nor which known
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


def _row(
    word: str, table: Tensor, at: Mapping[str, int], near: Mapping[str, tuple[str, ...]]
) -> Tensor:
    if word in at:
        return table[at[word]].clone()
    like = [at[w] for w in near.get(word, ()) if w in at] or list(at.values())
    return table[like].mean(0)
