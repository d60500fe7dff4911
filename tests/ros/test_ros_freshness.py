"""Message-age timers with an injected clock."""

from __future__ import annotations

from llmagentos_ros.freshness import AgeTimer, Heartbeats


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


def test_heartbeats_of_strangers_are_ignored() -> None:
    beats = Heartbeats({"planner": 1.0}, lambda: 0.0)
    beats.beat("somebody")
    assert beats.dead("planner")
    beats.beat("planner")
    assert not beats.dead("planner")
