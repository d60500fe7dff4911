"""A person's demonstrations by hand, as a data set.

Knows: when an episode begins (with the first act), ends, or is forgotten. Does not know: keys,
sockets, files.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from llmagentos.safety.stopping import StoppableSession
from llmagentos.safety.supervising import operator
from sim.data import schema
from sim.data.frames import Sampler
from sim.data.writer import DatasetWriter
from sim.teleop.acts import Grip, Mark, Move, Safety, TeleopSource
from sim.teleop.arm import TeleopArm
from sim.world import SimWorld

#: Fewer frames than this are a slip of the hand.
_FEWEST = 2


@dataclass(frozen=True)
class Told:
    """What a person is told: of an episode that was kept or forgotten, or of the arm meanwhile."""

    kept: int
    frames: int
    words: str
    tip: tuple[float, float, float]
    width_m: float


def real_time(world: SimWorld) -> Callable[[], None]:
    """Waits after each period until as much time has passed here as in the world."""
    started, first = time.monotonic(), world.now_s

    def pace() -> None:
        nonlocal started, first
        if world.now_s < first:  # a reset: its clock began anew
            started, first = time.monotonic(), world.now_s
        left = world.now_s - first - (time.monotonic() - started)
        if left > 0:
            time.sleep(left)
        elif left < -0.5:  # too slow for real time: do not run after it
            started, first = time.monotonic(), world.now_s

    return pace


def record(
    world: SimWorld,
    source: TeleopSource,
    writer: DatasetWriter,
    sampler: Sampler,
    task: str,
    *,
    episodes: int | None = None,
    pace: Callable[[], None] = lambda: None,
    tell: Callable[[Told], Any] = lambda told: None,
    safety: StoppableSession | None = None,
) -> int:
    """Let a person move the world's arm until they quit or `episodes` are kept; returns how many.

    Every episode begins in the world as its scene has it. pace: called after each control period.
    tell: told when an episode ends and a few times a second. safety: what a stop is asked of.
    TeleopError when the source is gone.
    """
    arm = TeleopArm(
        world, world.robot.spec, supervisor=None if safety is None else safety.supervisor
    )
    kept, periods = 0, 0

    def say(words: str = "") -> None:
        tell(Told(kept, writer.frames, words, arm.tip.position, arm.driver.state().gripper_width_m))

    try:
        while episodes is None or kept < episodes:
            for act in source.poll():
                if isinstance(act, Safety):
                    _stop_or_reset(act, arm, safety, say)
                    continue
                if isinstance(act, Mark):
                    kept += _ended(act, writer, sampler, task, say)
                    if act is Mark.QUIT:
                        return kept
                    world.reset()
                    arm.begin()
                    if episodes is not None and kept >= episodes:
                        return kept
                    continue
                if not sampler.is_open:
                    sampler.begin(writer)
                _do(arm, act, say)
            arm.advance()
            sampler.on_advance()
            periods += 1
            if periods % 15 == 0:
                say()
            pace()
        return kept
    finally:
        sampler.end()
        writer.discard()
        source.close()
        arm.close()


def _stop_or_reset(
    act: Safety, arm: TeleopArm, safety: StoppableSession | None, say: Callable[[str], None]
) -> None:
    """The loop goes on meanwhile: its periods are those in which the arm brakes and is measured."""
    if safety is None:
        say("there is no supervisor here that could stop the arm")
    elif act is Safety.STOP:
        safety.stop_soon("key", lambda found: say(f"stopped: {found.words}"))
    else:
        refused = safety.reset(operator())
        if not refused:
            arm.begin()
        say(f"not reset: {refused}" if refused else "takes keys again")


def _do(arm: TeleopArm, act: Move | Grip, say: Callable[[str], None]) -> None:
    if arm.stopped:
        say("stopped: u (or a line with reset) takes keys again")
    elif isinstance(act, Grip):
        arm.grip(act)
    elif not arm.move(act):
        say("that is as far as the arm goes here")


def _ended(
    act: Mark, writer: DatasetWriter, sampler: Sampler, task: str, say: Callable[[str], None]
) -> int:
    """Close an episode; 1 where it is kept."""
    sampler.end()
    if act is not Mark.END or writer.frames < _FEWEST:
        forgotten = writer.frames
        writer.discard()
        if forgotten or act is Mark.END:
            say(f"{forgotten} frames forgotten")
        return 0
    frames = writer.frames
    number = writer.save(task, {schema.DONE: True, schema.SUCCESS: True})
    say(f"episode {number} kept, {frames} frames")
    return 1
