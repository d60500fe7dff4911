"""Brings an arm to rest when nobody else lets its driver's time pass.

Knows: the gated driver, and that the supervisor wants it at rest. Does not know: why.

While a skill runs it lets the periods pass in which a stopped arm brakes and is measured. Where
none does (it hangs, a model thinks, nothing is under way) a thread of this class does so, until the
supervisor has measured rest and everybody has an answer. It runs only then: in simulation nothing
else depends on it, and what is computed without a stop is the same bit for bit.

Where leases run out by the wall's clock a second thread renews the lease of an arm that rests (its
user plans, or waits for fingers); in motion only commands renew it.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import AbstractContextManager
from typing import Any, Protocol

from llmagentos.safety.permit import Permit
from llmagentos.safety.priority import Urgent
from llmagentos.safety.runner import PATIENCE_S, SupervisorPort
from llmagentos.safety.signals import Action, Ramp
from llmagentos.safety.states import RENEW_S

_log = logging.getLogger(__name__)

#: A driver whose last period is so long ago has nobody who lets time pass, seconds.
IDLE_S = 0.05
#: How often that is looked at, seconds.
_LOOK_S = 0.005


class Kept(Protocol):
    """What is brought to rest: a gated driver of an arm or of a base, or both as one."""

    @property
    def permit(self) -> Permit | None:
        """What its lease is asked by."""
        ...

    @property
    def alone(self) -> Any:
        """A lock: who holds it has the driver alone."""
        ...

    @property
    def advanced_s(self) -> float:
        """When somebody last let a period pass, on time.monotonic."""
        ...

    @property
    def rests(self) -> bool:
        """Whether the last command left it at rest."""
        ...

    def keep(self) -> None:
        """Let a period pass in which it brakes."""
        ...


class Keeper:
    """For one gated driver; listens to its supervisor from now on, until `close`.

    patience_s: so long after a stop it goes on at most, on the wall's clock; longer where the
    driver's time passes slowly.
    """

    def __init__(self, driver: Kept, supervisor: SupervisorPort) -> None:
        self._driver, self._supervisor = driver, supervisor
        self.patience_s, self._until_s = PATIENCE_S, 0.0
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._unsubscribe = supervisor.subscribe(self._on_action)
        self._renewing: threading.Thread | None = None
        if supervisor.by_the_wall:
            self._renewing = threading.Thread(target=self._renew, name="renewer", daemon=True)
            self._renewing.start()

    def close(self) -> None:
        """End the threads, where there are some; the driver can be given back then."""
        self._closed.set()
        self._unsubscribe()
        with self._lock:  # a thread that is being started is joined once it has begun
            threads = (self._thread, self._renewing)
        for thread in threads:
            if thread is not None:
                thread.join()

    def paused(self) -> AbstractContextManager[object]:
        """Inside, the driver's time does not pass by this thread: a world is built anew."""
        alone: AbstractContextManager[object] = self._driver.alone
        return alone

    def _on_action(self, action: Action) -> None:
        if not isinstance(action, Ramp) or self._closed.is_set():
            return
        with self._lock:
            self._until_s = time.monotonic() + self.patience_s
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
                self._thread.start()

    def _renew(self) -> None:
        Urgent().begin()
        permit = self._driver.permit
        while permit is not None and not self._closed.wait(RENEW_S):
            if self._driver.rests:
                permit.renew()

    def _keep(self) -> None:
        if self._supervisor.by_the_wall:
            Urgent().begin()
        pause_s = 0.0
        while not self._closed.wait(pause_s):
            with self._lock:
                if not self._supervisor.waits or time.monotonic() > self._until_s:
                    self._thread = None
                    return
            pause_s = _LOOK_S
            if time.monotonic() - self._driver.advanced_s > IDLE_S:
                try:
                    self._driver.keep()
                    pause_s = 0.0  # the driver's own period is the pace
                except (
                    Exception
                ) as error:  # whatever a driver of one's own raises: the next try counts
                    _log.warning("could not come to rest: %s", error)
