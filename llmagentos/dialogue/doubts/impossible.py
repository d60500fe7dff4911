"""Plans that nobody can mean, told from the plan and the scene.

Knows: a thing put into or onto itself. Does not know: the words' grammar, nor whether a step that
makes sense can be done (tasks/validation.py, rehearsal).
"""

from __future__ import annotations

from collections.abc import Iterator

from llmagentos.dialogue.doubts.doubt import Asked, Doubt
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_obj
from llmagentos.tasks.validation import walk


def doubts(asked: Asked) -> Iterator[Doubt]:
    """What no scene could make true."""
    for _, step in walk(asked.plan):
        yield from _itself(step)


def _itself(step: object) -> Iterator[Doubt]:
    """Put [ a ball ] in [ a ball ]: the same words for what is put and for where."""
    obj, place = getattr(step, "obj", None), getattr(step, "place", None)
    if not isinstance(obj, p.Obj) or not isinstance(place, p.Place) or place.obj != obj:
        return
    if place.rel in ("on", "in") and obj.quant in ("a", "all") and obj.ref is None:
        words = describe_obj(obj)
        yield Doubt(
            "", "itself", f"I did not understand where to put {words}: not {place.rel} itself."
        )
