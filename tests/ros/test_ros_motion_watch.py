"""When an arm began to move, by its joints, with an injected clock."""

from __future__ import annotations

from llmagentos_ros.motion_watch import MOVED_RAD, MotionWatch


def test_motion_begins_with_the_first_joint_that_leaves_its_rest() -> None:
    now = [5.0]
    watch = MotionWatch(lambda: now[0])
    watch.take((0.5, 1.0))
    assert watch.moving_for_s is None
    now[0] = 6.0
    watch.take((0.5, 1.0 + 0.9 * MOVED_RAD))  # noise
    assert watch.moving_for_s is None
    now[0] = 7.0
    watch.take((0.5 - 2 * MOVED_RAD, 1.0))
    now[0] = 12.0
    watch.take((0.9, 1.4))
    assert watch.moving_for_s == 5.0


def test_a_new_command_begins_from_where_the_arm_rests_now() -> None:
    now = [0.0]
    watch = MotionWatch(lambda: now[0])
    for q in (0.0, 1.0):
        watch.take((q,))
    assert watch.moving_for_s is not None
    watch.begin()
    watch.take((1.0,))
    watch.take((1.0,))
    assert watch.moving_for_s is None
