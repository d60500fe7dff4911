"""Commands of the command line and their options.

Knows: words, options and exit codes. Does not know: how anything is done.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from llmagentos.cli import audit as audit_commands
from llmagentos.cli import faults as fault_commands
from llmagentos.cli import graph as graph_commands
from llmagentos.cli import learn as learn_commands
from llmagentos.cli import model as model_commands
from llmagentos.cli import record as record_commands
from llmagentos.cli import replay as replay_commands
from llmagentos.cli import robot as robot_commands
from llmagentos.cli import scene as scene_commands
from llmagentos.cli import settings as config_commands
from llmagentos.cli import stop as stop_commands
from llmagentos.cli import training as training_commands
from llmagentos.cli.chat import chat as run_chat
from llmagentos.cli.options import (
    NOT_DONE,
    OK,
    USAGE,
    ConfigOption,
    EngineOption,
    FlightOption,
    ModelOption,
    NoFlightOption,
    RayAddressOption,
    RayOption,
    RecordOption,
    RehearsalOption,
    RobotOption,
    RulesOption,
    SceneOption,
    SeedOption,
    SkillsOption,
    ViewOption,
    cluster,
)
from llmagentos.cli.run import run_commands, show_plan
from llmagentos.cli.settings import effective, with_flights
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
    TeleopError,
    TrainingError,
)

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Plain language becomes robot motion, with the language model on board.",
)
app.add_typer(audit_commands.app, name="audit", help="What was asked, allowed and done.")
app.add_typer(learn_commands.app, name="learn", help="What people taught, and what is learnt.")
app.add_typer(model_commands.app, name="model", help="Language models on board.")
app.add_typer(scene_commands.app, name="scene", help="List, show and make scenes.")
app.add_typer(robot_commands.app, name="robot", help="Arms: list, begin, check, drive.")
app.add_typer(config_commands.app, name="config", help="The configuration of an agent.")
app.add_typer(record_commands.app, name="dataset", help="Data sets in LeRobot's format.")
app.command()(record_commands.record)
app.command()(stop_commands.stop)
app.command("reset-safety")(stop_commands.reset_safety)
app.command()(replay_commands.replay)
app.command()(fault_commands.faults)


@app.command()
def run(
    commands: Annotated[list[str], typer.Argument(metavar="COMMAND...", help="What to do.")],
    scene: SceneOption = None,
    robot: RobotOption = None,
    seed: SeedOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object per command on standard output.")
    ] = False,
    record: RecordOption = None,
    model: ModelOption = None,
    engine: EngineOption = None,
    view: ViewOption = None,
    config: ConfigOption = None,
    skills: SkillsOption = None,
    rules: RulesOption = None,
    rehearsal: RehearsalOption = None,
    flight: FlightOption = None,
    no_flight: NoFlightOption = False,
) -> None:
    """Carry out commands, one after another, in one session in simulation.

    Exit code 0: all succeeded or were answered; 1: one failed or ended in a question; 2: wrong usage.
    """
    chosen = effective(
        config, scene, seed, model, engine, view, record, robot=robot, skills=skills, rules=rules,
        rehearsal=rehearsal,
    )  # fmt: skip
    chosen = with_flights(chosen, flight, no_flight)
    raise typer.Exit(OK if run_commands(commands, chosen, as_json) else NOT_DONE)


@app.command()
def chat(
    scene: SceneOption = None,
    robot: RobotOption = None,
    seed: SeedOption = None,
    record: RecordOption = None,
    model: ModelOption = None,
    engine: EngineOption = None,
    view: ViewOption = None,
    config: ConfigOption = None,
    voice: Annotated[
        str | None,
        typer.Option(
            "--voice", metavar="MODEL", help="A model for small talk, as smollm2; it only talks."
        ),
    ] = None,
    skills: SkillsOption = None,
    rules: RulesOption = None,
    rehearsal: RehearsalOption = None,
    flight: FlightOption = None,
    no_flight: NoFlightOption = False,
) -> None:
    """Talk to the robot. `stop` or Ctrl-C stops a running command; `quit` ends."""
    chosen = effective(
        config, scene, seed, model, engine, view, record, voice, robot, skills, rules, rehearsal
    )
    run_chat(with_flights(chosen, flight, no_flight))


@app.command()
def plan(
    command: Annotated[str, typer.Argument(help="What to plan.")] = "",
    scene: SceneOption = None,
    robot: RobotOption = None,
    seed: SeedOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="The plan as JSON.")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the plan language's JSON schema instead.")
    ] = False,
    model: ModelOption = None,
    engine: EngineOption = None,
    config: ConfigOption = None,
) -> None:
    """Show only the plan, with its explanation; nothing moves."""
    if schema:
        from llmagentos.lang.plan import Plan

        print(json.dumps(Plan.model_json_schema(), indent=1))
        return
    if not command:
        raise typer.BadParameter("expected a command to plan, got none")
    chosen = effective(config, scene, seed, model, engine, robot=robot)
    if not show_plan(command, chosen, as_json):
        raise typer.Exit(NOT_DONE)


@app.command()
def bench(
    suites: Annotated[
        list[str] | None, typer.Argument(metavar="SUITE...", help="Only these suites.")
    ] = None,
    planner_only: Annotated[
        bool, typer.Option("--planner-only", help="Plans on a perfect symbolic robot, in seconds.")
    ] = False,
    per_suite: Annotated[
        int | None, typer.Option("--per-suite", help="So many cases of each suite.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Fresh without it.")] = None,
    robot: Annotated[
        str | None, typer.Option("--robot", metavar="NAME", help="The arm: a name, or a folder.")
    ] = None,
    model: ModelOption = None,
    engine: EngineOption = None,
    commands: Annotated[
        Path | None, typer.Option("--commands", help="Folder with other people's commands.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where the results go.")] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", help="Processes; all cores.")] = None,
    ray: RayOption = False,
    ray_address: RayAddressOption = None,
    oracle: Annotated[
        bool, typer.Option("--oracle", help="The cases' own plans: tests all but the model.")
    ] = False,
    case: Annotated[
        list[str] | None, typer.Option("--case", metavar="NAME:SEED", help="Only this case again.")
    ] = None,
    list_only: Annotated[bool, typer.Option("--list", help="List the suites.")] = False,
    which: Annotated[
        str | None,
        typer.Option("--set", help="Our own suites: dev, fresh (held out; the default) or all."),
    ] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show the held-out sentences that failed.")
    ] = False,
    skills: SkillsOption = None,
) -> None:
    """Measure how commands are understood and carried out, by simulator truth."""
    from llmagentos.cli.bench import bench as run_bench

    try:
        code = run_bench(
            suites=suites, planner_only=planner_only, per_suite=per_suite, seed=seed, model=model,
            engine=engine or "auto", commands=commands, out=out, processes=jobs, oracle=oracle, cases=case,
            list_only=list_only, which=which, reveal=reveal, robot=robot or "",
            skills=skills or "learned", ray=cluster(ray, ray_address),
        )  # fmt: skip
    except ValueError as exc:
        raise typer.BadParameter(str(exc)) from exc
    raise typer.Exit(code)


app.command()(graph_commands.up)
app.command()(graph_commands.command)
app.command()(graph_commands.doctor)
app.command()(training_commands.train)
app.command()(training_commands.evaluate)
app.command()(training_commands.export)


def main(argv: list[str] | None = None) -> None:
    """Entry point. Exits with 2 on wrong usage: a file that cannot be read or written, a scene
    that cannot exist, a missing model, an installed package that cannot be loaded."""
    here = str(Path.cwd())
    if here not in sys.path:  # "my_driver:MyDriver" lies beside its writer; installed ones go first
        sys.path.append(here)
    try:
        try:
            app(args=argv, prog_name="llmagentos")
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
