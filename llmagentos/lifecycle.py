"""What every agent goes through, and the thread in which its own program runs.

Knows: the states, which call is allowed in which, and how a `run()` that a subclass wrote is
started, asked to stop, waited for and reported. Does not know: modules, robots, commands.
"""

from __future__ import annotations

import logging
import threading
from enum import Enum
from typing import Any

from llmagentos.errors import AgentFailedError, LifecycleError

_log = logging.getLogger(__name__)

#: `destroy()` waits so long for `run()` to notice that it shall end.
_END_S = 10.0


class AgentState(Enum):
    """CREATED → start → RUNNING ⇄ pause/resume ⇄ PAUSED; destroy ends it from anywhere.

    An agent with a `run()` of its own goes on from RUNNING to ENDED when that returns, or to
    FAILED when it raises.
    """

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    FAILED = "failed"
    DESTROYED = "destroyed"


class LifeCycle:
    """States and calls. `error`: what `run()` raised, None otherwise."""

    def __init__(self) -> None:
        self.state = AgentState.CREATED
        self.error: BaseException | None = None
        self._stopping, self._pausing = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    # --- what subclasses write --------------------------------------------------------------

    def run(self) -> None:
        """The agent's own program. A subclass that has one is started with it in a thread of its
        own; it looks at `stopping` (or sleeps by `wait`), so that `stop()` can end it."""

    def _prepare(self) -> None:
        """What `start` does first; when it raises, the agent stays created."""

    def _release(self) -> None:
        """Give everything back, once."""

    # --- calls ------------------------------------------------------------------------------

    def start(self) -> None:
        """Be ready, and begin `run()` where the agent's class has one."""
        self._require("start", AgentState.CREATED)
        self._prepare()
        self.state = AgentState.RUNNING
        if type(self).run is not LifeCycle.run:
            self._thread = threading.Thread(target=self._main, name=type(self).__name__)
            self._thread.start()

    def pause(self) -> None:
        """Finish the action under way, then hold until `resume()`."""
        self._require("pause", AgentState.RUNNING)
        self.state = AgentState.PAUSED
        self._pausing.set()

    def resume(self) -> None:
        """Go on after `pause()`."""
        self._require("resume", AgentState.PAUSED)
        self.state = AgentState.RUNNING
        self._pausing.clear()

    def stop(self) -> None:
        """Ask `run()` to end, if it has begun. From any thread or signal handler."""
        if self._thread is not None:
            self._stopping.set()

    @property
    def stopping(self) -> bool:
        """Whether `run()` shall end."""
        return self._stopping.is_set()

    def wait(self, seconds: float) -> bool:
        """For `run()`: sleep until `stop()` is called, at most so long. Whether it was called."""
        return self._stopping.wait(seconds)

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait until `run()` has ended; False when the time is over first.

        Raises AgentFailedError, from what `run()` raised.
        """
        if self._thread is not None:
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                return False
        if self.error is not None:
            raise AgentFailedError(
                f"expected run() of {type(self).__name__} to return, got "
                f"{type(self.error).__name__}: {self.error}"
            ) from self.error
        return True

    def destroy(self) -> None:
        """Stop, and give everything back. May be called twice."""
        if self.state is AgentState.DESTROYED:
            return
        self.stop()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_END_S)
            if thread.is_alive():
                _log.error("run() of %s does not end: look at `stopping`", type(self).__name__)
        self.state = AgentState.DESTROYED
        self._release()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exc: object) -> None:
        self.destroy()

    # --- inside -----------------------------------------------------------------------------

    def _main(self) -> None:
        try:
            self.run()
        except BaseException as exc:
            self.error = exc
            self._leave(AgentState.FAILED)
            _log.exception("run() of %s failed", type(self).__name__)
        else:
            self._leave(AgentState.ENDED)

    def _leave(self, state: AgentState) -> None:
        if self.state is not AgentState.DESTROYED:
            self.state = state

    def _require(self, what: str, wanted: AgentState) -> None:
        if self.state is not wanted:
            raise LifecycleError(
                f"expected a {wanted.value} agent to {what}, got a {self.state.value} one"
            )

    def _require_alive(self) -> None:
        if self.state is AgentState.DESTROYED:
            raise LifecycleError("expected a living agent, got a destroyed one")
