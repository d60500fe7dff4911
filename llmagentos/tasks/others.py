"""Swapping, clearing, pointing, waiting, undoing: the steps that are short.

Knows: what each asks of the table. Does not know: control steps and words.
"""

from __future__ import annotations

from llmagentos.grounding.conditions import holds
from llmagentos.grounding.placement import locate
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_cond, describe_place
from llmagentos.ports.failures import Failure
from llmagentos.tasks.mentions import note_subjects
from llmagentos.tasks.scope import Moves, Scope, StepProblem, ended_badly, problem_of, succeeded
from llmagentos.tasks.targets import marks_for
from llmagentos.types import Action, Pose, SceneObject
from llmagentos.world import relations as rel

#: How long to wait for something, and how often to look.
WAIT_FOR_S = 30.0
LOOK_EVERY_S = 0.5


# --- hand and time ------------------------------------------------------------------------------


def point(step: p.Point, scope: Scope) -> Moves:
    """The finger tips over the place."""
    place = step.place
    marks = marks_for(place, scope, None)
    scene = scope.scene()
    seen = [o for o in map(scene.get, marks.ids) if o is not None]
    scope.memory.note_mention(marks.ids)
    if seen and place.rel in ("above", "on", "in", "next_to", "toward"):
        x, y = seen[0].position[:2]
        top = max(o.top_z for o in [seen[0], *rel.contents(scene, seen[0])])
        target = Pose((x, y, top + 0.03))
    else:
        ghost = SceneObject("", "ball", "", 0.01, 0.01, (0.5, 0.0, 0.0))
        found = locate(place, ghost, scope.context(), (), marks)
        if found.spot is None:
            raise problem_of(found, place.obj)
        target = Pose((*found.spot.pose.position[:2], 0.08))
    report = yield Action("point", pose=target, why=scope.words)
    if not succeeded(report):
        raise ended_badly(f"I could not get {describe_place(place)}", report)


def _simple(action: Action, doing: str, scope: Scope) -> Moves:
    report = yield action
    if not succeeded(report):
        raise ended_badly(f"I could not {doing}", report)


def look(step: p.Look, scope: Scope) -> Moves:
    """Look again, and say what is there."""
    from llmagentos.lang.wording import tally

    yield from _simple(Action("look", why=scope.words), "look", scope)
    seen = tally(scope.scene().objects)
    scope.note(f"I see {seen}." if seen else "I see nothing on the table.")


def home(step: p.Home, scope: Scope) -> Moves:
    """The arm to its home position; what it holds stays in the hand."""
    yield from _simple(Action("home", why=scope.words), "go home", scope)


def wait(step: p.Wait, scope: Scope) -> Moves:
    yield from _simple(Action("wait", duration_s=step.seconds, why=scope.words), "wait", scope)


def wait_for(step: p.WaitFor, scope: Scope) -> Moves:
    """Look until the condition holds, for half a minute at most."""
    waited, began = 0.0, scope.scene().stamp_s
    while True:
        value, words = holds(step.condition, scope.context())
        scope.on_grounded(words, "condition", ())
        if value:
            note_subjects(step.condition, scope.context(), scope.memory)
            return
        if waited >= WAIT_FOR_S:
            raise StepProblem(
                Failure.TIMEOUT,
                f"I waited {WAIT_FOR_S:.0f} seconds, but {words}.",
            )
        why = describe_cond(step.condition)
        yield Action("wait", duration_s=LOOK_EVERY_S, why=why)
        yield Action("look", why=why)  # nothing new is believed without looking
        waited = max(waited + LOOK_EVERY_S, scope.scene().stamp_s - began)
