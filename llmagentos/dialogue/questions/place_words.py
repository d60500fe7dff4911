"""Where a thing is, in words: "in the blue bowl", "at the front left, next to the red block".

Knows: how to choose the clearest words for a position. Does not know: what was asked.
"""

from __future__ import annotations

from llmagentos.lang.wording.objects import rel_words
from llmagentos.lang.wording.scene import describe_object
from llmagentos.lang.words import REGIONS
from llmagentos.objects.kinds import traits
from llmagentos.types import Scene, SceneObject
from llmagentos.world import regions
from llmagentos.world import relations as rel


def place_words(o: SceneObject, scene: Scene) -> str:
    """Hand, support, or region and nearest neighbour: follows "is" in a sentence."""
    if o.held:
        return "in my gripper"
    below = next(iter(rel.supports(scene, o)), None)
    if below is not None:
        link = "in" if o.inside and traits(below.kind).is_container else "on"
        return f"{link} {describe_object(below, scene)}"
    words = REGIONS[regions.region_of(scene.workspace, *o.position[:2])].whereabouts
    near = neighbour(o, scene)
    return (
        f"{words}, {relation_words(o, near, scene)} {describe_object(near, scene)}"
        if (near is not None)
        else words
    )


def neighbour(o: SceneObject, scene: Scene) -> SceneObject | None:
    """The nearest thing standing on the table within 25 cm, larger ones first at equal distance."""
    others = [
        x
        for x in scene.objects
        if x.id != o.id and not x.held and x.support == "table" and not traits(x.kind).is_flat
    ]
    close = [x for x in others if rel.distance_m(o, x) <= rel.FAR_M]
    return min(close, key=lambda x: (round(rel.distance_m(o, x), 2), -x.size_m, x.id), default=None)


def relation_words(a: SceneObject, b: SceneObject, scene: Scene) -> str:
    """How `a` stands to `b`: "in", "on", "under", "18 cm left of"; the nearest of 8 directions."""
    if rel.is_in(scene, a, b) and traits(b.kind).is_container:
        return "in"
    for words, upper, lower in (("on", a, b), ("under", b, a)):
        if upper.support == lower.id or rel.is_on(scene, upper, lower):
            return words
    if rel.is_above(scene, a, b):
        return "above"
    if rel.is_above(scene, b, a):
        return "below"
    direction = min(rel.DIRECTIONS, key=lambda d: (rel.cone_offset(d, a, b), d))
    if rel.distance_m(a, b) < rel.SAME_LINE_M:
        return "at the same spot as"
    return f"{rel.distance_m(a, b) * 100:.0f} cm {rel_words(direction)}"
