"""A decoder's forward pass in the form that engines like best, for export only.

Knows: the same mathematics as model.py with q, k, v in one matrix, gate and up in one, the
attention's scale folded into weights, constant shapes, and the cache sequence-major, so that
few operators are left and no cache row is transposed before it is handed out. Does not know: files.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from llm_edge.networks.model import Decoder, DecoderLayer, RMSNorm


def _merged(parts: list[nn.Linear], scales: list[float]) -> nn.Linear:
    weight = torch.cat([p.weight.detach() * s for p, s in zip(parts, scales, strict=True)])
    out = nn.Linear(weight.shape[1], weight.shape[0], bias=parts[0].bias is not None)
    out.weight = nn.Parameter(weight, requires_grad=False)
    if parts[0].bias is not None:
        bias = torch.cat([p.bias.detach() * s for p, s in zip(parts, scales, strict=True)])
        out.bias = nn.Parameter(bias, requires_grad=False)
    return out


class _Norm(nn.Module):
    """RMSNorm in float32, its weight scaled."""

    def __init__(self, norm: RMSNorm, scale: float = 1.0):
        super().__init__()
        self.weight = nn.Parameter(norm.weight.detach() * scale, requires_grad=False)
        self.eps = norm.eps

    def forward(self, x: Tensor) -> Tensor:
        # written as engines' fusions know it
        return x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight


class LayerGraph(nn.Module):
    """One layer. x [1, S, H]; cos, sin [S, 1, D]; mask [1, S, C + S]; past keys, values [C, kv]."""

    def __init__(self, layer: DecoderLayer):
        super().__init__()
        a = layer.self_attn
        c = self.c = a.c
        scale = c.head_dim**-0.5
        # with q norms the scale must come after them
        self.qkv = _merged([a.q_proj, a.k_proj, a.v_proj], [1.0 if c.qk_norm else scale, 1.0, 1.0])
        self.o_proj = a.o_proj
        self.gate_up = _merged([layer.mlp.gate_proj, layer.mlp.up_proj], [1.0, 1.0])
        self.down = layer.mlp.down_proj
        self.norm1, self.norm2 = _Norm(layer.input_layernorm), _Norm(layer.post_attention_layernorm)
        if c.qk_norm:
            self.q_norm, self.k_norm = _Norm(a.q_norm, scale), _Norm(a.k_norm)

    def attention(
        self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor, keys: Tensor, values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """x [T, hidden], cos and sin [T, d/2], mask [T, P + T], keys and values [kv heads, P, d]:
        the mixed heads [T, heads * d] and the new rows of keys and values."""
        c = self.c
        hq, hk, d = c.num_attention_heads, c.num_key_value_heads, c.head_dim
        mixed = self.qkv(x).view(-1, hq + 2 * hk, d)
        if c.qk_norm:
            q, k, v = mixed.split([hq, hk, hk], dim=1)
            qk = torch.cat((self.q_norm(q), self.k_norm(k)), dim=1)
        else:
            qk, v = mixed.split([hq + hk, hk], dim=1)
        first, second = qk.split([d // 2, d // 2], dim=2)
        qk = qk * cos + torch.cat((second, first), dim=2) * sin
        q, k = qk.split([hq, hk], dim=1)
        new_k, new_v = k.reshape(-1, hk * d), v.reshape(-1, hk * d)
        k = torch.cat((keys, new_k)).view(-1, hk, d).permute(1, 2, 0)
        v = torch.cat((values, new_v)).view(-1, hk, d).transpose(0, 1)
        return self._attend(q, k, v, mask), new_k, new_v

    def _attend(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
        """q [S, Hq, D], k [Hk, D, T], v [Hk, T, D] → [1, S, Hq * D]. Batch of the products: Hk."""
        c = self.c
        hk, d, groups = (
            c.num_key_value_heads,
            c.head_dim,
            c.num_attention_heads // c.num_key_value_heads,
        )
        q = q.view(-1, hk, groups, d).permute(1, 2, 0, 3).reshape(hk, -1, d)
        scores = (q @ k).reshape(hk * groups, -1, self._width(k)) if groups > 1 else q @ k
        weights = torch.softmax(scores + mask, dim=-1)
        if groups > 1:
            weights = weights.reshape(hk, -1, self._width(k))
        out = (weights @ v).view(hk, groups, -1, d).permute(2, 0, 1, 3)
        return out.reshape(1, -1, hk * groups * d)

    @staticmethod
    def _width(k: Tensor) -> int:
        return k.shape[2]

    def forward(
        self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor, keys: Tensor, values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One layer, pre-norm with both residuals; shapes as in `attention`."""
        out, new_k, new_v = self.attention(self.norm1(x), cos, sin, mask, keys, values)
        x = x + self.o_proj(out)
        gate, up = self.gate_up(self.norm2(x)).split(self.c.intermediate_size, dim=-1)
        return x + self.down(F.silu(gate) * up), new_k, new_v


class DecoderBody(nn.Module):
    """All layers: embeddings [1, S, H] → hidden states after the last norm, new rows [L, 2, S, kv]."""

    cos: Tensor
    sin: Tensor

    def __init__(self, decoder: Decoder):
        super().__init__()
        self.layers = nn.ModuleList(LayerGraph(layer) for layer in decoder.model.layers)
        self.norm = _Norm(decoder.model.norm)
        half = decoder.config.head_dim // 2
        sin = decoder.sin.clone()
        # the first half of a rotated vector is minus the second: the sign goes into the table
        sin[:, :half] *= -1
        self.register_buffer("cos", decoder.cos.clone(), persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def forward(
        self, x: Tensor, positions: Tensor, mask: Tensor, past: Tensor
    ) -> tuple[Tensor, Tensor]:
        """positions [1, S]; mask [1, 1, S, C + S]; past [L, 2, C, kv]."""
        cos, sin = self.cos[positions[0]].unsqueeze(1), self.sin[positions[0]].unsqueeze(1)
        rows = []
        for i, layer in enumerate(self.layers):
            x, k, v = layer(x, cos, sin, mask[0], past[i, 0], past[i, 1])
            rows += [k, v]
        return self.norm(x), torch.stack(rows).view(len(self.layers), 2, -1, rows[0].shape[-1])


class TextGraph(nn.Module):
    """A plain language model: one graph for prefill and for single tokens.

    ids int32 [1, S], positions int32 [1, S], mask float32 [1, 1, S, C + S] (added to the scores),
    past float32 [L, 2, C, kv], wanted int32 [N] (which of the S rows need logits)
    → logits float32 [N, V], rows float32 [L, 2, S, kv].
    """

    def __init__(self, decoder: Decoder):
        super().__init__()
        self.embed = decoder.model.embed_tokens
        self.body = DecoderBody(decoder)
        self.lm_head = decoder.lm_head

    def forward(
        self, ids: Tensor, positions: Tensor, mask: Tensor, past: Tensor, wanted: Tensor
    ) -> tuple[Tensor, Tensor]:
        """ids and positions [1, T], mask, past [layers, 2, P, kv]: logits of the `wanted` rows and
        the cache's new rows."""
        hidden, rows = self.body(self.embed(ids), positions, mask, past)
        return self.lm_head(hidden[0].index_select(0, wanted)), rows
