"""The promises of a RobotDriver, each with the questions that tell whether it is kept.

Knows: llmagentos.ports.hardware.RobotDriver, and how to ask for its promises with little motion.
Does not know: any driver, in which order and how far one is asked (conformance).

A question may send no more than `Promise` says of it. What is sent is bounded here, what a driver
makes of it is not: one that takes degrees, or clips what is no number, goes where it likes. So a
promise has a question that sends nothing where there can be one (`still`), and questions that a
careless driver answers with a joint's whole range say so (`sweeps`).
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Sequence
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
#: Joints farther than this from where they were are not where they were sent, rad.
_MOST_OFF_RAD = LARGEST_MOVE_RAD + 0.05
#: How far beyond its range a joint is sent, rad: more than rounding, and no more than it takes.
_BEYOND_RAD = 0.2
REFUSALS = (DriverError, GateRejection)

Joints = tuple[float, ...]
Question = Callable[[RobotDriver, ArmSpec], None]
#: What is no command, by its name, made of where the arm is: a driver refuses each of them.
NO_COMMANDS: dict[str, Callable[[Joints], Joints]] = {
    "a joint too few": lambda here: here[:-1],
    "a joint too many": lambda here: (*here, here[-1]),
    "no joints": lambda here: (),
    "NaN": lambda here: (math.nan, *here[1:]),
    "infinity": lambda here: (math.inf, *here[1:]),
    "minus infinity": lambda here: (-math.inf, *here[1:]),
}
_NO_GRIPS = ((math.nan, 20.0), (math.inf, 20.0), (0.02, math.nan), (0.02, math.inf))


class BrokenPromiseError(LLMAgentOSError):
    """A driver that does not do what the port promises: what was expected and what came."""


@dataclass(frozen=True)
class Promise:
    """words: what is promised. ask: raises BrokenPromiseError. still: the same, as far as it can be
    asked without sending any command; None where it can't. sweeps: a driver that gets it wrong may
    send a joint to the end of its range."""

    words: str
    ask: Question
    still: Question | None = None
    sweeps: bool = False

    def __call__(self, driver: RobotDriver, spec: ArmSpec) -> None:
        """Ask a connected driver. Raises BrokenPromiseError."""
        self.ask(driver, spec)


def measured(driver: RobotDriver) -> RobotState:
    """The state that a driver of anybody's tells, in plain floats. Raises BrokenPromiseError where
    it raises or returns something else."""
    expected = f"state() to return a RobotState({', '.join(f.name for f in fields(RobotState))})"
    try:
        state = driver.state()
    except Exception as exc:  # whatever a driver of one's own raises
        raise BrokenPromiseError(f"expected {expected}, got {type(exc).__name__}: {exc}") from exc
    _expect(isinstance(state, RobotState), expected, _described(state))
    for name in ("positions", "velocities", "external_nm"):
        values = getattr(state, name)
        _expect(_are_numbers(values), f"{name} of state() to be numbers", _described(values))
    for name in ("gripper_width_m", "stamp_s", "gripper_effort_n"):
        _expect(_is_number(getattr(state, name)), f"{name} of state() to be a number",
                _described(getattr(state, name)))  # fmt: skip
    told = len(tuple(state.external_nm))
    joints = len(tuple(state.positions))
    _expect(told in (0, joints), f"external_nm of state() to be empty or {joints} numbers", told)
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


def _refuses(call: Callable[[], object], what: str, undo: Callable[[], object] = tuple) -> None:
    """undo: called where it was taken instead, so that the arm is not left on its way."""
    try:
        got = call()
    except REFUSALS:
        return
    except Exception as exc:
        raise BrokenPromiseError(
            f"expected a DriverError for {what}, got {type(exc).__name__}: {exc}"
        ) from exc
    with suppress(Exception):  # that it was taken is what counts
        undo()
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
    for _ in range(_PERIODS):
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
        at = measured(driver).positions
        by = f"all joints within {_MOST_OFF_RAD:.2f} rad of where they were"
        _expect(_near(at, start, _MOST_OFF_RAD), by, _shown(at))
    for _ in range(_PERIODS):
        driver.advance()
    gone = measured(driver).positions[0] - start[0]
    asked = sent[0] - start[0]
    words = f"{spec.joint_names[0]} to turn by {asked:.3f} rad"
    _expect(gone * way > _GONE * abs(asked), words, f"{gone:.3f}")


def _beyond_its_range_it_clips_or_refuses(driver: RobotDriver, spec: ArmSpec) -> None:
    here = measured(driver).positions
    highest = spec.upper_rad[-1]
    try:
        sent = driver.send_joint_positions([*here[:-1], highest + _BEYOND_RAD])
    except REFUSALS:
        return
    clipped = _near(sent[:-1], here[:-1], _ROUNDED_RAD) and sent[-1] <= highest + _ROUNDED_RAD
    driver.send_joint_positions(here)
    _expect(clipped, f"the last joint clipped to {highest:.3f}, and told so", _shown(sent))


def _no_command_is_refused_and_moves_nothing(driver: RobotDriver, spec: ArmSpec) -> None:
    state = measured(driver)
    here, width_m = state.positions, state.gripper_width_m
    for name, made_of in NO_COMMANDS.items():
        bad = made_of(here)
        _refuses(
            lambda bad=bad: driver.send_joint_positions(bad),  # type: ignore[misc]
            f"{name}: joints {_shown(bad)}",
            lambda: driver.send_joint_positions(here),
        )
    for width, force in _NO_GRIPS:
        _refuses(
            lambda w=width, f=force: driver.send_gripper(w, f),  # type: ignore[misc]
            f"a gripper command of {width} m with {force} N",
            lambda: driver.send_gripper(width_m),
        )
    for _ in range(3):
        driver.advance()
    after = measured(driver).positions
    _expect(_near(after, here, 2 * _ROUNDED_RAD), f"joints still at {_shown(here)}", _shown(after))


def _it_holds_when_no_command_comes(driver: RobotDriver, spec: ArmSpec) -> None:
    _stays(driver, driver.send_joint_positions(measured(driver).positions))


def _it_holds_by_itself(driver: RobotDriver, spec: ArmSpec) -> None:
    _stays(driver, measured(driver).positions)


def _stays(driver: RobotDriver, here: Sequence[float]) -> None:
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
    here = _disconnected(driver)
    _refuses(lambda: driver.send_joint_positions(here), "send_joint_positions() after disconnect()")
    _refuses(
        lambda: driver.send_gripper(spec.max_opening_m / 2), "send_gripper() after disconnect()"
    )


def _disconnected(driver: RobotDriver) -> Joints:
    """Disconnects twice, and asks what needs no command; returns where the joints were."""
    with driver as same:
        _expect(same is driver, "the driver itself from `with`", type(same).__name__)
        here = measured(driver).positions
    driver.disconnect()  # once more, after the block did
    _refuses(driver.state, "state() after disconnect()")
    _refuses(driver.advance, "advance() after disconnect()")
    return here


def _once_disconnected_it_is_silent(driver: RobotDriver, spec: ArmSpec) -> None:
    _disconnected(driver)


#: In this order for one connected driver: the last one leaves it disconnected.
CONTRACT: tuple[Promise, ...] = (
    Promise("it says where it is, one number a joint, within the arm's limits",
            _says_where_it_is, still=_says_where_it_is),
    Promise("connecting again changes nothing", _connecting_again_changes_nothing,
            still=_connecting_again_changes_nothing),
    Promise("its clock goes by control periods", _its_clock_goes_by_periods,
            still=_its_clock_goes_by_periods),
    Promise("what it returns is what it sends, and there it goes",
            _what_it_returns_is_what_it_sends),
    Promise("beyond a joint's range it clips and says so, or refuses",
            _beyond_its_range_it_clips_or_refuses, sweeps=True),
    Promise("what is no command is refused and moves nothing",
            _no_command_is_refused_and_moves_nothing, sweeps=True),
    Promise("it holds where no command comes", _it_holds_when_no_command_comes,
            still=_it_holds_by_itself),
    Promise("the gripper is spoken of by its opening, in metres",
            _the_gripper_is_spoken_of_by_its_opening),
    Promise("once disconnected it takes nothing", _once_disconnected_it_takes_nothing,
            still=_once_disconnected_it_is_silent),
)  # fmt: skip


def motions(spec: ArmSpec, whole_range: bool) -> tuple[str, ...]:
    """In words, what the questions send an arm to, and where one that gets them wrong may go."""
    first, last, ends = spec.joint_names[0], spec.joint_names[-1], "[{:.2f}, {:.2f}]"
    said = [f"{first} will turn by {LARGEST_MOVE_RAD:.2f} rad, at up to {LARGEST_RATE_RADPS:.2f} "
            "rad/s, and the gripper will open and half close"]  # fmt: skip
    if whole_range:
        said.append(f"{last} will be sent beyond its range: a driver that clips takes it to "
                    f"{spec.upper_rad[-1]:.2f} rad as fast as it can, before it is called back")  # fmt: skip
        said.append(f"what is no command ({', '.join(NO_COMMANDS)}) will be sent: a driver that takes it "
                    f"may send {first} to the ends of {ends.format(spec.lower_rad[0], spec.upper_rad[0])} "
                    "rad, others to 0, and close the gripper with all its force")  # fmt: skip
    return tuple(said)
