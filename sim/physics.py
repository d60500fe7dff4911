"""Hidden physics: how slippery, how heavy things are, which no camera sees.

Knows: the nominal figures of every body, and how a world is given others. Does not know: who draws
them, nor what perception gets wrong (sim.truth_look).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from llmagentos.objects.kinds import traits
from sim.bodies import friction_of
from sim.furniture import TABLE_FRICTION
from sim.robot import PAD_FRICTION
from sim.scene import SceneSpec
from sim.world import SimWorld


@dataclass(frozen=True)
class Physics:
    """Factors on the nominal figures, 1 each. Bullet multiplies the friction of two bodies, so
    table 0.5 and things 0.5 make things slide at a quarter of the nominal friction.

    table, things, pads: lateral friction of table top, objects and finger pads. mass: of all
    objects; their moments of inertia stay. rolling: rolling and spinning friction of all objects.
    """

    table: float = 1.0
    things: float = 1.0
    pads: float = 1.0
    mass: float = 1.0
    rolling: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"expected {field.name} to be a positive factor, got {value}")

    def apply(self, world: SimWorld) -> None:
        """Give it to a world, whatever it had before; `SimWorld.reset` does not take it back,
        `reset_with` does."""
        client = world.client
        client.changeDynamics(world.table, -1, lateralFriction=TABLE_FRICTION * self.table)
        for pad in world.robot.pads:
            client.changeDynamics(world.robot.body, pad, lateralFriction=PAD_FRICTION * self.pads)
        for name in world.object_ids():
            self._apply_to(world, name)

    def _apply_to(self, world: SimWorld, name: str) -> None:
        client, body, g = world.client, world.body_of(name), world.geometry_of(name)
        lateral, rolling, spinning = friction_of(traits(g.kind))
        client.changeDynamics(
            body,
            -1,
            lateralFriction=lateral * self.things,
            rollingFriction=rolling * self.rolling,
            spinningFriction=spinning * self.rolling,
        )
        mass, _, inertia = client.getDynamicsInfo(body, -1)[:3]
        if not math.isclose(mass, g.mass_kg * self.mass, rel_tol=1e-9):
            client.changeDynamics(
                body, -1, mass=g.mass_kg * self.mass, localInertiaDiagonal=inertia
            )


#: Ranges of factors: (low, high), drawn evenly in their logarithm.
Ranges = dict[str, tuple[float, float]]


def draw(ranges: Ranges, rng: np.random.Generator) -> Physics:
    """Physics with every factor drawn from its range; those without one are nominal."""
    drawn = {
        name: float(math.exp(rng.uniform(math.log(low), math.log(high))))
        for name, (low, high) in ranges.items()
    }
    return Physics(**drawn)


def reset_with(physics: Physics, world: SimWorld, scene: SceneSpec, seed: int) -> None:
    """Reset a world and give it physics; the same bits whatever physics it had before."""
    Physics().apply(world)  # a reset lets things settle
    world.reset(scene, seed)
    physics.apply(world)
