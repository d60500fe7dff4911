"""A person's demonstrations as a data set: world, source of acts and writer put together.

Knows: which source is meant by "keys" or a port. Does not know: how anything moves.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from llmagentos.safety.stopping import StoppableSession
from llmagentos.safety.supervising import THREAD, supervisor_for
from sim.data import schema
from sim.data.frames import FPS, SIZE, ArmFrames, Sampler
from sim.data.writer import DatasetWriter
from sim.scene import SceneSpec
from sim.teleop.acts import HELP, TeleopSource
from sim.teleop.session import Told, real_time
from sim.teleop.session import record as record_acts
from sim.teleop.sources import LineServer, TerminalKeys, WindowKeys
from sim.world import SimWorld


def record(
    root: Path,
    how: str,
    task: str,
    scene: SceneSpec,
    episodes: int | None = None,
    *,
    view: bool = False,
    fps: int = FPS,
    size: tuple[int, int] = SIZE,
    name: str = "",
    say: Callable[[str], Any] = lambda words: None,
) -> int:
    """Record until the person quits or `episodes` are kept; returns how many are.

    how: "keys" (of the terminal; of the window with `view`) or a port's number. say: told lines;
    one that begins with a return takes the place of the last such one. Raises TeleopError,
    DatasetError, DriverError.
    """
    world = SimWorld(scene, view=view)
    source: TeleopSource | None = None
    try:
        frames = ArmFrames(world, size)
        sampler = Sampler(world, frames, fps)
        features = {**frames.features(fps), **schema.OUTCOME}
        origin = {"source": f"by hand: {how}", "scene": world.scene.model_dump(mode="json")}
        with DatasetWriter(
            root, fps, features, world.robot.spec.name, name=name, origin=origin
        ) as writer:
            source = _source(how, world, view)
            if isinstance(source, LineServer):
                say(
                    f"lines on 127.0.0.1 port {source.port}: move DX DY DZ [TURN], open, close, end"
                )
            else:
                say(HELP)
            supervisor = supervisor_for(THREAD, lambda: world.now_s)
            with (
                StoppableSession("teleop", supervisor) as safety,
                safety.on_ctrl_c(lambda found: say(f"stopped: {found.words}")),
            ):
                return record_acts(
                    world, source, writer, sampler, task, episodes=episodes, pace=real_time(world),
                    tell=lambda told: say(_line(told)), safety=safety,
                )  # fmt: skip
    finally:
        if source is not None:
            source.close()
        world.close()


def _source(how: str, world: SimWorld, view: bool) -> TeleopSource:
    if how != "keys":
        return LineServer(int(how))
    return WindowKeys(world.client) if view else TerminalKeys()


def _line(told: Told) -> str:
    if told.words:
        return told.words
    x, y, z = told.tip
    return (
        f"\r{told.kept} kept, {told.frames} frames; tip {x:+.3f} {y:+.3f} {z:+.3f} m, "
        f"fingers {max(told.width_m, 0.0) * 1000:.0f} mm"
    )
