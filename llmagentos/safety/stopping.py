"""One session that anybody may stop: another terminal, Ctrl-C, a word, a key.

Knows: the supervisor, and how its answer is said in words. Does not know: what the session does,
what moves, who reads what is printed.

    with StoppableSession("chat", supervisor) as session:
        with session.on_ctrl_c(tell=print):
            ...
        session.stop("key").words                   # "at rest after 83 ms, holding the red block"
        session.reset("Ada")                        # "", or in words why not

Every stop goes to the supervisor, the hundredth too, and every asker gets what was measured.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

from llmagentos.ports.modules import Outcome
from llmagentos.runtime.sessions import Listener
from llmagentos.safety.runner import PATIENCE_S, SupervisorPort
from llmagentos.safety.signals import Action, Answer, Changed, Ramp
from llmagentos.safety.states import LATCHED, Mode
from llmagentos.safety.supervising import operator

#: What a session can be asked from outside, in `do`.
STOP, RESET, STATE = "stop", "reset", "state"
#: How often a stopped command looks whether rest was measured, seconds.
_LOOK_S = 0.005
HOW_TO_RESET = "say `reset`, or call `llmagentos reset-safety`"


@dataclass(frozen=True)
class Measured:
    """What a stop came to. ms: to the first measurement of rest, None where there was none;
    holding: what the gripper holds, "" for nothing."""

    at_rest: bool
    ms: float | None
    holding: str
    why: str

    @classmethod
    def of(cls, answer: Answer) -> Measured:
        """From the supervisor's answer."""
        return cls(answer.at_rest, answer.ms, answer.holding.replace("_", " "), answer.why)

    @property
    def words(self) -> str:
        """For the person: only what was measured."""
        the = "" if self.holding in ("", "something") else "the "
        holding = f", holding {the}{self.holding or 'nothing'}"
        if not self.at_rest or self.ms is None:
            return f"NOT measured at rest{holding}: {self.why}"
        return (f"at rest after {self.ms:.0f} ms" if self.ms >= 1 else "at rest already") + holding

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        ms = None if self.ms is None else round(self.ms, 1)
        return {"at_rest": self.at_rest, "ms": ms, "holding": self.holding, "words": self.words}


def latched(supervisor: SupervisorPort | None) -> str:
    """Why nothing may move until somebody resets, as one sentence; "" where it may."""
    mode = None if supervisor is None else supervisor.mode
    if supervisor is None or (mode not in LATCHED and mode is not Mode.LOCKED):
        return ""
    if mode is Mode.LOCKED:
        why = f" ({supervisor.why})" if supervisor.why else ""
        return f"I am locked{why}: look at the arm, then {HOW_TO_RESET}."
    if mode is Mode.FAULT:
        return f"I am out of order ({supervisor.why}): look at the arm, then {HOW_TO_RESET}."
    return f"I was stopped {_because(supervisor)} and stay so: {HOW_TO_RESET}, then say what to do."


def _because(supervisor: SupervisorPort) -> str:
    """ "by chat", "by the fault harness: too close", "since the lease was not renewed"."""
    source, colon, reason = supervisor.why.partition(": ")
    if colon:
        return f"by {source}" if reason == "stop" else f"by {source}: {reason}"
    return f"since {supervisor.why}" if supervisor.why else "by somebody"


