"""Arms at one table that work side by side, each in its half and together in the strip between.

Knows: homes and the strip, one job of actions an arm, going through them period by period. Does not know:
who decides what each does. Looks are the simulator's truth, as in skill trials: what is tried here is
who may be where, not seeing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from llmagentos.errors import ContactStop, DriverError, GateRejection, MotionError
from llmagentos.fleet.space.reservations import Reservations
from llmagentos.fleet.space.volumes import Box
from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.swept import Swept
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.skills.arm import Arm
from llmagentos.skills.belief import Belief
from llmagentos.skills.builtin.pick import PICK
from llmagentos.skills.builtin.place import PLACE
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import Skill
from llmagentos.skills.shared_room import SharedRoom
from llmagentos.types import Action
from sim.arms import ArmDriver, Arms
from sim.world import SimWorld

R = TypeVar("R")
_PROFILE = "sim"
_SKILLS: Mapping[str, Skill] = {skill.name: skill for skill in (PICK, PLACE)}
#: So often an action is tried.
_TRIES = 3


@dataclass(frozen=True)
class Halves:
    """How a table is shared, in the first arm's frame, metres. middle_m: of the strip; half_m: half its width;
    margin_m: between what two arms may use; axis: along which they stand, 0 (x, face to face) or 1 (y)."""

    middle_m: float
    half_m: float
    margin_m: float = 0.02
    axis: int = 1

    def home(self, base_m: tuple[float, float]) -> Box:
        """Of the arm whose base is there: all on its side of the strip."""
        aside = self.half_m + self.margin_m
        if base_m[self.axis] > self.middle_m:
            return self._between(self.middle_m + aside, math.inf)
        return self._between(-math.inf, self.middle_m - aside)

    @property
    def strip(self) -> Box:
        """What they share."""
        return self._between(self.middle_m - self.half_m, self.middle_m + self.half_m)

    def _between(self, low_m: float, high_m: float) -> Box:
        low, high = [-math.inf] * 3, [math.inf] * 3
        low[self.axis], high[self.axis] = low_m, high_m
        return Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))


@dataclass(frozen=True)
class Told:
    """What came of it. took_s: simulated seconds until the last arm was home. gap_m: the least distance of the
    arms at any period (0.3 where it was more, or there is one arm); waited_s: each arm's; failed: actions
    that came to nothing, in words."""

    took_s: float
    gap_m: float
    waited_s: Mapping[str, float]
    failed: tuple[str, ...]


class SideBySide:
    """All arms of a world. halves: None for one arm. period: called after every period, for pictures."""

    def __init__(
        self,
        world: SimWorld,
        halves: Halves | None = None,
        period: Callable[[], None] = lambda: None,
    ) -> None:
        self.arms, self._period = Arms(world), period
        self.room = Reservations(0.0 if halves is None else halves.margin_m)
        self.contexts: dict[str, Context] = {}
        self.shared: dict[str, SharedRoom] = {}
        for name, driver in self.arms.drivers.items():
            context = context_of(driver)
            self.contexts[name] = context
            if halves is None:
                continue
            (x, y), yaw = driver.place.position, driver.place.yaw
            ways = SharedRoom(
                self.room, name, Swept(driver.body.spec, (x, y, yaw)), halves.home((x, y)),
                [halves.strip], lambda: world.now_s, world.control_period_s,
            )  # fmt: skip
            self.shared[name] = context.arm.ways = ways

    def run(self, jobs: Mapping[str, Sequence[Action]], limit_s: float = 300.0) -> Told:
        """Go through each arm's actions in order, all arms at once. Raises DriverError after limit_s
        simulated seconds: somebody waits for ever."""
        world = self.arms.world
        began_s, least = world.now_s, 0.3
        failed: list[str] = []
        going = {name: self._job(name, list(job), failed) for name, job in jobs.items()}
        while going:
            for name, job in list(going.items()):
                if next(job, "over") == "over":
                    del going[name]
            if not going:
                break
            self.arms.step()
            self._period()
            least = min(least, self.arms.gap_m())
            if world.now_s - began_s > limit_s:
                raise DriverError(
                    f"expected all arms to be done within {limit_s:g} s, got {', '.join(going)} at work"
                )
        waited = {name: ways.waited_s for name, ways in self.shared.items()}
        return Told(world.now_s - began_s, least, waited, tuple(failed))

    def _job(self, name: str, actions: Sequence[Action], failed: list[str]) -> Iterator[str]:
        context = self.contexts[name]
        for action in actions:
            for left in range(_TRIES, 0, -1):
                problem = yield from _attempt(context, action)
                if not problem:
                    break
                if left == 1:
                    failed.append(f"{name}: {action.name} {action.object_id}: {problem}")
        yield from _periods(context.home())


def _attempt(context: Context, action: Action) -> Generator[str, None, str]:
    """What went wrong with one action, "" for nothing."""
    skill = _SKILLS[action.name]
    try:
        scene = yield from _periods(context.look())
        report = skill.check(scene, action)
        if report is None:
            report = yield from _periods(skill.run(context, action))
        return "" if report.failure is None else report.words or report.failure.value
    except (MotionError, DriverError, GateRejection, ContactStop) as error:
        with suppress(MotionError, DriverError, GateRejection, ContactStop):
            yield from _periods(context.recover())
        return str(error)


def _periods(motion: Generator[None, None, R]) -> Generator[str, None, R]:
    """A generator of periods as one that says so; what it returns is returned."""
    while True:
        try:
            next(motion)
        except StopIteration as end:
            value: R = end.value
            return value
        yield "period"


def context_of(driver: ArmDriver, profile: str = _PROFILE) -> Context:
    """One arm's skills' context, behind its own gate, with the truth as its eyes."""
    kinematics = Kinematics(driver.body.spec)
    gate = MotionGate.of(driver.body.spec, profile, kinematics.tip_position)
    arm = Arm(GatedDriver(driver, gate), kinematics, profile)
    return Context(arm, Belief(driver.scene))
