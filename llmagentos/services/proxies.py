"""Modules of an agent that are somewhere else: each implements its port by asking a service.

Knows: the ports, and what an answer must be. Does not know: processes, or how bytes travel.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from llmagentos.errors import (
    CallCancelledError,
    LLMAgentOSError,
    MessagingError,
    ModelError,
    PerceptionError,
    PlanCancelledError,
    QueueFullError,
)
from llmagentos.events import EventSink
from llmagentos.lang.plan import Plan
from llmagentos.ports.modules import (
    LearningModule,
    PerceptionModule,
    PlanningModule,
    PlanRequest,
    PlanResult,
)
from llmagentos.services.client import Client
from llmagentos.types import Observation, Scene

_log = logging.getLogger(__name__)
#: Episodes that wait to be told to a slow learner, at most.
_EPISODES = 256


class ServedPerception(PerceptionModule):
    """Perception somewhere else. What it has seen last is told to the next process after a restart, so
    that things keep their ids. Raises PerceptionError where nobody sees."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._last: Scene | None = None
        client.on_new = self._recall

    def perceive(self, observation: Any) -> Any:
        """See PerceptionModule."""
        wanted: Any = Scene if isinstance(observation, Observation) else None
        try:
            seen = self.client.ask("perceive", observation, check=_of(wanted))
        except (MessagingError, QueueFullError) as exc:
            raise PerceptionError(str(exc)) from exc
        if isinstance(seen, Scene):
            self._last = seen
        return seen

    def recall(self, scene: Scene) -> None:
        """See PerceptionModule."""
        self._last = scene
        self._told("recall", scene)

    def reset(self) -> None:
        """See PerceptionModule."""
        self._last = None
        self._told("reset")

    def attach(self, tell: EventSink) -> None:
        """See PerceptionModule."""
        self.client.tell = tell

    def close(self) -> None:
        """See PerceptionModule."""
        self.client.close()

    def _recall(self, ask: Any) -> None:
        if self._last is not None:
            ask("recall", self._last)

    def _told(self, method: str, *given: Any) -> None:
        try:
            self.client.ask(method, *given)
        except (MessagingError, QueueFullError) as exc:
            raise PerceptionError(str(exc)) from exc


class ServedPlanning(PlanningModule):
    """Planning somewhere else. `cancel` and `request.cancelled` end the plan there, too. Raises
    ModelError where nobody plans."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._running: list[threading.Event] = []
        self._engine: Mapping[str, str] = {}

    @property
    def engine(self) -> Mapping[str, str]:
        """What has written the newest plan; before the first, what plans there, {} where it can't be
        asked now."""
        if self._engine or not self.client.bus.has(self.client.name):
            return self._engine
        try:
            return dict(self.client.begin("engine").result())
        except LLMAgentOSError as exc:
            _log.debug("engine of %s: %s", self.client.name, exc)
            return {}

    def plan(self, features: Any) -> Any:
        """See PlanningModule."""
        is_request = isinstance(features, PlanRequest)
        cancelled = features.cancelled if is_request else threading.Event()
        self._running.append(cancelled)
        try:
            result = self.client.ask(
                "plan", features, check=_planned if is_request else _of(None), cancelled=cancelled
            )
        except CallCancelledError as exc:
            raise PlanCancelledError("expected a whole plan, got its end: cancelled") from exc
        except (MessagingError, QueueFullError) as exc:
            raise ModelError(str(exc)) from exc
        finally:
            self._running.remove(cancelled)
        if isinstance(result, PlanResult):
            self._engine = result.engine
        return result

    def cancel(self) -> None:
        """See PlanningModule."""
        for cancelled in list(self._running):
            cancelled.set()
        if self.client.stand_in is not None:
            self.client.stand_in.cancel()

    def reset(self) -> None:
        """See PlanningModule."""
        try:
            self.client.ask("reset")
        except (MessagingError, QueueFullError) as exc:
            raise ModelError(str(exc)) from exc

    def attach(self, tell: EventSink) -> None:
        """See PlanningModule."""
        self.client.tell = tell

    def close(self) -> None:
        """See PlanningModule."""
        self.client.close()


class ServedLearning(LearningModule):
    """Learning somewhere else. Nobody waits for it: what it is to know is told by a thread, in order. A
    service that fails costs its episodes and no command; the person is told."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._waiting: queue.Queue[tuple[str, tuple[Any, ...]] | None] = queue.Queue(_EPISODES)
        self._thread = threading.Thread(target=self._work, name="learning", daemon=True)
        self._thread.start()

    def learn(self, observation: Any, reward: float) -> None:
        """See LearningModule."""
        self._later("learn", observation, reward)

    def observe(self, episode: Mapping[str, Any]) -> None:
        """See LearningModule."""
        self._later("observe", dict(episode))

    def feedback(self, value: float, words: str = "") -> bool:
        """See LearningModule; False where nobody can be asked."""
        self._waiting.join()
        return bool(self._ask("feedback", value, words))

    def episodes(self) -> Iterator[Mapping[str, Any]]:
        """See LearningModule; none where nobody can be asked."""
        self._waiting.join()
        return iter(self._ask("episodes") or ())

    def reset(self) -> None:
        """See LearningModule."""
        self._later("reset")

    def attach(self, tell: EventSink) -> None:
        """See LearningModule."""
        self.client.tell = tell

    def close(self) -> None:
        """See LearningModule."""
        self._waiting.put(None)
        self._thread.join(5.0)
        self.client.close()

    def _later(self, method: str, *given: Any) -> None:
        try:
            self._waiting.put_nowait((method, given))
        except queue.Full:
            _log.warning("the learning service is too slow: an episode is not kept")

    def _work(self) -> None:
        while True:
            row = self._waiting.get()
            try:
                if row is None:
                    return
                self._ask(row[0], *row[1])
            finally:
                self._waiting.task_done()

    def _ask(self, method: str, *given: Any) -> Any:
        try:
            return self.client.ask(method, *given)
        except LLMAgentOSError as exc:  # the person was told
            _log.warning("learning: %s", exc)
            return None


def _of(kind: type | None) -> Any:
    """What is wrong with an answer that is not of this class; nothing is where none is given."""

    def check(answer: Any) -> str:
        right = kind is None or isinstance(answer, kind)
        return "" if right or kind is None else f"{type(answer).__name__} for {kind.__name__}"

    return check


def _planned(answer: Any) -> str:
    if not isinstance(answer, PlanResult):
        return f"{type(answer).__name__} for PlanResult"
    if not isinstance(answer.plan, Plan):
        return f"a plan that does not parse: {type(answer.plan).__name__}"
    return ""
