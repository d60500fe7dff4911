"""Moving the hand itself: to a place, so far in a direction; opening and closing the fingers.

Knows: how far the hand may go, what a width means. Does not know: motion, nor what is in the hand
(it goes along).
"""

from __future__ import annotations

from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_object
from llmagentos.ports.failures import Failure
from llmagentos.skills.builtin.reach import LEAST_Z_M, MOST_Z_M
from llmagentos.skills.preview import OUTSIDE_M
from llmagentos.tasks.directions import DEFAULT_MOVE_M, VECTORS
from llmagentos.tasks.scope import Moves, Scope, StepProblem, ended_badly, succeeded
from llmagentos.tasks.steps.point import target_of
from llmagentos.tasks.steps.put import release
from llmagentos.types import Action, Hand, Pose, Vec3, Workspace

#: So high the hand goes where no height is said, and so far over a thing, metres.
HEIGHT_M, OVER_M = 0.15, 0.10


def reach(step: p.Reach, scope: Scope) -> Moves:
    """The finger tips to a place, or so far from where they are."""
    if step.direction is not None:
        goal, exact = _moved(step, scope), step.distance is not None
    else:
        assert step.place is not None, "the plan was checked"
        goal, exact = _at(step.place, scope), True
    goal = _within(goal, exact, scope.scene().workspace)
    report = yield Action("reach", pose=Pose(goal), why=scope.words)
    if not succeeded(report):
        raise ended_badly("I could not move my hand there", report)


def _moved(step: p.Reach, scope: Scope) -> Vec3:
    x, y, z = _hand(scope).position
    if step.distance is None:
        far = DEFAULT_MOVE_M * scope.scene().workspace.scale
    else:
        far = step.distance.metres(scope.memory.last_distance_m)
        scope.memory.note_distance(far)
    if step.direction in ("up", "down"):
        return x, y, z + (far if step.direction == "up" else -far)
    ux, uy = VECTORS[step.direction or ""]
    return x + far * ux, y + far * uy, z


def _at(place: p.Place, scope: Scope) -> Vec3:
    if place.rel == "xy" and place.position is not None:
        x, y, height = place.position.metres()
        ws = scope.scene().workspace
        return x, y, HEIGHT_M * ws.scale if height is None else height + ws.table_z
    x, y, z = target_of(place, scope)
    usual = OVER_M * scope.scene().workspace.scale
    over = usual if place.distance is None else place.distance.metres()
    return x, y, z + (over if place.obj is not None else 0.0)


def _within(goal: Vec3, exact: bool, ws: Workspace) -> Vec3:
    """The goal; as far as the hand may go, where no distance was said."""
    x, y, z = goal
    low, high = ws.table_z + LEAST_Z_M * ws.scale, ws.table_z + MOST_Z_M * ws.scale
    if not exact:
        x = min(max(x, ws.x_min - OUTSIDE_M), ws.x_max + OUTSIDE_M)
        y = min(max(y, ws.y_min - OUTSIDE_M), ws.y_max + OUTSIDE_M)
        z = min(max(z, low), high)
    z = low if abs(z - ws.table_z) <= LEAST_Z_M else z  # "down to the table"
    if not (ws.contains(x, y, -OUTSIDE_M) and low <= z <= high):
        raise StepProblem(
            Failure.OFF_TABLE,
            f"That is outside what I can reach: x from {ws.x_min:.2f} to {ws.x_max:.2f} m, "
            f"y from {ws.y_min:.2f} to {ws.y_max:.2f} m, up to {high:.2f} m high.",
        )
    return x, y, z


def grip(step: p.Grip, scope: Scope) -> Moves:
    """Open or close the fingers, all the way or to a width."""
    held = scope.scene().held
    if step.action == "open" and step.width is None:
        yield from release(p.Release(), scope)
        return
    if held is not None:
        name = describe_object(held, scope.scene())
        if step.action == "open":
            raise StepProblem(
                Failure.HAND_FULL, f"I am holding {name}: I can only put it down or let it go."
            )
        scope.note(f"My gripper is closed around {name} already.")
        return
    most = _hand(scope).most_m
    width = 0.0
    if step.width is not None:
        width = most / 2 if step.width.unit == "half" else step.width.metres(most)
    if width > most + 1e-3:
        raise StepProblem(
            Failure.IMPOSSIBLE, f"My gripper opens {100 * most:.0f} cm wide, not more."
        )
    report = yield Action("grip", width_m=width, why=scope.words)
    if not succeeded(report):
        raise ended_badly(f"I could not {scope.words}", report)


def _hand(scope: Scope) -> Hand:
    hand = scope.hand()
    if hand is None:
        raise StepProblem(Failure.NO_ANSWER, "I don't know where my hand is.")
    return hand
