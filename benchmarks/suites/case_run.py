"""One case of the language benchmark, run and judged.

Knows: how to play a case's turns, on a perfect symbolic robot or on the whole agent in PyBullet.
Does not know: how a turn is judged (judging.py), which cases there are, processes and
tables (run.py, report.py), nor any language model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from benchmarks.oracle import told_scene
from benchmarks.suites.cases import Case, Turn
from benchmarks.suites.judge import Seen
from benchmarks.suites.judging import judged
from benchmarks.suites.stage import Stage, Truth, truth_of, truth_of_scene
from llmagentos.agent import Agent
from llmagentos.command import CommandResult, check_command
from llmagentos.errors import CommandError, LLMAgentOSError, NotEnglishError, SceneError
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec as compact
from llmagentos.learning.reward import DEFAULT_REWARD, Verdict
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.modules import Outcome, PlanningModule, PlanRequest, PlanResult
from llmagentos.ports.understanding import Trust
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Status
from sim.scene import SceneSpec

#: When things that a scene holds back appear: ticks of the symbolic robot, simulated seconds.
APPEARS_AFTER_TICKS, APPEARS_AFTER_S = 4, 2.0
#: Wrong in what: the class of reply, the world, something else was moved.
Why = str


@dataclass(frozen=True)
class TurnResult:
    """One turn as it went and as it was judged; why is "" where it is right."""

    say: str
    expect: str
    status: str
    reply: str
    plan: str
    why: Why
    plan_s: float = 0.0
    tokens: int = 0
    first_motion_s: float | None = None


@dataclass(frozen=True)
class CaseResult:
    """One case. understood: the same plans do it on a perfect robot; cause: where it failed."""

    suite: str
    name: str
    seed: int
    success: bool
    understood: bool
    cause: str
    turns: tuple[TurnResult, ...]
    tags: Mapping[str, str]
    scene: Mapping[str, Any] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()

    @property
    def reward(self) -> float:
        """What the last turn that was said is worth, without costs."""
        last = self.turns[-1]
        return DEFAULT_REWARD(Verdict(last.expect, last.status, last.why))

    def to_json(self) -> dict[str, Any]:
        """As report.json lists it under "cases"."""
        return {**asdict(self), "reward": self.reward}


@dataclass(frozen=True)
class Played:
    """What a body did with one command."""

    status: str
    reply: str
    after: Truth
    held: str | None
    plan: str = ""
    plan_s: float = 0.0
    tokens: int = 0
    first_motion_s: float | None = None
    hand: tuple[float, float] | None = None


class Body(Protocol):
    """Something that carries out commands in a world of its own."""

    def reset(self, case: Case) -> Truth:
        """Set the case up; returns the truth by id before anything happens."""
        ...

    def command(self, turn: Turn) -> Played:
        """Say one turn and carry its plan out to the end."""
        ...


# --- planners of the benchmark --------------------------------------------------------------------


class FixedPlanner(PlanningModule):
    """Gives the plans it was told, one per command: oracles, or plans made earlier."""

    def __init__(self, plans: Sequence[str] = ()):
        self.plans = list(plans)

    def plan(self, request: PlanRequest) -> PlanResult:
        """The next of the plans it was given, whatever is asked."""
        text = self.plans.pop(0)
        return PlanResult(compact.parse(text), text)


# --- bodies ---------------------------------------------------------------------------------------


class SymbolicBody:
    """Plans are carried out by SymbolicSkills on a scene made of truth; takes milliseconds."""

    def __init__(self, planner: PlanningModule, trust: Trust | None = None):
        self._planner, self._trust = planner, trust

    def reset(self, case: Case) -> Truth:
        """The case's scene in memory; a new session."""
        truth = case.stage.truth()
        self._skills = SymbolicSkills(case.stage.seen())
        self._executor = PlanExecutor(self._skills, SessionMemory(), trust=self._trust)
        self._history: list[tuple[str, Status]] = []
        self._pending = ""
        self._later = case.stage.later
        return truth

    def command(self, turn: Turn) -> Played:
        """Plan and carry out on the symbolic robot; a planner's error is a failed turn."""
        try:
            said = check_command(turn.say)
        except CommandError as exc:  # as `Agent.begin` ends it
            status: Status = "cannot" if isinstance(exc, NotEnglishError) else "failed"
            self._history.append((turn.say, status))
            return Played(status, str(exc), self._truth(), self._held())
        try:
            planned = self.planned(said)
        except LLMAgentOSError as exc:
            self._history.append((said, "failed"))
            return Played("failed", f"no plan: {exc}", self._truth(), self._held())
        outcome = self._run(planned, said)
        self._history.append((said, outcome.status))
        self._pending = outcome.question
        text = planned.text or compact.write(planned.plan)
        return Played(
            outcome.status, outcome.reply, self._truth(), self._held(),
            text, planned.plan_s, planned.tokens, hand=self._hand(),
        )  # fmt: skip

    def planned(self, said: str) -> PlanResult:
        """What the planner makes of a sentence now; nothing is done. Raises what it raises."""
        last = self._history[-3:]
        return self._planner.plan(
            PlanRequest(
                said, self._skills.scene(), tuple(text for text, _ in last), self._pending,
                outcomes=tuple(status for _, status in last),
                act_from=self._executor.trust.act_from,
            )
        )  # fmt: skip

    def _hand(self) -> tuple[float, float] | None:
        at = self._skills.pointed_at
        return None if at is None else (at[0], at[1])

    def _run(self, plan: Any, said: str) -> Outcome:
        """Carry the plan out; what appears later does so after some ticks."""
        self._executor.start(plan, said)
        ticks, outcome = 0, self._executor.tick()
        while outcome is None:
            ticks += 1
            if ticks == APPEARS_AFTER_TICKS and self._later:
                now = {**self._truth(), **truth_of(SceneSpec(objects=list(self._later)))}
                held, self._later = self._held(), ()
                area = self._skills.scene().workspace
                self._skills.set_scene(told_scene(now.values(), held, area))
            outcome = self._executor.tick()
        return outcome

    def _held(self) -> str | None:
        held = self._skills.scene().held
        return None if held is None else held.id

    def _truth(self) -> Truth:
        return truth_of_scene(self._skills.scene())


