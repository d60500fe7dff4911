"""One command under way: its clocks, the truth before it, and the result made of them.

Knows: what a result needs. Does not know: modules.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from threading import Event
from typing import Any

from llmagentos.command import CommandResult, Timings
from llmagentos.lang import codec
from llmagentos.ports.modules import Outcome, PlanResult
from llmagentos.ports.robot import Robot
from llmagentos.types import Scene


class RunningCommand:
    """Begins when it is made. stop_asked: the person wants it to end."""

    def __init__(self, text: str, robot: Robot, clock: Callable[[], float] = time.perf_counter):
        self.text, self._robot, self._clock = text, robot, clock
        self._wall0, self._sim0 = clock(), robot.now_s
        self._initial = tuple(robot.objects())
        self.planned: PlanResult | None = None
        self.between_actions = True
        self._moved_at: float | None = None
        self.stop_asked = Event()
        #: What was changed to read the text, told before the reply.
        self.note = ""
        #: The text as it was planned, with what taught words stand for; "" before.
        self.meant = ""
        #: What was seen and asked before, as an episode tells it.
        self.before: dict[str, Any] = {}
        robot.mark()

    def begun(self, scene: Scene, history: Sequence[tuple[str, str]], pending: str) -> None:
        """Where it stood when it was planned: for the episode."""
        self.before = {
            "scene": [asdict(o) for o in scene.objects],
            "history": [list(turn) for turn in history],
            "pending": pending,
        }

    def episode(self, result: CommandResult, carried_out: Any) -> dict[str, Any]:
        """What is learnt from: the result, where it stood, and the plan as it was carried out."""
        told = "" if carried_out is None else codec.write(carried_out)
        meant = self.meant or self.text
        return {**result.to_json(), **self.before, "meant": meant, "carried_out": told}

    def write_out(self, meant: str, note: str) -> None:
        """This is planned instead of the text. note: what the person hears of it."""
        self.meant, self.note = meant, f"{self.note} {note}".strip()

    def set_aside(self) -> None:
        """Others come first: the robot is theirs."""
        self._moved_at = self._first_motion_at
        self._robot.done()

    def take_up(self) -> None:
        """It has the robot again."""
        self._robot.mark()

    @property
    def _first_motion_at(self) -> float | None:
        return self._robot.first_motion_at if self._moved_at is None else self._moved_at

    def result(self, outcome: Outcome, engine: Mapping[str, str]) -> CommandResult:
        """What came of it; it has ended. engine: what plans here, where no plan was made."""
        self._robot.done()
        planned, moved = self.planned, self._first_motion_at
        return CommandResult(
            command=self.text,
            status=outcome.status,
            reply=f"{self.note} {outcome.reply}".strip(),
            plan=planned.plan.to_json() if planned else None,
            plan_text=planned.text if planned else "",
            steps=outcome.steps,
            initial_objects=self._initial,
            objects=tuple(self._robot.objects()),
            held=self._robot.held(),
            timings=Timings(
                plan_s=planned.plan_s if planned else 0.0,
                first_motion_s=None if moved is None else moved - self._wall0,
                sim_s=self._robot.now_s - self._sim0,
                wall_s=self._clock() - self._wall0,
                prompt_tokens=planned.prompt_tokens if planned else 0,
                tokens=planned.tokens if planned else 0,
            ),
            engine=dict(planned.engine) if planned else dict(engine),
            confidence=planned.confidence if planned else None,
            base=self._base(),
        )

    def _base(self) -> Mapping[str, Any] | None:
        where: Callable[[], Mapping[str, Any]] | None = getattr(self._robot, "base", None)
        return None if where is None else where()
