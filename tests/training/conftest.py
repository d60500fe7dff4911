"""What several tests of the corpus share."""

from __future__ import annotations

import pytest

from llmagentos.lang import plan as p
from training.corpus import mix
from training.corpus.sampler import Ctx


@pytest.fixture(scope="session")
def drawn_plans() -> list[p.Plan]:
    """Plans of the corpus's mix of everything, as they are drawn, unchecked."""
    plans = []
    for i in range(3000):
        try:
            plans.append(p.Plan(steps=mix.sample(Ctx(f"mix:{i}")).steps))
        except (ValueError, IndexError):  # a draw that came to nothing
            continue
    return plans
