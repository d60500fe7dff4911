"""What every RobotDriver promises, as checks that any driver can be put to, a real arm's too.

Knows: the promises of llmagentos.ports.hardware.RobotDriver, and how to ask for them with little
motion. Does not know: any driver.

The first joint turns by `LARGEST_MOVE_RAD` at most, at `LARGEST_RATE_RADPS`; the gripper opens and
half closes. One promise can be asked for only with a command beyond a joint's range, after which a
driver that clips is on its way to the end of it: that is left out unless `whole_range` is given.
"""

from __future__ import annotations

import inspect
import math
import numbers
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace

from llmagentos.errors import DriverError, GateRejection, LLMAgentOSError
from llmagentos.ports.hardware import RobotDriver
from llmagentos.robots.specs import ArmSpec
from llmagentos.types import RobotState

#: The way of the first joint in one period, rad: far enough to be seen, slow enough for any gate.
_STEP_RAD = 2e-4
_PERIODS = 30
LARGEST_MOVE_RAD = _STEP_RAD * _PERIODS * (_PERIODS + 1) / 2
#: At 60 periods a second.
LARGEST_RATE_RADPS = _STEP_RAD * _PERIODS * 60
#: What a command may be rounded to on its way: a servo's 4,096 ticks a turn, and its gripper's.
_ROUNDED_RAD, _ROUNDED_M = 2e-3, 2e-3
#: Share of a way that must be gone a while after it was sent.
_GONE = 0.8
REFUSALS = (DriverError, GateRejection)
#: What a driver must have; of the first ones, one that derives from RobotDriver inherits a default.
_INHERITED = ("connect", "disconnect", "__enter__", "__exit__")
_OWN = ("state", "send_joint_positions", "send_gripper", "advance")
_VALUES = ("control_period_s", "now_s")
#: Promises that are told only where they are broken: nothing can be asked for then.
COMPLETE, CONNECTS = "it has every call and attribute of RobotDriver", "it connects"


class BrokenPromiseError(LLMAgentOSError):
    """A driver that does not do what the port promises: what was expected and what came."""


