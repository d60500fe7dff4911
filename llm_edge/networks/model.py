"""The models in PyTorch: a Llama-style decoder, and a text encoder that may stand in front of it.

Knows: the networks and how their tensors are named (as in Hugging Face checkpoints: `model.layers.0.
self_attn.q_proj.weight`, `encoder.layer.0.attention...`). Does not know: corpora, training, ONNX.

The decoder is one class for the shipped planner and for larger Llama-, Qwen2- and Qwen3-family
checkpoints: grouped-query attention, RoPE with scaling, biases, q/k norms and a tied or untied
head are settings. The planner's encoder turns a command into a *prefix* of decoder inputs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from llm_edge.networks.rope import rope_tables


@dataclass(frozen=True)
class DecoderConfig:
    """Field names as in Hugging Face's config.json. rope_scaling: see rope.py; qk_norm: RMSNorm on
    queries and keys (Qwen3); attention_bias: on q, k, v (Qwen2); output_bias: on o as well;
    trained_positions: the checkpoint's length where max_position_embeddings is cut for speed."""

    vocab_size: int
    hidden_size: int = 384
    intermediate_size: int = 1024
    num_hidden_layers: int = 4
    num_attention_heads: int = 6
    num_key_value_heads: int = 2
    head_dim: int = 64
    rms_norm_eps: float = 1e-6
    rope_theta: float = 10000.0
    rope_scaling: dict[str, Any] | None = None
    max_position_embeddings: int = 512
    attention_bias: bool = False
    qk_norm: bool = False
    tie_word_embeddings: bool = True
    output_bias: bool = False
    mlp_bias: bool = False
    trained_positions: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """As config.json holds it."""
        return asdict(self)


@dataclass(frozen=True)
class EncoderConfig:
    """A BERT encoder (all-MiniLM-L6-v2's shape by default)."""

    vocab_size: int = 30522
    hidden_size: int = 384
    num_hidden_layers: int = 6
    num_attention_heads: int = 12
    intermediate_size: int = 1536
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    layer_norm_eps: float = 1e-12
    dropout: float = 0.0


