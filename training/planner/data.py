"""Corpus shards as arrays, and batches of similar length.

Knows: the JSON-lines shards that corpus/build.py writes. Does not know: the network.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llm_edge.tokenization import PlanVocabulary, PromptTokenizer

Array = NDArray[np.int32]


@dataclass(frozen=True)
class Batch:
    """ids, types, words [B, T]; lengths [B]; inputs, labels [B, P] (labels -100 where padded); index
    [B]: which examples they are."""

    ids: Array
    types: Array
    words: Array
    lengths: Array
    inputs: Array
    labels: Array
    plan_lengths: Array
    index: NDArray[np.int64]


@dataclass(frozen=True)
class Examples:
    """Ragged arrays: flat values and offsets, for prompts and for plans."""

    ids: Array
    types: Array
    words: Array
    prompt_at: NDArray[np.int64]
    plans: Array
    plan_at: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.prompt_at) - 1


def load(path: Path, tokenizer: PromptTokenizer, vocabulary: PlanVocabulary) -> Examples:
    """Reads a shard; tokenised arrays are cached beside it as .npz, those of other tokenizers under
    their `kept_as`."""
    cache = path.with_suffix(getattr(tokenizer, "kept_as", ".npz"))
    if cache.exists() and cache.stat().st_mtime > path.stat().st_mtime:
        with np.load(cache) as z:
            if int(z["vocab"]) == vocabulary.checksum:
                return Examples(**{k: z[k] for k in Examples.__dataclass_fields__})
    flat: dict[str, list[Array]] = {"ids": [], "types": [], "words": [], "plans": []}
    prompt_at, plan_at = [0], [0]
    with path.open() as f:
        for line in f:
            # older shards tell no situation
            command, pending, target, *told = json.loads(line)
            prompt = tokenizer(command, pending, *told)
            plan = vocabulary.encode(target.split())
            flat["ids"].append(prompt.ids)
            flat["types"].append(prompt.types)
            flat["words"].append(prompt.words)
            flat["plans"].append(np.asarray(plan, dtype=np.int32))
            prompt_at.append(prompt_at[-1] + len(prompt.ids))
            plan_at.append(plan_at[-1] + len(plan))
    arrays = {k: np.concatenate(v) for k, v in flat.items()}
    examples = Examples(
        arrays["ids"],
        arrays["types"],
        arrays["words"],
        np.asarray(prompt_at),
        arrays["plans"],
        np.asarray(plan_at),
    )
    np.savez(
        cache,
        vocab=vocabulary.checksum,
        **{k: getattr(examples, k) for k in Examples.__dataclass_fields__},
    )
    return examples


def _up(n: int, step: int) -> int:
    return -(-n // step) * step


def make_batch(ex: Examples, index: NDArray[np.int64], eos: int) -> Batch:
    """Examples of these indices as padded arrays."""
    prompts = [slice(ex.prompt_at[i], ex.prompt_at[i + 1]) for i in index]
    plans = [ex.plans[ex.plan_at[i] : ex.plan_at[i + 1]] for i in index]
    lengths = np.asarray([s.stop - s.start for s in prompts], dtype=np.int32)
    plan_lengths = np.asarray([len(p) + 1 for p in plans], dtype=np.int32)
    # few distinct shapes: the CPU's matrix kernels are compiled once per shape
    b, t, n = len(index), _up(int(lengths.max()), 8), _up(int(plan_lengths.max()), 8)
    ids, types = np.zeros((b, t), np.int32), np.zeros((b, t), np.int32)
    words = np.full((b, t), -1, np.int32)
    inputs, labels = np.full((b, n), eos, np.int32), np.full((b, n), -100, np.int32)
    for row, (s, plan) in enumerate(zip(prompts, plans, strict=True)):
        k = lengths[row]
        ids[row, :k], types[row, :k], words[row, :k] = ex.ids[s], ex.types[s], ex.words[s]
        inputs[row, 1 : len(plan) + 1] = plan
        labels[row, : len(plan)] = plan
        labels[row, len(plan)] = eos
    return Batch(ids, types, words, lengths, inputs, labels, plan_lengths, np.asarray(index))


def batches(
    ex: Examples, tokens: int, rng: np.random.Generator | None, eos: int = 0
) -> Iterator[Batch]:
    """One pass over the examples in batches of about `tokens` positions, padding included.

    With `rng` the order is shuffled (in chunks that are sorted by length); without, by index.
    """
    n = len(ex)
    size = np.diff(ex.prompt_at) + np.diff(ex.plan_at) + 1
    order = rng.permutation(n) if rng is not None else np.arange(n)
    chunk = 4096
    pools: list[NDArray[np.int64]] = []
    for start in range(0, n, chunk):
        part = order[start : start + chunk]
        part = part[np.argsort(size[part], kind="stable")]
        at = 0
        while at < len(part):
            width, end = 0, at
            while end < len(part):
                width = max(width, _up(int(size[part[end]]), 16))
                if end > at and width * (end - at + 1) > tokens:
                    break
                end += 1
            if end - at > 8 and end < len(part):
                end = at + (end - at) // 8 * 8
            pools.append(part[at:end])
            at = end
    if rng is not None:
        rng.shuffle(pools)
    for index in pools:
        yield make_batch(ex, index, eos)
