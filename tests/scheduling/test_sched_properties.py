"""The book against a model: whatever is submitted, cancelled, ended and however time goes on,
nothing is lost, done twice, held twice, started past who comes before it, or kept waiting for ever."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from llmagentos.scheduling.book import Book, Do, Order
from llmagentos.scheduling.policies import Fifo, PriorityWithAging, WeightedFair
from llmagentos.scheduling.states import State, at_work, in_line, over
from llmagentos.scheduling.task import Task, TaskSpec

CAPACITY = {"arm": 1.0, "cores": 3.0, "camera": 2.0}
NEEDS = st.dictionaries(st.sampled_from(sorted(CAPACITY)), st.integers(1, 1), max_size=3).map(
    lambda needs: {r: float(n) for r, n in needs.items()}
) | st.just({"cores": 3.0})
SPECS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "name": st.just("task"),
        "owner": st.sampled_from("abc"),
        "priority": st.integers(0, 100),
        "deadline_s": st.sampled_from([0.5, 5.0, float("inf"), float("inf")]),
        "needs": NEEDS,
        "preemptible": st.booleans(),
        "lease_s": st.sampled_from([3.0, float("inf"), float("inf")]),
    }
)


class BookMachine(RuleBasedStateMachine):
    """The model is what whoever carries tasks out knows: which it has begun, and was told what."""

    policy: Any = PriorityWithAging
    keys_stay = True

    @initialize()
    def begin(self) -> None:
        self.book = Book(CAPACITY, self.policy(), limit=12)
        self.now_s = 0.0
        self.tasks: dict[int, Task] = {}
        self.started: set[int] = set()
        #: What works, with what it was asked for.
        self.working: dict[int, Do | None] = {}
        self.parked: set[int] = set()

    # --- what happens ---------------------------------------------------------------------

    @rule(spec=SPECS, data=st.data())
    def submit(self, spec: dict[str, Any], data: st.DataObject) -> None:
        known = sorted(self.tasks)[-5:]
        after = (
            data.draw(st.lists(st.sampled_from(known), max_size=2, unique=True)) if known else []
        )
        try:
            task = self.book.submit(TaskSpec(**spec, after=tuple(after)), self.now_s)
        except Exception as exc:
            assert "fewer than 12" in str(exc)
            assert sum(in_line(t.state) for t in self.book) >= 12
            return
        assert task.number not in self.tasks
        self.tasks[task.number] = task
        self.decide()

    @rule(seconds=st.sampled_from([0.0, 0.1, 1.0, 4.0]))
    def time_goes_on(self, seconds: float) -> None:
        self.now_s += seconds
        self.decide()

    @precondition(lambda self: self.working)
    @rule(data=st.data(), why=st.sampled_from(["", "", "it broke"]))
    def ends(self, data: st.DataObject, why: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.working)))
        asked = self.working.pop(number)
        self.book.ended(number, self.now_s, "it was asked to" if asked is Do.END else why)
        self.decide()

    @precondition(lambda self: Do.MAKE_ROOM in self.working.values())
    @rule(data=st.data())
    def makes_room(self, data: st.DataObject) -> None:
        asked = sorted(n for n, do in self.working.items() if do is Do.MAKE_ROOM)
        number = data.draw(st.sampled_from(asked))
        del self.working[number]
        self.parked.add(number)
        self.book.made_room(number, self.now_s)
        self.decide()

    @precondition(lambda self: self.tasks)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.tasks)))
        self.obey(self.book.cancel(number, self.now_s))
        self.decide()

    # --- what is asked --------------------------------------------------------------------

    def decide(self) -> None:
        orders = self.book.decide(self.now_s)
        self.obey(orders)
        if self.keys_stay:
            self.nobody_was_passed([o.task for o in orders if o.do in (Do.START, Do.GO_ON)])
        while orders:
            orders = self.book.decide(self.now_s)
            self.obey(orders)

    def obey(self, orders: list[Order]) -> None:
        for order in orders:
            number = order.task.number
            if order.do is Do.START:
                assert number not in self.started, "done twice"
                self.started.add(number)
                self.working[number] = None
            elif order.do is Do.GO_ON:
                self.parked.remove(number)
                self.working[number] = None
            elif order.do in (Do.MAKE_ROOM, Do.END):
                assert number in self.working
                assert self.working[number] is not order.do, "asked twice"
                self.working[number] = order.do
            else:
                assert over(order.task.state)
                self.working.pop(number, None)
                self.parked.discard(number)

    def nobody_was_passed(self, begun: list[Task]) -> None:
        """No task began on what one before it in line waits for."""
        key = {t.number: self.book.policy.key(t, self.now_s) for t in self.book}
        for waiting in (t for t in self.book if t.state is State.WAITING):
            for task in begun:
                if task.number in key and key[task.number] > key[waiting.number]:
                    shared = set(task.spec.needs) & set(waiting.spec.needs)
                    free = {r: CAPACITY[r] - self.book.used()[r] for r in shared}
                    assert all(free[r] >= waiting.spec.needs[r] - 1e-9 for r in shared), (
                        f"{task.number} began on what {waiting.number} waits for"
                    )

    # --- what always holds ------------------------------------------------------------------

    @invariant()
    def nothing_is_used_that_is_not_there(self) -> None:
        if hasattr(self, "book"):
            used = self.book.used()
            assert all(used[r] <= CAPACITY[r] + 1e-9 for r in CAPACITY), used

    @invariant()
    def the_book_and_the_world_agree(self) -> None:
        if not hasattr(self, "book"):
            return
        assert {t.number for t in self.book if at_work(t.state)} == set(self.working)
        assert {t.number for t in self.book if t.state is State.PARKED} == self.parked
        assert {n for n, t in self.tasks.items() if not over(t.state)} == {
            t.number for t in self.book
        }

    @invariant()
    def an_end_is_an_end(self) -> None:
        for number, task in getattr(self, "tasks", {}).items():
            if over(task.state):
                assert self.end_of.setdefault(number, task.state) is task.state

    @property
    def end_of(self) -> dict[int, State]:
        return self.__dict__.setdefault("_end_of", {})

    @invariant()
    def whoever_could_work_does(self) -> None:
        """Who comes first waits only for what is used, or for those it comes after."""
        if not hasattr(self, "book") or not self.book.line():
            return
        free = {r: CAPACITY[r] - used for r, used in self.book.used().items()}
        first = next(
            (t for t in self.book.line() if all(over(self.book[n].state) for n in t.spec.after)),
            None,
        )
        if first is not None:
            assert any(free[r] < n - 1e-9 for r, n in first.spec.needs.items())

    def teardown(self) -> None:
        """Once everything that works ends, everything ends: nothing is lost, and in finite time."""
        if not hasattr(self, "book"):
            return
        for _ in range(10 * len(self.tasks) + 10):
            for number in list(self.working):
                asked = self.working.pop(number)
                self.book.ended(number, self.now_s, "as asked" if asked is Do.END else "")
            self.decide()
        assert not list(self.book), [t.report(self.now_s) for t in self.book]
        for task in self.tasks.values():
            report = task.report(self.now_s)
            whole = report.queued_s + report.waiting_s + report.running_s
            assert whole == pytest.approx(report.turnaround_s)


class FifoMachine(BookMachine):
    policy = Fifo


class FairMachine(BookMachine):
    policy = WeightedFair
    keys_stay = False  # each start counts for its owner


_OFTEN = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestPriority = BookMachine.TestCase
TestFifo = FifoMachine.TestCase
TestFair = FairMachine.TestCase
for case in (TestPriority, TestFifo, TestFair):
    case.settings = _OFTEN


@settings(max_examples=60, deadline=None)
@given(
    priority=st.integers(0, 99),
    urgent=st.integers(1, 100),
    every_s=st.floats(0.05, 2.0),
    aging_s=st.floats(0.1, 5.0),
)
def test_nobody_waits_for_ever(priority: int, urgent: int, every_s: float, aging_s: float) -> None:
    """However urgent what comes after it, and however much of it: a task begins once it has aged by
    the difference."""
    book = Book({"arm": 1.0}, PriorityWithAging(aging_s))
    low = book.submit(
        TaskSpec("low", priority=priority, needs={"arm": 1.0}, preemptible=False), 0.0
    )
    blocker = book.submit(
        TaskSpec("first", priority=100, needs={"arm": 1.0}, preemptible=False), 0.0
    )
    now_s, working = 0.0, blocker
    assert [o.task for o in book.decide(0.0)] in ([blocker], [low])
    if low.state is State.RUNNING:
        return
    latest_s = max(urgent - priority, 0) * aging_s
    while now_s <= latest_s + 2 * every_s:
        book.submit(TaskSpec("more", priority=urgent, needs={"arm": 1.0}, preemptible=False), now_s)
        now_s += every_s
        book.ended(working.number, now_s)
        (order,) = book.decide(now_s)
        working = order.task
        if working is low:
            return
    raise AssertionError(f"still {low.state} after {now_s} s, expected by {latest_s} s")


@settings(max_examples=40, deadline=None)
@given(
    weights=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    lengths=st.tuples(st.floats(0.2, 2.0), st.floats(0.2, 2.0)),
)
def test_owners_share_by_their_weights(
    weights: tuple[int, int], lengths: tuple[float, float]
) -> None:
    """Whatever their tasks' lengths: nobody is further ahead than by a task and what it weighs."""
    book = Book({"arm": 1.0}, WeightedFair({"a": weights[0], "b": weights[1]}))
    had, now_s = {"a": 0.0, "b": 0.0}, 0.0
    for _ in range(80):
        for owner in "ab":
            if not any(t.spec.owner == owner and in_line(t.state) for t in book):
                book.submit(TaskSpec(owner, owner=owner, needs={"arm": 1.0}), now_s)
        (order,) = book.decide(now_s)
        owner = order.task.spec.owner
        length_s = lengths["ab".index(owner)]
        now_s += length_s
        had[owner] += length_s
        book.ended(order.task.number, now_s)
        ahead = had["a"] / weights[0] - had["b"] / weights[1]
        assert -lengths[1] / weights[1] - 0.2 <= ahead <= lengths[0] / weights[0] + 0.2
