"""Whether resets cost memory: one world, a new random scene and a picture each, over and over.

Knows: how to read the memory of its own process. Does not know: environments, tasks.

`python -m benchmarks.resets [--n 1000] [--renderer tiny]`
"""

from __future__ import annotations

import argparse
import gc
import time
from pathlib import Path

from sim.cameras import overhead_spec
from sim.random_scenes import random_scene
from sim.world import SimWorld

#: Scenes before memory is first read: what a process takes once is no growth.
_WARM = 30
_OBJECTS = 5


def resident_mb() -> float:
    """Memory of this process that is in use now, megabytes (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (line,) = (text for text in status.splitlines() if text.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


def growth_mb(resets: int, renderer: str = "tiny", warm: int = _WARM) -> float:
    """By how much memory grows over so many resets of one world, megabytes."""
    world = SimWorld(renderer=renderer)
    spec = overhead_spec(80, 60)

    def reset(seed: int) -> None:
        world.reset(random_scene(seed, _OBJECTS), settle_s=0.0)
        world.render(spec, spec.pose)

    for seed in range(warm):
        reset(seed)
    gc.collect()
    before = resident_mb()
    for seed in range(warm, warm + resets):
        reset(seed)
    gc.collect()
    grown = resident_mb() - before
    world.close()
    return grown


def main() -> None:
    """Print megabytes per 1,000 resets."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--renderer", choices=("tiny", "egl"), default="tiny")
    options = parser.parse_args()
    began = time.perf_counter()
    grown = growth_mb(options.n, options.renderer)
    each = (time.perf_counter() - began) / (options.n + _WARM) * 1e3
    print(
        f"{options.n} resets with a new scene and a picture ({options.renderer}), {each:.0f} ms each"
    )
    print(f"{grown:.1f} MB more, {1000 * grown / options.n:.1f} MB per 1,000 (goal < 5)")


if __name__ == "__main__":
    main()
