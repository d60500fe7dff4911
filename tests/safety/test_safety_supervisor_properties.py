"""What holds after whatever happens to the supervisor, in whatever order and at whatever time."""

from __future__ import annotations

import math
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from llmagentos.safety.signals import (
    Acquire,
    Answer,
    Arm,
    DriverFault,
    Event,
    Fresh,
    Granted,
    Measured,
    Release,
    Renew,
    Reset,
    Stale,
    Stop,
    Tick,
)
from llmagentos.safety.states import ANSWER_S, LATCHED, LEASE_S, Mode, State
from llmagentos.safety.supervisor import may_move, step

HOLDERS = st.sampled_from(["agent", "other", ""])
NUMBERS = st.integers(0, 4)
RATES = st.sampled_from([(0.0, 0.0), (0.0, 0.0), (0.3, 0.0), (0.0, -0.011), (math.nan, 0.0), ()])
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Arm, st.sampled_from(["Ada", ""])),
    st.builds(Acquire, HOLDERS, st.integers(0, 30).map("goal-{}".format)),
    st.builds(Renew, HOLDERS, NUMBERS),
    st.builds(Release, HOLDERS, NUMBERS, st.booleans()),
    st.builds(Stop, HOLDERS, st.sampled_from(["chat", "ros"])),
    st.builds(Reset, st.sampled_from(["Ada", ""])),
    st.builds(Measured, RATES),
    st.builds(Measured, st.just((0.0, 0.0))),
    st.builds(Stale, st.sampled_from(["joints", "clock"]), st.just("silent"), st.booleans()),
    st.builds(Fresh, st.sampled_from(["joints", "clock"])),
    st.builds(DriverFault, st.just("bus")),
    st.just(Tick()),
)
#: Mostly time goes on by little, now and then by much, back, or is none.
PASSED_S = st.sampled_from([0.0, 0.01, 0.02, 0.02, 0.05, 0.05, 0.12, 1.5, -0.01, -3600.0, math.nan])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(EVENTS, PASSED_S), max_size=60))
def test_whatever_happens(happens: list[tuple[Event, float]]) -> None:
    state, now_s = State(), 50.0
    asked, answered, goals = Counter[str](), Counter[str](), Counter[str]()
    for event, passed_s in happens:
        now_s = now_s + passed_s if math.isfinite(passed_s) else now_s
        at_s = now_s if math.isfinite(passed_s) else passed_s
        before = state
        state, actions = step(before, event, at_s)
        granted = [a for a in actions if isinstance(a, Granted)]

        assert math.isfinite(state.now_s)
        assert (state.lease is not None) == (state.mode is Mode.MOVING)
        assert not granted or state.mode is Mode.MOVING, "nothing lets move outside of MOVING"
        assert state.lease is None or 0 <= state.lease.until_s - state.now_s <= LEASE_S + 1e-9
        if isinstance(event, Stop):
            asked[event.asker] += 1
            assert state.mode in LATCHED, "a stop works from every mode"
        if before.mode in LATCHED and state.mode not in LATCHED:
            assert isinstance(event, Reset) and event.by and before.mode is not Mode.STOPPING
            assert not state.asked and state.lease is None, "a reset resumes nothing"
            assert not state.paused
        if state.mode in LATCHED | {Mode.LOCKED, Mode.ARMED}:
            assert not any(may_move(state, n, state.now_s) for n in range(state.leases + 1))
        if state.mode is Mode.MOVING and before.mode is not Mode.MOVING:
            assert isinstance(event, Acquire) and before.mode is Mode.ARMED and not before.stale
            goals[event.goal] += event.goal != before.paused
        if before.mode is Mode.LOCKED and state.mode is Mode.ARMED:
            assert isinstance(event, Arm) and event.by
        if state.mode is Mode.STOPPED and before.mode is not Mode.STOPPED:
            assert state.at_rest and before.mode in LATCHED and not state.fault
        answered.update(a.asker for a in actions if isinstance(a, Answer))
    # A lease runs out with the first, which begins to stop, and that ends with the next.
    for _ in range(2):
        state, actions = step(state, Tick(), state.now_s + ANSWER_S + 1e-6)
        answered.update(a.asker for a in actions if isinstance(a, Answer))
    assert asked == answered, "every stop has one answer"
    assert set(goals.values()) <= {1}, "a goal gets one lease, ever, but where it paused"
    assert state.mode not in (Mode.MOVING, Mode.STOPPING), "neither lasts without news"
