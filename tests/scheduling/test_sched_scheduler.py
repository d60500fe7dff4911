"""The scheduler at work: real threads, safe points, deadlines, leases, pieces after one another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from llmagentos.errors import QueueFullError, SchedulingError, TaskEndedError
from llmagentos.scheduling import Node, Priority, Scheduler, Turn, capacities, run_graph

ARM = {"arm": 1.0}
LONG_S = 60.0


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    with Scheduler({"arm": 1.0, "cores": 2.0}) as one:
        yield one


def waiting_threads(scheduler: Scheduler) -> list[threading.Thread]:
    """The watching thread, once it waits for what comes next."""
    waiters: Any = scheduler._changed._waiters  # type: ignore[attr-defined]
    return [scheduler._thread] if waiters else []


class Steps:
    """A task of several steps, each let go by hand. at: set when it stands before a safe point."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.at, self.go = threading.Event(), threading.Semaphore(0)

    def __call__(self, turn: Turn) -> str:
        for step in range(3):
            self.at.set()
            self.go.acquire(timeout=LONG_S)
            turn.safe_point(lambda: self.done.append("out"), lambda: self.done.append("in"))
            self.done.append(str(step))
        return "whole"


def test_an_urgent_task_gets_the_arm_at_the_next_safe_point_and_the_other_goes_on(
    scheduler: Scheduler,
) -> None:
    low, seen = Steps(), list[str]()
    first = scheduler.submit(low, needs=ARM, priority=Priority.LOW, owner="tidy")
    assert low.at.wait(LONG_S)
    urgent = scheduler.submit(
        lambda: seen.extend(low.done), name="fetch", needs=ARM, priority=Priority.URGENT
    )
    assert first.report().why == "makes room for fetch" and first.report().state == "yielding"
    assert urgent.report().state == "waiting" and urgent.report().why == "waits for arm"
    low.go.release(3)
    assert urgent.wait(LONG_S) and first.result(LONG_S) == "whole"
    assert low.done == ["out", "in", "0", "1", "2"] and seen == ["out"]
    report = first.report()
    assert report.preempted == 1 and report.state == "done"
    assert report.turnaround_s == pytest.approx(
        report.queued_s + report.waiting_s + report.running_s
    )


def test_without_safe_points_nobody_is_asked(scheduler: Scheduler) -> None:
    go = threading.Event()
    slow = scheduler.submit(lambda: go.wait(LONG_S), needs=ARM, priority=Priority.LOW)
    urgent = scheduler.submit(lambda: "now", needs=ARM, priority=Priority.URGENT)
    assert slow.report().state == "running" and urgent.report().state == "waiting"
    go.set()
    assert urgent.result(LONG_S) == "now"


def test_cancelled_in_line_at_work_and_while_parked(scheduler: Scheduler) -> None:
    low, go = Steps(), threading.Event()
    working = scheduler.submit(low, needs=ARM, priority=Priority.LOW)
    waiting = scheduler.submit(lambda: None, needs=ARM, priority=Priority.IDLE)
    waiting.cancel("nobody wants it")
    with pytest.raises(TaskEndedError, match="cancelled: nobody wants it"):
        waiting.result(LONG_S)
    assert low.at.wait(LONG_S)
    urgent = scheduler.submit(lambda: go.wait(LONG_S), needs=ARM, priority=Priority.URGENT)
    low.go.release()
    while working.report().state != "parked":
        low.at.wait(0.01)
    working.cancel()
    with pytest.raises(TaskEndedError):
        working.result(LONG_S)
    go.set()
    assert urgent.result(LONG_S) is True and low.done == ["out"]
    again = Steps()
    ending = scheduler.submit(again, needs=ARM)
    assert again.at.wait(LONG_S)
    ending.cancel()
    assert ending.report().state == "ending"
    again.go.release()
    with pytest.raises(TaskEndedError):
        ending.result(LONG_S)
    assert again.done == []


def test_what_is_too_late_is_not_begun_and_ends(scheduler: Scheduler) -> None:
    go = threading.Event()
    scheduler.submit(lambda: go.wait(LONG_S), needs=ARM)
    while scheduler._thread not in waiting_threads(scheduler):  # nothing else wakes it any more
        go.wait(0.005)
    late = scheduler.submit(lambda: None, needs=ARM, deadline_s=0.02)
    with pytest.raises(TaskEndedError, match=r"expired: too late: expected in 0\.02 s"):
        late.result(LONG_S)
    go.set()


def test_whoever_gives_no_sign_is_lost_and_what_it_has_is_taken(scheduler: Scheduler) -> None:
    taken, go = threading.Event(), threading.Event()
    lost = scheduler.submit(
        lambda: go.wait(LONG_S), needs=ARM, lease_s=0.02, on_lost=taken.set, name="hung"
    )
    with pytest.raises(TaskEndedError, match="hung: lost: no sign"):
        lost.result(LONG_S)
    assert taken.wait(LONG_S)
    assert scheduler.submit(lambda: 1, needs=ARM).result(LONG_S) == 1
    go.set()


