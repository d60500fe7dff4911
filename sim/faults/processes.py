"""Rows 1 to 4 and 46: parts that are killed, frozen or starved while the arm moves.

Knows: how a supervisor's process is killed and frozen, how whoever commands hangs, by the machine's
monotonic clock. Does not know: what brakes then.
"""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from llmagentos.errors import LLMAgentOSError
from sim.faults.fault import Fault, Found, Needs
from sim.faults.lab import PUT, Lab, Session

_STOP = {"rest after ms": 250.0, "resumed": 0.0}
#: As long as whoever commands hangs, and the world is watched for rest afterwards, s.
_HANGS_S = 1.0
_STILL_RAD = 0.005
#: A computer that is so busy that the lease runs out before the fault is tried so often.
_TRIES = 3


@contextmanager
def _by_the_wall(lab: Lab) -> Iterator[Session]:
    """A session whose supervisor is a process, and whose simulated time passes as the wall's does
    (or slower, where the machine is busy)."""
    with lab.own(clock=time.monotonic, supervisor="process") as session:
        world, advance = session.world, session.world.advance
        due_s = 0.0

        def paced() -> None:
            nonlocal due_s
            due_s = max(due_s + world.control_period_s, time.monotonic() - world.control_period_s)
            time.sleep(max(0.0, due_s - time.monotonic()))
            advance()

        world.advance = paced  # type: ignore[method-assign]
        session.agent.look()
        yield session


def _command(session: Session) -> str:
    try:
        result = session.agent.command(PUT)
        return f"{result.status}: {result.reply[:100]}"
    except LLMAgentOSError as error:
        return f"{type(error).__name__}: {error}"[:110]


class NotInjectedError(RuntimeError):
    """The arm was stopped before the fault came: nothing was measured."""


def injected(inject: Callable[[Lab], Found]) -> Callable[[Lab], Found]:
    """Again where the fault could not be injected. NotInjectedError where it never could."""

    def tried(lab: Lab) -> Found:
        for left in reversed(range(_TRIES)):
            try:
                return inject(lab)
            except NotInjectedError:
                if not left:
                    raise
        raise AssertionError("the last try returns or raises")

    return tried


def _found(session: Session, words: str) -> Found:
    if math.isinf(session.injected_s):
        raise NotInjectedError(f"expected a fault in mid-motion, got none: {words}")
    ms = session.rest_ms(1.0)
    before = session.joints()
    session.pass_time(0.5)
    return Found(
        {
            "rest after ms": ms,
            "resumed": float(session.moved_rad(before) > _STILL_RAD),
        },
        words,
    )


def supervisor_lost(how: signal.Signals) -> Callable[[Lab], Found]:
    """The supervisor's process gets that signal in mid-motion."""

    def inject(lab: Lab) -> Found:
        with _by_the_wall(lab) as session:
            pid = session.supervisor.process.pid
            session.when(session.moves, lambda: os.kill(pid, how))
            try:
                return _found(session, _command(session))
            finally:
                if how is signal.SIGSTOP:
                    os.kill(pid, signal.SIGCONT)

    return inject


def commander_hangs(lab: Lab) -> Found:
    """Whoever commands the driver does nothing any more, in the middle of a motion."""
    with _by_the_wall(lab) as session:
        driver, send = session.driver, type(session.driver).send_joint_positions
        hung = threading.Event()

        def hang(q: Any) -> Any:
            if not hung.is_set() and session.moves():
                hung.set()
                session.injected_s = session.log.now_s
                time.sleep(_HANGS_S)
            return send(driver, q)

        driver.send_joint_positions = hang
        return _found(session, _command(session))


#: Burns from its first line of input on, until it is killed.
_BURNER = "import sys\nsys.stdin.readline()\nwhile True: pass"


def starved(lab: Lab) -> Found:
    """Two busy processes a core from mid-motion on, and the supervisor is frozen with it."""
    count = 2 * (os.cpu_count() or 1)
    command = [sys.executable, "-c", _BURNER]
    burners = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(count)]
    try:
        with _by_the_wall(lab) as session:
            pid = session.supervisor.process.pid

            def starve() -> None:
                for burner in burners:
                    assert burner.stdin is not None
                    burner.stdin.write(b"\n")
                    burner.stdin.flush()
                os.kill(pid, signal.SIGSTOP)

            session.when(session.moves, starve)
            try:
                return _found(session, f"{count} busy processes; {_command(session)}")
            finally:
                os.kill(pid, signal.SIGCONT)
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


FAULTS = (
    Fault(
        3, "executor frozen", "STOP ≤ 250 ms",
        "the thread that commands hangs for 1 s in mid-motion; supervisor in its process",
        _STOP, injected(commander_hangs), Needs.PROCESSES,
    ),
    Fault(
        4, "supervisor killed", "STOP ≤ 250 ms", "kill -9 of its process in mid-motion",
        _STOP, injected(supervisor_lost(signal.SIGKILL)), Needs.PROCESSES,
    ),
    Fault(
        4, "supervisor frozen", "STOP ≤ 250 ms", "SIGSTOP of its process in mid-motion",
        _STOP, injected(supervisor_lost(signal.SIGSTOP)), Needs.PROCESSES,
    ),
    Fault(
        46, "CPU starved", "row 1 still ≤ 300 ms",
        "two busy processes a core and SIGSTOP of the supervisor in mid-motion",
        {**_STOP, "rest after ms": 300.0}, injected(starved), Needs.PROCESSES,
    ),
)  # fmt: skip
