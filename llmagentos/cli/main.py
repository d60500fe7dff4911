"""The command line: which command lives where, and what an error comes to.

Knows: names, where they live, exit codes. Loads only what the given command needs: most of what a
robot needs takes a second to load, and `--help`, `audit` or `scene list` need none of it. Does not
know: options (beside each command), how anything is done.
"""

from __future__ import annotations

import errno
import functools
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import typer
from rich.console import Console
from rich.markup import escape

from llmagentos.cli.options import NOT_DONE, USAGE
from llmagentos.errors import (
    AuditError,
    ClusterError,
    CommandError,
    ConfigError,
    DatasetError,
    EntryPointError,
    FileError,
    KindError,
    LLMAgentOSError,
    MissingDependencyError,
    ModelError,
    RobotError,
    SceneError,
    SkillError,
    SpeechError,
    TeleopError,
    TrainingError,
)

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Home(NamedTuple):
    """Where a command lives: a function, or a Typer of several. help: its line in the list."""

    name: str
    module: str
    attribute: str
    help: str


#: In the order of `llmagentos --help`; Typer lists groups of commands last.
HOMES = (
    Home(
        "run",
        "commands",
        "run",
        "Carry out commands, one after another, in one session in simulation.",
    ),
    Home(
        "chat",
        "commands",
        "chat",
        "Talk to the robot. `stop` or Ctrl-C stops a running command; `quit` ends.",
    ),
    Home("plan", "commands", "plan", "Show only the plan, with its explanation; nothing moves."),
    Home(
        "listen",
        "listen",
        "listen",
        "Print what is said, from the microphone or a WAV file; nothing moves.",
    ),
    Home(
        "show",
        "show",
        "show",
        "Show a thing by name, from a few sides, so that commands can name it; or list, or forget.",
    ),
    Home(
        "stop",
        "stop",
        "stop",
        "Stop every running session of yours: run, chat, record, teleop, ROS graphs; on this machine.",
    ),
    Home(
        "reset-safety",
        "stop",
        "reset_safety",
        "After a stop: let every session of yours take commands again. Nothing that was stopped goes on.",
    ),
    Home(
        "up",
        "graph",
        "up",
        "Start the ROS 2 graph from one process table (after `make ros`); Ctrl-C stops it.",
    ),
    Home(
        "command",
        "graph",
        "command",
        "Say a command to a running ROS 2 graph, or to an agent behind a gateway (--to), and follow it.",
    ),
    Home(
        "doctor",
        "graph",
        "doctor",
        "Say what is missing and what to do about it; nothing moves. Exit code 1: something is.",
    ),
    Home(
        "calibrate",
        "calibrate",
        "calibrate",
        "Find where the camera is, from pictures of a board or a marker on the table or in the hand.",
    ),
    Home(
        "serve",
        "serve",
        "serve",
        "Keep agents: each in a process of its own, found again after a crash; Ctrl-C ends it.",
    ),
    Home(
        "mcp",
        "mcp",
        "mcp",
        "Give a model's client an agent's tools, by the Model Context Protocol (docs/gateway.md).",
    ),
    Home(
        "replay",
        "replay",
        "replay",
        "Show a recorded flight in words; or as a video, or check today's code against it.",
    ),
    Home(
        "faults",
        "faults",
        "faults",
        "Inject the faults of the table into simulated sessions and say what was measured.",
    ),
    Home(
        "bench",
        "commands",
        "bench",
        "Measure how commands are understood and carried out, by simulator truth.",
    ),
    Home(
        "record",
        "record",
        "record",
        "Record demonstrations in simulation as a LeRobot data set: oracle, commands, or by hand.",
    ),
    Home(
        "train",
        "training",
        "train",
        "Train a policy in a simulated environment; keeps figures, curve and checkpoints in runs/.",
    ),
    Home(
        "evaluate",
        "training",
        "evaluate",
        "Completion rate, reward and learning speed of trained policies, with intervals over seeds.",
    ),
    Home(
        "export",
        "training",
        "export",
        "Write a trained policy as an ONNX file, compared with the trained one.",
    ),
    Home("agent", "agent", "app", "Agents of the daemon: make, start, command, watch."),
    Home("access", "agent", "access", "Who may ask the daemon for what."),
    Home(
        "fleet",
        "fleet",
        "app",
        "Several robots that divide tasks: who does what, and a stop for all.",
    ),
    Home("scene", "scene", "app", "List, show and make scenes."),
    Home("robot", "robot", "app", "Arms: list, begin, check, drive."),
    Home("memory", "memory", "app", "What a robot remembers over restarts."),
    Home("model", "model", "app", "Language models on board."),
    Home("config", "settings", "app", "The configuration of an agent."),
    Home("audit", "audit", "app", "What was asked, allowed and done."),
    Home("learn", "learn", "app", "What people taught, and what is learnt."),
    Home("dataset", "record", "app", "Data sets in LeRobot's format."),
)


def build(only: str | None = None) -> typer.Typer:
    """The command line. only: load this command alone; the others are names with their help.
    Without it all are loaded."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        help="Plain language becomes robot motion, with the language model on board.",
    )
    for home in HOMES:
        if only is not None and home.name != only:
            app.command(home.name, help=home.help)(_nothing)
            continue
        command: Any = getattr(
            importlib.import_module(f"llmagentos.cli.{home.module}"), home.attribute
        )
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=home.name, help=home.help)
        else:
            app.command(home.name)(command)
    return app


def _nothing() -> None:
    """Stands for what is not loaded."""


def _word(argv: Sequence[str] | None) -> str:
    """The command's name: the command line itself has no options but --help."""
    return next(iter(sys.argv[1:] if argv is None else argv), "")


@functools.cache
def _whole() -> typer.Typer:
    return build()


def __getattr__(name: str) -> Any:
    if name == "app":  # all commands, for tests and documents
        return _whole()
    raise AttributeError(f"module 'llmagentos.cli.main' has no attribute '{name}'")


def main(argv: list[str] | None = None) -> None:
    """Entry point. Exits with 2 on wrong usage: a file that cannot be read or written, a scene
    that cannot exist, a missing model, an installed package that cannot be loaded."""
    here = str(Path.cwd())
    if here not in sys.path:  # "my_driver:MyDriver" lies beside its writer; installed ones go first
        sys.path.append(here)
    try:
        try:
            build(_word(argv))(args=argv, prog_name="llmagentos")
        finally:
            sys.stdout.flush()
    except (
        AuditError,
        ConfigError,
        DatasetError,
        TeleopError,
        FileError,
        SceneError,
        ModelError,
        MissingDependencyError,
        CommandError,
        EntryPointError,
        KindError,
        RobotError,
        SkillError,
        SpeechError,
        ClusterError,
        TrainingError,
    ) as exc:
        _complain(exc)
        sys.exit(USAGE)
    except LLMAgentOSError as exc:
        _complain(exc)
        sys.exit(NOT_DONE)
    except OSError as exc:  # not a file that was named: standard output, a temporary file
        if exc.errno not in _FULL:
            raise
        _complain(FileError(f"expected room for the output, got a full disk: {exc}"))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still buffered has nowhere to go
        sys.exit(USAGE)


def _complain(exc: LLMAgentOSError) -> None:
    console = Console(stderr=True)
    console.print(f"[red]{type(exc).__name__}[/]:", escape(str(exc)), soft_wrap=True)
