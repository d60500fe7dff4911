"""The supervisor's heart: whether anything may move, as a pure function of events and time.

    state = State()
    state, actions = step(state, Arm(by="Ada"), now_s)

Knows: modes, one lease, who asked for a stop, what was measured. Does not know: clocks, threads,
sockets, drivers, plans: time comes in as a number of seconds that goes on (monotonic), and what is
to be done goes out as actions (signals.py).

Modes. LOCKED at the start; a person arms it. ARMED: it takes a goal, whose holder gets the lease.
MOVING: somebody holds the lease. STOPPING: the driver ramps to rest. STOPPED: every joint was
measured at rest; latched. FAULT: the driver failed, or no rest could be measured; latched.

- A lease is one holder's, for one goal, holds LEASE_S and is renewed every RENEW_S. A goal gets a
  lease once, or again where it paused by itself: what was stopped is not taken up again.
- A stop from anybody, a lease that ran out, a silent source, a failed driver and a clock that went
  back lead to STOPPING. A stop wins over whatever comes after it: only a reset leads on.
- Every stop gets its own answer, also the hundredth and one that comes when all stands.
- A reset is a person's act, by name; it resumes nothing. After a fault the robot is locked again.
"""

from __future__ import annotations

import math
from dataclasses import replace

from llmagentos.safety.signals import (
    Acquire,
    Action,
    Answer,
    Arm,
    Changed,
    DriverFault,
    Event,
    Fresh,
    Granted,
    Measured,
    Ramp,
    Refused,
    Release,
    Renew,
    Reset,
    Stale,
    Stop,
)
from llmagentos.safety.states import (
    ANSWER_S,
    BACK_S,
    GOALS,
    LATCHED,
    LEASE_S,
    REST_RADPS,
    REST_S,
    Asked,
    Lease,
    Mode,
    State,
)

Step = tuple[State, tuple[Action, ...]]


def step(state: State, event: Event, now_s: float) -> Step:
    """What follows from an event at now_s (seconds, a clock that goes on). Never raises."""
    state, passed = _time(state, now_s)
    state, done = _handle(state, event)
    state, ended = _settle(state)
    return state, passed + done + ended


def may_move(state: State, number: int, now_s: float) -> bool:
    """Whether the lease of this number lets its holder command the driver at now_s (seconds)."""
    lease = state.lease
    return lease is not None and lease.number == number and now_s <= lease.until_s


# --- time ---------------------------------------------------------------------------------------


def _time(state: State, now_s: float) -> Step:
    """Let time pass: a lease may run out, and a clock may be wrong."""
    if not math.isfinite(now_s):
        return _on_fault(state, f"expected a clock's time, got {now_s}")
    if now_s < state.now_s - BACK_S:
        why = f"expected a clock that goes on, got one that went back {state.now_s - now_s:.2f} s"
        return _stopping_if_moving(_shifted(state, now_s - state.now_s), why)
    state = replace(state, now_s=max(now_s, state.now_s))
    lease = state.lease
    if lease is not None and state.now_s > lease.until_s:
        return _stopping(state, f"the lease of {lease.holder} was not renewed in {LEASE_S:.2f} s")
    return state, ()


def _shifted(state: State, by_s: float) -> State:
    """All times moved with a clock that was set, so that what has passed stays the same; but for the
    lease's, which ends with that."""
    quiet_s = state.quiet_s
    return replace(
        state,
        now_s=state.now_s + by_s,
        asked=tuple(replace(a, at_s=a.at_s + by_s) for a in state.asked),
        stop_s=state.stop_s + by_s,
        quiet_s=None if quiet_s is None else quiet_s + by_s,
        measured_s=state.measured_s + by_s,
    )


# --- events -------------------------------------------------------------------------------------


def _handle(state: State, event: Event) -> Step:
    if isinstance(event, Stop):
        return _on_stop(state, event)
    if isinstance(event, DriverFault):
        return _on_fault(state, event.why)
    if isinstance(event, Measured):
        return _on_measured(state, event)
    if isinstance(event, Stale):
        return _on_stale(state, event)
    if isinstance(event, Fresh):
        return replace(state, stale=_without(state, event.source)), ()
    if isinstance(event, Acquire):
        return _on_acquire(state, event)
    if isinstance(event, Renew):
        return _on_renew(state, event)
    if isinstance(event, Release):
        return _on_release(state, event)
    if isinstance(event, Arm):
        return _on_arm(state, event)
    if isinstance(event, Reset):
        return _on_reset(state, event)
    return state, ()


