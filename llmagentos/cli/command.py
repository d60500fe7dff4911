"""`llmagentos command`: one sentence to a running graph, with its feedback as it comes.

Knows: the lines that the ROS client prints. Does not know: rclpy; the client is a child process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

from rich.console import Console

from llmagentos.command import check_command
from llmagentos.errors import DriverError
from llmagentos.runtime.graph import graph_env
from llmagentos.runtime.params import namespace_of
from llmagentos.runtime.ros_env import find_ros

_STAGES = {1: "perceiving", 2: "planning", 3: "executing", 4: "stopping"}
_STYLE = {
    "succeeded": "bold green", "answered": "bold green", "failed": "bold red",
    "refused": "bold yellow", "cannot": "bold yellow", "question": "bold blue",
}  # fmt: skip


def command(
    text: str,
    *,
    namespace: str = "/",
    as_json: bool = False,
    wait_s: float = 15.0,
    timeout_s: float = 600.0,
    network: bool = False,
) -> bool:
    """Send `text`, stream feedback, print the result; True when it succeeded or was answered.

    Ctrl-C cancels the command and waits until the arm has stopped. as_json: the result's JSON
    object alone on standard output, as `llmagentos run --json` prints it. Raises CommandError for
    text that is no command, ConfigError for no namespace, DriverError where no agent runs,
    MissingDependencyError without ROS.
    """
    check_command(text)
    namespace = namespace_of(namespace) or "/"
    ros = find_ros(distribution=os.environ.get("LLMAGENTOS_ROS_DISTRO", ""))
    argv = [ros.python, "-m", "llmagentos_ros.command", text, "--namespace", namespace]
    argv += ["--wait", str(wait_s), "--timeout", str(timeout_s)]
    env = graph_env(ros.env, network)
    # A session of its own: Ctrl-C reaches us alone, and we pass it on once.
    child = subprocess.Popen(
        argv, env=env, stdout=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True
    )

    def pass_on(signum: int, frame: FrameType | None) -> None:
        child.send_signal(signal.SIGINT)

    before = {s: signal.signal(s, pass_on) for s in (signal.SIGINT, signal.SIGTERM)}
    console = Console(stderr=as_json)
    result: Mapping[str, Any] | None = None
    try:
        assert child.stdout is not None
        for line in child.stdout:
            result = _show(console, line) or result
        child.wait()
    finally:
        for number, old in before.items():
            signal.signal(number, old)
        if child.poll() is None:
            child.kill()
            child.wait()
    if result is None:
        raise DriverError(f"expected a result, got none (exit code {child.returncode})")
    if as_json:
        print(json.dumps(result), flush=True)
    else:
        style = _STYLE.get(str(result["status"]), "bold")
        console.print(f"[{style}]{result['status']}[/]  {result['reply']}", highlight=False)
    return result["status"] in ("succeeded", "answered")


def _show(console: Console, line: str) -> Mapping[str, Any] | None:
    """One line of the client: feedback is printed, a result returned, an error raised."""
    try:
        said = json.loads(line)
    except ValueError:
        print(line, end="", file=sys.stderr)
        return None
    if "error" in said:
        raise DriverError(said["error"])
    if "feedback" in said:
        f = said["feedback"]
        if f.get("words"):
            stage = _STAGES.get(f.get("stage", 0), "")
            share = f"{100 * f.get('progress', 0.0):3.0f} %"
            console.print(f"[dim]{stage:10} {share}[/]  {f['words']}", highlight=False)
    result: Mapping[str, Any] | None = said.get("result")
    return result
