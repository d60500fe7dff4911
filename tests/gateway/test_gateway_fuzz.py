"""What the gateway makes of what no client means: its own document, tried out, and malformed bytes."""

from __future__ import annotations

import os
from typing import Any

import pytest

pytest.importorskip("schemathesis")
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection

from benchmarks.gateway_fuzz import Fuzz
from llmagentos.daemon.front import FrontSettings
from llmagentos.gateway.app import make
from sim.faults.door import Door

pytestmark = pytest.mark.slow
EXAMPLES = int(os.environ.get("LLMAGENTOS_EXAMPLES", "20"))
SCHEMA = schemathesis.openapi.from_dict(make(FrontSettings()).document())
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
POSITIVE, NEGATIVE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
#: The longest wait that the document allows everywhere, seconds.
MOST_S = 30
#: Of each as many; there is nothing that the health could be asked wrongly.
TRIED = [(label, m) for label in OPERATIONS for m in (POSITIVE, NEGATIVE)]
TRIED.remove(("GET /v1/health", NEGATIVE))


def test_the_document_is_what_is_served(door: Door) -> None:
    assert door.ask("GET", "/openapi.json").json() == SCHEMA.raw_schema
    assert len(OPERATIONS) > 20


@pytest.mark.parametrize(("label", "mode"), TRIED)
def test_the_document_says_what_is_so(label: str, mode: GenerationMode, door: Door) -> None:
    """Every answer to what it allows, and to what it does not, is one that it names, in its form; what
    it does not allow is refused, and without a token all but the health."""

    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def tried(case: Any) -> None:
        if case.path_parameters.get("verb") == "end":
            case.path_parameters["verb"] = "resume"  # the agent is still wanted
        for fields in (case.query, case.body):
            wait_s = fields.get("wait_s") if isinstance(fields, dict) else None
            if (
                isinstance(wait_s, (int, float)) and 0.1 < wait_s <= MOST_S
            ):  # what is wrong stays so
                fields["wait_s"] = 0.1
        case.call_and_validate(
            base_url=door.url,
            headers={"Authorization": f"Bearer {door.tokens['admin']}"},
            timeout=60,
            excluded_checks=[] if _is_still_wrong(case) else [negative_data_rejection],
        )

    tried()


def _is_still_wrong(case: Any) -> bool:
    """Whether what was made wrong is sent: an odd field without a value never is, nor is a token
    left out."""
    known = {p.name for p in OPERATIONS[case.operation.label].query}
    odd = {k: v for k, v in case.query.items() if k not in known}
    return not odd or any(v not in ([], {}, None) for v in odd.values())


def test_malformed_requests_and_frames_crash_grow_and_move_nothing(robot: Door) -> None:
    came = Fuzz(robot, seed=1).run(3000)
    assert (came.crashes, came.broken, came.calls) == (0, 0, 0), came
    assert came.moved_rad < 1e-6
    assert came.growth_mb < 25, came
    assert {"400", "401", "403"} <= set(came.answers), came.answers
    assert len(came.answers) > 6, came.answers
