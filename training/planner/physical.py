"""Plans carried out in PyBullet, as `meanings.carry_out` does on the symbolic robot.

Knows: how a setting is put into the simulator, and how its end is told in the setting's own
coordinates. Does not know: rewards. No pictures are made: the robot is told the simulator's truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from benchmarks.oracle import oracle_scene
from llmagentos.builder import SIMULATED_PROFILE, modules_for
from llmagentos.composition import Simulated
from llmagentos.errors import LLMAgentOSError, SceneError
from llmagentos.lang import plan as p
from llmagentos.objects.kinds import KINDS
from llmagentos.ports.modules import PerceptionModule
from llmagentos.types import Scene, SceneObject
from training.corpus.checks.rehearsal import Setting
from training.meanings import Ended

#: Simulated seconds that a plan may take.
LIMIT_S = 120.0


class TruePerception(PerceptionModule):
    """Sees the simulator's truth."""

    def __init__(self, world: Any):
        self._world = world

    def perceive(self, observation: Any) -> Scene:
        """The scene as it really is."""
        return oracle_scene(self._world)


class PhysicalRobot:
    """One world, used again for every plan."""

    def __init__(self) -> None:
        self._simulated: Simulated | None = None

    def close(self) -> None:
        """Give the physics back."""
        if self._simulated is not None:
            self._simulated.close()
            self._simulated = None

    def carry_out(self, setting: Setting, plan: p.Plan) -> Ended | None:
        """A plan's end in the setting. None where the simulator can't play it: kinds it lacks,
        earlier turns, something in the hand, things that do not stand there by themselves; and for
        turns, because a square thing that was turned by a quarter looks as it did."""
        world, before = setting.world, setting.world.scene
        told = world.mentions or world.names or world.pattern or world.answer or setting.before
        if any(step.op == "rotate" for step in plan.walk()):
            return None
        if told or any(o.kind not in KINDS or o.held for o in before.objects):
            return None
        try:
            simulated = self._at(before)
        except SceneError:
            return None
        was = {o["id"]: o for o in simulated.objects()}
        made = modules_for(
            simulated.driver, (), simulated.arm, SIMULATED_PROFILE, simulation=simulated,
            rehearses=False, perception=TruePerception(simulated.world),
        )  # fmt: skip
        try:
            outcome = self._played(made.execution, simulated, plan)
        except LLMAgentOSError as exc:
            return Ended("failed", str(exc), before, before)
        now = {o["id"]: o for o in simulated.objects()}
        seen = {o.id: o for o in oracle_scene(simulated.world).objects}
        after = tuple(_moved(o, was[o.id], now[o.id], seen[o.id]) for o in before.objects)
        return Ended(outcome.status, outcome.reply, before, replace(before, objects=after))

    def _at(self, scene: Scene) -> Simulated:
        rows = [
            {"id": o.id, "kind": o.kind, "color": o.color, "size": o.size_m,
             "position": list(o.position), "yaw": o.yaw}
            for o in scene.objects
        ]  # fmt: skip
        spec = {"objects": rows}
        if self._simulated is None:
            self._simulated = Simulated(spec)
        else:
            self._simulated.reset(spec)
        self._simulated.world.settle()
        return self._simulated

    @staticmethod
    def _played(execution: Any, simulated: Simulated, plan: p.Plan) -> Any:
        world, ends_s = simulated.world, simulated.world.now_s + LIMIT_S
        execution.start(plan)
        while world.now_s < ends_s:
            outcome = execution.tick()  # its skills advance the world
            if outcome is not None:
                return outcome
        return execution.stop()


def _moved(
    thing: SceneObject, was: Mapping[str, Any], now: Mapping[str, Any], seen: SceneObject
) -> SceneObject:
    """A thing of the setting, moved and turned as far as the simulator's was: what settling does
    at the beginning is nobody's doing."""
    x, y, z = (
        a + (c - b)
        for a, b, c in zip(thing.position, was["position"], now["position"], strict=True)
    )
    yaw = thing.yaw + float(now["yaw"]) - float(was["yaw"])
    return replace(
        thing, position=(x, y, z), yaw=yaw, support=seen.support, inside=seen.inside, held=seen.held
    )
