"""Commands of a session as episodes: what the arm did while each was carried out, and its words.

Knows: when a command begins and ends, and which are kept. Does not know: the agent.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llmagentos.errors import DatasetError, FileError
from sim.data import schema
from sim.data.frames import FPS, SIZE, ArmFrames, Sampler
from sim.data.writer import DatasetWriter
from sim.world import SimWorld


class SessionData:
    """Records into the data set at `root`: one `begin`/`end` pair a command, then `close`.

    Only commands that succeeded and moved the arm are kept; with `keep_failed` others that moved it
    too, their last frame's `next.success` False. Whatever cannot be written ends the recording and
    not the command: `problem` says why, and `close` raises it.
    """

    def __init__(
        self,
        root: Path,
        world: SimWorld,
        *,
        fps: int = FPS,
        size: tuple[int, int] = SIZE,
        keep_failed: bool = False,
        name: str = "",
        source: str = "commands",
    ) -> None:
        frames = ArmFrames(world, size)
        features = {**frames.features(fps), **schema.OUTCOME}
        origin = {"source": source, "scene": world.scene.model_dump(mode="json")}
        self.sampler = Sampler(world, frames, fps)
        self.writer = DatasetWriter(
            root, fps, features, world.robot.spec.name, name=name, origin=origin
        )
        self.problem: DatasetError | FileError | None = None
        self._keep_failed = keep_failed
        self._command = ""

    def begin(self, index: int, command: str) -> None:
        """Before a command."""
        self._command = command
        if self.problem is None:
            self.sampler.begin(self.writer)

    def on_advance(self) -> None:
        """After each control period."""
        try:
            self.sampler.on_advance()
        except (DatasetError, FileError) as exc:
            self._give_up(exc)

    def end(self, result: Mapping[str, Any]) -> int | None:
        """After a command, with its result: the episode's number, or None where it is not kept."""
        self.sampler.end()
        if self.problem is not None:
            return None
        succeeded = result["status"] == "succeeded"
        try:
            if not self.writer.frames or not (succeeded or self._keep_failed):
                self.writer.discard()
                return None
            last = {schema.DONE: True, schema.SUCCESS: succeeded}
            about = {"status": result["status"], "plan": result.get("plan_text", "")}
            return self.writer.save(self._command, last, about)
        except (DatasetError, FileError) as exc:
            self._give_up(exc)
            return None

    def _give_up(self, exc: DatasetError | FileError) -> None:
        self.problem = self.problem or exc
        self.sampler.end()

    def close(self) -> Path:
        """Finish; returns the folder. Raises what could not be written."""
        try:
            self.writer.close()
        except FileError as exc:
            self.problem = self.problem or exc
        if self.problem is not None:
            raise self.problem
        return self.writer.root
