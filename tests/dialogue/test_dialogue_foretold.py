"""What would become of a plan, told as the executor then does it."""

from __future__ import annotations

import pytest
from lab.session import Table

from llmagentos.dialogue.doubts import Asked
from llmagentos.dialogue.doubts.foretold import foretold
from llmagentos.lang import codec as compact
from llmagentos.ports.modules import PlanResult
from llmagentos.ports.understanding import Option, Trust, Understanding

LIMITS = Trust(0.7, 0.25)
PICK = "pick [ the red block ]"


@pytest.mark.parametrize(
    ("plan", "command", "confidence", "said", "status"),
    [
        (PICK, "take the red block", 0.9, "carried out", "succeeded"),
        (PICK, "take the red block", 0.5, "asked about (sure enough from 0.70 on", "question"),
        (PICK, "take the red block", 0.2, "not understood: I did not", "question"),
        (PICK, "don't take the red block", 0.5, "only acknowledged: All right, I won't", "answered"),
        ("move [ the red block ] left dist 5 cm", "move it left", 0.9,
         "not understood: I did not understand how far", "question"),
        ("refuse fire", "burn it", 0.13, "said, and nothing moves (a reason counts from 0.125", "refused"),
        ("refuse fire", "burn it", 0.12, "not understood: I did not", "question"),
        ("answer held", "what do you hold?", 0.9, "said, and nothing moves", "answered"),
    ],
)  # fmt: skip
def test_what_is_foretold_comes_true(
    plan: str, command: str, confidence: float, said: str, status: str
) -> None:
    t = Table()
    t.executor.trust = LIMITS
    written = compact.parse(plan)
    option = Option(written, plan, confidence)
    found = Understanding(confidence, options=(option,))
    told = foretold(
        Asked(
            command,
            written,
            t.skills.scene(),
            confidence=confidence,
            understanding=found,
            trust=LIMITS,
        )
    )
    assert told.startswith(said)
    done = t.executor.run(
        PlanResult(written, plan, confidence=confidence, understanding=found), command
    )
    assert done.status == status


def test_other_limits_are_told_and_a_planner_that_cannot_tell_has_none() -> None:
    written = compact.parse(PICK)
    sure = Asked("take it", written, understanding=Understanding(0.5), trust=Trust(0.4, 0.1))
    assert foretold(sure).startswith("carried out") and "0.40" in foretold(sure)
    assert foretold(Asked("take it", written)) == "carried out where the scene allows it"
