"""The table of an agent's life: what follows what, and what is refused by name."""

from __future__ import annotations

import pytest

from llmagentos.daemon.phases import CALLS, LIVE, TABLE, TAKES_CALLS, Phase, after
from llmagentos.errors import LifecycleError


def test_every_phase_is_in_the_table_and_can_be_reached() -> None:
    reached = {Phase.CREATED} | {p for ways in TABLE.values() for p in ways.values()}
    assert set(TABLE) == set(Phase) == reached


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("call", CALLS)
def test_a_call_leads_where_the_table_says_or_is_refused_by_name(phase: Phase, call: str) -> None:
    if call in TABLE[phase]:
        assert after("x", phase, call) is TABLE[phase][call]
        return
    with pytest.raises(
        LifecycleError, match=f"agent x: expected it to be .* to {call}, got {phase.value}"
    ):
        after("x", phase, call)


def test_nothing_follows_a_destroyed_one_and_all_others_come_to_it() -> None:
    assert not TABLE[Phase.DESTROYED]
    for phase in set(Phase) - {Phase.DESTROYED}:
        seen, todo = set(), [phase]
        while todo:
            here = todo.pop()
            if here not in seen:
                seen.add(here)
                todo += TABLE[here].values()
        assert Phase.DESTROYED in seen, phase


def test_only_what_has_a_process_takes_calls() -> None:
    assert TAKES_CALLS < LIVE
    assert Phase.STOPPING not in TAKES_CALLS
