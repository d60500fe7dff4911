"""`llmagentos calibrate --ros`: boards in pictures on topics become a camera's pose in a file."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rclpy
import yaml
from lab.arms import PANDA
from llmagentos_ros import interface as table
from llmagentos_ros.convert import joint_state_to_msg, to_time
from llmagentos_ros.images import image_to_msg, info_to_msg
from rclpy.executors import SingleThreadedExecutor

from llmagentos.perception.board import Board
from llmagentos.types import RobotState
from sim.boards import Rehearsed, rehearsed

pytestmark = pytest.mark.timeout(240)


class Driver:
    """A camera and an arm on topics; `frame` is what it sees."""

    def __init__(self, true: Rehearsed) -> None:
        rclpy.init(args=[])
        self.frame, self.rate_radps = true.frames[0], 0.0
        self.node = rclpy.create_node("driver")
        self._out = [
            self.node.create_publisher(t.kind, t.name, t.qos)
            for t in (table.COLOR, table.CAMERA_INFO, table.JOINT_STATES)
        ]
        self.node.create_timer(0.1, self._tell)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._executor.spin, daemon=True)
        self._thread.start()

    def _tell(self) -> None:
        now = self.node.get_clock().now().nanoseconds / 1e9
        stamp, (rows, cols) = to_time(now), self.frame.depth.shape
        state = RobotState(PANDA.home_rad, (self.rate_radps,) * 7, 0.08, now)
        self._out[0].publish(image_to_msg(self.frame.rgb, "rgb8", stamp, "camera"))
        self._out[1].publish(info_to_msg(self.frame.intrinsics, cols, rows, stamp, "camera"))
        self._out[2].publish(joint_state_to_msg(state, PANDA, "base"))

    def close(self) -> None:
        self._executor.shutdown()
        self._thread.join()
        self.node.destroy_node()
        rclpy.shutdown()


@pytest.fixture(scope="module")
def true() -> Rehearsed:
    return rehearsed("panda", Board())


@pytest.fixture
def driver(true: Rehearsed) -> Iterator[Driver]:
    made = Driver(true)
    yield made
    made.close()


class Talk:
    """The command line with a person at it."""

    def __init__(self, *argv: str) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "llmagentos", "calibrate", *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def say(self, line: str) -> str:
        """Answer a question, and wait for what is said to it."""
        assert self._child.stdin is not None and self._child.stderr is not None
        self._child.stdin.write(line + "\n")
        self._child.stdin.flush()
        return self._child.stderr.readline()

    def end(self) -> tuple[int, str, str]:
        out, err = self._child.communicate("\n", timeout=120)
        return self._child.returncode, out, err


def _turn(x: float, y: float, z: float, w: float) -> np.ndarray:
    """The rotation of a unit quaternion."""
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip


def test_boards_on_the_table_give_the_pose(true: Rehearsed, driver: Driver, tmp_path: Path) -> None:
    params = tmp_path / "camera.yaml"
    talk = Talk("--ros", str(tmp_path / "views"), "--out", str(params), "--json")
    for number, (view, frame) in enumerate(zip(true.views, true.frames, strict=True), 1):
        driver.frame = frame
        pose = view.base_from_board
        assert pose is not None
        x, y, yaw = pose[0, 3], pose[1, 3], math.atan2(pose[0, 0], pose[0, 1])
        assert f"view {number}" in talk.say(f"{x:.4f} {y:.4f} {yaw:.5f}")
    code, out, err = talk.end()
    assert code == 0, err
    told = json.loads(out)
    assert told["good"] and told["views"] == len(true.views)
    kept = yaml.safe_load(params.read_text("utf-8"))
    values = kept["/**/perception"]["ros__parameters"]
    pose = np.eye(4)
    pose[:3, :3] = _turn(*values["camera_quaternion"])
    pose[:3, 3] = values["camera_position"]
    assert max(true.error_m(pose, px, py) for px in (0.3, 0.7) for py in (-0.3, 0.3)) < 0.003
    session = yaml.safe_load((tmp_path / "views/session.yaml").read_text("utf-8"))
    assert len(session["views"]) == len(true.views)


def test_what_can_not_be_taken_is_said(driver: Driver, tmp_path: Path) -> None:
    driver.rate_radps = 0.2
    talk = Talk("--ros", str(tmp_path / "views"), "--in-hand")
    assert "expected an arm at rest, got one that moves at 0.200 rad/s" in talk.say("")
    code, _, err = talk.end()
    assert code == 1 and "expected views of the board, got none" in err.replace("\n", " ")
