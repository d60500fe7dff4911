"""Simulated arms at one table as a team: each goes through its jobs, all at once, never where another may be.

Knows: one world of several arms, jobs that wait for others, who may be where, the lease that all arms move
under. Does not know: plans, who decides what each does, or who stops them. Looks are the simulator's truth
(sim.arms says why).
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace

from llmagentos.errors import LLMAgentOSError, UnreachableError
from llmagentos.fleet.space.homes import territories
from llmagentos.fleet.space.reservations import Reservations
from llmagentos.fleet.table import Job, Seat, whole_table
from llmagentos.motion.swept import Swept
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, SkillStatus, failed, succeeded
from llmagentos.robots.specs import SIM_PROFILE, ArmSpec
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.safety.permit import Permit
from llmagentos.skills.catalog import skills
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import broken, hand_problem, invalid, unknown
from llmagentos.skills.physical import failure_of
from llmagentos.skills.preview import unreachable
from llmagentos.skills.shared_room import SharedRoom
from llmagentos.team.crew import JobNews
from llmagentos.types import Action, Hand, RobotState, Scene
from sim.arms import Arms
from sim.side_by_side import context_of
from sim.truth_look import told_scene
from sim.world import SimWorld

#: What one tick lets pass, seconds.
TICK_S = 0.1
#: So often a job is tried, and so near to each other claims of two arms may come, metres.
_TRIES, _MARGIN_M = 3, 0.02

JobRun = Generator[None, None, SkillReport]


class SimCrew:
    """See llmagentos.team.crew.Crew, and safety.keeper.Kept: all arms are brought to rest as one robot. profile: of
    each arm's speeds. observers: called after each period."""

    def __init__(self, world: SimWorld, profile: str = SIM_PROFILE) -> None:
        self.world, self._profile = world, profile
        self.observers: list[Callable[[], None]] = []
        #: How near any two arms have come to each other, metres, where that is asked for (0.3 is the most).
        self.least_gap_m = 0.3
        self.measures_gap = False
        #: Under whose lease all arms move, once `supervise` was called.
        self.permit: Permit | None = None
        #: Who holds it has all arms alone.
        self.alone = threading.RLock()
        self.reset()

    def supervise(self, permit: Permit) -> None:
        """From now on no arm moves but under this permit's lease; rest is of all of them."""
        self.permit = permit
        permit.beside, permit.holding = self._rates, self._holding_words
        for gated in self.gated.values():
            gated.permit = permit

    def reset(self) -> None:
        """See Crew."""
        world = self.world
        self.arms = Arms(world)
        drivers = self.arms.drivers
        self._seats = tuple(
            Seat(d.name, d.place.position, d.place.yaw, d.body.spec.workspace)
            for d in drivers.values()
        )
        self._workspace = whole_table(self._seats)
        self.room = Reservations(_MARGIN_M)
        areas = {s.name: s.area for s in self._seats}
        parts = territories({s.name: s.at_m for s in self._seats}, _MARGIN_M, areas)
        self.contexts: dict[str, Context] = {}
        self.shared: dict[str, SharedRoom] = {}
        self.gated: dict[str, GatedDriver] = {}
        for name, driver in drivers.items():
            context = context_of(driver, self._profile)
            (x, y), yaw = driver.place.position, driver.place.yaw
            ways = SharedRoom(
                self.room, name, Swept(driver.body.spec, (x, y, yaw)), parts[name].home,
                parts[name].zones, lambda: world.now_s, world.control_period_s,
            )  # fmt: skip
            self.contexts[name] = context
            gated = context.arm.driver
            assert isinstance(gated, GatedDriver)
            gated.permit, gated.alone = self.permit, self.alone
            self.gated[name] = gated
            self.shared[name] = context.arm.ways = ways
        self._drop()

    def _drop(self) -> None:
        self._open: list[Job] = []
        self._at: dict[str, Job] = {}
        self._runs: dict[str, JobRun] = {}
        self._ended: dict[str, bool] = {}
        self._news: list[JobNews] = []
        self._away: set[str] = set()

    # --- what is there ------------------------------------------------------------------

    @property
    def seats(self) -> Sequence[Seat]:
        """See Crew."""
        return self._seats

    @property
    def now_s(self) -> float:
        """See Crew."""
        return self.world.now_s

    def scene(self) -> Scene:
        """See Crew; the truth."""
        held = set(self.holds())
        told = told_scene(self.world.objects(), None, self._workspace, self.world.now_s)
        return replace(told, objects=tuple(replace(o, held=o.id in held) for o in told.objects))

    def holds(self) -> Mapping[str, str]:
        """See Crew; the truth."""
        found = {name: self.world.held_by(d.body) for name, d in self.arms.drivers.items()}
        return {thing: name for name, thing in found.items() if thing is not None}

    def state(self) -> RobotState:
        """The first arm's joints."""
        return next(iter(self.arms.drivers.values())).state()

    def joints(self) -> Mapping[str, tuple[ArmSpec, RobotState]]:
        """Every arm's joints as measured, with what arm it is."""
        return {name: (d.body.spec, d.state()) for name, d in self.arms.drivers.items()}

    @property
    def rejections(self) -> Mapping[str, int]:
        """What the arms' gates refused, by the reason, all together."""
        return sum((gated.gate.rejections for gated in self.gated.values()), Counter[str]())

    def _rates(self) -> tuple[float, ...]:
        return tuple(v for d in self.arms.drivers.values() for v in d.state().velocities)

    def _holding_words(self) -> str:
        return ", ".join(f"{thing} ({name})" for thing, name in self.holds().items())

    def hand(self, name: str) -> Hand:
        """See Crew."""
        arm = self.contexts[name].arm
        seat = next(s for s in self._seats if s.name == name)
        x, y, z = arm.tip.position
        return Hand((*seat.shared(x, y), z), arm.state().gripper_width_m, arm.spec.max_opening_m)

    # --- jobs -----------------------------------------------------------------------------

    def begin(self, jobs: Sequence[Job]) -> None:
        """See Crew."""
        self._drop()
        self._open = list(jobs)

    @property
    def busy(self) -> bool:
        """See Crew."""
        return bool(self._open or self._runs)

    def tick(self) -> list[JobNews]:
        """See Crew."""
        until = self.world.now_s + TICK_S - self.world.control_period_s / 2
        self._news = []
        while self.world.now_s < until:
            with self.alone:
                self._assign()
                if not self.busy:
                    break
                for name, run in list(self._runs.items()):
                    self._advance(name, run)
                self._period()
        return self._news

    def _period(self) -> None:
        self.arms.step()
        if self.measures_gap:
            self.least_gap_m = min(self.least_gap_m, self.arms.gap_m())
        for observer in self.observers:
            observer()

    def _assign(self) -> None:
        """Give each idle arm its next job that may begin; one that has none goes home."""
        for job in [j for j in self._open if any(self._ended.get(a) is False for a in j.after)]:
            self._open.remove(job)
            words = "what had to come first did not succeed"
            self._end(job, failed(Failure.IN_THE_WAY, words, 0))
        for name in self.contexts:
            if name in self._runs:
                continue
            mine = (j for j in self._open if j.robot == name and all(map(self._ended.get, j.after)))
            first = next(mine, None)
            if first is not None:
                self._open.remove(first)
                self._at[name], self._runs[name] = first, self._job(name, first)
                self._away.add(name)
                self._news.append(JobNews(first, began=True))
            elif name in self._away:
                self._away.discard(name)
                self._runs[name] = self._home(name)

    def _advance(self, name: str, run: JobRun) -> None:
        try:
            next(run)
        except StopIteration as end:
            del self._runs[name]
            done = self._at.pop(name, None)
            if done is not None:
                self._end(done, end.value)

    def _end(self, job: Job, report: SkillReport) -> None:
        self._ended[job.id] = report.status is SkillStatus.SUCCEEDED
        self._news.append(JobNews(job, began=False, report=report))

    def _home(self, name: str) -> JobRun:
        self.contexts[name].arm.catch_up()
        try:
            yield from self.contexts[name].home()
        except LLMAgentOSError as error:
            yield from self._recovered(self.contexts[name])
            return failed(Failure.NO_MOTION, str(error))
        return succeeded()

    def _job(self, name: str, job: Job) -> JobRun:
        """Its actions one after another; all of them once more, but for what is done, where one fails."""
        context, report = self.contexts[name], succeeded("nothing to do")
        for number in range(1, _TRIES + 1):
            for action in job.actions:
                in_hand = context.belief.in_hand
                if action.name == "pick" and in_hand and in_hand.item.id == action.object_id:
                    continue
                report = yield from self._action(context, action)
                if report.failure is not None:
                    break
            else:
                return replace(report, attempts=number)
            assert report.failure is not None
            if not report.failure.again:
                break
        return replace(report, attempts=number)

    def _action(self, context: Context, action: Action) -> JobRun:
        """One action; what breaks off is told, with the arm at rest."""
        skill = skills().get(action.name)
        if skill is None:
            return unknown(action.name)
        problem = invalid(skill, action)
        if problem is not None:
            return problem
        context.arm.pace, context.belief.keep_clear_of = action.speed, action.clear_of
        context.senses.unwatch()
        context.arm.catch_up()  # who stopped it has braked it elsewhere
        try:
            scene = yield from context.look()
            problem = hand_problem(skill, scene) or skill.check(scene, action)
            if problem is not None:
                return problem
            return (yield from skill.run(context, action))
        except LLMAgentOSError as error:
            yield from self._recovered(context)
            if isinstance(error, UnreachableError):
                return unreachable(context.belief.scene(context.arm.tip), action, str(error))
            return failed(failure_of(error), problem=str(error))
        except Exception as error:  # whatever a skill from outside does
            yield from self._recovered(context)
            return broken(action.name, error)

    def _recovered(self, context: Context) -> Generator[None, None, None]:
        try:
            yield from context.recover()
        except LLMAgentOSError:
            return

    # --- at rest, whoever lets time pass ------------------------------------------------------

    @property
    def advanced_s(self) -> float:
        """See Kept; of any arm."""
        return max((gated.advanced_s for gated in self.gated.values()), default=-math.inf)

    @property
    def rests(self) -> bool:
        """See Kept; of all arms."""
        return all(gated.rests for gated in self.gated.values())

    def keep(self) -> None:
        """See Kept: a period in which all arms brake."""
        with self.alone:
            for name, gated in self.gated.items():
                if not self.arms.drivers[name].ready:
                    gated.keep()
            self._period()

    # --- ends -----------------------------------------------------------------------------

    def stop(self) -> list[SkillReport]:
        """See Crew."""
        ramps = {name: c.arm.come_to_rest() for name, c in self.contexts.items()}
        for run in self._runs.values():
            run.close()
        self._drop()
        while ramps:
            with self.alone:
                for name, ramp in list(ramps.items()):
                    try:
                        next(ramp)
                    except (StopIteration, LLMAgentOSError):
                        del ramps[name]
                if ramps:
                    self._period()
        # Whose way is broken off keeps what it has claimed until it is home: nobody comes to it.
        self._away = set(self.contexts)
        out = []
        for name, context in self.contexts.items():
            x, y, z = self.hand(name).position
            held = context.belief.in_hand
            holding = f", holding the {held.item.label}" if held else ""
            at = f"{name} stopped at x {x:.2f}, y {y:.2f}, {z:.2f} m high{holding}"
            out.append(failed(Failure.STOPPED, at, position=(x, y, z)))
        return out
