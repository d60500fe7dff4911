"""Command-v0: a sentence in, the world judged. One step is one plan, carried out to its end.

Knows: how a plan is carried out, on a symbolic robot or by physics, and that the example's meaning
judges what came of it. Does not know: sentences (sim.envs.commands, or a mixture from outside), who
writes plans, perception: what is seen is the simulator's truth.

Action: a plan in the compact notation (docs/plan-language.md), or a `Plan`, or a policy: something
that is called with a `PlanRequest` and gives either. Observation: `sentence`, and `scene`, one entry
an object: kind, colour, size (m), position (m), yaw (rad). Reward: `llmagentos.learning.reward`, in
[-1, 1]; a text that is no plan is a failed command and no error.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from llmagentos.errors import ActionError, ConfigError, LLMAgentOSError
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec
from llmagentos.lang.plan import Plan
from llmagentos.motion.kinematics import Kinematics
from llmagentos.ports.modules import Outcome, PlanRequest
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.safety.observed import ObservedDriver
from llmagentos.skills import MotionSkills
from llmagentos.types import Scene
from sim.envs.commands import DEFAULT, CommandMixture, Ended, Said, find
from sim.scene import SceneSpec
from sim.truth_look import told_scene
from sim.world import SimWorld

_LETTERS = string.ascii_letters + string.digits + string.punctuation + " ’"
#: A plan that takes longer has no end: ticks on the symbolic robot, simulated seconds by physics.
_MOST_TICKS, _MOST_S = 400, 180.0
_PROFILE = "sim"

Plannable = str | Plan | Callable[[PlanRequest], "str | Plan"]


class Command(gymnasium.Env[dict[str, Any], Any]):
    """Sentences of a mixture. ConfigError for a mixture that there is not.

    mixture: a `llmagentos.learning.meanings.Mixture` of examples as in sim.envs.commands, or its
    name "module:attribute". physics: carried out in PyBullet; examples without a scene for it are
    drawn again.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 1}  # noqa: RUF012

    def __init__(
        self,
        mixture: CommandMixture | str = DEFAULT,
        physics: bool = False,
        render_mode: str | None = None,
        renderer: str = "tiny",
    ) -> None:
        if render_mode not in (None, "rgb_array"):
            raise ConfigError(f"expected a render mode of (None, 'rgb_array'), got {render_mode!r}")
        if render_mode and not physics:
            raise ConfigError("expected physics=True for pictures: symbolic robots have none")
        self.mixture = find(mixture) if isinstance(mixture, str) else mixture
        self.physics, self.render_mode, self._renderer = physics, render_mode, renderer
        self._world: SimWorld | None = None
        self._drawn: tuple[Any, Said] | None = None
        self._executor: PlanExecutor | None = None
        self.action_space: Any = spaces.Text(2000, min_length=0, charset=_LETTERS)
        numbers = spaces.Box(-np.inf, np.inf, (5,), np.float64)
        thing = spaces.Dict(
            {
                "kind": spaces.Text(40, min_length=0, charset=_LETTERS),
                "color": spaces.Text(40, min_length=0, charset=_LETTERS),
                "size_position_yaw": numbers,
            }
        )
        self.observation_space: Any = spaces.Dict(
            {
                "sentence": spaces.Text(400, min_length=0, charset=_LETTERS),
                "scene": spaces.Sequence(thing),
            }
        )

    @property
    def example(self) -> Said:
        """What is said in this episode. ResetNeeded before the first reset."""
        return self._now()[1]

    def _now(self) -> tuple[Any, Said]:
        if self._drawn is None:
            raise gymnasium.error.ResetNeeded("expected a reset before anything else, got none")
        return self._drawn

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Another sentence; info has its meaning's name and the planner's `request`."""
        super().reset(seed=seed)
        while True:
            meaning, example = self.mixture.draw(int(self.np_random.integers(2**31)))
            if not self.physics or example.spec is not None:
                break
        self._drawn = meaning, example
        self._executor = self._in_physics(example.spec) if self.physics else example.executor()
        return self._observe(), {"meaning": meaning.name, "request": self.request()}

    def _in_physics(self, scene: SceneSpec) -> PlanExecutor:
        """The scene in PyBullet, and the arm's own skills in it, seeing the truth."""
        if self._world is None:
            self._world = SimWorld(scene, renderer=self._renderer)
        world = self._world
        world.reset(scene)
        arm = world.robot.spec
        kinematics = Kinematics(arm)
        gate = MotionGate.of(arm, _PROFILE, kinematics.tip_position)
        driver = ObservedDriver(GatedDriver(world, gate))
        return PlanExecutor(MotionSkills(driver, self._look, kinematics, _PROFILE))

    def _look(self) -> Scene:
        world = self._world
        assert world is not None
        held, area = world.held_truth(), world.robot.spec.workspace
        return told_scene(world.objects(), held, area, world.now_s)

    def _scene(self) -> Scene:
        assert self._executor is not None
        return self._look() if self.physics else self._executor.skills.scene()

    def request(self) -> PlanRequest:
        """What a planner is asked in this episode."""
        return PlanRequest(self.example.text, self._scene())

    def _observe(self) -> dict[str, Any]:
        things = tuple(
            {
                "kind": o.kind,
                "color": o.color,
                "size_position_yaw": np.array([o.size_m, *o.position, o.yaw], np.float64),
            }
            for o in self._scene().objects
        )
        return {"sentence": self.example.text, "scene": things}

    def step(self, action: Plannable) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        """Carry a plan out and judge it; the episode is over. ActionError for what is no plan, no
        text and no policy."""
        meaning, example = self._now()
        request = self.request()
        written = action(request) if callable(action) else action
        if not isinstance(written, str | Plan):
            raise ActionError(f"expected a plan or its text, got {type(written).__name__}")
        before, words = request.scene, 0
        try:
            plan = codec.parse(written) if isinstance(written, str) else written
            words = len(codec.write(plan).split())
            outcome, seconds = self._carry_out(plan)
            status, reply = outcome.status, outcome.reply
        except LLMAgentOSError as exc:
            status, reply, seconds = "failed", f"no plan: {exc}", 0.0
        pointed = getattr(self._executor.skills, "pointed_at", None) if self._executor else None
        ended = Ended(status, reply, before, self._scene(), pointed)
        verdict = meaning.check(example, ended)
        reward = meaning.reward(example, ended, seconds, words)
        info = {
            "is_success": verdict.right, "why": verdict.why, "status": status, "reply": reply,
            "meaning": meaning.name, "sim_s": seconds,
        }  # fmt: skip
        return self._observe(), float(reward), True, False, info

    def _carry_out(self, plan: Plan) -> tuple[Outcome, float]:
        """The plan's outcome and the simulated seconds that it took."""
        executor = self._executor
        assert executor is not None
        began = self._world.now_s if self.physics and self._world else 0.0
        executor.start(plan, self.example.text)
        outcome, ticks = None, 0
        while outcome is None:
            ticks += 1
            now = self._world.now_s if self.physics and self._world else 0.0
            late = now - began > _MOST_S if self.physics else ticks > _MOST_TICKS
            outcome = executor.stop() if late else executor.tick()
        now = self._world.now_s if self.physics and self._world else 0.0
        return outcome, now - began

    def oracle(self) -> Iterator[str]:
        """The example's own plan."""
        while True:
            yield self.example.plan_text

    def render(self) -> Any:
        """A picture for people, uint8 [360, 480, 3], where there are physics."""
        seen = self.render_mode == "rgb_array" and self._world is not None
        return self._world.render_rgb(480, 360) if seen and self._world else None

    def close(self) -> None:
        """Give the physics back; closing again does nothing."""
        if self._world is not None:
            self._world.close()
        self._world = None
