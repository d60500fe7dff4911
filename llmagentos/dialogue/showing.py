"""What is said to a person who shows a thing, and done with it.

Knows: which thing "this" is, the answers. Does not know: which sentences these are
(showing_acts.py), what things look like (perception).
"""

from __future__ import annotations

from collections.abc import Callable

from llmagentos.dialogue.showing_acts import Act, AskShown, Show, Unshow
from llmagentos.errors import ModelError, PerceptionError, PlanError
from llmagentos.grounding.context import Context
from llmagentos.grounding.resolve import ground
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import join_words
from llmagentos.lang.wording.scene import choices, describe_object
from llmagentos.objects.kinds import THING, traits
from llmagentos.ports.modules import Outcome, PlanResult
from llmagentos.ports.showing import Shown, Shows
from llmagentos.types import Scene, SceneObject

#: Writes the plan for a sentence. Raises PlanError, ModelError.
Understand = Callable[[str], PlanResult]
#: From so many views on nobody is asked for more.
_ENOUGH = 3


def hear(
    act: Act, namer: Shows, look: Callable[[], Scene], understand: Understand
) -> Outcome | None:
    """The answer; None where the sentence turns out to be about something else. Raises
    PerceptionError where nothing can be seen."""
    if isinstance(act, AskShown):
        names = [f"your {name}" for name in namer.names]
        words = (
            f"You have shown me {join_words(names)}." if names else "You have shown me nothing yet."
        )
        return Outcome("answered", words)
    if isinstance(act, Unshow):
        if not namer.forget(act.name):
            return None
        return Outcome("answered", f"I have forgotten what your {act.name} looks like.")
    scene = look()
    found = _meant(act, scene, understand)
    if isinstance(found, Outcome):
        return found
    try:
        told = namer.show(found.id, act.name)
    except (PerceptionError, ValueError) as exc:
        return Outcome("failed", f"I can't learn that: {exc}.")
    return Outcome("answered", _words(told, found, scene))


def _meant(act: Show, scene: Scene, understand: Understand) -> SceneObject | Outcome:
    """The thing that is shown, or what to ask."""
    movable = [o for o in scene.objects if not traits(o.kind).is_flat and o.support != "?"]
    if act.what:
        return _described(act, scene, understand)
    if scene.held is not None:
        return Outcome(
            "question",
            f"I am holding something: put it down, and show me your {act.name} on the table.",
        )
    fresh = [o for o in movable if not o.name]
    known = [o for o in movable if o.name == act.name]
    if len(known) == 1:
        return known[0]
    for group in (fresh, [o for o in fresh if o.kind == THING]):
        if len(group) == 1:
            return group[0]
    if not fresh:
        return Outcome("question", f"I can't see your {act.name}: put it on the table, please.")
    some = [o for o in fresh if o.kind == THING] or fresh
    names = choices([o.id for o in some], scene)
    example = describe_object(some[0], scene)
    return Outcome(
        "question",
        f'Which one is your {act.name}: {names}? Say for instance "{example} is my {act.name}".',
    )


def _described(act: Show, scene: Scene, understand: Understand) -> SceneObject | Outcome:
    try:
        found = understand(f"pick up {act.what}")
    except (ModelError, PlanError):
        found = None
    step = found.plan.steps[0] if found is not None and len(found.plan.steps) == 1 else None
    if step is None or not isinstance(step, p.Pick) or not isinstance(step.obj, p.Obj):
        return Outcome("question", f'I did not understand "{act.what}".')
    grounded = ground(step.obj, Context(scene))
    if grounded.question or len(grounded.ids) != 1:
        return Outcome("question", grounded.question or f'Which one is "{act.what}"?')
    item = scene.get(grounded.ids[0])
    assert item is not None
    return item


def _words(told: Shown, item: SceneObject, scene: Scene) -> str:
    size = ""
    if item.extents_m is not None:
        size = ", {:.0f} by {:.0f} by {:.0f} cm".format(*(100 * v for v in item.extents_m))
    if told.views == 1:
        what = f"{item.color} {item.kind}".strip()
        words = f"I'll know your {told.name} from now on: a {what}{size}."
    else:
        words = f"I know your {told.name} from {told.views} views now."
    if told.twin and (twin := scene.get(told.twin)) is not None:
        words += (
            f" {describe_object(twin, scene).capitalize()} looks just like it: I may mix them up."
        )
    elif told.like:
        words += f" It looks much like your {told.like}: I may mix them up."
    if told.views < _ENOUGH:
        words += " Turn it, and show it again: then I'll know it better."
    return words
