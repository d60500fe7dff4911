"""What the ROS tests stand on: a graph of processes, and a client with bounded waits.

LLMAGENTOS_TEST_SPEED sets how fast simulated time runs at most (default 1, real time).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rclpy
from action_msgs.msg import GoalStatus
from lifecycle_msgs.srv import ChangeState, GetState
from llmagentos_msgs.msg import Scene
from llmagentos_ros import interface as table
from rcl_interfaces.msg import Parameter as ParameterMsg
from rcl_interfaces.msg import ParameterType, ParameterValue
from rcl_interfaces.srv import SetParameters
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from scripted_planning import THINK

from llmagentos.runtime.dds_memory import sweep
from llmagentos.runtime.graph import GraphOptions, driver_topics, process_table, write_params
from llmagentos.runtime.processes import ProcessManager, ProcessSpec
from llmagentos.runtime.ros_env import private_network
from llmagentos.runtime.sessions import FOLDER_VARIABLE

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "launch/config"

SPEED = float(os.environ.get("LLMAGENTOS_TEST_SPEED", "1.0"))
#: Every wait ends by then at the latest, seconds of wall time.
PATIENCE_S = 120.0 + 30.0 / SPEED
SCENE = """
objects:
- {kind: block, color: red, position: [0.42, 0.12]}
- {kind: block, color: green, position: [0.42, -0.16]}
- {kind: bowl, color: blue, position: [0.60, 0.00]}
"""
_domains = iter(range(1 + os.getpid() % 97, 10_000))
#: Two runs at the same time (.ci/ros) take every other domain each: "odd" or "even".
_SHARE = os.environ.get("LLMAGENTOS_TEST_DOMAINS", "")


def next_domain() -> int:
    """A ROS domain that no other test of this run uses, 1..101."""
    if _SHARE:
        return 2 * (next(_domains) % 50) + (1 if _SHARE == "odd" else 2)
    return 1 + next(_domains) % 101


#: Time limits that hold on a machine under load; on a robot they are far shorter.
RELAXED: Mapping[str, Mapping[str, Any]] = {
    "robot_sim": {"speed": SPEED, "camera_hz": 5.0, "command_wait_s": 5.0},
    "perception": {"max_hz": 5.0, "picture_max_age_s": 5.0},
    "planner": {"module": "scripted_planning:make"},
    "executor": {
        # Longer than simulated time waits for commands.
        "joint_states_timeout_s": 10.0,
        "clock_timeout_s": 60.0,
        "scene_timeout_s": 15.0 + 1.0 / SPEED,
        "pictures_timeout_s": 15.0 + 1.0 / SPEED,
        "look_timeout_s": 30.0,
        "scene_max_age_s": 0.6,
    },
    "agent": {
        "look_timeout_s": 30.0,
        "scene_max_age_s": 0.6,
        "node_timeout_s": 10.0,
        "plan_timeout_s": 300.0,
    },
    "bringup": {"node_timeout_s": 10.0},
}


def test_env(domain: int) -> dict[str, str]:
    """The environment of node processes: this interpreter's, a domain, our sources first."""
    env = private_network(os.environ, ROOT / "launch/config/fastdds.xml")
    ours = [ROOT / "ros_ws/src/llmagentos_ros", ROOT / "tests/ros/fakes", ROOT]
    env["PYTHONPATH"] = os.pathsep.join([*map(str, ours), env.get("PYTHONPATH", "")])
    env["ROS_DOMAIN_ID"] = str(domain)
    env["LLMAGENTOS_TEST_GRAPH"] = f"{os.getpid()}-{domain}"
    env.setdefault("OMP_NUM_THREADS", "1")
    return env


test_env.__test__ = False  # type: ignore[attr-defined]


