"""On or in: the camera and the oracle say the same of every support, by one rule."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from benchmarks.oracle import oracle_scene
from llmagentos.local_robot import observe
from llmagentos.objects.geometry import object_geometry
from llmagentos.objects.kinds import KINDS, traits
from llmagentos.objects.outlines import floor_z, mouth_center
from llmagentos.perception import TabletopPerception
from llmagentos.types import Scene, SceneObject
from llmagentos.world.relations import is_in, is_on
from sim.scene import ObjectSpec, SceneSpec
from sim.world import SimWorld

#: Those with a detector of their own are seen apart from others only.
SUPPORTS = [k.name for k in KINDS.values() if k.seen_by == "profile" and k.has_level_top]
#: Kind, size and colour; what rolls stands in or on something with a rim only.
ITEMS = (("block", 0.03, "green"), ("can", 0.035, "red"), ("ball", 0.035, "white"))
PLACES = ((0.40, -0.22), (0.50, 0.02), (0.42, 0.24))


@pytest.fixture(scope="module")
def world() -> Iterator[SimWorld]:
    made = SimWorld(renderer="tiny")
    yield made
    made.close()


def load(world: SimWorld, support: str) -> None:
    """One support for each item, with it on or in the middle of it."""
    color = "" if traits(support).color else "blue"
    items = [i for i in ITEMS if traits(support).has_rim or not traits(i[0]).rolls]
    below = [ObjectSpec(kind=support, color=color, position=xy) for xy in PLACES[: len(items)]]
    aside = [
        ObjectSpec(kind=kind, size=size, color=own, position=(0.68, 0.2 * k - 0.2), id=kind)
        for k, (kind, size, own) in enumerate(items)
    ]
    world.reset(SceneSpec(objects=[*below, *aside]), seed=0)
    carriers = oracle_scene(world).objects[: len(items)]
    for (kind, size, _), carrier in zip(items, carriers, strict=True):
        x, y, _ = mouth_center(carrier)
        z = floor_z(carrier) + object_geometry(kind, size).height_m / 2 + 0.0005
        world.teleport_object(kind, (x, y, z))


def nearest(scene: Scene, color: str, like: SceneObject) -> SceneObject:
    alike = [o for o in scene.objects if o.color == color]
    return min(alike, key=lambda o: math.dist(o.position, like.position))


@pytest.mark.parametrize("support", SUPPORTS)
def test_camera_and_oracle_agree(world: SimWorld, support: str) -> None:
    load(world, support)
    truth = oracle_scene(world)
    seen = TabletopPerception().perceive(observe(world, (world.overhead,)))
    for kind, _, color in ITEMS:
        item = truth.get(kind)
        if item is None:
            continue
        below = truth.get(item.support)
        assert below is not None and below.kind == support
        assert item.inside == traits(support).is_container
        other = nearest(seen, color, item)
        carrier = seen.get(other.support)
        assert carrier is not None and math.dist(carrier.position[:2], below.position[:2]) < 0.01
        assert other.inside == item.inside
        assert is_on(seen, other, carrier) and is_on(truth, item, below)
        # people say "in the plate" and "in the zone", too
        said_in = traits(support).has_rim or traits(support).is_flat
        assert is_in(seen, other, carrier) == is_in(truth, item, below) == said_in
