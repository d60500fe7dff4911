"""Message-age timers with an injected clock."""

from __future__ import annotations

import pytest
from llmagentos_ros.freshness import Heartbeats

from llmagentos.safety.ages import AgeTimer, StampWatch, stamp_problem


def test_never_seen_is_stale() -> None:
    timer = AgeTimer("joint states", 0.25, lambda: 0.0)
    assert timer.stale() == "joint states never seen"
    assert timer.age_s == float("inf")


def test_fresh_then_stale_then_fresh() -> None:
    now = [0.0]
    timer = AgeTimer("scene", 0.5, lambda: now[0])
    timer.beat()
    now[0] = 0.5
    assert timer.stale() == ""
    now[0] = 0.51
    assert "silent for 0.51 s" in timer.stale()
    timer.beat()
    assert timer.stale() == ""
    timer.forget()
    assert timer.stale() == "scene never seen"


def test_what_was_refused_counts_as_none_and_is_named() -> None:
    now = [0.0]
    timer = AgeTimer("joint states", 0.5, lambda: now[0])
    timer.refuse("expected finite joint positions, got nan")
    assert timer.stale() == (
        "joint states never seen, refused: expected finite joint positions, got nan"
    )
    timer.beat()
    timer.refuse("expected stamps, got 0")
    assert timer.stale() == ""
    now[0] = 0.6
    assert timer.stale().endswith("(allowed: 0.50 s), refused: expected stamps, got 0")
    timer.beat()
    now[0] = 1.2
    assert "refused" not in timer.stale()


@pytest.mark.parametrize("stamp_s", [999.0, 1000.0, 1000.3])
def test_stamps_of_now(stamp_s: float) -> None:
    assert stamp_problem("scenes", stamp_s, 1000.0) == ""


@pytest.mark.parametrize(
    ("stamp_s", "now_s", "words"),
    [
        (0.0, 1000.0, "expected scenes with stamps, got 0"),
        (4600.0, 1000.0, "got 3600.0 s ahead: are clocks and use_sim_time the same"),
        (900.0, 1000.0, "got 100.0 s behind"),
        (1000.0, 0.0, "which stands at 0: no /clock comes"),
    ],
)
def test_stamps_of_another_clock_are_named(stamp_s: float, now_s: float, words: str) -> None:
    assert words in stamp_problem("scenes", stamp_s, now_s)


def test_heartbeats_of_strangers_are_ignored() -> None:
    beats = Heartbeats.of_limits({"planner": 1.0}, lambda: 0.0)
    beats.beat("somebody")
    assert beats.dead("planner")
    beats.beat("planner")
    assert not beats.dead("planner")


def test_a_second_node_of_a_name_counts_once_the_first_is_silent() -> None:
    now = [0.0]
    beats = Heartbeats.of_limits({"planner": 5.0}, lambda: now[0])
    beats.beat("planner", 1)
    dead = beats.watch("planner")
    for _ in range(10):
        now[0] += 0.2
        beats.beat("planner", 1)
        beats.beat("planner", 2)
        assert dead() == ""
    now[0] += 1.5  # the first one is gone: what beats now is its successor
    beats.beat("planner", 2)
    assert dead() == "planner was restarted" and beats.watch("planner")() == ""


def test_a_stamp_that_comes_again_and_again_is_an_old_message() -> None:
    watch = StampWatch("joint states")
    assert [watch.problem(5.0, at) for at in (5.0, 5.4, 5.9)] == ["", "", ""]
    assert "one stamp 4 times in 1.5 s" in watch.problem(5.0, 6.5)
    assert watch.problem(6.4, 6.5) == ""  # it goes on
    assert watch.problem(6.4, 20.0) == ""  # sent twice after a pause
    assert [watch.problem(20.0, 20.0) for _ in range(50)] == [""] * 50  # the clock stands still
    assert [watch.problem(20.0, at) for at in (1.0, 1.1, 1.2)] == [""] * 3  # it was set back
