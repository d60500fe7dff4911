"""An agent's end of a service: asks it, notices that it fails, and goes on.

Knows: a bus, the process where this agent keeps it, what stands in for it. Does not know: which port
the service has.

A service fails when it is gone, stands still, is not done by its deadline, raises what is no error of
the ports, or answers what can't be right. What follows is in `Client.ask`; the person hears of it once,
and once more when it is back.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from llmagentos.errors import (
    CallCancelledError,
    CallTimeoutError,
    MessagingError,
    NoServiceError,
    PeerLostError,
)
from llmagentos.events import Degraded, EventSink
from llmagentos.messaging import Bus
from llmagentos.services.keeper import Keeper
from llmagentos.services.values import register_all

_log = logging.getLogger(__name__)
#: So many wrong answers in a row, and a service is not asked any more where something stands in.
_WRONG_AT_MOST = 3
#: How often a service that starts is looked for, seconds.
_LOOK_S = 0.02
#: What a person hears of a service that fails: what can't be done well any more.
_CANT = {
    "perception": "What sees for me has failed",
    "planning": "What understands commands for me has failed",
    "execution": "What carries out plans for me has failed",
    "learning": "What remembers for me has failed",
}


@dataclass(frozen=True)
class Limits:
    """answers_within_s: a call that takes longer has failed. starts_within_s: a service that is started
    (again) is waited for so long, where nothing stands in for it. priority: of the calls. again_when_hung:
    what was not answered in time is asked once more, of a new process."""

    answers_within_s: float = 10.0
    starts_within_s: float = 60.0
    priority: int = 0
    again_when_hung: bool = False


class Client:
    """Asks the service `name`, of the kind `concept`.

    keeper: of its process; None where others keep it. fallback: makes the module that stands in, when
    it is first needed; None: nothing does. on_new: told when another one is asked than before, which knows
    nothing yet: with what asks that one (method and what is given). tell: gets Degraded events.
    """

    def __init__(
        self,
        name: str,
        concept: str,
        bus: Bus,
        keeper: Keeper | None = None,
        fallback: Callable[[], Any] | None = None,
        limits: Limits | None = None,
    ) -> None:
        register_all()
        self.name, self.concept, self.bus, self.keeper = name, concept, bus, keeper
        self.limits = limits or Limits()
        self._make_fallback = fallback
        self.stand_in: Any = None
        #: Whether somebody stands in, here or in the module that asks.
        self.has_stand_in = fallback is not None
        self.tell: EventSink = lambda event: None
        self.on_new: Callable[[Callable[..., Any]], None] = lambda ask: None
        self._asked, self._killed, self._down, self._wrong = "", "", False, 0
        self._lock = threading.RLock()
        self.on_close: Callable[[], None] = lambda: None

    def ask(
        self,
        method: str,
        *given: Any,
        check: Callable[[Any], str] = lambda answer: "",
        cancelled: threading.Event | None = None,
        again: bool = True,
    ) -> Any:
        """The service's answer, or that of what stands in for it.

        check: what is wrong with an answer, in words. cancelled: takes the call back. again: where it was
        lost and nothing stands in, it is asked once more after its restart. What a module raises by its
        port is raised. Raises CallCancelledError, else MessagingError where nobody has an answer.
        """
        for first in (True, False):
            try:
                self._miss()
                self._wait(cancelled)
                return self._once(method, given, check, cancelled)
            except CallCancelledError:
                raise
            except MessagingError as error:
                self.failed(error)
                if self._make_fallback is not None:
                    return self._instead(method, given)
                lost = isinstance(error, PeerLostError | NoServiceError)
                hung = isinstance(error, CallTimeoutError) and self.limits.again_when_hung
                if not (first and again and (lost or hung)):
                    raise
        raise AssertionError("unreachable")

    def _miss(self) -> None:
        """It was asked before and is not there: that is noticed at once. Raises NoServiceError where
        something stands in."""
        if self._asked and not self._down and self.bus.provider(self.name) in ("", self._killed):
            error = NoServiceError(f"expected '{self.name}', got nobody: it is gone")
            if self._make_fallback is not None:
                raise error
            self.failed(error)

    def _wait(self, cancelled: threading.Event | None) -> None:
        """Until the service is there. Raises NoServiceError, CallCancelledError."""
        stands_in = self._make_fallback is not None
        if stands_in and self._wrong >= _WRONG_AT_MOST:
            raise NoServiceError(
                f"expected right answers of '{self.name}', got {self._wrong} wrong ones"
            )
        left_s = self.limits.starts_within_s
        if stands_in and (self._down or self.keeper is None):
            left_s = 0.0  # it was there and failed: nobody waits for its return
        while self.bus.provider(self.name) in ("", self._killed):
            if cancelled is not None and cancelled.is_set():
                raise CallCancelledError(f"expected '{self.name}' to start, took the call back")
            if self.keeper is not None and self.keeper.given_up:
                raise NoServiceError(
                    f"expected '{self.name}' to start, got: {self.keeper.last_words()}"
                )
            if left_s <= 0:
                break
            time.sleep(_LOOK_S)
            left_s -= _LOOK_S

    def _once(
        self,
        method: str,
        given: tuple[Any, ...],
        check: Callable[[Any], str],
        cancelled: threading.Event | None,
    ) -> Any:
        limits = self.limits
        self._turn_to(
            self.bus.provider(self.name),
            lambda method, *given: self.bus.call(
                self.name, [method, *given], limits.answers_within_s
            ),
        )
        answer = self.bus.call(
            self.name, [method, *given], limits.answers_within_s, cancelled, limits.priority
        )
        wrong = check(answer)
        if wrong:
            raise MessagingError(f"expected an answer of '{self.name}', got {wrong}")
        self.came_back()
        return answer

    def _turn_to(self, who: str, ask: Callable[..., Any]) -> None:
        """Somebody else is asked than before: tells `on_new`, before."""
        before, self._asked = self._asked, who or self._asked
        if before and before != self._asked:
            self.on_new(ask)

    def begin(self, method: str, *given: Any) -> Any:
        """Ask without waiting: a `Pending`. Raises MessagingError."""
        limits = self.limits
        return self.bus.begin(self.name, [method, *given], limits.answers_within_s, limits.priority)

    def ready(self, waits: bool) -> bool:
        """Whether it can be asked now. waits: until it has started (again)."""
        try:
            self._miss()
        except MessagingError as error:
            self.failed(error)
        if waits or not (self._asked or self._down):
            try:
                self._wait(None)
            except MessagingError as error:
                self.failed(error)
        peer = self.bus.provider(self.name)
        if peer in ("", self._killed):
            return False
        self._asked = peer
        return True

    def came_back(self) -> None:
        """It has answered as it should."""
        self._wrong = 0
        if self._down:
            self._down = False
            self.tell(Degraded(self.concept, "tell", f"The {self.concept} service is back."))

    def failed(self, error: MessagingError) -> None:
        """It has not: the person is told, once, and a process that hangs is killed."""
        _log.warning("the %s service fails: %s", self.concept, error)
        gone = isinstance(error, PeerLostError | NoServiceError)
        wrong = not gone and not isinstance(error, CallTimeoutError)
        self._wrong += wrong
        if self.keeper is not None and not isinstance(error, NoServiceError):
            self._killed = self.bus.provider(self.name)
            self.keeper.kill()  # hung, standing still or wrong: a new one may be better
        if self._down:
            return
        self._down = True
        what = f"{_CANT[self.concept]} ({error})"
        if self.has_stand_in:
            words, effect = f"{what}; I go on with what I have for that.", "fallback"
        else:
            words, effect = f"{what}; I try to start it again.", "tell"
        self.tell(Degraded(self.concept, effect, words))

    def _instead(self, method: str, given: tuple[Any, ...]) -> Any:
        """The same of what stands in."""
        assert self._make_fallback is not None
        with self._lock:
            if self.stand_in is None:
                self.stand_in = self._make_fallback()
            self._asked = self._asked or "nobody"
            self._turn_to("what stands in", self._of_stand_in)
        return self._of_stand_in(method, *given)

    def _of_stand_in(self, method: str, *given: Any) -> Any:
        found = getattr(self.stand_in, method, None)
        return found(*given) if callable(found) else found

    def close(self) -> None:
        """The process ends with it. May be called twice."""
        if self.keeper is not None:
            self.keeper.close()
        self.on_close()
