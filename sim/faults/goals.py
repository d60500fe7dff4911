"""Rows 22 to 25: too many goals, and those that come at the wrong moment.

Knows: how goals are sent beside a running one. Does not know: who decides between them.
"""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np

from llmagentos.errors import LifecycleError
from llmagentos.safety.signals import Acquire, Granted, Release, Stop
from sim.faults.fault import Fault, Found
from sim.faults.lab import PUT, Lab

_REQUIRED = "one owner; stop wins; one execution; stop p99 ≤ 150 ms"
_NAME = "fault harness"
#: Physics steps that are 10 ms, and goals a step that are 1,000 a second.
_STEPS_10_MS, _GOALS_A_STEP = 3, 5


def contradictory(lab: Lab) -> Found:
    """While one command runs, another one is given from another thread."""
    session, answers = lab.fresh(), list[Any]()
    green = session.world.object_pose("green_block")[0]

    def other() -> None:
        try:
            answers.append(session.agent.command("put the green block in the green bowl"))
        except LifecycleError as error:
            answers.append(error)

    thread = threading.Thread(target=other)

    def give() -> None:
        thread.start()
        thread.join(10)

    session.when(session.moves, give)
    result = session.agent.command(PUT)
    now = session.world.object_pose("green_block")[0]
    moved = math.dist(green[:2], now[:2])
    return Found(
        {
            "second owners": float(not answers or not isinstance(answers[0], LifecycleError)),
            "second goal moved m": moved,
            "first goals that failed": float(result.status != "succeeded"),
        },
        str(answers[0])[:110] if answers else "no answer",
    )


def stop_then_go(lab: Lab) -> Found:
    """A stop in mid-motion, 10 ms later a new goal."""
    session, heard, steps = lab.fresh(), list[Any](), 0

    def go() -> None:
        nonlocal steps
        steps += 1
        if steps == _STEPS_10_MS:
            heard.extend(session.supervisor.tell(Acquire("late", "go")))

    def stop() -> None:
        session.supervisor.post(Stop(_NAME, _NAME))
        session.log.before.append(go)

    session.when(session.moves, stop)
    session.agent.command(PUT)
    ms = session.rest_ms()
    granted = sum(isinstance(action, Granted) and action.holder == "late" for action in heard)
    return Found({"rest after ms": ms, "granted after the stop": granted, "unanswered": not heard})


def one_goal_again(lab: Lab) -> Found:
    """One goal is sent 100 times; after every grant the lease is given back."""
    session = lab.fresh()
    granted = 0
    for _ in range(100):
        for action in session.supervisor.tell(Acquire("client", "one goal")):
            if isinstance(action, Granted):
                granted += 1
                session.supervisor.tell(Release("client", action.number))
    return Found({"executions": granted, "not executed": float(granted == 0)})


def flood(lab: Lab) -> Found:
    """Over 1,000 goals a simulated second beside stops of a moving arm."""
    rng, times, granted = np.random.default_rng(25), list[float](), 0
    count = 40 if lab.whole else 4
    for index in range(count):
        session, sent = lab.fresh(), 0
        wait = int(rng.integers(1, 120))

        def goals() -> None:
            nonlocal sent, granted
            for _ in range(_GOALS_A_STEP):
                sent += 1
                told = session.supervisor.tell(Acquire("flood", f"{index}-{sent}"))  # noqa: B023
                granted += any(isinstance(a, Granted) and a.holder == "flood" for a in told)
            if sent == wait * _GOALS_A_STEP:  # noqa: B023
                session.injected_s = session.log.now_s  # noqa: B023
                session.supervisor.post(Stop(_NAME, _NAME))  # noqa: B023

        session.when(session.moves, lambda: session.log.before.append(goals))  # noqa: B023
        session.agent.command(PUT)
        session.pass_time(0.6)
        times.append(1000 * session.log.rest_after_s(session.injected_s))
    p99 = float(np.percentile(times, 99, method="higher"))
    return Found(
        {"p99 ms": p99, "granted beside the owner": granted},
        f"{count} stops, median {np.median(times):.0f} ms, longest {max(times):.0f} ms",
    )


FAULTS = (
    Fault(
        22, "contradictory goals", _REQUIRED, "another command from another thread in mid-motion",
        {"second owners": 0.0, "second goal moved m": 0.002, "first goals that failed": 0.0},
        contradictory, quick=True,
    ),
    Fault(
        23, "stop then go 10 ms apart", _REQUIRED, "a stop in mid-motion, a new goal 3 steps later",
        {"rest after ms": 150.0, "granted after the stop": 0.0, "unanswered": 0.0},
        stop_then_go, quick=True,
    ),
    Fault(
        24, "one goal sent 100 times", _REQUIRED, "one goal asks 100 times for the lease",
        {"executions": 1.0, "not executed": 0.0}, one_goal_again, quick=True,
    ),
    Fault(
        25, "1,000 goals/s", _REQUIRED, "1,200 goals a simulated second, stops at random moments",
        {"p99 ms": 150.0, "granted beside the owner": 0.0}, flood,
    ),
)  # fmt: skip