class RMSNorm(nn.Module):
    """Scales each vector to a root mean square of 1, then by a learned weight."""

    def __init__(self, size: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """x [..., size]; statistics in float32, as the exported graph computes them."""
        if self.training:
            return F.rms_norm(x, (x.shape[-1],), self.weight, self.eps)
        h = x.float()
        h = h * torch.rsqrt(h.pow(2).mean(-1, keepdim=True) + self.eps)
        return self.weight * h.to(x.dtype)


def rotate_half(x: Tensor) -> Tensor:
    """(a, b) to (-b, a) over the two halves of the last axis: rotary embedding's quarter turn."""
    half = x.shape[-1] // 2
    return torch.cat((-x[..., half:], x[..., :half]), dim=-1)


class Attention(nn.Module):
    """Grouped-query attention with rotary positions; optional biases and norms of queries and keys."""

    def __init__(self, c: DecoderConfig):
        super().__init__()
        self.c = c
        q, kv = c.num_attention_heads * c.head_dim, c.num_key_value_heads * c.head_dim
        self.q_proj = nn.Linear(c.hidden_size, q, bias=c.attention_bias)
        self.k_proj = nn.Linear(c.hidden_size, kv, bias=c.attention_bias)
        self.v_proj = nn.Linear(c.hidden_size, kv, bias=c.attention_bias)
        self.o_proj = nn.Linear(q, c.hidden_size, bias=c.output_bias)
        if c.qk_norm:
            self.q_norm = RMSNorm(c.head_dim, c.rms_norm_eps)
            self.k_norm = RMSNorm(c.head_dim, c.rms_norm_eps)

    def forward(
        self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor, past: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """x [B, S, H]; cos, sin [B, 1, S, D]; mask additive [B, 1, S, C + S]; past [2, C, kv] (B = 1)
        or None. Returns output [B, S, H] and the new rows [2, S, kv] (of batch item 0)."""
        c = self.c
        b, s, _ = x.shape
        q = self.q_proj(x).view(b, s, c.num_attention_heads, c.head_dim)
        k = self.k_proj(x).view(b, s, c.num_key_value_heads, c.head_dim)
        v = self.v_proj(x).view(b, s, c.num_key_value_heads, c.head_dim)
        if c.qk_norm:
            q, k = self.q_norm(q), self.k_norm(k)
        q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
        q = q * cos + rotate_half(q) * sin
        k = k * cos + rotate_half(k) * sin
        # the cache's new rows; training has no use for them
        rows = (
            x
            if self.training
            else torch.stack(
                (k[0].transpose(0, 1).reshape(s, -1), v[0].transpose(0, 1).reshape(s, -1))
            )
        )
        if past is not None:
            shape = (1, -1, c.num_key_value_heads, c.head_dim)
            k = torch.cat((past[0].view(shape).transpose(1, 2), k), dim=2)
            v = torch.cat((past[1].view(shape).transpose(1, 2), v), dim=2)
        groups = c.num_attention_heads // c.num_key_value_heads
        total = k.shape[2]
        # queries of one group share their key and value head: fold them into the row dimension
        q = (q * (c.head_dim**-0.5)).reshape(b, c.num_key_value_heads, groups * s, c.head_dim)
        scores = (q @ k.transpose(2, 3)).view(b, c.num_attention_heads, s, total) + mask.to(q.dtype)
        weights = torch.softmax(scores, dim=-1)
        out = weights.view(b, c.num_key_value_heads, groups * s, total) @ v
        out = out.view(b, c.num_attention_heads, s, c.head_dim).transpose(1, 2).reshape(b, s, -1)
        return self.o_proj(out), rows


class MLP(nn.Module):
    """SwiGLU: down(silu(gate(x)) * up(x))."""

    def __init__(self, c: DecoderConfig):
        super().__init__()
        self.gate_proj = nn.Linear(c.hidden_size, c.intermediate_size, bias=c.mlp_bias)
        self.up_proj = nn.Linear(c.hidden_size, c.intermediate_size, bias=c.mlp_bias)
        self.down_proj = nn.Linear(c.intermediate_size, c.hidden_size, bias=c.mlp_bias)

    def forward(self, x: Tensor) -> Tensor:
        """x [..., hidden] to the same shape."""
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class DecoderLayer(nn.Module):
    """Attention and MLP, each after a norm and added to its input."""

    def __init__(self, c: DecoderConfig):
        super().__init__()
        self.self_attn = Attention(c)
        self.mlp = MLP(c)
        self.input_layernorm = RMSNorm(c.hidden_size, c.rms_norm_eps)
        self.post_attention_layernorm = RMSNorm(c.hidden_size, c.rms_norm_eps)

    def forward(
        self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor, past: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """x [B, T, hidden]; returns the same shape and the cache's new rows. past: earlier rows or
        None."""
        out, rows = self.self_attn(self.input_layernorm(x), cos, sin, mask, past)
        x = x + out
        return x + self.mlp(self.post_attention_layernorm(x)), rows


class _Body(nn.Module):
    def __init__(self, c: DecoderConfig):
        super().__init__()
        self.embed_tokens = nn.Embedding(c.vocab_size, c.hidden_size)
        self.layers = nn.ModuleList(DecoderLayer(c) for _ in range(c.num_hidden_layers))
        self.norm = RMSNorm(c.hidden_size, c.rms_norm_eps)


class Decoder(nn.Module):
    """A causal language model; `forward` takes embeddings, so that a prefix may come first."""

    cos: Tensor
    sin: Tensor

    def __init__(self, c: DecoderConfig):
        super().__init__()
        self.config = c
        self.model = _Body(c)
        self.lm_head = nn.Linear(c.hidden_size, c.vocab_size, bias=False)
        if c.tie_word_embeddings:
            self.lm_head.weight = self.model.embed_tokens.weight
        cos, sin = rope_tables(
            c.head_dim, c.rope_theta, c.max_position_embeddings, c.rope_scaling, c.trained_positions
        )
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        self.apply(self._init)

    def _init(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.03)
        for name, weight in module.named_parameters(recurse=False):
            if name == "bias":
                nn.init.zeros_(weight)

    def forward(
        self, x: Tensor, positions: Tensor, mask: Tensor, past: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """x [B, S, H]; positions [B, S]; mask additive [B, 1, S, C + S]; past [L, 2, C, kv] or None.

        Returns hidden states after the last norm [B, S, H] and new cache rows [L, 2, S, kv]."""
        cos, sin = (
            self.cos[positions].unsqueeze(1).to(x.dtype),
            self.sin[positions].unsqueeze(1).to(x.dtype),
        )
        rows = []
        for i, layer in enumerate(self.model.layers):
            x, new = layer(x, cos, sin, mask, None if past is None else past[i])
            rows.append(new)
        return self.model.norm(x), rows[0] if self.training else torch.stack(rows)

    def logits(self, hidden: Tensor) -> Tensor:
        """hidden [..., hidden] to scores of every word [..., V]."""
        return self.lm_head(hidden)


# --- the encoder -----------------------------------------------------------------------------


class _EncoderLayer(nn.Module):
    def __init__(self, c: EncoderConfig):
        super().__init__()
        h = c.hidden_size
        self.heads, self.dropout = c.num_attention_heads, c.dropout
        self.query, self.key, self.value, self.out = (nn.Linear(h, h) for _ in range(4))
        self.attention_norm = nn.LayerNorm(h, eps=c.layer_norm_eps)
        self.intermediate, self.output = (
            nn.Linear(h, c.intermediate_size),
            nn.Linear(c.intermediate_size, h),
        )
        self.output_norm = nn.LayerNorm(h, eps=c.layer_norm_eps)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        b, t, h = x.shape
        q, k, v = (
            f(x).view(b, t, self.heads, h // self.heads).transpose(1, 2)
            for f in (self.query, self.key, self.value)
        )
        scores = (q * (h // self.heads) ** -0.5) @ k.transpose(2, 3)
        if mask is not None:
            scores = scores + mask.to(scores.dtype)
        a = torch.softmax(scores, -1) @ v
        a = a.transpose(1, 2).reshape(b, t, h)
        x = self.attention_norm(x + F.dropout(self.out(a), self.dropout, self.training))
        return self.output_norm(
            x + F.dropout(self.output(F.gelu(self.intermediate(x))), self.dropout, self.training)
        )


class Encoder(nn.Module):
    """BERT without pooler. `load_bert` takes the tensors of a Hugging Face checkpoint."""

    def __init__(self, c: EncoderConfig):
        super().__init__()
        self.config = c
        self.word_embeddings = nn.Embedding(c.vocab_size, c.hidden_size)
        self.position_embeddings = nn.Embedding(c.max_position_embeddings, c.hidden_size)
        self.token_type_embeddings = nn.Embedding(c.type_vocab_size, c.hidden_size)
        self.norm = nn.LayerNorm(c.hidden_size, eps=c.layer_norm_eps)
        self.layer = nn.ModuleList(_EncoderLayer(c) for _ in range(c.num_hidden_layers))

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor | None = None) -> Tensor:
        """ids, types [B, T]; mask additive [B, 1, 1, T] or None. Returns [B, T, H]."""
        positions = torch.arange(ids.shape[1], device=ids.device)
        x = (
            self.word_embeddings(ids)
            + self.position_embeddings(positions)
            + self.token_type_embeddings(types)
        )
        x = F.dropout(self.norm(x), self.config.dropout, self.training)
        for layer in self.layer:
            x = layer(x, mask)
        return x

    def load_bert(self, tensors: dict[str, Tensor]) -> None:
        """Copies a Hugging Face BERT's weights. Raises KeyError naming what is missing."""
        renames = {
            "attention.self.query": "query", "attention.self.key": "key", "attention.self.value": "value",
            "attention.output.dense": "out", "attention.output.LayerNorm": "attention_norm",
            "intermediate.dense": "intermediate", "output.dense": "output", "output.LayerNorm": "output_norm",
        }  # fmt: skip
        own = {}
        for name in self.state_dict():
            parts = name.split(".")
            if parts[0] == "layer":
                theirs = next(k for k, v in renames.items() if v == parts[2])
                own[name] = tensors[f"encoder.layer.{parts[1]}.{theirs}.{parts[3]}"]
            else:
                head = "embeddings." + ("LayerNorm." if parts[0] == "norm" else parts[0] + ".")
                own[name] = tensors[head + parts[1]]
        self.load_state_dict(own)


class Planner(nn.Module):
    """Encoder, projection and decoder: a command in, logits over plan words out.

    The prefix carries, beside the encoder's output, the *decoder's own embedding* of the pointer
    that names each word (`@3` for the pieces of word 3), so that pointing is copying.
    """

    def __init__(self, encoder: EncoderConfig, decoder: DecoderConfig, first_pointer: int):
        super().__init__()
        self.encoder = Encoder(encoder)
        self.decoder = Decoder(decoder)
        self.project = nn.Linear(encoder.hidden_size, decoder.hidden_size)
        nn.init.normal_(self.project.weight, std=encoder.hidden_size**-0.5 * 0.5)
        nn.init.zeros_(self.project.bias)
        self.first_pointer = first_pointer

    def prefix(
        self, ids: Tensor, types: Tensor, words: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """ids, types, words [B, T]; words: index of the command's word, or -1. Returns [B, T, H]."""
        hidden = self.project(self.encoder(ids, types, mask))
        table = self.decoder.model.embed_tokens.weight
        real = words >= 0
        # not clamp: TensorRT has no Clip for INT32
        pointers = F.embedding(words * real.to(words.dtype) + self.first_pointer, table)
        return hidden + pointers * real.unsqueeze(-1).to(hidden.dtype)

    def forward(
        self,
        ids: Tensor,
        types: Tensor,
        words: Tensor,
        lengths: Tensor,
        inputs: Tensor,
        plan_lengths: Tensor,
    ) -> Tensor:
        """Training: logits [B, P, vocab] for plan inputs [B, P] behind prefixes of `lengths` [B]."""
        seen = torch.arange(ids.shape[1], device=ids.device)[None] < lengths[:, None]
        prefix = self.prefix(ids, types, words, additive(seen)[:, None, None, :])
        return self.behind(prefix, lengths, inputs, plan_lengths)

    def behind(
        self, prefix: Tensor, lengths: Tensor, inputs: Tensor, plan_lengths: Tensor
    ) -> Tensor:
        """Logits [B, P, vocab] of plan inputs [B, P] behind prefixes [B, T, H] of `lengths` [B]:
        several plans may share the prefix of one command."""
        b, t, _ = prefix.shape
        n = inputs.shape[1]
        here = torch.arange(max(t, n), device=prefix.device)[None]
        x = torch.cat((prefix, self.decoder.model.embed_tokens(inputs).to(prefix.dtype)), dim=1)
        positions = torch.cat((here[:, :t].expand(b, t), lengths[:, None] + here[:, :n]), dim=1)
        keys = torch.cat(
            (here[:, :t] < lengths[:, None], here[:, :n] < plan_lengths[:, None]), dim=1
        )
        causal = torch.ones(t + n, t + n, dtype=torch.bool, device=prefix.device).tril()
        allowed = causal[None] & keys[:, None, :]
        # a padded query must see something, or softmax gives NaN
        allowed = allowed | torch.eye(t + n, dtype=torch.bool, device=prefix.device)[None]
        hidden, _ = self.decoder(x, positions, additive(allowed)[:, None])
        return self.decoder.logits(hidden[:, t:])


def additive(allowed: Tensor) -> Tensor:
    """A mask of booleans as float32 numbers that are added to scores: 0 where it is true."""
    return torch.where(allowed, 0.0, torch.finfo(torch.float32).min / 2)


def parameter_count(module: nn.Module) -> int:
    """Numbers that are learned; a shared matrix counts once."""
    return sum(w.numel() for w in {id(w): w for w in module.parameters()}.values())
