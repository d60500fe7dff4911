"""Training on rounded weights rounds as the export does."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")

from llm_edge.networks import qdq  # noqa: E402
from training.planner.train import on_int8_grid  # noqa: E402


def test_the_grid_is_that_of_the_shipped_file() -> None:
    w = np.random.default_rng(0).normal(size=(24, 40)).astype(np.float32)
    w[3] = 0.0
    values, scale = qdq.int8_channels(w, 0)
    rounded = on_int8_grid(torch.from_numpy(w)).numpy()
    assert np.allclose(rounded, values * scale[:, None], atol=1e-6)
    # once on the grid, rounding changes nothing
    assert np.allclose(on_int8_grid(torch.from_numpy(rounded)).numpy(), rounded, atol=1e-6)
    assert np.abs(rounded - w).max() > 0
