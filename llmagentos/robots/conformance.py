"""Whether a driver keeps what every RobotDriver promises, for any driver, a real arm's too.

Knows: in which order promises are asked for, and how far a driver may be asked. Does not know: what
a promise is (promises), any driver.

With `moves=False` no command is sent at all. Otherwise the first joint turns by `LARGEST_MOVE_RAD` at
most, at `LARGEST_RATE_RADPS`, and the gripper opens and half closes. What a careless driver answers
with a joint's whole range (more than a joint can, NaN, infinity) is left out unless `whole_range`
is given.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from llmagentos.errors import DriverError, LLMAgentOSError
from llmagentos.ports.hardware import RobotDriver
from llmagentos.robots.promises import CONTRACT, BrokenPromiseError, Promise, Question
from llmagentos.robots.specs import ArmSpec

#: What a driver must have; of the first ones, one that derives from RobotDriver inherits a default.
_INHERITED = ("connect", "disconnect", "__enter__", "__exit__")
_OWN = ("state", "send_joint_positions", "send_gripper", "advance")
_VALUES = ("control_period_s", "now_s")
#: Promises that are told only where they are broken: nothing can be asked for then.
COMPLETE, CONNECTS = "it has every call and attribute of RobotDriver", "it connects"


@dataclass(frozen=True)
class Verdict:
    """Of one promise; kept is None where it was not asked for. why: in words, "" where kept."""

    promise: str
    kept: bool | None
    why: str = ""


def conform(
    driver: RobotDriver, spec: ArmSpec, whole_range: bool = False, moves: bool = True
) -> Iterator[Verdict]:
    """Ask a driver for every promise in order; it is connected first and disconnected at the end.

    moves: False sends no command at all, and asks what can be asked so. whole_range: also what
    a driver that gets it wrong answers with a joint at the end of its range. After the first broken
    promise nothing is sent any more: what is wrong at rest should not be asked to move; nothing is
    asked of one that cannot say where it is. What it lacks is told before anything is called.
    """
    try:
        connect(driver)
    except LLMAgentOSError as exc:
        yield Verdict(COMPLETE if missing(driver) else CONNECTS, False, str(exc))
        return
    why_still, blind = "" if moves else "it would send the arm a command", False
    try:
        for promise in CONTRACT:
            why = _why_not(promise, whole_range, why_still, blind)
            if why:
                yield Verdict(promise.words, None, why)
                continue
            verdict = _asked(
                promise.still if why_still else promise.ask, promise.words, driver, spec
            )
            if verdict.kept is False:
                why_still = why_still or "no command is sent after a broken promise"
                blind = blind or promise is CONTRACT[0]
            yield verdict
    finally:
        with suppress(Exception):  # one that raises has broken the last promise, or one before
            driver.disconnect()


def _why_not(promise: Promise, whole_range: bool, why_still: str, blind: bool) -> str:
    """Why a promise is not asked for; "" where it is. why_still: why no command may be sent."""
    if blind:
        return "it has to say where it is first"
    if why_still:
        return "" if promise.still else why_still
    if promise.sweeps and not whole_range:
        return "a driver that gets it wrong may send a joint to the end of its range: --whole-range"
    return ""


def _asked(question: Question | None, words: str, driver: RobotDriver, spec: ArmSpec) -> Verdict:
    assert question is not None
    try:
        question(driver, spec)
    except BrokenPromiseError as exc:
        return Verdict(words, False, str(exc))
    except Exception as exc:  # whatever a driver of one's own raises
        return Verdict(words, False, f"it raised {type(exc).__name__}: {exc}")
    return Verdict(words, True)


def missing(driver: object) -> tuple[str, ...]:
    """What a driver, or a class before it is made, lacks of RobotDriver, by name; nothing is
    called. What RobotDriver merely declares is not what a driver that derives from it has."""
    kind: type = driver if inspect.isclass(driver) else type(driver)
    if hasattr(kind, "__getattr__"):  # it hands calls on; only asking tells
        return ()
    lacks = [name for name in _INHERITED if inspect.getattr_static(driver, name, None) is None]
    # Those of a class that does not derive from RobotDriver may be set as it is made.
    later = _VALUES if driver is kind and RobotDriver not in kind.__mro__ else ()
    for name in (*_OWN, *_VALUES):
        declared = inspect.getattr_static(RobotDriver, name)
        if name not in later and inspect.getattr_static(driver, name, declared) is declared:
            lacks.append(name)
    return tuple(lacks)


def check_complete(driver: object) -> None:
    """Raises BrokenPromiseError that names what a driver, or its class, lacks; calls nothing."""
    if lacks := missing(driver):
        name = driver.__name__ if isinstance(driver, type) else type(driver).__name__
        raise BrokenPromiseError(f"expected a RobotDriver, got {name} without {', '.join(lacks)}")


def connect(driver: RobotDriver) -> None:
    """Connect a driver that may be anybody's. Raises BrokenPromiseError where it lacks calls,
    DriverError where `connect` raises, whatever it raises."""
    check_complete(driver)
    try:
        driver.connect()
    except DriverError:
        raise
    except Exception as exc:  # OSError: no such port
        raise DriverError(
            f"expected connect() to get ready or raise DriverError, got {type(exc).__name__}: {exc}"
        ) from exc