def test_what_raises_tells_so_and_harms_nobody(scheduler: Scheduler) -> None:
    bad = scheduler.submit(lambda: 1 / 0, needs=ARM)
    with pytest.raises(ZeroDivisionError):
        bad.result(LONG_S)
    assert bad.report().state == "failed" and "ZeroDivisionError" in bad.report().why
    assert scheduler.submit(lambda: 2, needs=ARM).result(LONG_S) == 2
    after = scheduler.submit(lambda: 3, after=(bad,), name="next")
    with pytest.raises(TaskEndedError, match="was not done: ZeroDivisionError"):
        after.result(LONG_S)


def test_what_can_never_be_is_refused_in_words(scheduler: Scheduler) -> None:
    for needs, words in (
        ({"arm": 2.0}, "needs 2 of arm, there is 1 in all"),
        ({"leg": 1.0}, "expected a resource of arm, cores, got 'leg'"),
        ({"arm": 0.0}, "expected more than nothing of 'arm'"),
    ):
        with pytest.raises(SchedulingError, match=words):
            scheduler.submit(lambda: None, needs=needs)
    with pytest.raises(SchedulingError, match="expected a policy of fifo, priority, fair"):
        Scheduler(ARM, policy="luck")
    with pytest.raises(SchedulingError, match="priority from 0 to 100, got 101"):
        scheduler.submit(lambda: None, priority=101)


def test_a_line_that_is_full_says_so() -> None:
    go = threading.Event()
    with Scheduler(ARM, limit=3, limit_each=2) as scheduler:
        scheduler.submit(lambda: go.wait(LONG_S), needs=ARM)
        for _ in range(2):
            scheduler.submit(lambda: None, needs=ARM, owner="a")
        with pytest.raises(QueueFullError, match="fewer than 2 tasks of 'a' in line, got 2"):
            scheduler.submit(lambda: None, needs=ARM, owner="a")
        scheduler.submit(lambda: None, needs=ARM, owner="b")
        with pytest.raises(QueueFullError, match="fewer than 3 tasks in line, got 3"):
            scheduler.submit(lambda: None, needs=ARM, owner="c")
        assert [r.state for r in scheduler.reports()] == ["running", *["waiting"] * 3]
        assert scheduler.used() == {"arm": (1.0, 1.0)}
        go.set()


def test_admission_says_who_is_in_the_way(scheduler: Scheduler) -> None:
    go = threading.Event()
    scheduler.submit(lambda: go.wait(LONG_S), name="tidy", needs=ARM)
    with pytest.raises(SchedulingError, match="sort: needs 1 arm, 0 free: stop tidy, or wait"):
        scheduler.admit("sort", ARM)
    scheduler.admit("sort", {"cores": 2.0})
    go.set()


def test_a_closed_scheduler_ends_what_it_has_and_takes_nothing() -> None:
    scheduler, steps = Scheduler(ARM), Steps()
    ticket = scheduler.submit(steps, needs=ARM)
    waiting = scheduler.submit(lambda: None, needs=ARM)
    assert steps.at.wait(LONG_S)
    steps.go.release()
    scheduler.close()
    for one in (ticket, waiting):
        with pytest.raises(TaskEndedError, match="the scheduler was closed"):
            one.result(LONG_S)
    with pytest.raises(SchedulingError, match="got a closed one"):
        scheduler.submit(lambda: None)


def test_pieces_after_one_another(scheduler: Scheduler) -> None:
    both = threading.Barrier(2)

    def half(part: range) -> int:
        both.wait(LONG_S)  # the two run at once
        return sum(part)

    found = run_graph(
        {
            "split": Node(lambda: (range(5), range(5, 10))),
            "low": Node(lambda split: half(split[0]), ("split",), {"cores": 1.0}),
            "high": Node(lambda split: half(split[1]), ("split",), {"cores": 1.0}),
            "collect": Node(lambda low, high: low + high, ("low", "high")),
        },
        scheduler,
    )
    assert found["collect"] == 45 and list(found) == ["split", "low", "high", "collect"]


def test_a_piece_that_fails_ends_the_graph_with_its_own_error(scheduler: Scheduler) -> None:
    begun: list[str] = []
    nodes = {
        "last": Node(lambda bad: begun.append("last"), ("bad",)),
        "bad": Node(lambda good: 1 / 0, ("good",)),
        "good": Node(lambda: 1),
    }
    with pytest.raises(ZeroDivisionError):
        run_graph(nodes, scheduler, timeout_s=LONG_S)
    assert begun == []
    with pytest.raises(SchedulingError, match="without a circle, got a after b after a"):
        run_graph({"a": Node(lambda b: 0, ("b",)), "b": Node(lambda a: 0, ("a",))}, scheduler)
    with pytest.raises(SchedulingError, match="a: comes after 'z', which there is not"):
        run_graph({"a": Node(lambda z: 0, ("z",))}, scheduler)


def test_what_is_found_here_and_what_is_declared() -> None:
    found = capacities({"arm": 1.0, "disk_gb": 0.5})
    assert found["cores"] >= 1 and found["memory_gb"] > 0.01
    assert found["arm"] == 1.0 and found["disk_gb"] == 0.5
