"""What modules as services cost and save: known answers, nobody waiting, and work side by side.

    python -m benchmarks.services

Knows: our perception and planner, a simulated picture. Does not know: how services are kept alive.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from llmagentos import composition
from llmagentos.config import AgentConfig
from llmagentos.local_robot import observe
from llmagentos.module_services import AgentServices
from llmagentos.perception import TabletopPerception
from llmagentos.ports.modules import LearningModule, PlanRequest
from llmagentos.services import CachedPerception, CachedPlanning
from llmagentos.types import Observation, Scene

COMMANDS = ("put the red block in the blue bowl", "move the cup to the left")
#: How long the slow learner takes over an episode, seconds.
_SLOW_S = 0.2


class FreshEyes(TabletopPerception):
    """Our perception without tracks: each picture is its first, so answers may be kept."""

    remembers = False

    def perceive(self, observation: Observation) -> Scene:
        """The scene of this picture alone."""
        self.reset()
        return super().perceive(observation)


class SlowDiary(LearningModule):
    """Thinks about each episode."""

    def observe(self, episode: Mapping[str, Any]) -> None:
        """After a while."""
        time.sleep(_SLOW_S)


def median_ms(work: Callable[[], Any], times: int = 7) -> float:
    """Of several runs, after one that is not counted."""
    work()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1e3


def side_by_side(works: list[Callable[[], Any]]) -> Callable[[], None]:
    """All at once, each in a thread of its own."""

    def run() -> None:
        with ThreadPoolExecutor(len(works)) as pool:
            for done in [pool.submit(work) for work in works]:
                done.result()

    return run


def one_by_one(works: list[Callable[[], Any]]) -> Callable[[], None]:
    """One after another."""

    def run() -> None:
        for work in works:
            work()

    return run


def service(concept: str, use: str, **options: Any) -> Any:
    """A module of a process of its own."""
    told = {"use": use, "runs": "service", "answers_within_s": 120, **options}
    return AgentServices(AgentConfig.of({concept: told}), "panda").module(concept)


def main() -> None:
    """Measure and print."""
    world = composition.Simulated()
    picture = observe(world.driver, world.cameras)
    eyes = FreshEyes()
    scene = eyes.perceive(picture)
    rows: list[tuple[str, float, float]] = []
    planner = composition.load_planner()
    asked = [PlanRequest(text, scene) for text in COMMANDS]

    seen, planned = CachedPerception(FreshEyes()), CachedPlanning(planner)
    rows.append((
        "the same picture: looked at again, known",
        median_ms(lambda: eyes.perceive(picture)),
        median_ms(lambda: seen.perceive(picture)),
    ))  # fmt: skip
    rows.append((
        "the same command and scene: planned again, known",
        median_ms(lambda: planner.plan(asked[0]), 3),
        median_ms(lambda: planned.plan(asked[0])),
    ))  # fmt: skip

    here = "benchmarks.services"
    two_eyes = [service("perception", f"{here}:FreshEyes") for _ in range(2)]
    two_minds = [service("planning", "builtin") for _ in range(2)]
    diary = service("learning", f"{here}:SlowDiary")
    modules = [*two_eyes, *two_minds, diary]
    try:
        looks: list[Any] = [partial(eye.perceive, picture) for eye in two_eyes]
        rows.append((
            "one picture: in this process, by a service",
            median_ms(lambda: eyes.perceive(picture)), median_ms(looks[0]),
        ))  # fmt: skip
        rows.append((
            "pictures of two cameras, two services: one by one, at once",
            median_ms(one_by_one(looks)), median_ms(side_by_side(looks)),
        ))  # fmt: skip
        plans: list[Any] = [partial(m.plan, r) for m, r in zip(two_minds, asked, strict=True)]
        rows.append((
            "plans of two agents, two services: one by one, at once",
            median_ms(one_by_one(plans), 3), median_ms(side_by_side(plans), 3),
        ))  # fmt: skip
        slow = SlowDiary()
        rows.append((
            f"an episode for a learner that takes {_SLOW_S:g} s: here, told to a service",
            median_ms(lambda: slow.observe({"reward": 1.0}), 3),
            median_ms(lambda: diary.observe({"reward": 1.0}), 3),
        ))  # fmt: skip
    finally:
        for module in modules:
            module.close()
        world.close()
    print("| what | first | second | ratio |\n|---|---|---|---|")
    for words, first, second in rows:
        print(f"| {words} | {first:.1f} ms | {second:.2f} ms | {first / second:.1f} |")


if __name__ == "__main__":
    main()