def _on_stop(state: State, event: Stop) -> Step:
    why = f"{event.source}: {event.why or 'stop'}"
    state = replace(state, asked=(*state.asked, Asked(event.asker, state.now_s)))
    if state.mode in LATCHED:
        return state, (Ramp(why),)
    return _stopping(state, why)


def _on_fault(state: State, why: str) -> Step:
    state = replace(state, fault=state.fault or why)
    if state.mode is Mode.STOPPED:
        return _changed(state, Mode.FAULT, "", why, Ramp(why))
    if state.mode in LATCHED:
        return state, (Ramp(why),)
    return _stopping(state, why)


def _on_measured(state: State, event: Measured) -> Step:
    velocities = event.velocities_radps
    if not velocities or not all(map(math.isfinite, velocities)):
        why = f"expected finite measured joint rates, got {velocities}"
        return _on_fault(replace(state, quiet_s=None), why)
    now_s = state.now_s
    quiet_s: float | None = None
    if all(abs(v) < REST_RADPS for v in velocities):
        gap = now_s - state.measured_s > REST_S
        quiet_s = now_s if gap or state.quiet_s is None else state.quiet_s
    return replace(state, quiet_s=quiet_s, measured_s=now_s, holding=event.holding), ()


def _on_stale(state: State, event: Stale) -> Step:
    state = replace(state, stale=(*_without(state, event.source), (event.source, event.why)))
    if state.paused and not event.awaited:
        # This process was frozen, or its driver is gone: the goal must not just go on afterwards.
        state = replace(state, paused="", ended=event.why)
    return _stopping_if_moving(state, event.why)


def _on_acquire(state: State, event: Acquire) -> Step:
    why = ""
    if not event.holder or not event.goal:
        why = f"expected a holder and a goal, got {event.holder!r} and {event.goal!r}"
    elif event.goal in state.goals and event.goal != state.paused:
        why = state.ended or f"expected a new goal, got {event.goal!r}, which had its lease"
    elif state.lease is not None:
        why = f"expected a free lease, got one of {state.lease.holder} for {state.lease.goal!r}"
    elif state.mode is not Mode.ARMED:
        why = f"expected an armed robot, got {_one(state)}"
    elif state.stale:
        why = f"expected every source alive, got: {_silent(state)}"
    if why:
        return state, (Refused(event.holder, "Acquire", why),)
    number = state.leases + 1
    lease = Lease(event.holder, number, event.goal, state.now_s + LEASE_S)
    goals = state.goals
    if event.goal not in goals:
        goals = (*goals, event.goal)[-GOALS:]
    state = replace(state, lease=lease, leases=number, goals=goals, ended="")
    granted = Granted(lease.holder, number, lease.until_s)
    return _changed(state, Mode.MOVING, event.holder, f"goal {event.goal}", granted)


def _on_renew(state: State, event: Renew) -> Step:
    lease = state.lease
    if lease is None or (lease.holder, lease.number) != (event.holder, event.number):
        return state, (Refused(event.holder, "Renew", _not_his(state, event)),)
    until_s = state.now_s + LEASE_S
    state = replace(state, lease=replace(lease, until_s=until_s))
    return state, (Granted(lease.holder, lease.number, until_s),)


def _on_release(state: State, event: Release) -> Step:
    lease = state.lease
    if lease is None or (lease.holder, lease.number) != (event.holder, event.number):
        return state, (Refused(event.holder, "Release", _not_his(state, event)),)
    state = replace(state, lease=None, paused=lease.goal if event.pauses else "")
    does = "pauses" if event.pauses else "ended"
    return _changed(state, Mode.ARMED, event.holder, f"goal {lease.goal} {does}")


