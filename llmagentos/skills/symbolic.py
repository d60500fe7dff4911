"""Skills on a scene in memory: what an action would do if everything went well.

Knows: that every action ends with its first tick. Does not know: any one skill's effect (its
preview), joints, friction. It checks training pairs, rehearses plans before anything moves, and
scores planners in milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, Ways, failed, succeeded
from llmagentos.skills.catalog import skills as all_skills
from llmagentos.skills.catalog import ways_of
from llmagentos.skills.declaration import Skill, broken, hand_problem, invalid, unknown
from llmagentos.types import Action, Hand, Scene, Vec3

#: Seconds that an action takes on the scene's clock.
ACTION_S = 4.0
#: The hand of a robot in memory, at home and open.
HAND = Hand((0.40, 0.0, 0.40), 0.08, 0.08)


class SymbolicSkills:
    """A `SkillExecutor` on a scene of its own. skills: by name (the catalog's by default); hand:
    where it is at first."""

    def __init__(self, scene: Scene, skills: Mapping[str, Skill] | None = None, hand: Hand = HAND):
        self._scene = scene
        self._hand = hand
        self._skills = all_skills() if skills is None else skills
        self._action: Action | None = None
        self._report = succeeded("nothing to do")
        self.actions: list[Action] = []

    @property
    def held(self) -> str | None:
        """Id of the object in the hand, or None."""
        item = self._scene.held
        return item.id if item is not None else None

    def hand(self) -> Hand:
        """Where the last action has left the hand; what is held keeps the fingers apart."""
        return self._hand

    @property
    def pointed_at(self) -> Vec3 | None:
        """Where the last pointing pointed, or None."""
        poses = [a.pose for a in self.actions if a.name == "point"]
        return poses[-1].position if poses and poses[-1] is not None else None

    def scene(self) -> Scene:
        """The scene in memory: what is believed is what is."""
        return self._scene

    def see(self, scene: Scene | None = None) -> Scene:
        """The scene in memory, whatever was seen: nothing is ever out of its sight."""
        return self._scene

    def set_scene(self, scene: Scene) -> None:
        """Begin again, or let the world change by itself."""
        self._scene = scene

    def ways(self, name: str) -> Ways:
        """By its declaration."""
        return ways_of(name)

    def reset(self) -> None:
        """Nothing under way and nothing done; the scene stays, since it is the world."""
        self._action, self._report = None, succeeded("nothing to do")
        self.actions.clear()

    def start(self, action: Action) -> None:
        """Begin an action; nothing changes before the first tick."""
        self._action = action

    def tick(self) -> SkillReport:
        """The whole action under way, or the last report again."""
        action, self._action = self._action, None
        if action is not None:
            self._report = self._carried_out(action)
        return self._report

    def stop(self) -> SkillReport:
        """Drop what is under way, keep holding, and say so."""
        self._action = None
        held = self._scene.held
        words = f"I am holding the {held.label}." if held else "My hand is empty."
        self._report = failed(Failure.STOPPED, words, held=self.held)
        return self._report

    def _carried_out(self, action: Action) -> SkillReport:
        skill = self._skills.get(action.name)
        if skill is None:
            return unknown(action.name)
        problem = invalid(skill, action)
        if problem is not None:
            return problem
        self.actions.append(action)
        self._scene = replace(self._scene, stamp_s=self._scene.stamp_s + ACTION_S)
        try:
            problem = hand_problem(skill, self._scene) or skill.check(self._scene, action)
            after = skill.preview(self._scene, action) if problem is None else problem
        except Exception as error:  # whatever a skill from outside does
            return broken(skill.name, error)
        if isinstance(after, SkillReport):
            return after
        if not isinstance(after, Scene):
            return broken(skill.name, f"expected a scene or a report of preview, got {after!r}")
        self._hand = self._hand_after(action, after)
        self._scene = after
        return succeeded()

    def _hand_after(self, action: Action, after: Scene) -> Hand:
        position, held = self._hand.position, after.held
        item = after.get(action.object_id)
        if action.name in ("home", "look"):
            position = HAND.position
        elif action.pose is not None:
            position = action.pose.position
        elif item is not None:
            position = item.position
        opening = self._hand.opening_m if action.name != "grip" else action.width_m
        if action.name in ("place", "open_gripper", "rotate"):
            opening = self._hand.most_m
        opening = min(held.size_m, self._hand.most_m) if held is not None else opening
        return replace(self._hand, position=position, opening_m=opening)
