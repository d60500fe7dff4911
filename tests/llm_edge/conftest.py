"""What several tests of the corpus share."""

from __future__ import annotations

import pytest

from llm_edge.corpus import compose
from llm_edge.corpus.sampler import Ctx
from llmagentos.planning import plan as p


@pytest.fixture(scope="session")
def drawn_plans() -> list[p.Plan]:
    """Plans of the corpus's mix of everything, as they are drawn, unchecked."""
    plans = []
    for i in range(3000):
        try:
            plans.append(p.Plan(steps=compose.sample(Ctx(f"mix:{i}")).steps))
        except (ValueError, IndexError):  # a draw that came to nothing
            continue
    return plans
