"""Correcting a scripted skill, as a Gymnasium environment: one step is one of its decisions.

Knows: how a trial becomes observations, actions and rewards. Does not know: algorithms, how trials
are drawn and judged (sim.skill_trials), what a skill lets be corrected (its `residual`).

An action of zeros is the scripted skill. An episode is one trial: a push has one step a stroke, a
pick one a grasp, three at most. `import sim.envs.corrections`, then
`gymnasium.make("llmagentos/CorrectPush-v0")`.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from typing import Any

import gymnasium
import numpy as np
from gymnasium.envs.registration import register, registry
from numpy.typing import NDArray

from llmagentos.errors import DriverError
from llmagentos.ports.skills import SkillReport
from llmagentos.skills.declaration import SkillRun
from llmagentos.skills.residual import SCRIPTED, Correction, Policies, Residual
from llmagentos.types import Pose
from sim.envs import NAMESPACE
from sim.skill_conditions import TRAINING
from sim.skill_trials import SKILLS, Conditions, Outcome, Trial, TrialWorld

#: What one more stroke or grasp costs, and what success is worth.
_STEP_COST, _SUCCESS = 0.15, 1.0
#: A push this far off, m, costs as much as success is worth; no more than twice that is counted.
_OFF_M = 0.05
#: Squeezing with all force instead of the scripted one costs this much.
_FORCE_COST = 0.1
#: So many seeds in a row may give a scene that has nothing for the skill.
_DRAWS = 200
#: Actions and observations are float32.
Row = NDArray[np.float32]


class CorrectionEnv(gymnasium.Env[Row, Row]):
    """skill: "push" or "pick". conditions: what trials are drawn from (TRAINING's by default).
    quick: the arm is put where it goes through free space. exact: see TrialWorld.

    Observation: the features of the skill's residual, in their units. Action: a share of -1 to 1 of
    each adjustable's bound. Reward: 1 for success by truth, less 0.15 a step; a push that ends off
    its goal loses up to 2 (1 for 5 cm). `info["outcome"]` at the end is the trial's Outcome.

    `info["before"]`, `info["after"]`: where the thing truly was before and after the step, metres in
    the frame in which the correction was counted: of a push along the way from its goal and to the
    left of it, of a pick along the hand's x and y axes from its tip.

    reset(options={"trial": 7}) is that very trial; else the seed draws one. DriverError for an
    action of the wrong shape, or with NaN or values beyond 1.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012  as Gymnasium declares it

    def __init__(
        self,
        skill: str = "push",
        conditions: Conditions | None = None,
        quick: bool = True,
        renderer: str = "tiny",
        exact: bool = True,
    ) -> None:
        if skill not in SKILLS:
            raise DriverError(f"expected a skill of {', '.join(SKILLS)}, got {skill!r}")
        declared = SKILLS[skill].residual
        assert declared is not None, "every skill that can be tried has one"
        self.skill, self.residual, self.quick = skill, declared, quick
        self.conditions = conditions or TRAINING[skill]
        count, wide = len(declared.features), len(declared.adjustables)
        self.observation_space = gymnasium.spaces.Box(-100.0, 100.0, (count,), np.float32)
        self.action_space = gymnasium.spaces.Box(-1.0, 1.0, (wide,), np.float32)
        self._trials = TrialWorld(renderer, exact)
        self._waiting = _Waiting(skill)
        self._trial: Trial | None = None
        self._run: SkillRun | None = None
        self._most = np.array([a.most for a in declared.adjustables])

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Row, dict[str, Any]]:
        """The first decision of a trial."""
        super().reset(seed=seed)
        number = (options or {}).get("trial")
        for _ in range(_DRAWS):
            drawn = int(self.np_random.integers(2**31)) if number is None else int(number)
            trial = self._trials.draw(self.skill, drawn, self.conditions)
            if trial is not None:
                self._waiting.waits = False
                context = self._trials.context(trial, self._waiting, self.quick)
                self._trial, self._run = trial, self._trials.run(trial, context)
                if self._go_on() is None:  # else it was over without a decision
                    return self._observed(), {"trial": drawn}
            if number is not None:
                raise DriverError(f"expected a trial with something to decide, got {number}")
        raise DriverError(f"expected a trial within {_DRAWS} seeds, got none")

    def step(self, action: Row) -> tuple[Row, float, bool, bool, dict[str, Any]]:
        """Carry the decision out, up to the next one or the end."""
        values = np.asarray(action, dtype=np.float64)
        if values.shape != self.action_space.shape or not np.all(np.abs(values) <= 1.0):
            raise DriverError(
                f"expected {len(self._most)} numbers of -1 to 1 as an action, got {action}"
            )
        if self._trial is None or self._run is None:
            raise DriverError("expected a reset before a step")
        last, frame, before = self._observed(), self._waiting.frame, self._place()
        self._waiting.answer = self.residual.clipped((values * self._most).tolist(), "training")
        report = self._go_on()
        cost = _STEP_COST + self._squeeze(values)
        outcome = None if report is None else self._trials.outcome(self._trial, report)
        truth = {"before": _within(frame, before), "after": _within(frame, self._place())}
        if outcome is None:
            return self._observed(), -cost, False, False, truth
        self._run = None
        return last, _worth(outcome) - cost, True, False, {"outcome": outcome, **truth}

    def _place(self) -> tuple[float, float]:
        """Where the thing truly is, base frame."""
        assert self._trial is not None
        x, y, _ = self._trials.world.object_pose(self._trial.item.id)[0]
        return x, y

    def _go_on(self) -> SkillReport | None:
        """Up to the next decision (None) or the report."""
        assert self._run is not None
        while True:
            try:
                next(self._run)
            except StopIteration as end:
                return end.value
            if self._waiting.waits:
                return None

    def _observed(self) -> Row:
        return np.array(self._waiting.seen, dtype=np.float32)

    def _squeeze(self, values: NDArray[np.float64]) -> float:
        names = [a.name for a in self.residual.adjustables]
        return (
            _FORCE_COST * max(float(values[names.index("force")]), 0.0) if "force" in names else 0.0
        )

    def close(self) -> None:
        """Give the world back."""
        self._trials.world.close()


