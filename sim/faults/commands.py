"""Rows 9 to 13 and 34: numbers that must not reach a robot, in the middle of a motion.

Knows: how joint states and joint commands go wrong. Does not know: what refuses them.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from llmagentos.errors import LLMAgentOSError
from llmagentos.types import RobotState
from sim.faults.fault import Fault, Found
from sim.faults.lab import PUT, Lab, Session

_FAULT = {
    9: "NaN joint state",
    10: "NaN command",
    11: "out-of-range command",
    12: "ten-times-too-fast command",
    13: "wrong-length command",
}
_REQUIRED = "STOP ≤ 150 ms; none of them reaches the robot; no crash"
_LIMITS = {"rest after ms": 150.0, "reached the robot": 0.0, "crashes": 0.0}
#: Over its upper limit of -0.07 rad: joint 4 of a Panda.
_JOINT, _BEYOND_RAD = 3, 1.0
_TIMES = 10


def _end(session: Session, begin: Callable[[], object]) -> tuple[int, str]:
    """Run it; how many errors it ended with that are not ours, and how it ended, in words."""
    try:
        return 0, str(begin())
    except LLMAgentOSError as error:
        return 0, f"{type(error).__name__}: {error}"
    except Exception as error:  # that is what is counted
        return 1, f"{type(error).__name__}: {error}"


def _works_again(session: Session) -> int:
    """Crashes of a plain command afterwards: 0 where it succeeds."""
    session.tampered.clear()
    vars(session.driver).pop("send_joint_positions", None)
    session.ready()
    return int(session.agent.command("go home").status != "succeeded")


def nan_state(lab: Lab) -> Found:
    """Joint states are not a number from the middle of a motion on."""
    session = lab.fresh()

    def unmeasured(state: RobotState) -> RobotState:
        return replace(state, positions=(math.nan, *state.positions[1:]))

    session.when(session.moves, lambda: setattr(session.tampered, "measure", unmeasured))
    crashes, words = _end(session, lambda: session.agent.command(PUT).reply)
    ms = session.rest_ms()
    bad = sum(not all(map(math.isfinite, q)) for q in session.tampered.sent)
    crashes += _works_again(session)
    return Found({"rest after ms": ms, "reached the robot": bad, "crashes": crashes}, words[:160])


def _bad(number: int, session: Session) -> Callable[[Sequence[float]], Sequence[float]]:
    limit = session.robot.driver.inner.gate.limits.velocity_radps[0]
    step = _TIMES * limit * session.driver.control_period_s

    def change(q: Sequence[float]) -> Sequence[float]:
        if number == 10:
            return (math.nan, *q[1:])
        if number == 11:
            return (*q[:_JOINT], _BEYOND_RAD, *q[_JOINT + 1 :])
        if number == 12:
            return (q[0] + step, *q[1:])
        return q[:-1]

    return change


def bad_command(number: int) -> Callable[[Lab], Found]:
    """Every command of the skills is so from the middle of a motion on."""

    def inject(lab: Lab) -> Found:
        session = lab.fresh()
        change, wrong = _bad(number, session), list[tuple[float, ...]]()

        def tamper(q: Sequence[float]) -> Sequence[float]:
            wrong.append(tuple(change(q)))
            return wrong[-1]

        session.when(session.moves, lambda: session.command_as(tamper))
        crashes, words = _end(session, lambda: session.agent.command(PUT).reply)
        ms = session.rest_ms()
        refused, joints = set(wrong), len(session.joints())
        reached = sum(
            q in refused or len(q) != joints or not all(map(math.isfinite, q))
            for q in session.tampered.sent
        )
        crashes += _works_again(session)
        return Found(
            {"rest after ms": ms, "reached the robot": reached, "crashes": crashes},
            f"{len(wrong)} sent; {words[:120]}",
        )

    return inject


def rogue(lab: Lab) -> Found:
    """Somebody without a goal commands the driver of a robot that nobody uses, 100 times."""
    session = lab.fresh()
    before, refused = session.joints(), 0

    def command() -> None:
        nonlocal refused
        for _ in range(100):
            q = session.joints()
            try:
                session.driver.send_joint_positions((q[0] + 0.005, *q[1:]))
            except LLMAgentOSError:
                refused += 1
            session.driver.advance()

    thread = threading.Thread(target=command)
    thread.start()
    thread.join()
    return Found({"moved rad": session.moved_rad(before), "let through": 100 - refused})


FAULTS = (
    Fault(
        9, _FAULT[9], _REQUIRED, "joint 1 is measured as NaN from mid-motion on",
        _LIMITS, nan_state, quick=True,
    ),
    *(
        Fault(
            number, _FAULT[number], _REQUIRED, injected, _LIMITS, bad_command(number), quick=True
        )
        for number, injected in (
            (10, "every joint command has a NaN from mid-motion on"),
            (11, "every joint command has joint 4 at 1.0 rad from mid-motion on"),
            (12, "every joint command is ten steps of joint 1's limit away from mid-motion on"),
            (13, "every joint command has one number too few from mid-motion on"),
        )
    ),
    Fault(
        34, "rogue publisher", "no rogue motion",
        "a thread without a goal sends 100 joint commands to an idle driver",
        {"moved rad": 0.001, "let through": 0}, rogue, quick=True,
    ),
)  # fmt: skip