class Graph:
    """All processes of one robot.

    standin: an arm whose drivers are somebody else's processes, instead of the simulated robot.
    robot: the simulated arm, "" for the parameter files'. extra: parameters by node. record: a
    folder for a recording. autostart: whether bring-up brings
    the nodes to active; without it somebody else has to. speech: with the node that hears.
    """

    def __init__(
        self,
        folder: Path,
        *,
        namespace: str = "",
        domain: int = 0,
        standin: str = "",
        robot: str = "",
        extra: Mapping[str, Mapping[str, Any]] | None = None,
        record: Path | None = None,
        autostart: bool = True,
        speech: bool = False,
    ) -> None:
        self.domain = domain or next_domain()
        self.folder = folder
        scene = folder / "scene.yaml"
        scene.write_text(SCENE, encoding="utf-8")
        merged = {k: dict(v) for k, v in RELAXED.items()}
        for node, values in (extra or {}).items():
            merged.setdefault(node, {}).update(values)
        self._autostart = autostart
        if not autostart:
            merged["bringup"]["autostart"] = False
        options = GraphOptions(
            sim=not standin,
            scene=str(scene),
            robot=standin or robot,
            namespace=namespace,
            record=record,
            topics=driver_topics(CONFIG / "drivers.yaml") if standin else {},
            params=[CONFIG / ("robot.yaml" if standin else "sim.yaml")],
            extra=merged,
            speech=speech,
        )
        write_params(options, folder / "params.yaml")
        rows = process_table(sys.executable, options, folder / "params.yaml")
        if standin:
            rows = [standin_drivers(standin, scene, namespace), *rows]
        self.env = test_env(self.domain)
        self.env[FOLDER_VARIABLE] = str(folder / "sessions")
        self.manager = ProcessManager(rows, folder / "logs", self.env)
        self.states: dict[str, str] = {}
        self.history: list[dict[str, str]] = []

    def __enter__(self) -> Graph:
        self.manager.start()
        try:
            if self._autostart:
                self.wait_active()
        except BaseException:
            self.manager.stop()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.manager.stop()
        sweep(min_age_s=0.0)

    def poll(self) -> None:
        """Restart what died and read bring-up's lines; called in every wait."""
        from llmagentos.runtime.keeping import GraphState

        self.manager.poll()
        state = GraphState()
        state.states = self.states
        for line in self.manager.lines("bringup"):
            state.take([line])
            self.history.append(dict(self.states))

    def wait_active(self, timeout_s: float = 2 * PATIENCE_S) -> None:
        """Until every node is active."""
        give_up = time.monotonic() + timeout_s
        while not ("agent" in self.states and set(self.states.values()) == {"active"}):
            if time.monotonic() > give_up:
                logs = {p.name: p.read_text()[-400:] for p in self.folder.glob("logs/*.log")}
                raise AssertionError(f"graph not active: {self.states} {logs}")
            self.poll()
            time.sleep(0.05)

    def kill(self, node: str) -> int:
        """Kill a node with -9; returns where the history stood."""
        self.poll()
        os.kill(self.pid(node), signal.SIGKILL)
        return len(self.history)

    def wait_back(self, node: str, since: int) -> None:
        """Until bring-up has seen that the node was gone, and the graph is active again."""
        give_up = time.monotonic() + PATIENCE_S
        while all(seen[node] == "active" for seen in self.history[since:]):
            assert time.monotonic() < give_up, f"{node} is {self.states.get(node)}"
            self.poll()
            time.sleep(0.05)
        self.wait_active()

    def pid(self, name: str) -> int:
        """The process id of a node."""
        pid = self.manager.get(name).pid
        assert pid is not None
        return pid

    def orphans(self) -> list[str]:
        """Processes of this graph that still live."""
        return list(environ_marked(self.env["LLMAGENTOS_TEST_GRAPH"]).values())


def environ_marked(value: str) -> dict[int, str]:
    """The processes that carry a graph's mark in their environment, with their command lines."""
    mark = f"LLMAGENTOS_TEST_GRAPH={value}".encode()
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                line = (entry / "cmdline").read_bytes().decode()
                found[int(entry.name)] = line.replace("\0", " ")
        except OSError:  # it ended meanwhile, or is not ours to read
            continue
    return found


def standin_drivers(arm: str, scene: Path, namespace: str) -> ProcessSpec:
    """The drivers of an arm and a camera as a process that speaks only ROS."""
    script = str(ROOT / "tests/ros/fakes/standin_robot.py")
    where = ("--ros-args", "-r", f"__ns:={namespace or '/'}")
    return ProcessSpec("drivers", (sys.executable, script, arm, str(scene), *where))