class Rest:
    """What an agent has to do with stops: its command ends, the next is refused until a reset, and
    what was measured is part of the answer. end: ends the command, from any thread; patience_s: how
    long an answer waits for what is measured, on the wall's clock."""

    def __init__(
        self,
        supervisor: SupervisorPort | None,
        end: Callable[[], None],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._supervisor, self._end, self._measured = supervisor, end, ""
        self._patience_s = patience_s
        if supervisor is not None:
            supervisor.subscribe(self._on_action)

    def refusal(self) -> str:
        """Why no command is taken now, as a sentence; "" where one is."""
        return latched(self._supervisor)

    def told(self, outcome: Outcome, patience_s: float | None = None) -> Outcome:
        """A stopped command's outcome with who stopped it and what was measured; any other's as it
        is. patience_s: how long it waits for that, where it differs from the usual."""
        supervisor = self._supervisor
        if supervisor is None or outcome.status != "failed" or not latched(supervisor):
            return outcome
        patience_s = self._patience_s if patience_s is None else patience_s
        give_up_s = time.monotonic() + patience_s
        # The measurement may be through, and its news still on the way here from another thread.
        while (supervisor.waits or not self._measured) and time.monotonic() < give_up_s:
            time.sleep(_LOOK_S)
        measured = self._measured or "not measured at rest"
        begun = outcome.reply.rstrip(". ")
        return replace(outcome, reply=f"{begun}. Stopped {_because(supervisor)}: {measured}.")

    def _on_action(self, action: Action) -> None:
        if isinstance(action, Ramp):
            self._end()
        elif isinstance(action, Changed) and action.before == Mode.STOPPING.value:
            self._measured = action.why
        elif isinstance(action, Changed) and action.after == Mode.STOPPING.value:
            self._measured = ""


def reset_after_stop(supervisor: SupervisorPort, by: str, wait_s: float = PATIENCE_S) -> str:
    """A person's reset, where there was a stop: it resumes nothing. "" when done, else why not.
    wait_s: how long to wait for what is measured, on the wall's clock."""
    if supervisor.mode is Mode.LOCKED:  # its process was started anew
        return supervisor.arm(by)
    if supervisor.mode not in LATCHED:
        return ""
    # Only what was just measured at rest is let go on; stopping it again measures it.
    found = Measured.of(supervisor.stop("reset", wait_s=wait_s))
    refused = supervisor.reset(by) if found.at_rest else found.words
    if not refused and supervisor.mode is Mode.LOCKED:  # it was in fault
        refused = supervisor.arm(by)
    return refused


class StoppableSession:
    """Reachable by `llmagentos stop` until `close`. name: its kind, as a person knows it.
    let_go_on: what a reset from another terminal does, by whom; "" when done, else why not.
    patience_s: how long a stop waits for what is measured, on the wall's clock.

    Raises FileError where other terminals could not reach it.
    """

    def __init__(
        self,
        name: str,
        supervisor: SupervisorPort,
        let_go_on: Callable[[str], str] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.supervisor, self._patience_s = supervisor, patience_s
        self._let_go_on = let_go_on or self.reset
        self._listener = Listener(name, self.answer)

    def __enter__(self) -> StoppableSession:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Other terminals reach it no more."""
        self._listener.close()

    def stop(self, source: str) -> Measured:
        """Stop, from any thread; waits for what was measured."""
        return Measured.of(self.supervisor.stop(source, wait_s=self._patience_s))

    def reset(self, by: str) -> str:
        """A person's reset after a stop: it resumes nothing. "" when done, else why not."""
        return reset_after_stop(self.supervisor, by, self._patience_s)

    def answer(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """What another terminal asks: {"do": "stop", "reset" or "state", "by": who}."""
        do, by = asked.get("do"), str(asked.get("by") or operator())
        if do == STOP:
            return self.stop(str(asked.get("source") or "another terminal")).to_json()
        if do == RESET:
            why = self._let_go_on(by)
            return {"reset": not why, "words": why or "ready for a new command"}
        if do == STATE:
            mode = self.supervisor.mode
            return {"mode": mode.value, "words": latched(self.supervisor) or mode.value}
        raise ValueError(f"expected {STOP}, {RESET} or {STATE} to do, got {do!r}")

    def stop_soon(self, source: str, tell: Callable[[Measured], Any]) -> threading.Thread:
        """Stop without waiting here: another thread waits, and tells what was measured."""
        thread = threading.Thread(target=lambda: tell(self.stop(source)), name=f"stop by {source}")
        thread.daemon = True
        thread.start()
        return thread

    @contextlib.contextmanager
    def on_ctrl_c(self, tell: Callable[[Measured], Any]) -> Iterator[None]:
        """Inside, Ctrl-C stops the robot; the next one then ends the program, as ever.

        It also acts while the main thread hangs in a model or a library: the operating system
        writes to a pipe, which a thread of ours reads. tell: what was measured, from that thread.
        Outside of the main thread, where no signal comes, it does nothing.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def handler(signum: int, frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, signal.default_int_handler)

        reads, writes = os.pipe()
        os.set_blocking(writes, False)
        before = signal.signal(signal.SIGINT, handler)
        woken = signal.set_wakeup_fd(writes, warn_on_full_buffer=False)
        asked: list[threading.Thread] = []
        listens = threading.Thread(
            target=self._listen, args=(reads, tell, asked), name="Ctrl-C", daemon=True
        )
        listens.start()
        try:
            yield
        finally:
            signal.set_wakeup_fd(woken)
            signal.signal(signal.SIGINT, before)
            os.close(writes)  # ends the thread that reads
            listens.join()
            for thread in asked:  # what was measured is said before anything else is
                thread.join()

    def _listen(
        self, reads: int, tell: Callable[[Measured], Any], asked: list[threading.Thread]
    ) -> None:
        with os.fdopen(reads, "rb", buffering=0) as pipe:
            while numbers := pipe.read(64):
                if signal.SIGINT in numbers:
                    asked.append(self.stop_soon("Ctrl-C", tell))