def _on_arm(state: State, event: Arm) -> Step:
    why = ""
    if not event.by.strip():
        why = "expected the name of the person who arms the robot, got none"
    elif state.mode is not Mode.LOCKED:
        why = f"expected a locked robot, got {_one(state)}"
    if why:
        return state, (Refused(event.by, "Arm", why),)
    return _changed(state, Mode.ARMED, event.by, "armed")


def _on_reset(state: State, event: Reset) -> Step:
    why = ""
    if not event.by.strip():
        why = "expected the name of the person who resets the robot, got none"
    elif state.mode not in (Mode.STOPPED, Mode.FAULT):
        why = f"expected a stopped robot, got {_one(state)}"
    elif state.asked:
        why = "expected every stop answered, got one that waits: a stop wins"
    elif not state.at_rest:
        why = "expected joints measured at rest, got none, or joints that move"
    elif state.stale:
        why = f"expected every source alive, got: {_silent(state)}"
    if why:
        return state, (Refused(event.by, "Reset", why),)
    after = Mode.LOCKED if state.mode is Mode.FAULT else Mode.ARMED
    return _changed(replace(state, why="", fault=""), after, event.by, "reset")


# --- what comes of it ---------------------------------------------------------------------------


def _stopping(state: State, why: str) -> Step:
    """Into STOPPING, from a mode that is not latched; the lease ends here."""
    state = replace(state, lease=None, paused="", why=why, stop_s=state.now_s)
    return _changed(state, Mode.STOPPING, "", why, Ramp(why))


def _stopping_if_moving(state: State, why: str) -> Step:
    return _stopping(state, why) if state.mode is Mode.MOVING else (state, ())


def _settle(state: State) -> Step:
    """The answers that are due, and the end of STOPPING."""
    if not state.asked and state.mode is not Mode.STOPPING:
        return state, ()
    asked, state = state.asked, replace(state, asked=())
    late = f"expected joints measured at rest {ANSWER_S:.0f} s after the stop, got none"
    actions: list[Action] = []
    overdue = False
    for a in asked:
        rest_s = state.rest_after(a.at_s)
        if rest_s is not None:
            actions.append(Answer(a.asker, True, 1000 * rest_s, state.holding, _cause(state)))
        elif state.now_s - a.at_s > ANSWER_S:
            actions.append(Answer(a.asker, False, None, state.holding, late))
            overdue = True
        else:
            state = replace(state, asked=(*state.asked, a))
    if state.mode is Mode.STOPPING:
        rest_s = state.rest_after(state.stop_s)
        if rest_s is not None:
            after = Mode.FAULT if state.fault else Mode.STOPPED
            state, more = _changed(state, after, "", f"at rest after {1000 * rest_s:.0f} ms")
            actions += more
        elif state.now_s - state.stop_s > ANSWER_S:
            overdue = True
    if overdue and state.mode is not Mode.FAULT:
        state = replace(state, fault=state.fault or late)
        state, more = _changed(state, Mode.FAULT, "", late, Ramp(late))
        actions += more
    return state, tuple(actions)


def _changed(state: State, mode: Mode, by: str, why: str, *more: Action) -> Step:
    change = Changed(state.mode.value, mode.value, by, why)
    return replace(state, mode=mode), (change, *more)


# --- words --------------------------------------------------------------------------------------


def _cause(state: State) -> str:
    return state.fault or state.why


def _one(state: State) -> str:
    """The robot as it is: "a stopped one (chat: stop)"."""
    mode = "faulty" if state.mode is Mode.FAULT else state.mode.value
    article = "an" if state.mode is Mode.ARMED else "a"
    return f"{article} {mode} one{_because(state)}"


def _because(state: State) -> str:
    why = _cause(state)
    return f" ({why})" if why else ""


def _silent(state: State) -> str:
    return "; ".join(why for _, why in state.stale)


def _not_his(state: State, event: Renew | Release) -> str:
    lease = state.lease
    got = f"none for {_one(state)}"
    if lease is not None:
        got = f"lease {lease.number} of {lease.holder}"
    return f"expected lease {event.number} of {event.holder}, got {got}"


def _without(state: State, source: str) -> tuple[tuple[str, str], ...]:
    return tuple(row for row in state.stale if row[0] != source)
