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

from llmagentos.errors import ConfigError, FileError, MissingDependencyError
from llmagentos.files import make_folder, read_yaml, shown, write_text
from llmagentos.runtime.processes import ProcessSpec

#: Lifecycle nodes in the order in which they come up.
AGENT_NODES = ("perception", "planner", "executor", "agent")


@dataclass(frozen=True)
class GraphOptions:
    """What `llmagentos up` was asked for.

    sim: with the simulated robot. scene, seed: of the simulation. robot: the arm of all nodes, ""
    for the one of `params`. model, engine: of the planner. namespace: "" or "/robot1". record: a
    folder for a recording of all topics. topics: the drivers' topics by ours, for a robot. params:
    files with ROS parameters; the later one wins. extra: parameters by node, over all.
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
    if options.namespace.strip("/"):
        args += ["-r", f"__ns:=/{options.namespace.strip('/')}"]
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


def read_params(path: Path) -> dict[str, dict[str, Any]]:
    """A ROS parameter file: {node: {parameter: value}}. FileError for any other content."""
    what = "a file of ROS parameters"
    data = read_yaml(path, what)
    if not isinstance(data, dict | None):
        raise FileError(f"expected {what} at {shown(path)}, got {type(data).__name__}")
    out: dict[str, dict[str, Any]] = {}
    for node, value in (data or {}).items():
        values = value.get("ros__parameters", {}) if isinstance(value, dict) else value
        if not isinstance(values, dict):
            got = type(values).__name__
            raise FileError(f"expected ros__parameters for {node} in {shown(path)}, got {got}")
        out[str(node)] = values
    return out


def write_params(options: GraphOptions, path: Path) -> None:
    """One parameter file for all nodes: files of `options.params`, then options, then extra."""
    merged: dict[str, dict[str, Any]] = {}
    for source in options.params:
        for key, given in read_params(source).items():
            _update(merged, key, given)
    if options.robot:
        own = [key for key, values in merged.items() if "robot" in values]
        for key in ("/**", *own):
            _update(merged, key, {"robot": options.robot})
    nodes = (["robot_sim"] if options.sim else []) + list(AGENT_NODES)
    _update(merged, "/**/bringup", {"nodes": nodes, "report": True})
    _update(merged, "/**/planner", {"engine": options.engine, "model": options.model})
    if options.sim:
        _update(merged, "/**/robot_sim", {"scene": options.scene, "seed": options.seed})
    for name, values in options.extra.items():
        _update(merged, f"/**/{name}", values)
    out = {key: {"ros__parameters": values} for key, values in merged.items()}
    make_folder(path.parent, "a folder for the parameters")
    write_text(path, yaml.safe_dump(out, sort_keys=False), "a parameter file that can be written")


def _update(merged: dict[str, dict[str, Any]], key: str, values: Mapping[str, Any]) -> None:
    merged.setdefault(key, {}).update(values)


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