class Goal:
    """One command that was sent."""

    def __init__(self, client: Client, sent: Any) -> None:
        self._client, self._sent = client, sent
        self.feedback: list[Any] = []
        self.handle: Any = None
        self._result: Any = None

    def accepted(self) -> Goal:
        """Wait until the agent has taken it."""
        self._client.wait(self._sent.done)
        self.handle = self._sent.result()
        assert self.handle.accepted
        self._result = self.handle.get_result_async()
        return self

    def result(self, timeout_s: float = 2 * PATIENCE_S) -> tuple[int, Any]:
        """GoalStatus and the Command result."""
        self._client.wait(self._result.done, timeout_s)
        # Feedback and result travel apart: what was sent before may come in after it.
        for _ in range(20):
            self._client.executor.spin_once(timeout_sec=0.02)
        answer = self._result.result()
        return answer.status, answer.result

    def cancel(self) -> None:
        """Ask for the end."""
        self._client.wait(self.handle.cancel_goal_async().done)

    @property
    def ended(self) -> bool:
        return self._result.done()


class Client:
    """A person with an action client, and an eye on the topics; one context per domain."""

    def __init__(self, domain: int, namespace: str = "/", poll: Any = None) -> None:
        self.context = rclpy.Context()
        rclpy.init(context=self.context, domain_id=domain, args=[])
        self.node = rclpy.create_node("person", context=self.context, namespace=namespace)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)
        self.command = ActionClient(
            self.node,
            table.COMMAND_ACTION.kind,
            "command",
            feedback_sub_qos_profile=table.FEEDBACK,
        )
        self.latest: dict[str, Any] = {}
        self.speeds: list[float] = []
        #: Stamp (s) and fastest joint (rad/s) of every joint state.
        self.motion: list[tuple[float, float]] = []
        self.poll = poll
        seen = (table.SCENE, table.AGENT_STATE, table.SAFETY_STATE, table.JOINT_STATES)
        for topic in (*seen, table.TRAJECTORY):
            self.node.create_subscription(topic.kind, topic.name, self._keep(topic), topic.qos)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exc: object) -> None:
        self.command.destroy()
        self.executor.shutdown(timeout_sec=1.0)
        self.node.destroy_node()
        rclpy.shutdown(context=self.context)

    def _keep(self, topic: Any) -> Callable[[Any], None]:
        def keep(msg: Any) -> None:
            self.latest[topic.name] = msg
            if topic is table.JOINT_STATES:
                self.speeds.append(max(abs(v) for v in msg.velocity[:7]))
                stamp = msg.header.stamp
                self.motion.append((stamp.sec + stamp.nanosec * 1e-9, self.speeds[-1]))

        return keep

    def wait(self, done: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Spin until `done()`; fails after the timeout."""
        give_up = time.monotonic() + timeout_s
        while not done():
            assert time.monotonic() < give_up, f"waited {timeout_s:.0f} s in vain"
            if self.poll is not None:
                self.poll()
            self.executor.spin_once(timeout_sec=0.05)

    def pass_time(self, seconds: float) -> None:
        """Spin for some simulated seconds, by the joint states' stamps."""

        self.wait(lambda: bool(self.motion))
        until = self.motion[-1][0] + seconds
        self.wait(lambda: self.motion[-1][0] > until, seconds / SPEED + PATIENCE_S)

    def rested_since(self) -> float:
        """When the arm that rests now came to rest, by the joint states' stamps, seconds."""
        moving = [k for k, (_, speed) in enumerate(self.motion) if speed >= 0.01]
        return self.motion[moving[-1] + 1 if moving else 0][0]

    def send(self, text: str) -> Goal:
        """Send a command; wait until the agent has taken it."""
        self.wait(self.command.server_is_ready)
        goal = Goal(self, None)
        goal._sent = self.command.send_goal_async(
            table.COMMAND_ACTION.kind.Goal(text=text),
            feedback_callback=lambda msg: goal.feedback.append(msg.feedback),
        )
        return goal.accepted()

    def say(self, text: str) -> tuple[int, Any]:
        """Send a command and wait for its end."""
        return self.send(text).result()

    def call(self, kind: Any, name: str, request: Any, timeout_s: float = PATIENCE_S) -> Any:
        """Call a service once."""
        client = self.node.create_client(kind, name)
        try:
            self.wait(client.service_is_ready)
            future = client.call_async(request)
            self.wait(future.done, timeout_s)
            return future.result()
        finally:
            self.node.destroy_client(client)

    def set_parameter(self, node: str, name: str, value: float) -> None:
        """Set a floating-point parameter of a node."""
        new = ParameterValue(type=ParameterType.PARAMETER_DOUBLE, double_value=value)
        request = SetParameters.Request(parameters=[ParameterMsg(name=name, value=new)])
        answer = self.call(SetParameters, f"{node}/set_parameters", request)
        assert answer.results[0].successful, answer.results[0].reason

    def reset(self) -> None:
        """Everything as at the start, after a person's reset where something was stopped. A plan whose
        agent was killed may still be ending: wait for it."""
        self.reset_safety()
        request = table.RESET.kind.Request(seed=-1)
        give_up = time.monotonic() + PATIENCE_S
        answer = self.call(table.RESET.kind, table.RESET.name, request)
        while "running plan" in answer.message and time.monotonic() < give_up:
            self.pass_time(0.2)
            answer = self.call(table.RESET.kind, table.RESET.name, request)
        assert answer.success, answer.message
        self.latest.pop("scene", None)
        self.wait(lambda: "scene" in self.latest)

    def reset_safety(self) -> None:
        """A person's reset, once all that was silent is heard again."""
        give_up = time.monotonic() + PATIENCE_S
        ask = table.RESET_SAFETY
        while not (answer := self.call(ask.kind, ask.name, ask.kind.Request())).success:
            assert time.monotonic() < give_up, answer.message
            self.pass_time(0.2)

    def wait_moving(self, radps: float = 0.1) -> None:
        """Until a joint of the arm moves visibly."""
        self.speeds.clear()
        self.wait(lambda: bool(self.speeds) and self.speeds[-1] > radps)

    def wait_resting(self) -> None:
        """Until ten joint states in a row show a resting arm (STOP: below 0.01 rad/s)."""
        self.speeds.clear()
        self.wait(lambda: len(self.speeds) >= 10 and max(self.speeds[-10:]) < 0.01)
        self.speeds.clear()

    def lifecycle(self, node: str, transition: int | None = None) -> str:
        """Do a transition where one is given; the state's label afterwards."""
        if transition is not None:
            request = ChangeState.Request()
            request.transition.id = transition
            assert self.call(ChangeState, f"{node}/change_state", request).success
        return self.call(GetState, f"{node}/get_state", GetState.Request()).current_state.label

    def wait_object(self, object_id: str, holds: Callable[[Any], bool]) -> None:
        """Until the scene shows an object as `holds` says; a picture may come late."""

        def seen() -> bool:
            found = self.object(object_id)
            return found is not None and holds(found)

        self.wait(seen)

    def object(self, object_id: str) -> Any:
        """An object of the newest scene, or None."""
        scene: Scene | None = self.latest.get("scene")
        return next((o for o in scene.objects if o.id == object_id), None) if scene else None


@contextmanager
def thinking(folder: Path, command: str) -> Iterator[str]:
    """A command on which the scripted planner thinks for as long as the context lasts."""
    busy = folder / "thinks"
    busy.touch()
    try:
        yield f"{THINK}{busy}: {command}"
    finally:
        busy.unlink()


CANCELED, ABORTED, SUCCEEDED = (
    GoalStatus.STATUS_CANCELED,
    GoalStatus.STATUS_ABORTED,
    GoalStatus.STATUS_SUCCEEDED,
)


@contextmanager
def single_nodes(
    folder: Path, domain: int, extra: Mapping[str, Mapping[str, Any]] | None = None
) -> Iterator[ProcessManager]:
    """Every lifecycle node as a process of its own, and nobody who brings them up.

    extra: parameters by node.
    """
    scene = folder / "scene.yaml"
    scene.write_text(SCENE, encoding="utf-8")
    options = GraphOptions(
        sim=True,
        scene=str(scene),
        params=[ROOT / "launch/config/sim.yaml"],
        extra={k: {**v, **(extra or {}).get(k, {})} for k, v in RELAXED.items()},
    )
    write_params(options, folder / "params.yaml")
    rows = process_table(sys.executable, options, folder / "params.yaml")
    rows = [row for row in rows if row.name != "bringup"]
    with ProcessManager(rows, folder / "logs", test_env(domain)) as manager:
        yield manager
    sweep(min_age_s=0.0)
