"""One node in this process, and around it what other nodes and the robot would say.

Simulated time is made here, so a test can set it back.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any

import rclpy
from harness import PATIENCE_S, next_domain
from lab.arms import PANDA
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from llmagentos_msgs.msg import Heartbeat, Plan
from llmagentos_ros import interface as table
from llmagentos_ros.actions import SafeActionClient
from llmagentos_ros.convert import joint_state_to_msg, scene_to_msg, to_seconds, to_time
from llmagentos_ros.follower import Point, TrajectoryFollower
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import MultiThreadedExecutor
from rosgraph_msgs.msg import Clock

from llmagentos.errors import DriverError
from llmagentos.lang import codec as compact
from llmagentos.types import RobotState, Scene, SceneObject

PERIOD_S = 1 / 60
RED = SceneObject("red_block_1", "block", "red", 0.04, 0.04, (0.45, 0.1, 0.02))


class Stage:
    """make: a ModuleNode's class. parameters: by name. beats: nodes whose hearts are heard."""

    def __init__(
        self, make: Callable[[], Any], parameters: Sequence[str] = (), beats: Sequence[str] = ()
    ) -> None:
        args = [word for given in parameters for word in ("-p", given)]
        self.context = rclpy.get_default_context()
        rclpy.init(args=["--ros-args", "-p", "use_sim_time:=true", *args], domain_id=next_domain())
        self.node = make()
        self.node.pulse.start()
        self.world = rclpy.create_node("world", use_global_arguments=False)
        self.executor = MultiThreadedExecutor(num_threads=6)
        self.executor.add_node(self.node)
        self.executor.add_node(self.world)
        self.now_s, self.scenes_run = 100.0, True
        #: Of joint states, scene and clock those that say nothing any more.
        self.silent: set[str] = set()
        #: The next joint state has a NaN in it.
        self.nan_once = False
        self._beats = beats
        self._lock = threading.Lock()
        self.follower = TrajectoryFollower(PANDA.home_rad, PANDA)
        self.positions: list[tuple[float, ...]] = []
        self._out = {
            topic.name: self.world.create_publisher(topic.kind, topic.name, topic.qos)
            for topic in (table.CLOCK, table.JOINT_STATES, table.SCENE, table.HEARTBEAT)
        }
        topic = table.TRAJECTORY
        self.world.create_subscription(topic.kind, topic.name, self._on_trajectory, topic.qos)
        self._ended = threading.Event()
        self.failures: list[BaseException] = []
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._spin, self._run)
        ]

    def __enter__(self) -> Stage:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.node.rest()
        self._ended.set()
        self.executor.shutdown(timeout_sec=5.0)
        for thread in self._threads:
            thread.join(PATIENCE_S)
        self.node.close()
        self.node.destroy_node()
        self.world.destroy_node()
        rclpy.try_shutdown()

    # --- the world -----------------------------------------------------------------------------

    def set_clock(self, now_s: float) -> None:
        """As a bag that begins anew, or a simulator that is reset."""
        with self._lock:
            self.now_s = now_s

    @property
    def speed_radps(self) -> float:
        """The arm's fastest joint over the last period."""
        seen = self.positions[-2:]
        return max(abs(b - a) for a, b in zip(*seen, strict=True)) / PERIOD_S

    def _spin(self) -> None:
        try:
            self.executor.spin()
        except BaseException as exc:
            self.failures.append(exc)

    def _run(self) -> None:
        step = 0
        while not self._ended.wait(PERIOD_S):
            with self._lock:
                self.now_s += 0.0 if "clock" in self.silent else PERIOD_S
                joints = self.follower.sample(self.now_s)
                stamp_s = self.now_s
            self.positions.append(joints)
            stamp = to_time(stamp_s)
            if "clock" not in self.silent:
                self._out[table.CLOCK.name].publish(Clock(clock=stamp))
            state = RobotState(joints, (0.0,) * 7, 0.08, stamp_s)
            msg = joint_state_to_msg(state, PANDA, "base")
            msg.header.stamp = stamp
            if self.nan_once:
                self.nan_once, msg.position[0] = False, math.nan
            if "joint states" not in self.silent:
                self._out[table.JOINT_STATES.name].publish(msg)
            step += 1
            if step % 6 == 0 and self.scenes_run and "scene" not in self.silent:
                scene = Scene((replace(RED, last_seen_s=stamp_s),), stamp_s)
                self._out[table.SCENE.name].publish(scene_to_msg(scene, "base"))
            if step % 12 == 0:
                for name in tuple(self._beats):
                    self._out[table.HEARTBEAT.name].publish(Heartbeat(node=name, instance=1))

    def _on_trajectory(self, msg: Any) -> None:
        start = to_seconds(msg.header.stamp)
        with self._lock:
            points = [
                Point(
                    start + p.time_from_start.sec + p.time_from_start.nanosec * 1e-9,
                    tuple(p.positions),
                )
                for p in msg.points
            ]
            try:
                self.follower.accept(points, self.now_s)
            except DriverError:  # from before the clock was set back
                return

    # --- the person ----------------------------------------------------------------------------

    def wait(self, done: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Until `done()`; fails when the node has died, or time is up."""
        give_up = time.monotonic() + timeout_s
        while not done():
            assert not self.failures, self.failures
            assert time.monotonic() < give_up, f"waited {timeout_s:.0f} s in vain"
            threading.Event().wait(0.02)

    def call(self, kind: Any, name: str, request: Any) -> Any:
        """Call one of the node's services."""
        client = self.world.create_client(kind, name, callback_group=ReentrantCallbackGroup())
        self.wait(client.service_is_ready)
        future = client.call_async(request)
        self.wait(future.done)
        self.world.destroy_client(client)
        return future.result()

    def transition(self, number: int = 0, label: str = "") -> bool:
        """Ask for a transition; whether it was done."""
        request = ChangeState.Request(transition=Transition(id=number, label=label))
        answer = self.call(ChangeState, f"{self.node.get_name()}/change_state", request)
        return bool(answer.success)

    @property
    def state(self) -> str:
        """The node's life-cycle state."""
        answer = self.call(GetState, f"{self.node.get_name()}/get_state", GetState.Request())
        return str(answer.current_state.label)

    def perform(self, plan: str, command: str = "") -> Running:
        """Send a plan in the compact notation to the executor."""
        message = Plan(json=compact.parse(plan).model_dump_json(), command=command)
        return Running(self, table.EXECUTE_PLAN, table.EXECUTE_PLAN.kind.Goal(plan=message))

    def say(self, text: str) -> Running:
        """Send a command to the agent."""
        return Running(self, table.COMMAND_ACTION, table.COMMAND_ACTION.kind.Goal(text=text))

    def activate(self) -> None:
        """Bring the node up."""
        assert self.transition(Transition.TRANSITION_CONFIGURE), self.node.problem
        assert self.transition(Transition.TRANSITION_ACTIVATE)


class Running:
    """A goal under way in the node."""

    def __init__(self, stage: Stage, action: table.Endpoint, goal: Any) -> None:
        self._stage = stage
        self._client = SafeActionClient(
            stage.world, action.kind, action.name, callback_group=ReentrantCallbackGroup()
        )
        stage.wait(self._client.server_is_ready)
        sent = self._client.send_goal_async(goal)
        stage.wait(sent.done)
        self.handle = sent.result()
        assert self.handle.accepted
        self._result = self.handle.get_result_async()

    @property
    def ended(self) -> bool:
        """Whether there is a result."""
        return bool(self._result.done())

    def result(self) -> Any:
        """What came of it."""
        self._stage.wait(self._result.done)
        return self._result.result().result
