"""One contract for every link: what a bus promises, in this process and over sockets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from llmagentos.errors import (
    CallCancelledError,
    CallFailedError,
    CallTimeoutError,
    MessagingError,
    NoServiceError,
    PeerLostError,
    PlanError,
    QueueFullError,
    UnknownMessageError,
)
from llmagentos.messaging import Bus, BusSettings, Call, LocalNet, Subscription, open_bus

Peers = Callable[[str], Bus]


@pytest.fixture(params=["local", "zenoh", "zenoh shared"])
def peer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Peers]:
    net, opened = LocalNet(), []

    def make(name: str) -> Bus:
        if request.param == "local":
            bus = open_bus(name, net=net)
        else:
            settings = BusSettings(shared=request.param == "zenoh shared")
            bus = open_bus(name, settings, folder=tmp_path)
        opened.append(bus)
        return bus

    yield make
    for bus in opened:
        bus.close()


def echo(call: Call) -> object:
    return call.value


def until(done: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 20
    while not done():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def published(bus: Bus, topic: str, value: object, at: Subscription) -> None:
    """Until it comes: whoever has just subscribed may not be known yet at the other side."""
    give_up = time.monotonic() + 20
    while not len(at):
        bus.publish(topic, value)
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_what_is_published_comes_to_all_who_subscribed(peer: Peers) -> None:
    a, b, c = peer("a"), peer("b"), peer("c")
    with b.subscribe("news/today") as at_b, c.subscribe("news/today") as at_c:
        published(a, "news/today", {"n": 1, "t": (2.5, "three")}, at_c)
        assert at_c.receive(5) == {"n": 1, "t": (2.5, "three")}
        assert at_b.receive(5) == {"n": 1, "t": (2.5, "three")}
        assert b.subscribe("news").receive(0.05) is None


def test_a_full_queue_drops_and_nobody_waits(peer: Peers) -> None:
    a, b = peer("a"), peer("b")
    newest = b.subscribe("n", keep=4, drop="oldest")
    oldest = b.subscribe("n", keep=4, drop="newest")
    quick = b.subscribe("n", keep=10_000)
    published(a, "n", -1, quick)
    time.sleep(0.2)  # the first may have been put more than once
    for queue in (newest, oldest, quick):
        while len(queue):
            queue.receive(0)
        queue.dropped = 0
    for number in range(200):
        a.publish("n", number)
        if number % 10 == 0:
            time.sleep(0.005)
    until(lambda: len(quick) >= 50)
    time.sleep(0.2)
    came = [quick.receive(0) for _ in range(len(quick))]
    assert came == sorted(came)
    assert [oldest.receive(0) for _ in range(4)] == came[:4]
    assert [newest.receive(0) for _ in range(4)] == came[-4:]
    assert newest.dropped == oldest.dropped == len(came) - 4


def test_a_subscription_that_ends_wakes_who_waits(peer: Peers) -> None:
    at = peer("a").subscribe("n")
    threading.Timer(0.1, at.close).start()
    assert at.receive(20) is None
    assert list(at) == []


def test_a_call_is_answered(peer: Peers) -> None:
    a, b = peer("a"), peer("b")
    b.serve("echo", echo)
    assert a.wait_for("echo", 20) and a.has("echo") and a.services() == ["echo"]
    assert a.call("echo", [1, "two", None]) == [1, "two", None]
    picture = np.arange(480 * 640 * 3, dtype=np.uint8).reshape(480, 640, 3)
    assert np.array_equal(a.call("echo", picture), picture)
    assert a.call("echo", np.arange(5.0)).flags.aligned
    assert b.call("echo", 1) == 1  # of its own service, too


def test_one_who_raises_answers_at_once(peer: Peers) -> None:
    a, b = peer("a"), peer("b")

    def clumsy(call: Call) -> None:
        raise {"ours": PlanError("no such step"), "theirs": ZeroDivisionError()}[call.value]

    b.serve("clumsy", clumsy)
    assert a.wait_for("clumsy", 20)
    with pytest.raises(PlanError, match="no such step"):
        a.call("clumsy", "ours", timeout_s=60)
    with pytest.raises(CallFailedError, match="'clumsy', got ZeroDivisionError"):
        a.call("clumsy", "theirs", timeout_s=60)
    b.serve("strange", lambda call: object())
    assert a.wait_for("strange", 20)
    with pytest.raises(UnknownMessageError, match="got object"):
        a.call("strange", timeout_s=60)


def test_nobody_serves_it(peer: Peers) -> None:
    a = peer("a")
    with pytest.raises(NoServiceError, match="'tea', got none"):
        a.call("tea")
    assert not a.wait_for("tea", 0.05)


def test_a_call_ends_at_its_deadline_and_who_was_called_learns_it(peer: Peers) -> None:
    a, b = peer("a"), peer("b")
    ended = threading.Event()

    def slow(call: Call) -> None:
        if call.cancelled.wait(20):
            ended.set()

    b.serve("slow", slow)
    assert a.wait_for("slow", 20)
    with pytest.raises(CallTimeoutError, match=r"within 0\.1 s"):
        a.call("slow", timeout_s=0.1)
    assert ended.wait(20)


def test_a_call_is_taken_back(peer: Peers) -> None:
    a, b = peer("a"), peer("b")
    begun, ended = threading.Event(), threading.Event()

    def slow(call: Call) -> None:
        begun.set()
        if call.cancelled.wait(20):
            ended.set()

    b.serve("slow", slow)
    assert a.wait_for("slow", 20)
    unwanted = threading.Event()
    threading.Thread(target=lambda: begun.wait(20) and unwanted.set()).start()
    with pytest.raises(CallCancelledError):
        a.call("slow", timeout_s=60, cancelled=unwanted)
    assert ended.wait(20)


def test_a_call_that_waits_in_line_and_is_taken_back_is_never_begun(peer: Peers) -> None:
    a, b = peer("a"), peer("b")
    done: list[object] = []
    go_on = threading.Event()

    def one_by_one(call: Call) -> None:
        go_on.wait(20)
        done.append(call.value)

    b.serve("work", one_by_one)
    assert a.wait_for("work", 20)
    first, second, third = (a.begin("work", n, timeout_s=60) for n in (1, 2, 3))
    second.cancel()
    time.sleep(0.1)
    go_on.set()
    first.result()
    third.result()
    assert done == [1, 3]


def test_of_those_in_line_the_most_urgent_is_done_first(peer: Peers) -> None:
    a, b = peer("a"), peer("b")
    done: list[object] = []
    go_on, begun = threading.Event(), threading.Event()

    def one_by_one(call: Call) -> None:
        begun.set()
        go_on.wait(20)
        done.append(call.value)

    served = b.serve("work", one_by_one)
    assert a.wait_for("work", 20)
    first = a.begin("work", "first", 60)
    assert begun.wait(20)
    calls = [a.begin("work", n, 60, n) for n in (0, -1, 0, 5)]
    until(lambda: len(served._line) == 4)
    go_on.set()
    for call in [first, *calls]:
        call.result()
    assert done == ["first", 5, 0, 0, -1]
    with pytest.raises(MessagingError, match="priority from -128 to 127, got 500"):
        a.begin("work", priority=500)


def test_too_many_calls_are_refused_in_words(peer: Peers) -> None:
    a, b = peer("a"), peer("b")
    go_on = threading.Event()
    b.serve("work", lambda call: go_on.wait(55), limit=2)
    assert a.wait_for("work", 20)
    calls = [a.begin("work", timeout_s=60) for _ in range(5)]
    with pytest.raises(QueueFullError, match="2 calls in line"):
        calls[-1].result()
    go_on.set()
    assert calls[0].result() is True


def test_workers_work_beside_each_other(peer: Peers) -> None:
    a, b = peer("a"), peer("b")
    together = threading.Barrier(3, timeout=20)
    b.serve("meet", lambda call: together.wait() >= 0, workers=2)
    assert a.wait_for("meet", 20)
    calls = [a.begin("meet", timeout_s=60) for _ in range(2)]
    together.wait()
    assert [c.result() for c in calls] == [True, True]


def test_two_who_serve_the_same_share_the_work(peer: Peers) -> None:
    a, b, c = peer("a"), peer("b"), peer("c")
    go_on = threading.Event()
    for bus in (b, c):
        bus.serve("work", lambda call, name=bus.name: go_on.wait(20) and name)
    until(lambda: len(a._providers.get("work", ())) == 2)
    calls = [a.begin("work", timeout_s=60) for _ in range(2)]
    go_on.set()
    assert {call.result() for call in calls} == {"b", "c"}


def test_one_of_several_is_asked_by_its_id(peer: Peers) -> None:
    a, b, c = peer("a"), peer("b"), peer("c")
    for bus in (b, c):
        bus.serve("who", lambda call, name=bus.name: name)
    until(lambda: len(a._providers.get("who", ())) == 2)
    assert [a.call("who", timeout_s=20, peer=bus.id) for bus in (c, b, c)] == ["c", "b", "c"]
    with pytest.raises(CallTimeoutError):
        a.call("who", timeout_s=0.1, peer="nobody")
    with pytest.raises(NoServiceError, match="'tea' here, got none"):
        a.call("tea", timeout_s=20, peer=b.id)


def test_a_peer_that_ends_is_told_and_its_calls_fail(peer: Peers) -> None:
    a, b = peer("a"), peer("b")
    begun = threading.Event()
    b.serve("slow", lambda call: begun.set() or threading.Event().wait(5))
    told: list[tuple[str, bool]] = []
    a.watch(lambda name, there: told.append((name, there)))
    assert a.wait_for("slow", 20)
    pending = a.begin("slow", timeout_s=60)
    assert begun.wait(20)
    b.close()
    with pytest.raises((PeerLostError, CallCancelledError)):
        pending.result()
    until(lambda: told == [("slow", True), ("slow", False)])
    with pytest.raises(NoServiceError):
        a.call("slow")


def test_one_who_calls_and_ends_is_not_worked_for(peer: Peers) -> None:
    a, b = peer("a"), peer("b")
    begun, ended = threading.Event(), threading.Event()

    def slow(call: Call) -> None:
        begun.set()
        if call.cancelled.wait(20):
            ended.set()

    b.serve("slow", slow)
    assert a.wait_for("slow", 20)
    a.begin("slow", timeout_s=60)
    assert begun.wait(20)
    a.close()
    assert ended.wait(20)


def test_a_closed_bus_says_so(peer: Peers) -> None:
    a = peer("a")
    a.close()
    a.close()
    with pytest.raises(MessagingError, match="closed"):
        a.publish("n", 1)
    with pytest.raises(MessagingError, match="closed"):
        a.call("n")


@pytest.mark.parametrize("word", ["", "a b", "*", "a//b", "/a", "a$", "ä"])
def test_words_that_are_no_topic(peer: Peers, word: str) -> None:
    with pytest.raises(MessagingError, match="expected a topic of letters"):
        peer("a").publish(word, 1)
