"""What the launch files start, with which arguments.

ROS's `launch` has no wheel, so they are run against stand-ins that only note what they are given;
where the real one is importable, launch_testing's machinery runs sim.launch.py to an active graph,
and `ros2 launch` a fleet of two.
"""

from __future__ import annotations

import importlib.util
import os
import re
import runpy
import signal
import subprocess
import sys
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from llmagentos.default_model import DRIVING_MODEL
from llmagentos.errors import RobotError
from llmagentos.fleet import FleetTask
from llmagentos.fleet.client import FleetClient
from llmagentos.messaging import open_bus
from llmagentos.runtime.processes import NO_RESTART
from llmagentos.runtime.ros_env import PROFILE_NAMES, with_profile

ROOT = Path(__file__).resolve().parents[2]
AGENT = ["perception", "planner", "executor", "agent"]


class Noted:
    """Stands for any class of launch: keeps its arguments."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.kind, self.args, self.options = type(self).__name__, args, options


def described(
    name: str, monkeypatch: pytest.MonkeyPatch, robot: str = "", **arguments: str
) -> list[Noted]:
    """The entities of a launch description, groups and functions unpacked; robot, arguments: launch
    arguments that are given."""
    kinds = {
        "launch": ["LaunchDescription"],
        "launch.actions": [
            "DeclareLaunchArgument",
            "ExecuteProcess",
            "GroupAction",
            "IncludeLaunchDescription",
            "LogInfo",
            "OpaqueFunction",
            "SetEnvironmentVariable",
        ],
        "launch.conditions": ["IfCondition"],
        "launch.launch_description_sources": ["PythonLaunchDescriptionSource"],
        "launch.substitutions": ["LaunchConfiguration", "PythonExpression"],
        "launch_ros": [],
        "launch_ros.actions": ["Node", "PushRosNamespace", "SetRemap"],
        "launch_ros.parameter_descriptions": ["ParameterValue"],
    }
    for module, names in kinds.items():
        made = types.ModuleType(module)
        for each in names:
            setattr(made, each, type(each, (Noted,), {}))
        monkeypatch.setitem(sys.modules, module, made)
    index = types.ModuleType("ament_index_python.packages")
    index.get_package_share_directory = lambda package: str(ROOT / "launch")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ament_index_python", types.ModuleType("ament_index_python"))
    monkeypatch.setitem(sys.modules, "ament_index_python.packages", index)
    found = runpy.run_path(str(ROOT / "launch" / name))["generate_launch_description"]()
    context = types.SimpleNamespace(launch_configurations={"robot": robot, **arguments})
    return unpacked(found.args[0], context)


def unpacked(entities: list[Noted], context: Any) -> list[Noted]:
    out = []
    for entity in entities:
        if entity.kind == "GroupAction":
            out += unpacked(entity.args[0], context)
        elif entity.kind == "OpaqueFunction":
            out += unpacked(entity.options["function"](context), context)
        else:
            out.append(entity)
    return out


def nodes(entities: list[Noted]) -> dict[str, dict[str, Any]]:
    return {e.options["name"]: e.options for e in entities if e.kind == "Node"}


def given(parameters: list[Any]) -> dict[str, Any]:
    """Parameters by name: the launch argument behind each, or its value."""
    out = {}
    for name, value in parameters[1].items():
        is_argument = isinstance(value, Noted)
        out[name] = (value.args[0].args[0], value.options["value_type"]) if is_argument else value
    return out


@pytest.mark.parametrize(
    ("name", "started"),
    [("sim.launch.py", ["robot_sim", *AGENT]), ("robot.launch.py", AGENT)],
)
def test_nodes_in_order_with_their_arguments(
    name: str, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    entities = described(name, monkeypatch)
    found = nodes(entities)
    assert list(found) == [*started, "bringup"]
    for node, options in found.items():
        assert options["package"] == "llmagentos_ros" and options["executable"] == node
        assert options["parameters"][0].args == ("params_file",)
        assert options["arguments"][:2] == ["--ros-args", "--log-level"]
        assert options["arguments"][2].args == ("log_level",)
        assert options["respawn"] is True
    planner = given(found["planner"]["parameters"])
    assert planner["engine"] == ("engine", str) and planner["model"] == ("model", str)
    assert planner["use_sim_time"] == ("use_sim_time", bool)
    up = given(found["bringup"]["parameters"])
    assert up["nodes"] == started and up["autostart"] == ("autostart", bool)


@pytest.mark.parametrize("name", ["sim.launch.py", "robot.launch.py"])
def test_every_node_is_for_the_arm_that_was_named(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for node, options in nodes(described(name, monkeypatch, robot="ur5e")).items():
        robot = options["parameters"][1]["robot"]
        assert (robot.args, robot.options) == (("ur5e",), {"value_type": str}), node
    for node, options in nodes(described(name, monkeypatch)).items():
        assert "robot" not in options["parameters"][1], node  # the parameter file's
    with pytest.raises(RobotError, match=r"expected an arm \(panda, .* got 'ur5'"):
        described(name, monkeypatch, robot="ur5")
    declared = [e for e in described(name, monkeypatch) if e.kind == "DeclareLaunchArgument"]
    assert next(e for e in declared if e.args[0] == "robot").options["default_value"] == ""


@pytest.mark.parametrize("name", ["sim.launch.py", "robot.launch.py"])
def test_what_must_not_run_is_not_started_each_second(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for node, options in nodes(described(name, monkeypatch)).items():
        ends = options["on_exit"]
        for code in (0, 1, -9):  # a fault, or a kill: it is started again
            assert ends(types.SimpleNamespace(returncode=code, process_name=node), None) is None
        refused = types.SimpleNamespace(returncode=NO_RESTART, process_name=f"{node}-3")
        with pytest.raises(RuntimeError, match=f"{node}-3 must not run here"):
            ends(refused, None)


def test_the_simulation_gets_scene_seed_and_its_own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    entities = described("sim.launch.py", monkeypatch)
    robot = given(nodes(entities)["robot_sim"]["parameters"])
    assert robot == {"scene": ("scene", str), "seed": ("seed", int), "use_sim_time": False}
    remap = next(e for e in entities if e.kind == "SetRemap")
    assert remap.args == ("/clock", "clock") and "condition" in remap.options


@pytest.mark.parametrize("name", ["sim.launch.py", "robot.launch.py"])
def test_a_graph_joins_a_fleet_that_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "member" not in nodes(described(name, monkeypatch))
    found = nodes(described(name, monkeypatch, fleet="hall"))
    assert list(found)[-2:] == ["member", "bringup"]
    assert given(found["member"]["parameters"])["fleet"] == ("fleet", str)
    assert given(found["bringup"]["parameters"])["nodes"][-1] == "member"


def test_a_base_has_nodes_of_its_own_and_one_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    found = nodes(described("base.launch.py", monkeypatch, flat="flat", drives_by="navigator"))
    assert list(found) == ["base_sim", "planner", "executor", "agent", "bringup"]
    assert found["executor"]["executable"] == "driving_executor"
    assert given(found["executor"]["parameters"])["drives_by"] == ("drives_by", str)
    assert "model" not in given(found["planner"]["parameters"]), "that of the parameter file"
    assert given(found["bringup"]["parameters"])["nodes"] == list(found)[:-1]
    assert found["base_sim"]["remappings"] == [("stop", "base_sim/stop")]
    told = yaml.safe_load((ROOT / "launch/config/base.yaml").read_text())
    assert told["/**/planner"]["ros__parameters"]["model"] == DRIVING_MODEL
    asked = {"sim": "false", "drives_by": "nav2", "fleet": "hall", "base": "rover"}
    real = nodes(described("base.launch.py", monkeypatch, **asked))
    assert list(real) == ["planner", "executor", "agent", "member", "bringup"]
    assert all("base" in given(real[n]["parameters"]) for n in ("executor", "agent"))


def test_a_fleet_is_several_graphs_and_one_book(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"robots": "left, right,third", "fleet": "hall", "scene": "demo", "engine": "auto",
             "log_level": "warn", "params_file": "/p.yaml"}  # fmt: skip
    entities = described("fleet.launch.py", monkeypatch, **asked)
    declared = {e.args[0]: e.options for e in entities if e.kind == "DeclareLaunchArgument"}
    assert set(asked) <= set(declared)
    book = next(e for e in entities if e.kind == "ExecuteProcess")
    assert book.options["cmd"][:3] == ["llmagentos", "fleet", "coordinate"]
    graphs = [e for e in entities if e.kind == "IncludeLaunchDescription"]
    told = [dict(e.options["launch_arguments"]) for e in graphs]
    assert [t["namespace"] for t in told] == ["left", "right", "third"]
    assert [t["seed"] for t in told] == ["0", "1", "2"]
    assert {t["fleet"] for t in told} == {"hall"}
    assert {t["params_file"] for t in told} == {"/p.yaml"}
    # The included file sees what is declared here: an empty one would be no file of its own either.
    assert Path(declared["params_file"]["default_value"]).is_file()
    of_one = {e.args[0] for e in described("sim.launch.py", monkeypatch)
              if e.kind == "DeclareLaunchArgument"}  # fmt: skip
    assert set(told[0]) <= of_one
    assert all(e.args[0].args[0].endswith("sim.launch.py") for e in graphs)


def test_a_robot_gets_its_drivers_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    entities = described("robot.launch.py", monkeypatch)
    declared = {e.args[0]: e.options for e in entities if e.kind == "DeclareLaunchArgument"}
    for options in nodes(entities).values():
        for ours, argument in options.get("remappings", []):
            assert argument.args[0] in declared and not ours.startswith("/")
    remapped = {ours for ours, _ in nodes(entities)["executor"]["remappings"]}
    from_table = {"joint_states", "joint_trajectory_controller/joint_trajectory", "gripper/command"}
    assert from_table <= remapped
    for name, options in declared.items():
        assert options["default_value"] is not None and len(options["description"]) > 8, name


def test_recording_only_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sim.launch.py", "robot.launch.py"):
        entities = described(name, monkeypatch)
        record = next(e for e in entities if e.kind == "ExecuteProcess")
        assert record.options["cmd"][:3] == ["ros2", "bag", "record"]
        assert "condition" in record.options


@pytest.mark.parametrize("name", ["sim.launch.py", "robot.launch.py"])
@pytest.mark.parametrize(
    ("distribution", "variable"),
    [
        ("humble", "FASTRTPS_DEFAULT_PROFILES_FILE"),
        ("jazzy", "FASTRTPS_DEFAULT_PROFILES_FILE"),
        ("kilted", "FASTDDS_DEFAULT_PROFILES_FILE"),
        ("rolling", "FASTDDS_DEFAULT_PROFILES_FILE"),
    ],
)
def test_pictures_get_the_shared_memory_that_they_need(
    name: str, distribution: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for known in PROFILE_NAMES:
        monkeypatch.delenv(known, raising=False)
    monkeypatch.setenv("ROS_DISTRO", distribution)
    entities = described(name, monkeypatch)
    kinds = [e.kind for e in entities]
    made = next(e for e in entities if e.kind == "SetEnvironmentVariable")
    assert made.args[0] == variable and made.args[1].args == ("dds_profile",)
    assert list(with_profile({"ROS_DISTRO": distribution}, Path("x"))) == ["ROS_DISTRO", variable]
    # An action counts for what is started after it.
    assert kinds.index("SetEnvironmentVariable") < kinds.index("Node")
    declared = {e.args[0]: e.options for e in entities if e.kind == "DeclareLaunchArgument"}
    assert Path(declared["dds_profile"]["default_value"]).is_file()
    told = [e for e in entities if e.kind == "LogInfo"]
    assert len(told) == (name == "robot.launch.py")  # its camera is started by somebody else


def test_a_profile_of_ones_own_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for known in PROFILE_NAMES:
        monkeypatch.setenv(known, "/own.xml")
        for name in ("sim.launch.py", "robot.launch.py"):
            kinds = {e.kind for e in described(name, monkeypatch)}
            assert not kinds & {"SetEnvironmentVariable", "LogInfo"}
        monkeypatch.delenv(known)


def test_both_profiles_give_pictures_the_same_shared_memory() -> None:
    texts = [(ROOT / f"launch/config/{n}.xml").read_text() for n in ("fastdds", "fastdds_network")]
    sizes = [re.findall(r"<segment_size>(\d+)<", text) for text in texts]
    assert sizes[0] == sizes[1] and int(sizes[0][0]) > 10 * 640 * 480 * 4
    assert ["127.0.0.1" in text for text in texts] == [True, False]


needs_launch = pytest.mark.skipif(
    not all(
        importlib.util.find_spec(m) for m in ("launch", "launch_ros", "launch_testing", "rclpy")
    ),
    reason="ROS's launch has no wheel: this runs where ROS is installed, or launch, launch_ros and "
    "launch_testing lie on the PYTHONPATH",
)


@pytest.mark.slow
@needs_launch
@pytest.mark.timeout(1800)
def test_two_arms_by_robot_launch(tmp_path: Path) -> None:
    """robot.launch.py in two namespaces, beside drivers that speak only ROS (launch_testing)."""
    from harness import next_domain, test_env

    env = {**test_env(next_domain()), "LLMAGENTOS_TEST_FOLDER": str(tmp_path)}
    path = Path(__file__).parent / "launch_two_arms.py"
    argv = [sys.executable, "-m", "launch_testing.launch_test", str(path)]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=1700, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


@pytest.mark.slow
@needs_launch
@pytest.mark.skipif(
    not all(importlib.util.find_spec(m) for m in ("ros2cli", "ros2launch")), reason="no ros2cli"
)
@pytest.mark.timeout(900)
def test_a_fleet_of_two_whole_graphs_shares_tasks_and_a_killed_robots_task(tmp_path: Path) -> None:
    """`ros2 launch ... fleet.launch.py`: each robot does a task; one robot's processes are all killed in
    mid-task, and the other does it. `ros2 launch` starts them again."""
    from harness import PATIENCE_S

    name = f"fleet{os.getpid()}"
    with launched_fleet(tmp_path, name) as pids_of, open_bus("person") as bus:
        fleet = FleetClient(bus, name, wait_s=2 * PATIENCE_S)

        def state(task: str) -> str:
            return str(next(t for t in fleet.tasks() if t["id"] == task)["state"])

        def until(done: Callable[[], bool]) -> None:
            give_up = time.monotonic() + 2 * PATIENCE_S
            while not done():
                assert time.monotonic() < give_up, fleet.tasks()
                time.sleep(0.2)

        until(lambda: {r["name"] for r in fleet.robots()} == {"left", "right"})
        fleet.submit(
            FleetTask("put", "put the red block in the blue bowl"),
            FleetTask("point", "point at the blue bowl"),
        )
        until(lambda: (state("put"), state("point")) == ("done", "done"))
        assert {t["robot"] for t in fleet.tasks()} == {"left", "right"}
        fleet.submit(FleetTask("long", "put the green block in the blue bowl"))
        until(lambda: any(t["begun"] for t in fleet.tasks() if t["id"] == "long"))
        [long] = [t for t in fleet.tasks() if t["id"] == "long"]
        for pid in pids_of(long["robot"]):
            os.kill(pid, signal.SIGKILL)
        until(lambda: state("long") in ("done", "failed"))
        [after] = [t for t in fleet.tasks() if t["id"] == "long"]
        assert (after["state"], after["times"]) == ("done", 2), after
        assert after["robot"] != long["robot"]


@contextmanager
def launched_fleet(folder: Path, name: str) -> Iterator[Callable[[str], list[int]]]:
    """Two robots and their book by `ros2 launch`, and how to find the processes of one of them."""
    from harness import RELAXED, SCENE, environ_marked, next_domain, test_env

    (folder / "scene.yaml").write_text(SCENE)
    told = yaml.safe_load((ROOT / "launch/config/sim.yaml").read_text())
    for node, values in RELAXED.items():
        if node != "planner":  # the shipped model plans
            told[f"/**/{node}"]["ros__parameters"].update(values)
    (folder / "params.yaml").write_text(yaml.safe_dump(told))
    env = test_env(next_domain())
    argv = [sys.executable, "-c", "import sys; from ros2cli.cli import main; sys.exit(main())",
            "launch", str(ROOT / "launch/fleet.launch.py"), f"fleet:={name}", "robots:=left,right",
            f"scene:={folder / 'scene.yaml'}", f"params_file:={folder / 'params.yaml'}"]  # fmt: skip

    def pids_of(robot: str) -> list[int]:
        found = environ_marked(env["LLMAGENTOS_TEST_GRAPH"])
        return [pid for pid, command in found.items() if f" __ns:=/{robot} " in f"{command} "]

    with (folder / "launch.log").open("wb") as log:
        process = subprocess.Popen(argv, env=env, stdout=log, stderr=log)
        try:
            yield pids_of
        except BaseException:
            print((folder / "launch.log").read_text()[-4000:])
            raise
        finally:
            process.terminate()  # its nodes end with it
            process.wait(30)
            give_up = time.monotonic() + 30
            while environ_marked(env["LLMAGENTOS_TEST_GRAPH"]) and time.monotonic() < give_up:
                time.sleep(0.2)
    assert not environ_marked(env["LLMAGENTOS_TEST_GRAPH"])


@pytest.mark.slow
@needs_launch
def test_sim_launch_comes_up() -> None:
    """With the real launch: the graph becomes active, and ends when it is told to."""
    from launch.actions import IncludeLaunchDescription
    from launch.launch_description_sources import PythonLaunchDescriptionSource
    from launch_testing.io_handler import ActiveIoHandler

    import launch

    said = ActiveIoHandler()

    def hear(event: Any) -> Any:
        said.append(event)
        done = b"all nodes are active" in event.text
        return launch.actions.EmitEvent(event=launch.events.Shutdown()) if done else None

    service = launch.LaunchService(argv=["scene:=demo", "log_level:=info"])
    service.include_launch_description(
        launch.LaunchDescription(
            [
                IncludeLaunchDescription(
                    PythonLaunchDescriptionSource(str(ROOT / "launch/sim.launch.py"))
                ),
                launch.actions.RegisterEventHandler(
                    launch.event_handlers.OnProcessIO(on_stdout=hear, on_stderr=hear)
                ),
                launch.actions.TimerAction(
                    period=120.0,
                    actions=[launch.actions.EmitEvent(event=launch.events.Shutdown())],
                ),
            ]
        )
    )
    service.run()
    text = b"".join(event.text for event in said)
    assert b"all nodes are active" in text