@dataclass(frozen=True)
class Promise:
    """words: what is promised. ask: raises BrokenPromiseError. sweeps: it sends a joint to the
    end of its range."""

    words: str
    ask: Callable[[RobotDriver, ArmSpec], None]
    sweeps: bool = False

    def __call__(self, driver: RobotDriver, spec: ArmSpec) -> None:
        """Ask a connected driver. Raises BrokenPromiseError."""
        self.ask(driver, spec)


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

    moves: False asks only for what needs no motion. The first broken promise ends it: what is
    wrong at rest should not be asked to move. What it lacks is told before anything is called.
    """
    try:
        connect(driver)
    except LLMAgentOSError as exc:
        yield Verdict(COMPLETE if missing(driver) else CONNECTS, False, str(exc))
        return
    try:
        for promise in CONTRACT:
            if promise.sweeps and not whole_range:
                yield Verdict(promise.words, None, "it would send a joint to the end of its range")
                continue
            if not moves and promise.ask in _MOVING:
                yield Verdict(promise.words, None, "it would move the arm")
                continue
            try:
                promise(driver, spec)
            except BrokenPromiseError as exc:
                yield Verdict(promise.words, False, str(exc))
                return
            except Exception as exc:  # whatever a driver of one's own raises
                yield Verdict(promise.words, False, f"it raised {type(exc).__name__}: {exc}")
                return
            yield Verdict(promise.words, True)
    finally:
        with suppress(Exception):  # one that raises has broken the last promise, or one before
            driver.disconnect()


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


def measured(driver: RobotDriver) -> RobotState:
    """The state that a driver of anybody's tells, in plain floats. Raises BrokenPromiseError where
    it raises or returns something else."""
    expected = f"state() to return a RobotState({', '.join(f.name for f in fields(RobotState))})"
    try:
        state = driver.state()
    except Exception as exc:  # whatever a driver of one's own raises
        raise BrokenPromiseError(f"expected {expected}, got {type(exc).__name__}: {exc}") from exc
    _expect(isinstance(state, RobotState), expected, _described(state))
    for name in ("positions", "velocities"):
        values = getattr(state, name)
        _expect(_are_numbers(values), f"{name} of state() to be numbers", _described(values))
    for name in ("gripper_width_m", "stamp_s", "gripper_effort_n"):
        _expect(_is_number(getattr(state, name)), f"{name} of state() to be a number",
                _described(getattr(state, name)))  # fmt: skip
    positions, velocities = map(float, state.positions), map(float, state.velocities)
    return replace(state, positions=tuple(positions), velocities=tuple(velocities))


def _is_number(value: object) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _are_numbers(values: object) -> bool:
    return isinstance(values, Iterable) and all(map(_is_number, values))


def _described(value: object) -> str:
    return "None" if value is None else f"{type(value).__name__} {value!r}"


def _expect(holds: bool, expected: str, got: object) -> None:
    if not holds:
        raise BrokenPromiseError(f"expected {expected}, got {got}")


def _near(a: Sequence[float], b: Sequence[float], within: float) -> bool:
    return len(a) == len(b) and all(abs(x - y) <= within for x, y in zip(a, b, strict=True))


def _shown(values: Sequence[float]) -> str:
    return "[" + ", ".join(f"{v:.4f}" for v in values) + "]"


def _refuses(call: Callable[[], object], what: str) -> None:
    try:
        got = call()
    except REFUSALS:
        return
    except Exception as exc:
        raise BrokenPromiseError(
            f"expected a DriverError for {what}, got {type(exc).__name__}: {exc}"
        ) from exc
    raise BrokenPromiseError(f"expected a DriverError for {what}, got {got}")


# --- the promises ------------------------------------------------------------------------------


def _says_where_it_is(driver: RobotDriver, spec: ArmSpec) -> None:
    for name, value in (("control_period_s", driver.control_period_s), ("now_s", driver.now_s)):
        _expect(_is_number(value), f"{name} to be a number of seconds", _described(value))
    _expect(driver.control_period_s > 0, "a control period above 0 s", driver.control_period_s)
    state, count = measured(driver), len(spec.joint_names)
    _expect(len(state.positions) == count, f"{count} joint positions", len(state.positions))
    _expect(len(state.velocities) == count, f"{count} joint rates", len(state.velocities))
    values = (*state.positions, *state.velocities, state.gripper_width_m)
    _expect(all(map(math.isfinite, values)), "finite measurements", _shown(values))
    limits = zip(spec.joint_names, state.positions, spec.lower_rad, spec.upper_rad, strict=True)
    for name, q, low, high in limits:
        within = low - _ROUNDED_RAD <= q <= high + _ROUNDED_RAD
        _expect(within, f"{name} within [{low:.3f}, {high:.3f}] rad", f"{q:.3f}")
    width, most = state.gripper_width_m, spec.max_opening_m
    within = -_ROUNDED_M <= width <= most + _ROUNDED_M
    _expect(within, f"an opening of 0 to {most:.3f} m", f"{width:.4f}")


def _connecting_again_changes_nothing(driver: RobotDriver, spec: ArmSpec) -> None:
    before = measured(driver).positions
    driver.connect()
    driver.connect()
    after = measured(driver).positions
    _expect(_near(after, before, _ROUNDED_RAD), f"joints at {_shown(before)}", _shown(after))


def _its_clock_goes_by_periods(driver: RobotDriver, spec: ArmSpec) -> None:
    before, wanted = driver.now_s, _PERIODS * driver.control_period_s
    here = measured(driver).positions
    for _ in range(_PERIODS):
        driver.send_joint_positions(here)
        driver.advance()
    passed = driver.now_s - before
    words = f"{_PERIODS} periods to take {wanted:.3f} s on its clock"
    _expect(abs(passed - wanted) <= 0.1 * wanted, words, f"{passed:.3f}")


def _what_it_returns_is_what_it_sends(driver: RobotDriver, spec: ArmSpec) -> None:
    start = measured(driver).positions
    way = 1.0 if start[0] < (spec.lower_rad[0] + spec.upper_rad[0]) / 2 + 0.1 else -1.0
    sent: tuple[float, ...] = start
    for i in range(1, _PERIODS + 1):
        wanted = (start[0] + way * _STEP_RAD * i * (i + 1) / 2, *start[1:])
        sent = driver.send_joint_positions(wanted)
        plain = isinstance(sent, tuple) and _are_numbers(sent)
        _expect(plain, "the sent joints as a tuple of numbers", _described(sent))
        _expect(_near(sent, wanted, _ROUNDED_RAD), f"{_shown(wanted)} to be sent", _shown(sent))
        driver.advance()
    for _ in range(_PERIODS):
        driver.advance()
    gone = measured(driver).positions[0] - start[0]
    asked = sent[0] - start[0]
    words = f"{spec.joint_names[0]} to turn by {asked:.3f} rad"
    _expect(gone * way > _GONE * abs(asked), words, f"{gone:.3f}")


def _beyond_its_range_it_clips_or_refuses(driver: RobotDriver, spec: ArmSpec) -> None:
    here = measured(driver).positions
    try:
        sent = driver.send_joint_positions([*here[:-1], 100.0])
    except REFUSALS:
        return
    highest = spec.upper_rad[-1]
    clipped = _near(sent[:-1], here[:-1], _ROUNDED_RAD) and sent[-1] <= highest + _ROUNDED_RAD
    driver.send_joint_positions(here)
    _expect(clipped, f"the last joint clipped to {highest:.3f}, and told so", _shown(sent))


def _no_command_is_refused_and_moves_nothing(driver: RobotDriver, spec: ArmSpec) -> None:
    here = measured(driver).positions
    for bad in (here[:-1], (*here, 0.0), (), (math.nan, *here[1:]), (math.inf, *here[1:])):
        _refuses(lambda bad=bad: driver.send_joint_positions(bad), f"joints {_shown(bad)}")  # type: ignore[misc]
    for width, force in ((math.nan, 20.0), (0.02, math.inf)):
        _refuses(
            lambda w=width, f=force: driver.send_gripper(w, f),  # type: ignore[misc]
            f"a gripper command of {width} m with {force} N",
        )
    for _ in range(3):
        driver.advance()
    after = measured(driver).positions
    _expect(_near(after, here, 2 * _ROUNDED_RAD), f"joints still at {_shown(here)}", _shown(after))


def _it_holds_when_no_command_comes(driver: RobotDriver, spec: ArmSpec) -> None:
    here = driver.send_joint_positions(measured(driver).positions)
    for _ in range(_PERIODS):
        driver.advance()
    after = measured(driver).positions
    _expect(_near(after, here, 5e-3), f"joints still at {_shown(here)}", _shown(after))


def _the_gripper_is_spoken_of_by_its_opening(driver: RobotDriver, spec: ArmSpec) -> None:
    most = spec.max_opening_m
    for wanted, expected in ((1.0, most), (most / 2, most / 2)):
        sent = driver.send_gripper(wanted)
        words = f"{expected:.4f} m to be sent for {wanted:.4f}"
        _expect(_is_number(sent) and abs(sent - expected) <= _ROUNDED_M, words, sent)


def _once_disconnected_it_takes_nothing(driver: RobotDriver, spec: ArmSpec) -> None:
    with driver as same:
        _expect(same is driver, "the driver itself from `with`", type(same).__name__)
        here = measured(driver).positions
    driver.disconnect()  # once more, after the block did
    for name, call in (
        ("state()", driver.state),
        ("send_joint_positions()", lambda: driver.send_joint_positions(here)),
        ("send_gripper()", lambda: driver.send_gripper(0.02)),
        ("advance()", driver.advance),
    ):
        _refuses(call, f"{name} after disconnect()")


_MOVING = (_what_it_returns_is_what_it_sends, _the_gripper_is_spoken_of_by_its_opening)

#: In this order for one connected driver: the last one leaves it disconnected.
CONTRACT: tuple[Promise, ...] = (
    Promise("it says where it is, one number a joint, within the arm's limits", _says_where_it_is),
    Promise("connecting again changes nothing", _connecting_again_changes_nothing),
    Promise("its clock goes by control periods", _its_clock_goes_by_periods),
    Promise("what it returns is what it sends, and there it goes",
            _what_it_returns_is_what_it_sends),
    Promise("beyond a joint's range it clips and says so, or refuses",
            _beyond_its_range_it_clips_or_refuses, sweeps=True),
    Promise("what is no command is refused and moves nothing",
            _no_command_is_refused_and_moves_nothing),
    Promise("it holds where no command comes", _it_holds_when_no_command_comes),
    Promise("the gripper is spoken of by its opening, in metres",
            _the_gripper_is_spoken_of_by_its_opening),
    Promise("once disconnected it takes nothing", _once_disconnected_it_takes_nothing),
)  # fmt: skip