def _worth(outcome: Outcome) -> float:
    return _SUCCESS * outcome.success - min(outcome.off_m / _OFF_M, 2.0)


def _within(frame: Pose, at: tuple[float, float]) -> tuple[float, float]:
    """A point of the base frame in another one."""
    dx, dy = at[0] - frame.position[0], at[1] - frame.position[1]
    c, s = math.cos(frame.yaw), math.sin(frame.yaw)
    return c * dx + s * dy, c * dy - s * dx


class _Waiting(Policies):
    """Lets the environment answer: a skill that asks waits until it has. Other skills on the way
    (a push that carries) are scripted."""

    def __init__(self, skill: str) -> None:
        super().__init__()
        self._skill = skill
        self.seen: list[float] = []
        self.frame = Pose((0.0, 0.0, 0.0))
        self.answer: Correction | None = None
        self.waits = False

    def ask(
        self, skill: str, residual: Residual, seen: Mapping[str, float], frame: Pose
    ) -> Generator[None, None, Correction]:
        """Yields, without time passing, until there is an answer."""
        if skill != self._skill:
            return residual.identity(SCRIPTED)
        self.seen, self.frame = residual.row(seen), frame
        self.answer, self.waits = None, True
        while self.answer is None:
            yield
        self.waits = False
        return self.answer


for _skill in SKILLS:
    if (_id := f"{NAMESPACE}/Correct{_skill.title()}-v0") not in registry:
        register(_id, "sim.envs.corrections:CorrectionEnv", kwargs={"skill": _skill})
