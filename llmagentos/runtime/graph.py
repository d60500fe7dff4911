"""The process table of the ROS graph.

Knows: which nodes there are, in which order they start, and their parameters.
Does not know: rclpy (nodes are child processes), or how processes are kept alive (processes.py).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from llmagentos.errors import ConfigError, MissingDependencyError
from llmagentos.files import make_folder, read_yaml, write_text
from llmagentos.runtime.params import EVERY_NODE, namespace_of, of_node, read_params, unmatched
from llmagentos.runtime.processes import ProcessSpec
from llmagentos.runtime.ros_env import private_network, with_profile

#: Lifecycle nodes in the order in which they come up.
AGENT_NODES = ("perception", "planner", "executor", "agent")


@dataclass(frozen=True)
class GraphOptions:
    """What `llmagentos up` was asked for.

    sim: with the simulated robot. scene, seed: of the simulation. robot: the arm of all nodes, ""
    for the one of `params`. model, engine: of the planner. namespace: "" or "/robot1", slashes
    around it as you like. record: a folder for a recording of all topics. topics: the drivers'
    topics by ours, for a robot. params: files with ROS parameters; the later one wins. extra:
    parameters by node, over all. speech: with the node that hears commands and says replies; wake:
    only what begins with that word is meant, "" for everything.
    """

    sim: bool = False
    scene: str = "demo"
    robot: str = ""
    seed: int = 0
    model: str = ""
    engine: str = "auto"
    namespace: str = ""
    log_level: str = "info"
    record: Path | None = None
    topics: Mapping[str, str] = field(default_factory=dict)
    params: Sequence[Path] = ()
    extra: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    speech: bool = False
    wake: str = ""


def process_table(python: str, options: GraphOptions, params: Path) -> list[ProcessSpec]:
    """Name, executable, restart policy and run condition of everything, in starting order.

    params: a file that `write_params` has written.
    """

    def node(name: str, when: bool = True, lines: bool = False) -> ProcessSpec:
        return ProcessSpec(
            name,
            (python, "-m", f"llmagentos_ros.{name}", *ros_args(options, params)),
            when=when,
            stdout="lines" if lines else "log",
        )

    return [
        node("robot_sim", when=options.sim),
        *(node(name) for name in AGENT_NODES),
        node("speech", when=options.speech),
        _recorder(python, options),
        node("bringup", lines=True),
    ]


def _recorder(python: str, options: GraphOptions) -> ProcessSpec:
    """rosbag2 where it is installed, in its own default format; else ours, which writes MCAP."""
    argv: tuple[str, ...] = (python, "-m", "llmagentos_ros.record", str(options.record))
    if shutil.which("ros2") is not None:
        argv = ("ros2", "bag", "record", "--all", "--output", str(options.record))
    return ProcessSpec("record", argv, restart="never", when=options.record is not None)


def ros_args(options: GraphOptions, params: Path) -> tuple[str, ...]:
    """Command line of every node: parameters, log level, namespace, topics."""
    args = ["--ros-args", "--params-file", str(params), "--log-level", options.log_level]
    namespace = namespace_of(options.namespace)
    if namespace:
        args += ["-r", f"__ns:={namespace}"]
        if options.sim:  # /clock is absolute; every simulated robot makes its own
            args += ["-r", "/clock:=clock"]
    for ours, theirs in options.topics.items():
        args += ["-r", f"{ours}:={theirs}"]
    return tuple(args)


def driver_topics(table: Path, given: Sequence[str] = ()) -> dict[str, str]:
    """The drivers' topics by ours: those of the table, with `given` ("color:=/their/topic") over
    them. Raises ConfigError for what is no such argument, FileError for a table that is none."""
    rows = read_yaml(table, "the table of drivers' topics")
    asked = {name: row["theirs"] for name, row in rows.items()}
    for each in given:
        name, found, theirs = each.partition(":=")
        if name not in rows or not found or not theirs:
            raise ConfigError(f"expected ROLE:=NAME with one of {', '.join(rows)}, got {each!r}")
        asked[name] = theirs
    return {row["ours"]: asked[name] for name, row in rows.items()}


def node_names(options: GraphOptions) -> dict[str, str]:
    """The nodes that take parameters, with their full names."""
    first, last = (["robot_sim"] if options.sim else []), (["speech"] if options.speech else [])
    lifecycle = (*first, *AGENT_NODES, *last)
    namespace = namespace_of(options.namespace)
    return {name: f"{namespace}/{name}" for name in (*lifecycle, "bringup")}


def unused_sections(options: GraphOptions, path: Path) -> list[str]:
    """Sentences about what a parameter file says to nodes that this graph has not."""
    return unmatched(read_params(path), node_names(options).values())


def write_params(options: GraphOptions, path: Path) -> None:
    """One parameter file for all nodes: files of `options.params`, then options, then extra.

    What is for every node stays so; what else a node is given stands in one section of its own.
    """
    files = [read_params(source) for source in options.params]
    names = node_names(options)
    own: dict[str, dict[str, Any]] = {
        "bringup": {"nodes": [n for n in names if n != "bringup"], "report": True},
        "planner": {"engine": options.engine, "model": options.model},
    }
    if options.speech and options.wake:
        own["speech"] = {"wake": options.wake}
    if options.sim:
        own["robot_sim"] = {"scene": options.scene, "seed": options.seed}
    every: dict[str, Any] = {}
    for sections in files:
        every.update(sections.get(EVERY_NODE, {}))
    one_arm = {"robot": options.robot} if options.robot else {}
    every.update(one_arm)
    out = {EVERY_NODE: {"ros__parameters": every}} if every else {}
    for name, full in names.items():
        values: dict[str, Any] = {}
        for sections in files:
            values.update(of_node(sections, full))
        values.update({**one_arm, **own.get(name, {})})
        values.update(options.extra.get(name, {}))
        special = {k: v for k, v in values.items() if k not in every or every[k] != v}
        if special:
            out[full] = {"ros__parameters": special}
    make_folder(path.parent, "a folder for the parameters")
    write_text(path, yaml.safe_dump(out, sort_keys=False), "a parameter file that can be written")


def config_file(name: str, env: Mapping[str, str]) -> Path:
    """A parameter file of llmagentos_bringup: this checkout's, or the installed package's.

    Raises MissingDependencyError when there is neither.
    """
    here = Path(__file__).resolve().parents[2] / "launch/config" / name
    if here.exists():
        return here
    for prefix in env.get("AMENT_PREFIX_PATH", "").split(":"):
        installed = Path(prefix) / "share/llmagentos_bringup/config" / name
        if prefix and installed.exists():
            return installed
    raise MissingDependencyError(
        f"expected {name} of llmagentos_bringup, got none: build ros_ws and source it"
    )


def graph_env(env: Mapping[str, str], network: bool = False) -> dict[str, str]:
    """Pictures go through shared memory; topics stay on this machine unless `network`."""
    if network:
        return with_profile(env, config_file("fastdds_network.xml", env))
    return private_network(env, config_file("fastdds.xml", env))
