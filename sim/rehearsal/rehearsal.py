"""Skills in a world made of what was seen: implements llmagentos.ports.rehearsal.

Knows: how wrong a look may be, copies of a scene that differ by that, what an arm does in each of
them (with the skills' own code), and who was knocked over. Does not know: plans, what is made of
it (llmagentos.execution.copies), the simulator's truth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.planning import InHand
from llmagentos.objects.kinds import KINDS
from llmagentos.ports.rehearsal import Harm, RehearsedSkills
from llmagentos.ports.skills import SkillReport, SkillStatus
from llmagentos.robots import ArmSpec
from llmagentos.skills.belief import Belief
from llmagentos.skills.physical import MotionSkills
from llmagentos.skills.residual import Policies
from llmagentos.types import Action, RobotState, Scene, SceneObject
from llmagentos.world.freespace import riders
from sim.rehearsal.arm import TwinArm, TwinContext
from sim.rehearsal.world import Placed, TwinWorld
from sim.truth_look import told_scene

#: What stood by and is this far from where it was, or leans so far, was knocked over.
_MOVED_M, _TILTED_RAD = 0.03, 0.5
#: What moved by less than this is where it was believed to be.
_SAME_M, _SAME_RAD = 0.004, 0.1


@dataclass(frozen=True)
class LookError:
    """Standard deviations of what a camera sees. bias_m: of its place, shared by all things, along
    x and y; jitter_m, yaw_rad: of each thing."""

    bias_m: float = 0.002
    jitter_m: float = 0.001
    yaw_rad: float = 0.03


class SimRehearsal:
    """Copies of what was seen, tried out one after another in one world, which is made at first
    use.

    arm: as loaded. state: where the real arm is. profile,
    policies: as of the skills that are rehearsed. error: of looks. kinematics: of
    those skills, which then know the ways that were laid here.
    """

    def __init__(
        self,
        arm: ArmSpec,
        state: Callable[[], RobotState],
        profile: str,
        policies: Policies | None = None,
        error: LookError | None = None,
        kinematics: Kinematics | None = None,
    ) -> None:
        self._arm, self._state, self._profile = arm, state, profile
        self._policies, self._error = policies, error or LookError()
        self._kinematics = kinematics or Kinematics(arm)
        self._world: TwinWorld | None = None
        self._begins: RobotState | None = None

    def copy(self, scene: Scene, number: int) -> RehearsedSkills:
        """Skills in copy `number` of the scene; 0 is as seen. The same number gives the same copy.
        One copy at a time: the one before is gone. Copies after the first begin where that did: the
        real arm may be on its way by then."""
        world = self._made()
        rng = np.random.default_rng([number, 0x4EAE])
        known = [o for o in scene.objects if o.kind in KINDS or o.extents_m is not None]
        offsets = _offsets(known, self._error, rng) if number else {}
        things = [_placed(o, offsets.get(o.id, (0.0, 0.0, 0.0))) for o in known]
        if number <= 1 or self._begins is None:
            self._begins = self._state()
        now = self._begins
        held = replace(scene, objects=tuple(known)).held
        world.stage(things, now.positions, now.gripper_width_m, held is not None)
        return TwinSkills(world, self._kinematics, self._profile, self._policies, scene, things)

    def prepare(self, scene: Scene) -> None:
        """Make the world and its bodies, so that the first copy is quick."""
        self.copy(scene, 0)

    def reset(self) -> None:
        """Forget what contacts remember, so that a session's copies depend on it alone."""
        self.close()

    def close(self) -> None:
        """Give the world back; the next copy makes another."""
        if self._world is not None:
            self._world.close()
            self._world = None

    def _made(self) -> TwinWorld:
        if self._world is None:
            self._world = TwinWorld(self._arm)
        return self._world


