"""Rotary position tables and their scaling variants.

Knows: the formulas behind Hugging Face's `rope_type` default, linear, dynamic, llama3 and yarn.
Does not know: attention. Dynamic scaling equals no scaling up to the trained length, and tables
here never go past it; longrope belongs to other model families.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from llmagentos.errors import ModelError

ROPE_TYPES = ("default", "linear", "dynamic", "llama3", "yarn")


def rope_type(scaling: dict[str, Any] | None) -> str:
    """The variant's name; older configs call the field "type". Raises ModelError."""
    s = scaling or {}
    kind = str(s.get("rope_type", s.get("type", "default")) or "default")
    if kind not in ROPE_TYPES:
        raise ModelError(f"expected a rope_type of {', '.join(ROPE_TYPES)}, got {kind}")
    return kind


def _llama3(inv: Tensor, s: dict[str, Any], trained: int) -> Tensor:
    """Low frequencies are stretched, high ones kept, those between blended (Llama 3.1)."""
    low, high, factor = (
        float(s["low_freq_factor"]),
        float(s["high_freq_factor"]),
        float(s["factor"]),
    )
    old = float(s.get("original_max_position_embeddings") or trained)
    wave = 2 * math.pi / inv
    blend = ((old / wave - low) / (high - low)).clamp(0.0, 1.0)
    return (1 - blend) * inv / factor + blend * inv


def _yarn(
    inv: Tensor, s: dict[str, Any], dim: int, theta: float, trained: int
) -> tuple[Tensor, float]:
    """YaRN (arXiv 2309.00071): interpolate by frequency, and scale the attention."""
    old = float(s.get("original_max_position_embeddings") or trained)
    factor = float(s["factor"])

    def at(rotations: float) -> float:
        return dim * math.log(old / (rotations * 2 * math.pi)) / (2 * math.log(theta))

    low, high = at(float(s.get("beta_fast") or 32)), at(float(s.get("beta_slow") or 1))
    if s.get("truncate", True):
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, dim - 1)
    ramp = ((torch.arange(dim // 2).float() - low) / ((high - low) or 0.001)).clamp(0, 1)

    def scale(m: float) -> float:
        return 0.1 * m * math.log(factor) + 1.0 if factor > 1 else 1.0

    attention = s.get("attention_factor")
    if attention is None:
        both = s.get("mscale") and s.get("mscale_all_dim")
        attention = scale(s["mscale"]) / scale(s["mscale_all_dim"]) if both else scale(1.0)
    return inv / factor * ramp + inv * (1 - ramp), float(attention)


def rope_tables(
    head_dim: int,
    theta: float,
    positions: int,
    scaling: dict[str, Any] | None = None,
    trained: int | None = None,
) -> tuple[Tensor, Tensor]:
    """cos and sin [positions, head_dim], float32.

    trained: the config's max_position_embeddings where it is not `positions`. Raises ModelError on
    an unknown variant or a missing setting.
    """
    s = scaling or {}
    kind = rope_type(s)
    inv = 1.0 / theta ** (torch.arange(0, head_dim, 2).float() / head_dim)
    attention = 1.0
    try:
        if kind == "linear":
            inv = inv / float(s["factor"])
        elif kind == "llama3":
            inv = _llama3(inv, s, trained or positions)
        elif kind == "yarn":
            inv, attention = _yarn(inv, s, head_dim, theta, trained or positions)
    except KeyError as exc:
        raise ModelError(f"expected {exc} in rope_scaling of type {kind}, got {sorted(s)}") from exc
    angles = torch.outer(torch.arange(positions).float(), inv)
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos() * attention, angles.sin() * attention
