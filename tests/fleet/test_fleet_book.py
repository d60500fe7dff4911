"""The book against a model of robots that are lost, frozen and come back: nothing lost, nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from llmagentos.errors import FleetError
from llmagentos.fleet.book import OVER, Book, State
from llmagentos.fleet.fence import Fence
from llmagentos.fleet.journal import Journal, read
from llmagentos.fleet.values import FleetTask, Member

ROBOTS = ("a", "b", "c")


class BookMachine(RuleBasedStateMachine):
    """Robots obey their leases, which they count from when they sent the renewal; words are late or lost."""

    def __init__(self) -> None:
        super().__init__()
        self.book, self.now_s, self.count = Book(1.0), 0.0, 0
        #: By robot: what it holds, with its token and until when it may work.
        self.holds: dict[str, dict[str, tuple[int, float]]] = {r: {} for r in ROBOTS}
        self.executed: list[tuple[str, int]] = []
        self.late: list[tuple[str, int, State]] = []
        for robot in ROBOTS[:2]:
            self.book.joined(Member(robot), 0, self.now_s)

    @rule(half=st.sampled_from(["again", "ask"]))
    def submit(self, half: str) -> None:
        self.count += 1
        self.book.submit(FleetTask(f"t{self.count}", half_done=half))

    @rule(seconds=st.sampled_from([0.1, 0.4, 0.9, 1.1]))
    def time_goes_on(self, seconds: float) -> None:
        self.now_s += seconds
        before = {r.task.id: (r.state, r.until_s) for r in self.book}
        _, freed = self.book.expired(self.now_s)
        for each in freed:
            assert before[each.task][0] is State.GIVEN and before[each.task][1] <= self.now_s
            ask = self.book.row(each.task).task.half_done == "ask"
            assert each.state is (
                State.UNCLEAR if ask and self.book.row(each.task).begun else State.WAITING
            )

    @precondition(lambda self: self.book.waiting() and self.book.able())
    @rule(data=st.data(), lost=st.booleans())
    def give(self, data: st.DataObject, lost: bool) -> None:
        task = data.draw(st.sampled_from([t.id for t in self.book.waiting()]))
        robot = data.draw(st.sampled_from([m.name for m in self.book.able()]))
        token = self.book.give(task, robot, "", self.now_s)
        if not lost:
            self.holds[robot][task] = token, 0.0

    @rule(
        robot=st.sampled_from(ROBOTS),
        delay_s=st.sampled_from([0.0, 0.3]),
        answer_lost=st.booleans(),
    )
    def renew(self, robot: str, delay_s: float, answer_lost: bool) -> None:
        sent_s = self.now_s
        self.now_s += delay_s
        tokens = {t: token for t, (token, _) in self.holds[robot].items()}
        begun = next(iter(tokens), "")
        valid = self.book.renewed(robot, Member(robot), tokens, begun, self.now_s)
        if valid is None:
            self.book.joined(Member(robot), max(tokens.values(), default=0), self.now_s)
        elif not answer_lost:
            self.holds[robot] = {
                t: (n, sent_s + 1.0) for t, n in tokens.items() if valid.get(t) == n
            }

    @precondition(lambda self: any(self.may_work()))
    @rule(data=st.data(), failed=st.booleans(), report_late=st.booleans())
    def work(self, data: st.DataObject, failed: bool, report_late: bool) -> None:
        robot, task = data.draw(st.sampled_from(sorted(self.may_work())))
        token, _ = self.holds[robot].pop(task)
        row = self.book.row(task)
        if row.state is not State.CANCELLED:  # nobody else has it, whatever became of it
            assert row.token == token and row.state is State.GIVEN
        self.executed.append((task, token))
        self.late.append((task, token, State.FAILED if failed else State.DONE))
        if not report_late:
            self.report()

    def may_work(self) -> set[tuple[str, str]]:
        return {
            (r, t) for r, held in self.holds.items() for t, (_, until_s) in held.items() if self.now_s < until_s
        }  # fmt: skip

    @precondition(lambda self: self.late)
    @rule()
    def report(self) -> None:
        task, token, state = self.late.pop()
        row = self.book.row(task)
        over = row.state in OVER
        counts = self.book.ended(task, token, state, "")
        assert not (counts and (over or row.token != token))

    @rule(robot=st.sampled_from(ROBOTS))
    def goes_silent(self, robot: str) -> None:
        self.book.silent(robot)

    @precondition(lambda self: self.count)
    @rule(data=st.data(), again=st.booleans())
    def a_person(self, data: st.DataObject, again: bool) -> None:
        task = data.draw(st.sampled_from([f"t{i + 1}" for i in range(self.count)]))
        if self.book.row(task).state is State.UNCLEAR:
            assert self.book.decide(task, again, "")
        elif not again:
            self.book.cancel(task, "")

    @invariant()
    def no_task_is_lost_and_one_robot_at_most_may_work_on_it(self) -> None:
        assert [r.task.id for r in self.book] == [f"t{i + 1}" for i in range(self.count)]
        at_work = [t for _, t in self.may_work()]
        assert len(at_work) == len(set(at_work))
        tokens = [r.token for r in self.book if r.token]
        assert len(tokens) == len(set(tokens)) and all(t <= self.book.token for t in tokens)


TestBook = BookMachine.TestCase
TestBook.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def test_what_was_done_in_time_and_told_late_counts_where_nobody_else_has_it() -> None:
    book = Book(1.0)
    book.submit(FleetTask("a"))
    book.joined(Member("r"), 0, 0.0)
    token = book.give("a", "r", "", 0.0)
    book.expired(2.0)
    assert book.row("a").state is State.WAITING
    assert not book.ended(
        "a", token, State.FAILED, ""
    )  # a failure told late: it is tried again anyway
    assert book.ended("a", token, State.DONE, "in time")
    assert not book.ended("a", token, State.DONE, "again")


def test_tokens_are_above_those_that_robots_had_from_an_earlier_book() -> None:
    book = Book(1.0)
    book.submit(FleetTask("a"))
    book.joined(Member("r"), 41, 0.0)
    assert book.give("a", "r", "", 0.0) == 42


def test_who_is_silent_or_stopped_is_given_nothing() -> None:
    book = Book(1.0)
    book.submit(FleetTask("a"))
    book.joined(Member("r"), 0, 0.0)
    book.stopped({"r": True})
    assert book.able() == []
    with pytest.raises(FleetError, match=r"a robot that is there, got 'a' .waiting. and 'r'"):
        book.give("a", "r", "", 0.0)


def test_a_journal_that_was_cut_off_gives_the_book_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "journal"
    journal, book = Journal(path), Book(1.0)
    book.joined(Member("r"), 0, 0.0)
    for name in ("a", "b", "c"):
        journal.task(book.submit(FleetTask(name, needs=("pick",), at_m=(1.0, 2.0))).task)
    book.give("a", "r", "nearest", 0.0)
    book.cancel("b", "not wanted")
    for name in ("a", "b"):
        journal.row(book.row(name))
    journal.close()
    with path.open("ab") as file:
        file.write(b'\n{"id": "c", "sta')
    again = read(path, 1.0, 50.0)
    assert [(r.task, r.state, r.robot, r.token) for r in again] == [
        (r.task, r.state, r.robot, r.token) for r in book
    ]
    assert again.row("a").until_s == 51.0 and again.token == 1
    assert list(read(tmp_path / "none", 1.0, 0.0)) == []


def test_a_fence_refuses_old_tokens() -> None:
    fence = Fence()
    fence.admit("a", 3)
    fence.admit("a", 3)
    fence.admit("b", 1)
    fence.admit("a", 5)
    with pytest.raises(FleetError, match="token 5 or newer for task 'a', got 3"):
        fence.admit("a", 3)
