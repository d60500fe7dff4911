"""The objective of training by reward, on log-probabilities alone.

GRPO (Shao et al. 2024, arXiv 2402.03300): a sample's advantage is how much better it is than the
mean of its group, so no network has to value states. Not divided by the group's deviation and
summed over words, not averaged, as Liu et al. 2025 (Dr. GRPO, arXiv 2503.20783) find less biased.
The ratio to the policy that drew the samples is clipped, above a little wider than below, and
groups whose samples are all worth the same are left out (Yu et al. 2025, DAPO, arXiv 2503.14476).
The distance to the start is held by Schulman's estimate of the KL divergence, exp(d) - d - 1 with d
the difference of log-probabilities ("k3", joschu.net/blog/kl-approx.html).

Knows: advantages of a group and the clipped objective. Does not know: networks, rewards, plans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

#: Words of a typical plan: the sum over a sample's words is divided by it, the same for all.
WORDS = 16.0


def advantages(
    rewards: Sequence[float], counts: Sequence[int], scaled: bool = False
) -> list[float]:
    """How much better each is than the mean of its group. counts: how often each was drawn;
    scaled: divided by the group's standard deviation, as GRPO first was."""
    r, c = np.asarray(rewards, float), np.asarray(counts, float)
    off = r - (r * c).sum() / c.sum()
    deviation = float(np.sqrt((off * off * c).sum() / c.sum()))
    return list(off / max(deviation, 1e-4)) if scaled else list(off)


@dataclass(frozen=True)
class Terms:
    """Of one pass. loss: to go down; kl, clipped: mean per word, for the log."""

    loss: Tensor
    kl: float
    clipped: float


def objective(
    now: Tensor, old: Tensor, start: Tensor, advantage: Tensor, weight: Tensor, kept: Tensor,
    low: float, high: float, kl_weight: float,
) -> Terms:  # fmt: skip
    """The clipped objective with its distance to the start, as a loss.

    now, old, start: log-probabilities of the words [S, P] by the network, by itself when it drew
    them, and by the one it began as. advantage, weight [S]: of each sample, and its part of the
    batch. kept: bool [S, P], where a word stands.
    """
    ratio = torch.exp(now - old)
    a = advantage[:, None]
    gain = torch.minimum(ratio * a, ratio.clamp(1.0 - low, 1.0 + high) * a)
    d = start - now
    kl = torch.exp(d) - d - 1.0
    each = torch.where(kept, gain - kl_weight * kl, 0.0).sum(1) / WORDS
    with torch.no_grad():
        words = kept.sum().clamp_min(1)
        outside = ((ratio < 1.0 - low) & (a < 0)) | ((ratio > 1.0 + high) & (a > 0))
        mean_kl = float(torch.where(kept, kl, 0.0).sum() / words)
        clipped = float((outside & kept).sum() / words)
    return Terms(-(each * weight).sum(), mean_kl, clipped)
