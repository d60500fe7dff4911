"""`llmagentos up`: the ROS graph as processes of one table, without `ros2 launch`.

Knows: the table, where ROS is, and how to show what lives. Does not know: rclpy; every node is a
child process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from llmagentos.composition import load_scene, model_manager
from llmagentos.errors import DriverError
from llmagentos.files import make_folder
from llmagentos.robots import load
from llmagentos.runtime.dds_memory import sweep
from llmagentos.runtime.graph import (
    GraphOptions,
    config_file,
    driver_topics,
    graph_env,
    process_table,
    unused_sections,
    write_params,
)
from llmagentos.runtime.keeping import GraphKeeper
from llmagentos.runtime.params import namespace_of, read_params
from llmagentos.runtime.processes import Process, ProcessManager, ProcessSpec
from llmagentos.runtime.ros_env import find_ros

_POLL_S = 0.1
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STYLE = {
    "active": "green", "running": "green", "restarting": "yellow",
    "failed": "bold red", "given up": "bold red",
}  # fmt: skip


def up(
    *,
    sim: bool,
    scene: str = "demo",
    robot: str = "",
    seed: int = 0,
    model: str = "",
    engine: str = "auto",
    namespace: str = "",
    params_file: Path | None = None,
    log_level: str = "info",
    log_dir: Path | None = None,
    record: Path | None = None,
    network: bool = False,
    topics: Sequence[str] = (),
    speech: bool = False,
    wake: str = "",
    ready_timeout_s: float = 0.0,
) -> bool:
    """Start the graph, show its state, and stop it in reverse order on Ctrl-C, SIGTERM or SIGHUP.

    robot: the arm's name or folder, else the one that the simulated scene names, else that of the
    parameter files. network: let other machines see the topics; without it this machine only.
    ready_timeout_s: give up when the graph is not active by then; 0 waits for ever. record: a folder
    for a recording of all topics. topics: where a robot's drivers are, as `color:=/their/topic`.
    speech: with the node that hears commands and says replies; wake: its wake word.
    Returns False when a process or a node was given up. Raises ConfigError, FileError, SceneError, RobotError
    or ModelError for what the graph could not use, MissingDependencyError where there is no ROS.
    """
    namespace_of(namespace)
    folder = log_dir or Path("runs") / time.strftime("up-%Y%m%d-%H%M%S")
    if log_dir is not None:
        make_folder(log_dir, "a folder for the logs")
    if params_file is not None:
        read_params(params_file)
    if record is not None:
        make_folder(record.parent, "a folder for the recording")
    if sim:
        spec = load_scene(scene, seed)
        robot = robot or (spec.robot if "robot" in spec.model_fields_set else "")
    if robot:
        load(robot)
    if model and not model.startswith(("http://", "https://")):
        model_manager().verify(model)
    ros = find_ros(distribution=os.environ.get("LLMAGENTOS_ROS_DISTRO", ""))
    env = graph_env(ros.env, network)
    files = [config_file("sim.yaml" if sim else "robot.yaml", env)]
    options = GraphOptions(
        sim=sim,
        scene=scene,
        robot=robot,
        seed=seed,
        model=model,
        engine=engine,
        namespace=namespace,
        log_level=log_level,
        record=record,
        topics={} if sim else driver_topics(config_file("drivers.yaml", env), topics),
        speech=speech,
        wake=wake,
        params=[*files, *([params_file] if params_file is not None else [])],
    )
    params = folder / "params.yaml"
    write_params(options, params)
    table = process_table(ros.python, options, params)
    console = Console()
    if params_file is not None:
        for words in unused_sections(options, params_file):
            console.print(f"[yellow]{escape(f'{params_file}: {words}')}[/]", highlight=False)
    console.print(f"ROS 2: {ros.source}; logs: {folder}", highlight=False)
    return _watch(table, folder, env, console, ready_timeout_s)


def _watch(
    table: list[ProcessSpec],
    folder: Path,
    env: dict[str, str],
    console: Console,
    ready_timeout_s: float,
) -> bool:
    began, well = time.monotonic(), True
    sweep()  # what a graph that was killed has left
    with _until_signal() as ended, ProcessManager(table, folder, env) as manager:
        keeper = GraphKeeper(manager)
        graph = keeper.graph
        with Live(console=console, auto_refresh=False, transient=True) as live:
            while not ended.wait(_POLL_S):
                for process in keeper.poll():
                    console.print(_changed(process), highlight=False)
                    if _failed(process):
                        well = False
                        _tell(console, process.spec.name, manager.last_words(process.spec.name))
                for name, words in keeper.ended():
                    _tell(console, name, words)
                if keeper.rose:
                    console.print('the graph is active: llmagentos command "…"', style="green")
                for node, words in graph.news():
                    _tell(console, node, words)
                if not well or graph.failed:
                    break
                late = ready_timeout_s and time.monotonic() - began > ready_timeout_s
                if late and not graph.was_ready:
                    raise DriverError(
                        f"expected an active graph within {ready_timeout_s:g} s, got "
                        f"{graph.states}; see {folder}"
                    )
                if console.is_terminal:
                    live.update(_table(manager.processes, graph.states), refresh=True)
        well = well and not graph.failed
        console.print("stopping")
    sweep(min_age_s=0.0)
    left = [p.spec.name for p in manager.processes if p.exit_code is None]
    console.print("stopped" if not left else f"still there: {', '.join(left)}")
    return well


def _tell(console: Console, name: str, words: str) -> None:
    if words:
        console.print(f"[yellow]{name}[/]: {escape(words)}", highlight=False)


def _failed(process: Process) -> bool:
    """Given up; or a recorder, which is never restarted, that could not record."""
    return process.state == "given up" or (process.state == "ended" and bool(process.exit_code))


def _changed(process: Process) -> str:
    style = _STYLE.get(process.state, "yellow")
    code = "" if process.exit_code is None else f" (exit code {process.exit_code})"
    return f"[{style}]{process.spec.name} {process.state}[/]{code}"


def _table(processes: list[Process], states: dict[str, str]) -> Table:
    out = Table("process", "state", "node", "pid", "restarts", box=None, header_style="dim")
    for p in processes:
        node = states.get(p.spec.name, "")
        out.add_row(
            p.spec.name,
            f"[{_STYLE.get(p.state, 'yellow')}]{p.state}[/]",
            f"[{_STYLE.get(node, 'yellow')}]{node}[/]" if node else "",
            str(p.pid or ""),
            str(p.restarts),
        )
    return out


class _Ended:
    """Whether a signal has come. No threading.Event: its lock would be taken twice by one thread
    when the handler runs while that thread is on its way into `wait`."""

    def __init__(self) -> None:
        self.by_signal = False

    def wait(self, timeout_s: float) -> bool:
        time.sleep(timeout_s)
        return self.by_signal


@contextlib.contextmanager
def _until_signal() -> Iterator[_Ended]:
    """What Ctrl-C, SIGTERM or a closed terminal sets; a second signal is not needed, stopping is bounded."""
    ended = _Ended()

    def handler(signum: int, frame: FrameType | None) -> None:
        ended.by_signal = True

    before = {s: signal.signal(s, handler) for s in _ENDS}
    try:
        yield ended
    finally:
        for number, old in before.items():
            signal.signal(number, old)