class TwinSkills(MotionSkills):
    """The skills' own code in one copy."""

    def __init__(
        self,
        world: TwinWorld,
        kinematics: Kinematics,
        profile: str,
        policies: Policies | None,
        scene: Scene,
        things: Sequence[Placed],
    ) -> None:
        self._world, self._believed = world, scene
        self._placed = {t.item.id: t for t in things}
        self._acted: set[str] = set()
        self._under: set[str] = set()
        arm = TwinArm(world, kinematics, profile)
        belief = Belief(self._look)
        context = TwinContext(arm, belief, policies or Policies())
        super().__init__(world, self._look, kinematics, profile, context=context)
        belief.look(scene)
        if scene.held is not None:
            belief.in_hand = InHand.of(scene.held, arm.tip)

    @property
    def cost_s(self) -> float:
        """What was computed so far, in simulated seconds."""
        return self._world.cost_s

    def start(self, action: Action) -> None:
        """As ever; what is acted on is expected to move."""
        self._under = {action.object_id, *riders(self.scene(), action.object_id)} - {""}
        self._acted |= self._under
        super().start(action)

    def tick(self) -> SkillReport:
        """As ever; what was acted on shall stay where it is afterwards."""
        report = super().tick()
        if report.status is not SkillStatus.RUNNING:
            self._world.note_places(self._under)
            self._under = set()
        return report

    def harm(self) -> Harm | None:
        """What stood by and does not any more, the farthest moved first. What an action is about
        that has not ended is on its way."""
        world, found = self._world, list[tuple[float, str, float]]()
        loads = world.load()
        for name in self._placed:
            moved, tilted = world.moved_m(name), world.tilted_rad(name)
            if name not in (*loads, *self._under) and (
                moved > _MOVED_M * self._arm.spec.scale or tilted > _TILTED_RAD
            ):
                found.append((moved, name, tilted))
        if not found:
            return None
        _, name, tilted = max(found)
        if name in self._acted:
            return Harm(name, "fallen")
        return Harm(name, "knocked over" if tilted > _TILTED_RAD else "pushed away")

    def _look(self) -> Scene:
        """The copy as the camera would report it, with the same error as before."""
        world, rows, same = self._world, list[Mapping[str, object]](), dict[str, SceneObject]()
        for row in world.objects():
            placed = self._placed[row["id"]]
            x, y, z = row["position"]
            item = placed.item
            off = [a - b for a, b in zip(placed.position, item.position, strict=True)]
            at = (x - off[0], y - off[1], z)
            if world.is_as_staged(item.id, _SAME_M, _SAME_RAD):
                same[item.id] = item
                at = item.position
            rows.append({**row, "position": at, "yaw": row["yaw"] - (placed.yaw - item.yaw)})
        seen = told_scene(rows, world.held_truth(), self._believed.workspace, world.now_s)
        objects = []
        for o in seen.objects:
            before = same.get(o.id)
            if before is not None and not o.held:
                o = replace(before, support=o.support, inside=o.inside, last_seen_s=world.now_s,
                            held=False)  # fmt: skip
            objects.append(o)
        return replace(seen, objects=tuple(objects))


def _placed(item: SceneObject, off: tuple[float, float, float]) -> Placed:
    x, y, z = item.position
    return Placed(item, (x + off[0], y + off[1], z), item.yaw + off[2])


def _offsets(
    things: Sequence[SceneObject], error: LookError, rng: np.random.Generator
) -> dict[str, tuple[float, float, float]]:
    """How far each thing stands from where it was seen: x, y (m) and yaw (rad). What stands on or
    in something goes with it, and what is held is where the hand is."""
    bias = rng.normal(0.0, error.bias_m, 2)
    own = {o.id: rng.normal(0.0, 1.0, 3) for o in things}
    by_id = {o.id: o for o in things}
    out: dict[str, tuple[float, float, float]] = {}
    for o in things:
        base, seen = o, {o.id}
        while base.support in by_id and base.support not in seen:
            base = by_id[base.support]
            seen.add(base.id)
        dx, dy, turn = own[base.id]
        room = min((math.dist(base.position[:2], p.position[:2]) - (base.size_m + p.size_m) / 2
                    for p in things if p.id != base.id and p.support == base.support),
                   default=1.0)  # fmt: skip
        jitter = min(error.jitter_m, max(room, 0.0) / 4)  # neighbours never stand in each other
        x, y = bias[0] + dx * jitter, bias[1] + dy * jitter
        out[o.id] = (0.0, 0.0, 0.0) if o.held else (float(x), float(y), float(turn * error.yaw_rad))
    return out
