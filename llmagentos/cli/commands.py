"""`llmagentos run`, `chat`, `plan` and `bench`: their options.

Knows: words and options. Does not know: how anything is done (run.py, chat.py, bench.py), and loads
it when it is asked for: `--help` needs none of it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from llmagentos.cli.options import (
    NOT_DONE,
    OK,
    AudioOption,
    ConfigOption,
    DeviceOption,
    EngineOption,
    FlightOption,
    ModelOption,
    NoFlightOption,
    NoiseOption,
    RayAddressOption,
    RayOption,
    RecordOption,
    RehearsalOption,
    RobotOption,
    RulesOption,
    SceneOption,
    SeedOption,
    SkillsOption,
    TableOption,
    ViewOption,
    cluster,
)


def run(
    commands: Annotated[
        list[str] | None, typer.Argument(metavar="COMMAND...", help="What to do.")
    ] = None,
    audio: Annotated[
        list[Path] | None,
        typer.Option(
            "--audio", metavar="FILE.wav", help="Said in a file instead; may be given again."
        ),
    ] = None,
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
    noise: NoiseOption = None,
    table: TableOption = None,
) -> None:
    """Carry out commands, one after another, in one session in simulation.

    Exit code 0: all succeeded or were answered; 1: one failed or ended in a question; 2: wrong usage.
    """
    if bool(commands) == bool(audio):
        raise typer.BadParameter(
            f"expected COMMAND... or --audio, got {'both' if commands else 'neither'}"
        )
    from llmagentos.cli.run import run_commands
    from llmagentos.cli.settings import effective, with_flights

    chosen = effective(
        config, scene, seed, model, engine, view, record, robot=robot, skills=skills, rules=rules,
        rehearsal=rehearsal, noise=noise, table=table,
    )  # fmt: skip
    chosen = with_flights(chosen, flight, no_flight)
    done = run_commands(commands or (), chosen, as_json, audio or ())
    raise typer.Exit(OK if done else NOT_DONE)


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
    speech: Annotated[
        bool, typer.Option("--speech", help="Say commands instead of typing them (extra `speech`).")
    ] = False,
    audio: AudioOption = None,
    microphone: DeviceOption = "",
    mute: Annotated[
        bool, typer.Option("--mute", help="With --speech: replies are only written.")
    ] = False,
    wake: Annotated[
        str,
        typer.Option(
            "--wake",
            metavar="WORD",
            help='With --speech: only what begins with it is meant; "hey robot". Stop needs none.',
        ),
    ] = "",
    push_to_talk: Annotated[
        bool,
        typer.Option(
            "--push-to-talk",
            help="With --speech: hold the space bar and talk, or press it before and after.",
        ),
    ] = False,
    skills: SkillsOption = None,
    rules: RulesOption = None,
    rehearsal: RehearsalOption = None,
    flight: FlightOption = None,
    no_flight: NoFlightOption = False,
    noise: NoiseOption = None,
    table: TableOption = None,
) -> None:
    """Talk to the robot. `stop` or Ctrl-C stops a running command; `quit` ends."""
    from llmagentos.cli.chat import chat as run_chat
    from llmagentos.cli.settings import effective, with_flights

    chosen = effective(
        config, scene, seed, model, engine, view, record, voice, robot, skills, rules, rehearsal,
        noise, table,
    )  # fmt: skip
    spoken = None
    if speech or audio is not None:
        from llmagentos.cli.spoken import SpokenChat, attention_of

        spoken = SpokenChat(audio, microphone, mute, attention_of(wake, push_to_talk))
    elif wake or push_to_talk or mute:
        raise typer.BadParameter(
            "expected --speech beside --wake, --push-to-talk or --mute, got none"
        )
    run_chat(with_flights(chosen, flight, no_flight), spoken=spoken)


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
    from llmagentos.cli.run import show_plan
    from llmagentos.cli.settings import effective

    chosen = effective(config, scene, seed, model, engine, robot=robot)
    if not show_plan(command, chosen, as_json):
        raise typer.Exit(NOT_DONE)


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
    aios: Annotated[
        Path | None,
        typer.Option("--aios", metavar="DIR", help="With `runtime`: a checkout of AIOS beside it."),
    ] = None,
) -> None:
    """Measure how commands are understood and carried out, by simulator truth.

    `bench runtime` measures the daemon and its agents instead.
    """
    from llmagentos.cli.bench import bench as run_bench
    from llmagentos.cli.bench import bench_runtime

    if suites == ["runtime"]:
        raise typer.Exit(bench_runtime(aios))
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
