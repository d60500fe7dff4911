"""Scenes as a node keeps them: what counts after a new session has begun."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from llmagentos_msgs.msg import Scene
from llmagentos_ros.scene_feed import SceneFeed

from llmagentos.errors import PerceptionError
from llmagentos.safety.ages import AgeTimer


def feed_of(clock: Callable[[], float]) -> SceneFeed:
    return SceneFeed(clock, AgeTimer("scene", 60.0), AgeTimer("pictures", 60.0))


def scene(stamp_s: int) -> Scene:
    msg = Scene()
    msg.header.frame_id = "panda_link0"
    msg.header.stamp.sec = stamp_s
    return msg


def test_a_picture_from_before_the_new_session_does_not_count() -> None:
    now = [10.0]
    feed = feed_of(lambda: now[0])
    feed.on_scene(scene(9))
    assert feed.age.seen
    feed.forget()
    now[0] = 11.0
    feed.on_scene(scene(9))  # it was under way
    assert feed.latest is None and not feed.age.seen
    with pytest.raises(PerceptionError, match="never seen"):
        feed.wait(0.0, 0.0)
    feed.on_scene(scene(11))
    assert feed.wait(10.5, 0.0).stamp_s == 11.0


def test_a_clock_that_was_set_back_shuts_no_picture_out() -> None:
    now = [10.0]
    feed = feed_of(lambda: now[0])
    feed.forget()
    now[0] = 1.0
    feed.on_scene(scene(1))
    assert feed.age.seen


def test_a_scene_of_the_future_never_counts_as_new() -> None:
    feed = feed_of(lambda: 1.0)
    feed.on_scene(scene(3601))
    assert feed.latest is None
    with pytest.raises(PerceptionError, match=r"never seen, refused: .* 3600\.0 s ahead"):
        feed.wait(0.0, 0.0)
    feed.on_scene(scene(1))
    assert feed.wait(0.5, 0.0).stamp_s == 1.0


def test_a_scene_that_was_old_when_it_came_never_counts_as_new() -> None:
    """One that is always 1 s late gets past `since` while it is waited for."""
    now = [10.0]
    feed = SceneFeed(lambda: now[0], AgeTimer("scene", 60.0), oldest_s=0.5)
    since_s = now[0]
    now[0] = 11.0
    feed.on_scene(scene(10))
    with pytest.raises(PerceptionError, match=r"never seen, refused: .* got one 1\.0 s old"):
        feed.wait(since_s, 0.0)
    now[0] = 10.4
    feed.on_scene(scene(10))
    assert feed.wait(since_s, 0.0).stamp_s == 10.0


def test_a_picture_from_before_the_clock_was_set_back_is_not_new() -> None:
    now = [100.0]
    feed = feed_of(lambda: now[0])
    feed.on_scene(scene(100))
    now[0] = 1.0
    with pytest.raises(PerceptionError, match=r"99\.00 s ahead of the clock"):
        feed.wait(0.7, 0.0)
    feed.on_scene(scene(1))
    assert feed.wait(0.7, 0.0).stamp_s == 1.0


def test_a_stop_ends_the_wait() -> None:
    with pytest.raises(PerceptionError, match="stop"):
        feed_of(lambda: 0.0).wait(0.0, 1e9, lambda: True)
