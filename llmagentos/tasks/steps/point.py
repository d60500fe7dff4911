"""Pointing at a place.

Knows: above what the finger tips go. Does not know: how high the hand hovers.
"""

from __future__ import annotations

from llmagentos.grounding.placement import locate
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_place
from llmagentos.tasks.landmarks import marks_for
from llmagentos.tasks.scope import Moves, Scope, ended_badly, problem_of, succeeded
from llmagentos.types import Action, Pose, SceneObject, Vec3
from llmagentos.world import relations as rel

#: Places at which the landmark itself is pointed at.
_OVER = ("above", "on", "in", "next_to", "toward")


def point(step: p.Point, scope: Scope) -> Moves:
    """The finger tips over the place."""
    x, y, z = target_of(step.place, scope)
    over = step.place.obj is not None and step.place.rel in _OVER
    above = 0.03 if over else 0.0
    report = yield Action("point", pose=Pose((x, y, z + above)), why=scope.words)
    if not succeeded(report):
        raise ended_badly(f"I could not get {describe_place(step.place)}", report)


def target_of(place: p.Place, scope: Scope) -> Vec3:
    """What is pointed at: the top of the thing at the place, or a point over the table. Raises
    StepProblem."""
    marks = marks_for(place, scope, None)
    scene = scope.scene()
    seen = [o for o in map(scene.get, marks.ids) if o is not None]
    scope.memory.note_mention(marks.ids)
    if seen and place.rel in _OVER:
        x, y = seen[0].position[:2]
        top = max(o.top_z for o in [seen[0], *rel.contents(scene, seen[0])])
        return x, y, top
    ghost = SceneObject("", "ball", "", 0.01, 0.01, (0.5, 0.0, 0.0))
    found = locate(place, ghost, scope.context(), (), marks)
    if found.spot is None:
        raise problem_of(found, place.obj)
    return (*found.spot.pose.position[:2], 0.08)
