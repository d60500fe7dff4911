"""How fast the simulation runs: physics against a bare loop, and pictures per second.

Knows: how to time a world. Does not know: perception, plans, skills.

`python -m benchmarks.speed [--seconds 20] [--scene FILE]`
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from pathlib import Path

from llmagentos.robots import load
from sim.cameras import overhead_spec
from sim.egl import egl_works
from sim.scene import SceneSpec
from sim.world import PHYSICS_HZ, SimWorld

_DEMO = Path(__file__).parents[1] / "sim/scenes/demo.yaml"
_ROUNDS = 5


def driven(world: SimWorld, seconds: float) -> float:
    """Simulated seconds per wall second with a new arm command and a state read each period."""
    periods = round(seconds / world.control_period_s)
    began = time.perf_counter()
    for i in range(periods):
        swing = 0.3 * (1 - math.cos(2 * math.pi * i * world.control_period_s / 4.0)) / 2
        world.state()
        world.send_joint_positions([q + swing for q in load().home_rad])
        world.advance()
    return periods * world.control_period_s / (time.perf_counter() - began)


def bare(world: SimWorld, seconds: float) -> float:
    """The same world, stepped by nothing but PyBullet's stepSimulation."""
    step, count = world.client.stepSimulation, round(seconds * PHYSICS_HZ)
    began = time.perf_counter()
    for _ in range(count):
        step()
    return count / PHYSICS_HZ / (time.perf_counter() - began)


def frames_per_second(scene: SceneSpec, renderer: str, width: int, height: int) -> float:
    """Pictures a second of the camera over the table (colour, depth and segmentation)."""
    world = SimWorld(scene, renderer=renderer)
    spec = overhead_spec(width, height)
    world.render(spec, spec.pose)
    began, count = time.perf_counter(), 0
    while count < 5 or time.perf_counter() - began < 1.0:
        world.render(spec, spec.pose)
        count += 1
    rate = count / (time.perf_counter() - began)
    world.close()
    return rate


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="simulated seconds per run")
    parser.add_argument("--scene", type=Path, default=_DEMO)
    options = parser.parse_args()
    scene = SceneSpec.from_yaml(options.scene)
    world = SimWorld(scene, renderer="tiny")
    ours, theirs = [], []
    for _ in range(_ROUNDS):  # Interleaved, so that a busy machine slows both alike.
        ours.append(driven(world, options.seconds / _ROUNDS))
        theirs.append(bare(world, options.seconds / _ROUNDS))
    with_control, without = statistics.median(ours), statistics.median(theirs)
    print(f"{len(scene.objects)} objects, control at {1 / world.control_period_s:.0f} Hz")
    print(f"simulated seconds per second: {with_control:.1f} driven, {without:.1f} bare loop")
    print(f"ratio {with_control / without:.2f} (goal > 0.8)")
    began = time.perf_counter()
    for _ in range(20):
        world.reset()
    print(f"reset, same kinds: {(time.perf_counter() - began) / 20 * 1e3:.1f} ms with settling")
    began = time.perf_counter()
    twin = world.fork()
    print(f"fork: {(time.perf_counter() - began) * 1e3:.0f} ms")
    twin.close()
    for renderer in ("egl", "tiny"):
        if renderer == "egl" and not egl_works():
            print("egl does not work on this machine")
            continue
        for width, height in ((320, 240), (640, 480)):
            rate = frames_per_second(scene, renderer, width, height)
            print(f"{renderer} {width}x{height}: {rate:.1f} pictures a second")


if __name__ == "__main__":
    main()
