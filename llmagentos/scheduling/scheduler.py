"""The scheduler at work: a book, a clock, and a thread for each task that has begun.

Knows: threads, and when they reach a safe point. Does not know: whose turn it is (book.py), what a
task does.

A task is a function. One that takes a `turn` calls `turn.safe_point()` wherever it could make room:
there it waits while a more urgent task is at work, and from there it goes on; TaskEnded comes out
of it where it is not wanted any more. Without safe points it is carried out to its end.
"""

from __future__ import annotations

import inspect
import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from llmagentos.errors import SchedulingError, TaskEndedError
from llmagentos.scheduling.book import Book, Do, Order
from llmagentos.scheduling.policies import Policy
from llmagentos.scheduling.resources import admit
from llmagentos.scheduling.states import State, at_work, over
from llmagentos.scheduling.task import Priority, Report, TaskSpec

_log = logging.getLogger(__name__)

#: `close` waits so long for tasks to reach a safe point, seconds.
END_S = 10.0


class Turn:
    """What a task's function has of the scheduler."""

    def __init__(self, job: _Job) -> None:
        self._job = job

    @property
    def asked(self) -> bool:
        """Whether a safe point would do something: make room, or end."""
        return self._job.wanted.is_set()

    @property
    def ends(self) -> str:
        """Why the task is not wanted any more; "" while it is."""
        return self._job.dropped

    def sign(self) -> None:
        """Still at work: the lease begins anew. Also said by each safe point."""
        self._job.scheduler._sign(self._job)

    def safe_point(
        self,
        leave: Callable[[], None] | None = None,
        come_back: Callable[[], None] | None = None,
    ) -> None:
        """Make room here if somebody more urgent waits; returns when it is one's turn again. leave
        and come_back are called on the way out and in, if it comes to that.

        Raises TaskEndedError when the task is not wanted any more.
        """
        self._job.scheduler._safe_point(self._job, leave, come_back)


class _Job:
    """A task with what carries it out."""

    def __init__(
        self,
        scheduler: Scheduler,
        work: Callable[..., Any],
        on_lost: Callable[[], None] | None,
        on_over: Callable[[Ticket], None] | None,
    ) -> None:
        self.scheduler, self.work, self.on_lost, self.on_over = scheduler, work, on_lost, on_over
        self.number = 0
        #: A safe point would do something / it may go on / it is over.
        self.wanted, self.may_go_on, self.over = (threading.Event() for _ in range(3))
        self.dropped = ""
        self.result: Any = None
        self.error: BaseException | None = None
        self.final: Report | None = None
        self.thread: threading.Thread | None = None


