"""`llmagentos stop` and `llmagentos reset-safety`: every running session of this user at once.

Knows: sessions' sockets, the ROS client as a child process, printing and exit codes. Does not know:
how a session stops, rclpy.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from llmagentos.errors import DriverError
from llmagentos.runtime.graph import graph_env
from llmagentos.runtime.params import namespace_of
from llmagentos.runtime.ros_env import find_ros
from llmagentos.runtime.sessions import Heard, ask_all
from llmagentos.safety.stopping import RESET, STOP
from llmagentos.safety.supervising import operator
from llmagentos.safety.urgent import answers

#: Exit codes: every robot rests (or was reset), or not.
OK, NOT_DONE = 0, 1

RosOption = Annotated[
    bool,
    typer.Option("--ros", help="Also over ROS: a graph on another machine, or another user's."),
]
NamespaceOption = Annotated[str, typer.Option("--namespace", help="The graph's, with --ros.")]
NetworkOption = Annotated[
    bool, typer.Option("--network", help="With --ros: also on other machines.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per session.")]
WaitOption = Annotated[
    float, typer.Option("--wait", min=0.1, help="How long to wait for an answer, seconds.")
]


def stop(
    ros: RosOption = False,
    namespace: NamespaceOption = "/",
    network: NetworkOption = False,
    as_json: AsJson = False,
    wait_s: WaitOption = 5.0,
) -> None:
    """Stop every running session of yours: run, chat, record, teleop, ROS graphs; on this machine.

    Each one says what was measured. Exit code 0: all are at rest; 1: one is not known to be, or
    there is none. It stays stopped until `llmagentos reset-safety`.
    """
    heard = answers(wait_s)
    if ros:
        heard.append(_over_ros(STOP, namespace, network, wait_s))
    raise typer.Exit(_tell(heard, as_json, "at_rest"))


def reset_safety(
    ros: RosOption = False,
    namespace: NamespaceOption = "/",
    network: NetworkOption = False,
    as_json: AsJson = False,
    wait_s: WaitOption = 5.0,
) -> None:
    """After a stop: let every session of yours take commands again. Nothing that was stopped goes on.

    Look at the robot first. Exit code 0: all take commands; 1: one does not, or there is none.
    """
    heard = ask_all({"do": RESET, "by": operator()}, wait_s)
    if ros:
        heard.append(_over_ros(RESET, namespace, network, wait_s))
    raise typer.Exit(_tell(heard, as_json, "reset"))


def _over_ros(do: str, namespace: str, network: bool, wait_s: float) -> Heard:
    """The graph's own answer, by its services."""
    namespace = namespace_of(namespace) or "/"
    ros = find_ros(distribution=os.environ.get("LLMAGENTOS_ROS_DISTRO", ""))
    argv = [ros.python, "-m", "llmagentos_ros.stop", do, "--namespace", namespace]
    argv += ["--wait", str(wait_s)]
    env = graph_env(ros.env, network)
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    try:
        told = json.loads(lines[-1])
    except (IndexError, ValueError) as exc:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise DriverError(f"expected an answer of the ROS client, got: {last}") from exc
    return Heard(f"ROS graph {namespace}", 0, told, str(told.get("error", "")))


def _tell(heard: Sequence[Heard], as_json: bool, key: str) -> int:
    """Print every answer; the exit code."""
    if not heard and not as_json:
        print("no session of yours is running on this machine")
    console = Console(highlight=False, soft_wrap=True)
    for one in heard:
        if as_json:
            print(json.dumps({"session": one.session, "pid": one.pid, **one.told,
                              "error": one.error}))  # fmt: skip
            continue
        well = bool(one.told.get(key)) and not one.error
        style = "green" if well else "bold red"
        where = f"{one.session} (pid {one.pid})" if one.pid else one.session
        words = one.error or str(one.told.get("words", ""))
        console.print(f"{escape(where)}: [{style}]{escape(words)}[/]")
    well = bool(heard) and all(h.told.get(key) and not h.error for h in heard)
    return OK if well else NOT_DONE
