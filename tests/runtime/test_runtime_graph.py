"""The table of the ROS graph, its parameter file, and the environment of its processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from llmagentos.errors import ConfigError, FileError, MissingDependencyError
from llmagentos.runtime.graph import (
    GraphOptions,
    config_file,
    driver_topics,
    graph_env,
    process_table,
    unused_sections,
    write_params,
)
from llmagentos.runtime.keeping import GraphState
from llmagentos.runtime.params import matches, namespace_of, read_params
from llmagentos.runtime.ros_env import find_ros, private_network, wheel_env


def test_the_simulated_robot_is_there_only_with_sim(tmp_path: Path) -> None:
    for sim in (True, False):
        rows = process_table("python", GraphOptions(sim=sim), tmp_path / "p.yaml")
        started = [r.name for r in rows if r.when]
        nodes = ["perception", "planner", "executor", "agent", "bringup"]
        assert started == (["robot_sim", *nodes] if sim else nodes)


def test_a_namespace_brings_its_own_clock(tmp_path: Path) -> None:
    def argv(**options: Any) -> tuple[str, ...]:
        return process_table("python", GraphOptions(**options), tmp_path / "p.yaml")[1].argv

    simulated = argv(sim=True, namespace="robot1")
    assert "__ns:=/robot1" in simulated and "/clock:=clock" in simulated
    assert "/clock:=clock" not in argv(sim=True)
    # A robot that is simulated elsewhere follows that simulator's clock, as in robot.launch.py.
    assert "/clock:=clock" not in argv(namespace="robot1")


def test_the_drivers_topics_are_those_of_the_launch_file() -> None:
    table = config_file("drivers.yaml", {})
    topics = driver_topics(table)
    assert topics["camera/color/image_raw"] == "camera/camera/color/image_raw"
    assert not [name for name in topics.values() if name.startswith("/")]
    given = driver_topics(table, ["color:=/eye/rgb", "joint_states:=states"])
    assert given == {**topics, "camera/color/image_raw": "/eye/rgb", "joint_states": "states"}
    argv = process_table("python", GraphOptions(topics=given), Path("p.yaml"))[2].argv
    assert "camera/color/image_raw:=/eye/rgb" in argv and argv[argv.index("--ros-args") :]


@pytest.mark.parametrize("wrong", ["colour:=/eye", "color=/eye", "color", "color:="])
def test_a_topic_that_is_none_of_a_driver_is_named(wrong: str) -> None:
    with pytest.raises(ConfigError, match=r"expected ROLE:=NAME .*color.*, got"):
        driver_topics(config_file("drivers.yaml", {}), [wrong])


def test_parameters_later_ones_win(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("/**/executor:\n  ros__parameters:\n    profile: careful\n")
    options = GraphOptions(
        sim=True,
        scene="random",
        params=[config_file("sim.yaml", {}), mine],
        extra={"perception": {"max_hz": 5.0}},
    )
    write_params(options, tmp_path / "out.yaml")
    out = yaml.safe_load((tmp_path / "out.yaml").read_text())
    given = {node: value["ros__parameters"] for node, value in out.items()}
    assert given["/**"] == {"use_sim_time": True, "robot": "panda"}
    assert given["/executor"]["profile"] == "careful"
    assert given["/executor"]["lookahead_s"] == pytest.approx(0.1)
    assert given["/perception"]["max_hz"] == 5.0
    assert given["/robot_sim"]["scene"] == "random" and not given["/robot_sim"]["use_sim_time"]
    assert given["/bringup"]["nodes"][0] == "robot_sim"


MINE = """
/**: {ros__parameters: {robot: ur5e}}
r0:
  perception: {ros__parameters: {max_hz: 7, camera_position: [0, 0.5, 1]}}
  left: {perception: {ros__parameters: {max_hz: 3}}}
planner: {ros__parameters: {engine: none}}
/*/executor: {ros__parameters: {plugin: {kp: 1.0, ki: {max: 2}}}}
"""


def test_nested_namespaces_wildcards_and_names_reach_their_nodes(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(MINE)
    options = GraphOptions(namespace="/r0/", params=[config_file("robot.yaml", {}), mine])
    write_params(options, tmp_path / "out.yaml")
    out = yaml.safe_load((tmp_path / "out.yaml").read_text())
    given = {node: value["ros__parameters"] for node, value in out.items()}
    assert given["/r0/perception"]["max_hz"] == 7
    # ROS refuses a list of whole and broken numbers.
    assert [type(v) for v in given["/r0/perception"]["camera_position"]] == [float] * 3
    assert given["/r0/executor"]["plugin.ki.max"] == 2
    assert given["/r0/planner"]["engine"] == "auto"
    assert given["/**"]["robot"] == "ur5e" and "robot" not in given["/r0/agent"]
    told = unused_sections(options, mine)
    assert ["'/r0/left/perception'" in told[0], "'/planner'" in told[1]] == [True, True]
    assert "/**/planner is that node in any namespace" in told[1] and len(told) == 2


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("perception: {max_hz: 7}", "got 'max_hz'"),
        ("perception: 7", "got int"),
        ("perception: {ros__parameters: [1]}", "got list"),
        ("r0: {perception: }", "for /r0 .* got 'perception'"),
        ("- perception", "got list"),
    ],
)
def test_a_file_that_says_nothing_to_anybody_is_refused(
    tmp_path: Path, text: str, got: str
) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(FileError, match=got):
        read_params(tmp_path / "bad.yaml")


@pytest.mark.parametrize("text", ["", "/", "r0", "/r0", "/r0/", "r0/", "//r0//", "/r0/left/"])
def test_slashes_around_a_namespace_are_fine(text: str) -> None:
    assert namespace_of(text) in ("", "/r0", "/r0/left")
    assert ("r0" in text) == bool(namespace_of(text))


@pytest.mark.parametrize("text", ["r 0", "r-0", "0r", "r0//left", "~", "r0/{x}", "röb"])
def test_no_node_could_have_such_a_namespace(text: str) -> None:
    with pytest.raises(ConfigError, match="expected a namespace"):
        namespace_of(text)


@pytest.mark.parametrize(
    ("section", "node", "means"),
    [
        ("/**", "/r0/planner", True),
        ("/**/planner", "/planner", True),
        ("/**/planner", "/r0/left/planner", True),
        ("/planner", "/r0/planner", False),
        ("/*/planner", "/r0/planner", True),
        ("/*/planner", "/r0/left/planner", False),
        ("/r0/**", "/r0/left/planner", True),
        ("/r0/planner", "/r0/planner2", False),
    ],
)
def test_wildcards_as_ros_has_them(section: str, node: str, means: bool) -> None:
    assert matches(section, node) is means


def test_what_bring_up_tells_is_told_once() -> None:
    state = GraphState()
    refused = '{"node": "planner", "state": "refused", "reason": "ModelError: no engine"}'
    state.take(['{"node": "planner", "state": "missing", "reason": "never seen"}', refused])
    assert state.news() == [("planner", "refused: ModelError: no engine")] and not state.failed
    state.take(['{"node": "agent", "note": "no parameter named x"}'])
    assert state.news() == [("agent", "no parameter named x")]
    state.take([refused])  # asked again, with the same answer
    assert state.news() == []
    assert state.states == {"planner": "refused"}
    state.take(['{"node": "planner", "state": "failed", "reason": "ModelError: no engine"}'])
    assert state.failed and not state.ready


def test_the_arm_of_the_command_line_is_every_nodes(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("/**/executor:\n  ros__parameters:\n    robot: panda\n")
    options = GraphOptions(sim=True, robot="ur5e", params=[config_file("sim.yaml", {}), mine])
    write_params(options, tmp_path / "out.yaml")
    out = yaml.safe_load((tmp_path / "out.yaml").read_text())
    arms = {v["robot"] for values in out.values() for v in values.values() if "robot" in v}
    assert arms == {"ur5e"}
    write_params(GraphOptions(params=options.params), tmp_path / "out.yaml")
    out = yaml.safe_load((tmp_path / "out.yaml").read_text())
    assert out["/**"]["ros__parameters"]["robot"] == "panda"


@pytest.mark.parametrize("installed", [True, False], ids=["rosbag2", "our own recorder"])
def test_what_records(installed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if installed:
        (tmp_path / "ros2").write_text("#!/bin/sh\n")
        (tmp_path / "ros2").chmod(0o755)
    rows = process_table("python", GraphOptions(record=tmp_path / "bag"), tmp_path / "p.yaml")
    row = next(r for r in rows if r.name == "record")
    command = ("ros2", "bag", "record") if installed else ("python", "-m", "llmagentos_ros.record")
    assert row.when and row.argv[:3] == command and row.argv[-1] == str(tmp_path / "bag")
    assert not any(r.when for r in process_table("python", GraphOptions(), tmp_path / "p.yaml")
                   if r.name == "record")  # fmt: skip


def test_no_ros_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingDependencyError, match="make ros"):
        find_ros(tmp_path, distribution="jazzy", base={})


def test_wheels_need_no_second_start_of_python(tmp_path: Path) -> None:
    site = tmp_path / "venv/lib/python3.11/site-packages/ros_rcl.libs"
    site.mkdir(parents=True)
    base = {"PATH": "/bin", "PYTHONHOME": "x"}
    env = wheel_env(tmp_path / "venv", tmp_path / "overlay", base, "kilted")
    assert env["ROS_DISTRO"] == "kilted"
    assert env["_ROS_WHEELS_BOOTSTRAP_COMPLETE"] == "1"
    assert str(site) in env["LD_LIBRARY_PATH"].split(":")
    assert env["AMENT_PREFIX_PATH"].startswith(str(tmp_path / "overlay"))
    assert "PYTHONHOME" not in env


def test_topics_stay_here_unless_told_otherwise() -> None:
    assert private_network({})["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    assert private_network({"ROS_DISTRO": "humble"})["ROS_LOCALHOST_ONLY"] == "1"
    told = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"}
    assert private_network(told)["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "SUBNET"
    profile = Path("/x/fastdds.xml")
    for distribution, name in [
        ("jazzy", "FASTRTPS"),
        ("kilted", "FASTDDS"),
        ("humble", "FASTRTPS"),
    ]:
        env = private_network({"ROS_DISTRO": distribution}, profile)
        assert {k: v for k, v in env.items() if "PROFILES" in k} == {
            f"{name}_DEFAULT_PROFILES_FILE": str(profile)
        }
    assert "ROS_AUTOMATIC_DISCOVERY_RANGE" not in graph_env({}, network=True)
    assert graph_env({}, network=True)["FASTDDS_DEFAULT_PROFILES_FILE"].endswith("network.xml")
    own = {"FASTRTPS_DEFAULT_PROFILES_FILE": "/own.xml"}
    assert "FASTDDS_DEFAULT_PROFILES_FILE" not in private_network(own, profile)


def test_the_graph_is_ready_when_all_nodes_are_active() -> None:
    state = GraphState()
    assert not state.take(['{"node": "planner", "state": "active"}', "noise"])
    assert not state.take(['{"node": "agent", "state": "inactive"}'])
    assert state.take(['{"node": "agent", "state": "active"}'])
    assert not state.take([])  # only when it has just become so
    assert not state.take(['{"node": "planner", "state": "missing"}']) and not state.ready
    assert state.take(['{"node": "planner", "state": "active"}'])


def test_a_list_as_ros_launch_writes_it_is_a_list(tmp_path: Path) -> None:
    path = tmp_path / "launch_params"
    path.write_text(yaml.dump({"/bringup": {"ros__parameters": {"nodes": ("planner", "agent")}}}))
    assert "python/tuple" in path.read_text()
    assert read_params(path) == {"/bringup": {"nodes": ["planner", "agent"]}}