class Ticket:
    """What whoever submits a task gets."""

    def __init__(self, job: _Job) -> None:
        self._job = job

    @property
    def number(self) -> int:
        """The task's number, for `after` of others."""
        return self._job.number

    def report(self) -> Report:
        """How it stands, and how long it took for what."""
        return self._job.final or self._job.scheduler.report(self.number)

    @property
    def error(self) -> BaseException | None:
        """What its function raised; None for nothing, and for a task that was not wanted."""
        return self._job.error

    def cancel(self, why: str = "cancelled") -> None:
        """It is not wanted any more."""
        self._job.scheduler.cancel(self.number, why)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Until it is over; False when the time is over first."""
        return self._job.over.wait(timeout_s)

    def result(self, timeout_s: float | None = None) -> Any:
        """What its function returned.

        Raises what it raised; TaskEndedError where it was cancelled, too late or lost;
        TimeoutError when the time is over first.
        """
        if not self.wait(timeout_s):
            raise TimeoutError(f"expected task {self.number} to be over in {timeout_s} s")
        if self._job.error is not None:
            raise self._job.error
        report = self.report()
        if report.state != State.DONE.value:
            raise TaskEndedError(f"{report.name}: {report.state}: {report.why}")
        return self._job.result


class Scheduler:
    """Carries out tasks. Use it in a `with`, or call `close`.

    capacity, policy, limit, limit_each: see `Book`. clock: seconds that only go on.
    """

    def __init__(
        self,
        capacity: Mapping[str, float],
        policy: str | Policy = "priority",
        limit: int = 1000,
        limit_each: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._book = Book(capacity, policy, limit, limit_each)
        self._clock = clock
        self._jobs: dict[int, _Job] = {}
        self._changed = threading.Condition()
        self._closed = False
        #: What `_watch` waits for: the next deadline or end of a lease.
        self._watched_s = math.inf
        self._thread = threading.Thread(target=self._watch, name="scheduler", daemon=True)
        self._thread.start()

    def submit(
        self,
        work: Callable[..., Any],
        *,
        name: str = "",
        owner: str = "",
        priority: int = Priority.NORMAL,
        deadline_s: float = math.inf,
        needs: Mapping[str, float] | None = None,
        preemptible: bool | None = None,
        after: tuple[Ticket | int, ...] = (),
        lease_s: float = math.inf,
        on_lost: Callable[[], None] | None = None,
        on_over: Callable[[Ticket], None] | None = None,
    ) -> Ticket:
        """Put a function in line; see `TaskSpec`. A function with a parameter `turn` gets it; one
        without has no safe points. on_lost: called when its lease is over, to take from it what it
        uses (stop the arm). on_over: called when the task is over, however; it is short, and calls
        nothing of the scheduler's.

        Raises SchedulingError for what can never be, QueueFullError.
        """
        takes_turn = "turn" in inspect.signature(work).parameters
        spec = TaskSpec(
            name or getattr(work, "__name__", "task"),
            owner,
            priority,
            deadline_s,
            dict(needs or {}),
            takes_turn if preemptible is None else preemptible and takes_turn,
            tuple(t.number if isinstance(t, Ticket) else t for t in after),
            lease_s,
        )
        job = _Job(self, work, on_lost, on_over)
        with self._changed:
            if self._closed:
                raise SchedulingError(f"{spec.name}: expected an open scheduler, got a closed one")
            task = self._book.submit(spec, self._clock())
            job.number = task.number
            self._jobs[task.number] = job
            self._decide()
        return Ticket(job)

    def cancel(self, number: int, why: str = "cancelled") -> None:
        """See `Ticket.cancel`. Raises SchedulingError for a number that is none."""
        with self._changed:
            self._obey(self._book.cancel(number, self._clock(), why))
            self._decide()

    def admit(self, name: str, needs: Mapping[str, float]) -> None:
        """Raises SchedulingError, in words, where there is no room for it right now."""
        with self._changed:
            admit(self._book, name, needs)

    def report(self, number: int) -> Report:
        """How a task stands. Raises SchedulingError for a number that is none."""
        with self._changed:
            return self._book[number].report(self._clock())

    def reports(self) -> list[Report]:
        """Of all that are not over: those at work, then those in line, whose turn is next first."""
        with self._changed:
            now_s = self._clock()
            working = [t for t in self._book if at_work(t.state)]
            return [t.report(now_s) for t in (*working, *self._book.line())]

    def used(self) -> dict[str, tuple[float, float]]:
        """Of each resource: in use, and in all."""
        with self._changed:
            used = self._book.used()
            return {r: (used[r], there) for r, there in self._book.capacity.items()}

    def close(self) -> None:
        """Cancel what is left, and wait until it has come to its safe point."""
        with self._changed:
            self._closed = True
            for task in list(self._book):
                self._obey(
                    self._book.cancel(task.number, self._clock(), "the scheduler was closed")
                )
            threads = [job.thread for job in self._jobs.values() if job.thread is not None]
            self._changed.notify_all()
        give_up_s = time.monotonic() + END_S
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(max(give_up_s - time.monotonic(), 0.0))
                if thread.is_alive():
                    _log.error("%s does not reach a safe point", thread.name)
        self._thread.join(END_S)

    def __enter__(self) -> Scheduler:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # --- inside: everything with the lock held, but for the work itself -----------------------

    def _watch(self) -> None:
        """Deadlines and leases: time is an event, too."""
        with self._changed:
            while not self._closed:
                self._watched_s = self._book.next_s()
                left_s = self._watched_s - self._clock()
                self._changed.wait(None if math.isinf(left_s) else max(left_s, 0.0) + 0.001)
                if not self._closed:
                    self._decide()

    def _decide(self) -> None:
        while orders := self._book.decide(self._clock()):
            self._obey(orders)
        if self._book.next_s() < self._watched_s:
            self._changed.notify_all()

    def _obey(self, orders: list[Order]) -> None:
        for order in orders:
            job = self._jobs[order.task.number]
            if order.do is Do.START:
                job.thread = threading.Thread(
                    target=self._carry_out, args=(job,), name=order.task.spec.name, daemon=True
                )
                job.thread.start()
            elif order.do is Do.GO_ON:
                job.wanted.clear()
                job.may_go_on.set()
            else:
                if order.do in (Do.END, Do.DROP):
                    job.dropped = order.task.why or order.task.state.value
                job.wanted.set()
                job.may_go_on.set()
            if order.do is Do.DROP:
                self._lost(job, order.task.state)
                self._end_of(job)

    def _lost(self, job: _Job, state: State) -> None:
        if state is State.LOST and job.on_lost is not None:
            taker = threading.Thread(target=job.on_lost, name="what is lost is taken", daemon=True)
            taker.start()

    def _end_of(self, job: _Job) -> None:
        self._jobs.pop(job.number, None)
        job.final = self._book[job.number].report(self._clock())
        job.over.set()
        if job.on_over is not None:
            job.on_over(Ticket(job))

    def _carry_out(self, job: _Job) -> None:
        why = ""
        try:
            parameters = inspect.signature(job.work).parameters
            job.result = job.work(turn=Turn(job)) if "turn" in parameters else job.work()
        except TaskEndedError as exc:
            why = str(exc) or "ended"
        except BaseException as exc:
            job.error, why = exc, f"{type(exc).__name__}: {exc}"
            _log.debug("task %d failed", job.number, exc_info=True)
        with self._changed:
            if not over(self._book[job.number].state):
                self._book.ended(job.number, self._clock(), why)
                self._end_of(job)
            self._decide()

    def _sign(self, job: _Job) -> None:
        with self._changed:
            self._book.sign(job.number, self._clock())

    def _safe_point(
        self,
        job: _Job,
        leave: Callable[[], None] | None,
        come_back: Callable[[], None] | None,
    ) -> None:
        self._sign(job)
        if not job.wanted.is_set():
            return
        if job.dropped:
            raise TaskEndedError(job.dropped)
        if leave is not None:
            leave()
        with self._changed:
            if not job.dropped:  # it may have been cancelled while it left
                job.may_go_on.clear()
                self._book.made_room(job.number, self._clock())
                self._decide()
        if not job.dropped:
            job.may_go_on.wait()
        if job.dropped:
            raise TaskEndedError(job.dropped)
        if come_back is not None:
            come_back()
