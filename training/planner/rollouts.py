"""Many plans for each of many commands, drawn from the network at once and inside the grammar.

Knows: the network's decoder with a cache of keys and values, the grammar's masks, and that samples
of one command share all that they begin with. Does not know: what a plan is worth (rewards.py) nor
how anything is learned from it (grpo.py).

The samples of a command are independent draws. They are kept as a tree: as long as several of them
are the same words, the network reads these once and draws the next word as often as there are
samples. A trained planner mostly repeats itself, so that sixteen samples cost about two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from llm_edge.constraint import PlanMatcher
from llm_edge.networks.model import Decoder, Planner, additive, rotate_half
from llm_edge.tokenization import Prompt

#: A mask of these words allowed at a place of a plan: bool [V].
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Written:
    """A plan that `count` of a command's samples are. tokens: its words, the end word included
    where it came; masks: which words were allowed at each of them; ended: whether it is whole."""

    tokens: tuple[int, ...]
    masks: tuple[Mask, ...]
    count: int
    ended: bool


@dataclass(frozen=True)
class Prompts:
    """Commands as the encoder reads them: ids, types, words [B, T], lengths [B]."""

    ids: Tensor
    types: Tensor
    words: Tensor
    lengths: Tensor

    @classmethod
    def of(cls, some: Sequence[Prompt], device: torch.device) -> Prompts:
        """Prompts of different lengths, padded."""
        lengths = torch.tensor([len(p.ids) for p in some], device=device)
        t = -(-int(lengths.max()) // 8) * 8
        arrays = [np.full((len(some), t), fill, np.int64) for fill in (0, 0, -1)]
        for i, p in enumerate(some):
            for array, values in zip(arrays, (p.ids, p.types, p.words), strict=True):
                array[i, : len(values)] = values
        ids, types, words = (torch.from_numpy(a).to(device) for a in arrays)
        return cls(ids, types, words, lengths)

    @property
    def seen(self) -> Tensor:
        """Which places are no padding: bool [B, T]."""
        return torch.arange(self.ids.shape[1], device=self.ids.device)[None] < self.lengths[:, None]

    def prefix(self, model: Planner) -> Tensor:
        """What the decoder reads before it writes: [B, T, H]."""
        mask = additive(self.seen)[:, None, None, :]
        return model.prefix(self.ids, self.types, self.words, mask)


class Cache:
    """Keys and values of every layer for rows that write on: [R, kv heads, S, head size] each."""

    def __init__(self, decoder: Decoder, prefix: Tensor, prompts: Prompts):
        self.decoder = decoder
        self._keys: list[Tensor] = []
        self._values: list[Tensor] = []
        #: Which places may be looked at, bool [R, S], and where each row's next word stands, [R].
        self._seen, self._at = prompts.seen, prompts.lengths
        b, t, _ = prefix.shape
        places = torch.arange(t, device=prefix.device)[None].expand(b, t)
        causal = torch.ones(t, t, dtype=torch.bool, device=prefix.device).tril()
        allowed = (causal[None] & prompts.seen[:, None]) | torch.eye(
            t, dtype=torch.bool, device=prefix.device
        )[None]
        self._read(prefix, places, additive(allowed)[:, None])

    def choose(self, rows: Tensor) -> None:
        """Go on with these rows alone; a row that is named twice goes on twice."""
        self._keys = [k[rows] for k in self._keys]
        self._values = [v[rows] for v in self._values]
        self._seen, self._at = self._seen[rows], self._at[rows]

    def write(self, tokens: Tensor) -> Tensor:
        """One more word for each row, [R]; returns logits [R, V] of what follows it."""
        x = self.decoder.model.embed_tokens(tokens[:, None])
        self._seen = F.pad(self._seen, (0, 1), value=True)
        hidden = self._read(x, self._at[:, None], additive(self._seen)[:, None, None])
        self._at = self._at + 1
        return self.decoder.logits(hidden[:, -1])

    def _read(self, x: Tensor, places: Tensor, mask: Tensor) -> Tensor:
        """x [R, S, H] at these places behind what is there; see `model.Attention.forward`."""
        c = self.decoder.config
        cos, sin = (
            t[places].unsqueeze(1).to(x.dtype) for t in (self.decoder.cos, self.decoder.sin)
        )
        first = not self._keys
        for i, layer in enumerate(self.decoder.model.layers):
            attention, h = layer.self_attn, layer.input_layernorm(x)
            q, k, v = (
                f(h).unflatten(-1, (-1, c.head_dim)).transpose(1, 2)
                for f in (attention.q_proj, attention.k_proj, attention.v_proj)
            )
            q, k = (a * cos + rotate_half(a) * sin for a in (q, k))
            if first:
                self._keys.append(k)
                self._values.append(v)
            else:
                self._keys[i] = k = torch.cat((self._keys[i], k), 2)
                self._values[i] = v = torch.cat((self._values[i], v), 2)
            groups = c.num_attention_heads // c.num_key_value_heads
            k, v = (a.repeat_interleave(groups, 1) for a in (k, v))
            out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask.to(q.dtype))
            x = x + attention.o_proj(out.transpose(1, 2).flatten(2))
            x = x + layer.mlp(layer.post_attention_layernorm(x))
        return self.decoder.model.norm(x)


@dataclass
class _Row:
    """Samples of one command that have been the same so far."""

    prompt: int
    count: int
    matcher: PlanMatcher
    tokens: tuple[int, ...] = ()
    masks: tuple[Mask, ...] = ()


@torch.no_grad()
def sample(
    model: Planner,
    prompts: Prompts,
    matchers: Sequence[PlanMatcher],
    samples: int,
    temperature: float,
    max_words: int,
    generator: torch.Generator,
    eos: int = 0,
) -> list[list[Written]]:
    """`samples` plans for each prompt, equal ones together, the commonest first.

    matchers: each at the beginning of its prompt's plan. temperature 0: the likeliest words alone.
    A plan that has not ended after `max_words`, or that no word may follow, comes as it is.
    """
    model.eval()
    rows = [_Row(i, samples, m) for i, m in enumerate(matchers)]
    done: list[list[Written]] = [[] for _ in matchers]
    cache = Cache(model.decoder, prompts.prefix(model), prompts)
    last = torch.full((len(rows),), eos, device=prompts.ids.device)
    for _ in range(max_words):
        logits = cache.write(last).float()
        masks = np.stack([row.matcher.allowed() for row in rows])
        drawn = _draw(logits, masks, samples, temperature, generator)
        parents, following = list[int](), list[_Row]()
        for at, row in enumerate(rows):
            if not masks[at].any():
                done[row.prompt].append(Written(row.tokens, row.masks, row.count, False))
                continue
            for token, count in sorted(Counter(drawn[at, : row.count].tolist()).items()):
                tokens, ways = (*row.tokens, token), (*row.masks, masks[at])
                if token == eos:
                    done[row.prompt].append(Written(tokens, ways, count, True))
                    continue
                matcher = row.matcher.fork()
                matcher.consume(token)
                following.append(_Row(row.prompt, count, matcher, tokens, ways))
                parents.append(at)
        rows = following
        if not rows:
            break
        cache.choose(torch.tensor(parents, device=last.device))
        last = torch.tensor([row.tokens[-1] for row in rows], device=last.device)
    for row in rows:
        done[row.prompt].append(Written(row.tokens, row.masks, row.count, False))
    return [sorted(some, key=lambda w: -w.count) for some in done]


def _draw(
    logits: Tensor, masks: Mask, samples: int, temperature: float, generator: torch.Generator
) -> NDArray[np.int64]:
    """Words of each row, [R, samples]: among the allowed ones, by the softmax at a temperature."""
    allowed = torch.from_numpy(masks).to(logits.device)
    # a row that nothing may follow draws anything; its caller looks at the mask first
    allowed = allowed | ~allowed.any(1, keepdim=True)
    logits = logits.masked_fill(~allowed, -torch.inf)
    if temperature <= 0:
        return logits.argmax(1, keepdim=True).expand(-1, samples).cpu().numpy()
    shares = torch.softmax(logits / temperature, 1).cpu()
    return torch.multinomial(shares, samples, True, generator=generator).numpy()


@dataclass(frozen=True)
class Block:
    """Plans of prompts side by side, for one pass of the network. of: each plan's prompt [S];
    inputs, labels [S, P], -100 behind the end; allowed: bool [S, P, V]; lengths: of the plans."""

    prompts: Prompts
    of: Tensor
    inputs: Tensor
    labels: Tensor
    allowed: Tensor
    lengths: Tensor

    @classmethod
    def of_plans(
        cls, prompts: Prompts, plans: Sequence[tuple[int, Written]], size: int, eos: int = 0
    ) -> Block:
        """plans: (index of the prompt, the plan); size: of the vocabulary."""
        device = prompts.ids.device
        n = -(-max(len(w.tokens) for _, w in plans) // 8) * 8
        inputs, labels = np.full((len(plans), n), eos), np.full((len(plans), n), -100)
        allowed = np.ones((len(plans), n, size), bool)
        for i, (_, w) in enumerate(plans):
            k = len(w.tokens)
            inputs[i, 1:k], labels[i, :k] = w.tokens[:-1], w.tokens
            allowed[i, :k] = w.masks
        of = torch.tensor([i for i, _ in plans], device=device)
        lengths = torch.tensor([len(w.tokens) for _, w in plans], device=device)
        words, wanted, ways = (torch.from_numpy(a).to(device) for a in (inputs, labels, allowed))
        return cls(prompts, of, words, wanted, ways, lengths)

    @property
    def kept(self) -> Tensor:
        """Where a word stands: bool [S, P]."""
        return self.labels >= 0

    def log_probabilities(self, model: Planner, temperature: float) -> tuple[Tensor, Tensor]:
        """(of the words written, of all words) among the allowed ones at this temperature, natural
        logarithm: [S, P] with 0 behind the end, and [S, P, V]. Each prompt is encoded once."""
        prefix = self.prompts.prefix(model)
        logits = model.behind(
            prefix[self.of], self.prompts.lengths[self.of], self.inputs, self.lengths
        )
        logits = (logits.float() / temperature).masked_fill(~self.allowed, -torch.inf)
        every = torch.log_softmax(logits, -1)
        mine = every.gather(-1, self.labels.clamp_min(0)[..., None])[..., 0]
        return torch.where(self.kept, mine, 0.0), every