class SimulatedBody:
    """The whole agent in PyBullet, seeing through its camera; judged by the simulator's truth.

    picture: called with a name before the first turn and after the last, for failures' reports.
    """

    def __init__(self, agent: Agent, oracle: FixedPlanner | None = None):
        self.agent = agent
        self._oracle = oracle
        assert agent.robot is not None and agent.robot.simulation is not None
        self._robot, self._simulation = agent.robot, agent.robot.simulation

    def reset(self, case: Case) -> Truth:
        """The case's scene in PyBullet; a new session."""
        if self._oracle is not None:
            self._oracle.plans = [turn.oracle for turn in case.turns]
        if not isinstance(case.stage, Stage):
            raise SceneError(f"expected a scene of our kinds to simulate, got {case.name}'s")
        self.agent.reset(case.stage.scene, case.seed)
        self._later = case.stage.later
        return _by_id(self._simulation.objects())

    def command(self, turn: Turn) -> Played:
        """Plan and carry out by physics and camera."""
        result = self._command(turn.say)
        return Played(
            result.status, result.reply, _by_id(result.objects), result.held, result.plan_text,
            result.timings.plan_s, result.timings.tokens, result.timings.first_motion_s,
            self._hand(),
        )  # fmt: skip

    def _command(self, text: str) -> CommandResult:
        """The command to its end; what appears later does so after some simulated seconds."""
        started = self._robot.now_s
        result = self.agent.begin(text)
        while result is None:
            if self._later and self._robot.now_s - started > APPEARS_AFTER_S:
                for spec in self._later:
                    self._simulation.world.spawn(spec)
                self._later = ()
            result = self.agent.step()
        return result

    def _hand(self) -> tuple[float, float]:
        position, _ = self._simulation.world.robot.tip_pose()
        return float(position[0]), float(position[1])

    def picture(self) -> Any:
        """RGB of the world now, for people."""
        return self._simulation.picture()


def _by_id(objects: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(o["id"]): o for o in objects}


# --- playing and judging --------------------------------------------------------------------------


def play(
    case: Case,
    body: Body,
    after_reset: Callable[[], None] | None = None,
    seen: Callable[[Seen], None] = lambda seen: None,
) -> list[TurnResult]:
    """Say every turn until one goes wrong; the judged turns. seen: called with each as it went."""
    start = before = body.reset(case)
    if after_reset is not None:
        after_reset()
    out: list[TurnResult] = []
    for turn in case.turns:
        played = body.command(turn)
        went = Seen(
            start, before, played.after, played.held, played.status, played.reply,
            case.stage.groups, played.hand,
        )  # fmt: skip
        seen(went)
        why = judged(turn, went).why
        out.append(
            TurnResult(
                say=turn.say,
                expect=turn.expect,
                status=played.status,
                reply=played.reply,
                plan=played.plan,
                why=why,
                plan_s=played.plan_s,
                tokens=played.tokens,
                first_motion_s=played.first_motion_s,
            )
        )
        if why:
            break
        before = played.after
    return out


def finished(case: Case, turns: Sequence[TurnResult]) -> bool:
    """Whether all turns were played and the last one was right."""
    return len(turns) == len(case.turns) and not turns[-1].why


def result_of(
    case: Case,
    turns: Sequence[TurnResult],
    understood: bool,
    pictures: tuple[str, ...] = (),
) -> CaseResult:
    """The case's result, with its cause when it failed: understood wrongly or executed wrongly."""
    success = finished(case, turns)
    cause = "" if success else "executed wrongly" if understood else "understood wrongly"
    return CaseResult(
        case.suite, case.name, case.seed, success, understood, cause, tuple(turns), case.tags,
        {} if success else case.stage.described(), pictures,
    )  # fmt: skip


def run_symbolic(case: Case, planner: PlanningModule) -> CaseResult:
    """The case with that planner on the symbolic robot."""
    if isinstance(planner, FixedPlanner):
        planner.plans = [turn.oracle for turn in case.turns]
    turns = play(case, SymbolicBody(planner))
    return result_of(case, turns, finished(case, turns))


def rehearsed(case: Case, turns: Sequence[TurnResult]) -> bool:
    """Whether the plans that were made do it on the symbolic robot."""
    if not turns or any(not turn.plan for turn in turns):
        return False
    replay = play(_first(case, len(turns)), SymbolicBody(FixedPlanner([x.plan for x in turns])))
    return len(replay) == len(turns) and not replay[-1].why


def _first(case: Case, n: int) -> Case:
    return Case(case.suite, case.name, case.seed, case.stage, case.turns[:n], case.tags)
