"""Turning things on the spot.

Knows: what is taken off first, and how often it is tried. Does not know: motion.
"""

from __future__ import annotations

import math

from llmagentos.lang import plan as p
from llmagentos.tasks.attempts import Attempts
from llmagentos.tasks.carry import (
    ensure_graspable,
    free_hand,
    uncover,
)
from llmagentos.tasks.scope import Moves, Scope, succeeded
from llmagentos.types import Action


def rotate(step: p.Rotate, scope: Scope) -> Moves:
    """Turn each thing about the vertical, what stands on it taken off first."""
    angle = math.radians(step.angle_deg)
    ids = scope.ground(step.obj)
    scope.memory.note_mention(ids)
    for object_id in ids:
        before = scope.get(object_id)
        ensure_graspable(scope, before)
        yield from free_hand(scope)
        yield from uncover(scope, object_id)
        attempts = Attempts(scope, "turn {}", before)
        while attempts.left:
            report = yield Action("rotate", object_id, angle_rad=angle, why=scope.words)
            if succeeded(report):
                break
            attempts.failed(report, "it did not turn")
        else:
            raise attempts.problem()
        after = scope.scene().get(object_id)
        scope.memory.note_event(before, after, scope.words, turned_rad=angle)
        scope.memory.note_mention((object_id,))
