"""Skills on a scene in memory: what an action would do if everything went well.

Knows: preconditions and effects of every action. Does not know: joints, time, friction.
It checks training pairs, rehearses plans before anything moves, and scores planners in
milliseconds. Actions that could not work in the world fail here with a reason.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from llmagentos.objects.outlines import ROUND_TOPPED, gap_m, is_container
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, failed, succeeded
from llmagentos.types import Action, Pose, Scene, SceneObject
from llmagentos.world.freespace import riders

#: Why an action fails, in words about this case; None where it goes well.
Problem = tuple[Failure, str] | None

#: Outlines may overlap by this much before it counts as a collision, metres.
OVERLAP_M = 0.004
HELD_Z_M = 0.25
#: Seconds that an action takes on the scene's clock.
ACTION_S = 4.0
OUTSIDE_M = 0.05


class SymbolicSkills:
    """A `SkillExecutor` on a scene of its own; every action ends with its first tick."""

    def __init__(self, scene: Scene):
        self._scene = scene
        self._action: Action | None = None
        self._report = succeeded("nothing to do")
        self.actions: list[Action] = []
        self.pointed_at: tuple[float, float, float] | None = None

    @property
    def held(self) -> str | None:
        """Id of the object in the hand, or None."""
        item = self._scene.held
        return item.id if item is not None else None

    def scene(self) -> Scene:
        """The scene in memory: what is believed is what is."""
        return self._scene

    def see(self) -> Scene:
        """The same: nothing is ever out of sight."""
        return self._scene

    def set_scene(self, scene: Scene) -> None:
        """Begin again, or let the world change by itself."""
        self._scene = scene

    def reset(self) -> None:
        """Nothing under way and nothing done; the scene stays, since it is the world."""
        self._action, self._report = None, succeeded("nothing to do")
        self.actions.clear()
        self.pointed_at = None

    def start(self, action: Action) -> None:
        """Begin an action; nothing changes before the first tick."""
        self._action = action

    def tick(self) -> SkillReport:
        """The whole action under way, or the last report again."""
        action, self._action = self._action, None
        if action is not None:
            self._report = self._carried_out(action)
        return self._report

    def _carried_out(self, action: Action) -> SkillReport:
        body = getattr(self, f"_{action.name}", None)
        if body is None:
            words = f"expected a known skill, got {action.name!r}"
            return failed(Failure.UNKNOWN_SKILL, words, 0)
        self.actions.append(action)
        self._scene = replace(self._scene, stamp_s=self._scene.stamp_s + ACTION_S)
        problem = body(action)
        return failed(*problem) if problem else succeeded()

    def stop(self) -> SkillReport:
        """Drop what is under way, keep holding, and say so."""
        self._action = None
        held = self._scene.held
        words = f"I am holding the {held.label}." if held else "My hand is empty."
        self._report = failed(Failure.STOPPED, words, held=self.held)
        return self._report

    # --- one method per action: returns (reason, words) where it fails ----------------------

    def _pick(self, action: Action) -> Problem:
        item = self._scene.get(action.object_id)
        if item is None:
            return Failure.NOT_SEEN, "it was not there"
        if self._scene.held is not None:
            return Failure.HAND_FULL, "the hand was not empty"
        if item.kind == "zone" or (item.size_m > 0.08 and not is_container(item)):
            return Failure.TOO_WIDE, "there was no way to grasp it"
        if any(not o.inside for o in self._scene.on_top_of(item.id)):
            return Failure.COVERED, "something stood on it"
        lifted = (item.position[0], item.position[1], HELD_Z_M + item.height_m / 2)
        self._carry(item, replace(item, position=lifted, support="table", inside=False, held=True))
        return None

    def _place(self, action: Action) -> Problem:
        item = self._scene.get(action.object_id)
        if item is None or not item.held or action.pose is None:
            return Failure.NOT_HOLDING, "it was not in the hand"
        x, y, z = action.pose.position
        problem = self._unfit(item, action, x, y)
        if problem is not None:
            return problem
        down = replace(
            item,
            position=(x, y, z + item.height_m / 2),
            yaw=_wrapped(item.kind, action.pose.yaw),
            support=action.support,
            inside=action.inside,
            held=False,
        )
        self._carry(item, down)
        return None

    def _unfit(self, item: SceneObject, action: Action, x: float, y: float) -> Problem:
        ws = self._scene.workspace
        if not ws.contains(x, y, -OUTSIDE_M):
            return Failure.UNREACHABLE, "it was out of reach"
        below = self._scene.get(action.support)
        if below is None and action.support != "table":
            return Failure.NO_SUPPORT, "what should carry it was gone"
        if below is not None and below.kind in ROUND_TOPPED:
            return Failure.UNSTABLE, f"it fell off the {below.label}"
        if below is None or below.kind == "zone":
            return self._collides(item, x, y)
        if not is_container(below):
            for o in self._scene.on_top_of(below.id):
                if _gap(item, o, x, y) < -OVERLAP_M:
                    return Failure.IN_THE_WAY, f"the {o.label} was there already"
        return None

    def _collides(self, item: SceneObject, x: float, y: float) -> Problem:
        own = riders(self._scene, item.id) | {item.id}
        for o in self._scene.objects:
            if o.id in own or o.held or o.inside or o.kind == "zone" or o.bottom_z > 0.03:
                continue
            if _gap(item, o, x, y) < -OVERLAP_M:
                return Failure.IN_THE_WAY, f"the {o.label} was in the way"
        return None

    def _push(self, action: Action) -> Problem:
        item = self._scene.get(action.object_id)
        if item is None or action.pose is None:
            return Failure.NOT_SEEN, "it was not there"
        below = self._scene.get(item.support)
        if item.held or item.kind == "zone" or (below is not None and below.kind != "zone"):
            return Failure.NOT_ON_TABLE, "it did not stand on the table"
        if self._scene.held is not None:
            return Failure.HAND_FULL, "the hand was not empty"
        x, y, _ = action.pose.position
        if not self._scene.workspace.contains(x, y, -OUTSIDE_M):
            return Failure.UNREACHABLE, "it was out of reach"
        problem = self._collides(item, x, y)
        if problem is not None:
            return problem
        at = (x, y, self._scene.workspace.table_z + item.height_m / 2)
        self._carry(item, replace(item, position=at, support="table"))
        return None

    def _rotate(self, action: Action) -> Problem:
        item = self._scene.get(action.object_id)
        if item is None:
            return Failure.NOT_SEEN, "it was not there"
        turned = _wrapped(item.kind, item.yaw + action.angle_rad)
        self._carry(item, replace(item, yaw=turned))
        return None

    def _open_gripper(self, action: Action) -> Problem:
        held = self._scene.held
        if held is None:
            return None
        x, y = held.position[:2]
        pose = Pose((x, y, self._scene.workspace.table_z), held.yaw)
        return self._place(replace(action, object_id=held.id, pose=pose, support="table"))

    def _point(self, action: Action) -> Problem:
        if action.pose is None:
            return Failure.INVALID_ACTION, "there was nowhere to point"
        self.pointed_at = action.pose.position
        held = self._scene.held
        if held is not None:
            x, y, z = action.pose.position
            self._carry(held, replace(held, position=(x, y, max(z, 0.05) + held.height_m / 2)))
        return None

    def _look(self, action: Action) -> None:
        return None

    _home = _wait = _look

    def _carry(self, item: SceneObject, now: SceneObject) -> None:
        """Replace the object; what stands on or in it comes along."""
        dx, dy, dz = (b - a for a, b in zip(item.position, now.position, strict=True))
        above = riders(self._scene, item.id)

        def moved(o: SceneObject) -> SceneObject:
            if o.id == item.id:
                return now
            if o.id in above:
                x, y, z = o.position
                return replace(o, position=(x + dx, y + dy, z + dz))
            return o

        self._scene = replace(self._scene, objects=tuple(moved(o) for o in self._scene.objects))


def _gap(item: SceneObject, other: SceneObject, x: float, y: float) -> float:
    return float(gap_m(np.array([x]), np.array([y]), item, other)[0])


def _wrapped(kind: str, yaw: float) -> float:
    """Blocks look the same after a quarter turn; others after a full one."""
    period = math.pi / 2 if kind == "block" else 2 * math.pi
    return (yaw + period / 2) % period - period / 2
