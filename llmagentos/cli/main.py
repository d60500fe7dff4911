"""Commands of the command line and their options.

Knows: words, options and exit codes. Does not know: how anything is done.
"""

from __future__ import annotations

import errno
import json
import os
import re
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from llmagentos.cli import audit as audit_commands
from llmagentos.cli import faults as fault_commands
from llmagentos.cli import learn as learn_commands
from llmagentos.cli import model as model_commands
from llmagentos.cli import record as record_commands
from llmagentos.cli import replay as replay_commands
from llmagentos.cli import robot as robot_commands
from llmagentos.cli import scene as scene_commands
from llmagentos.cli import settings as config_commands
from llmagentos.cli import stop as stop_commands
from llmagentos.cli.chat import chat as run_chat
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

#: Exit codes of the contract: all well, a command did not succeed, wrong usage.
OK, NOT_DONE, USAGE = 0, 1, 2
#: Names as ROS takes them; "" and "/" are the one without a name.
_NAMESPACE = re.compile(r"/?|/?[A-Za-z_]\w*(/[A-Za-z_]\w*)*", re.ASCII)
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

SceneOption = Annotated[
    str | None,
    typer.Option(
        "--scene", metavar="FILE", help="YAML scene, or 'random'; the demo scene without it."
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The agent as YAML; options go over it."),
]
RobotOption = Annotated[
    str | None,
    typer.Option(
        "--robot", metavar="NAME", help="The arm: a name, or a folder; over the scene's own."
    ),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", help="Seeds the noise, the light and random scenes.")
]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="Shipped model's name, a folder, or a server's http address."),
]
EngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="ENGINE",
        help="auto, a name of `llmagentos model engines`, or a server's http address.",
    ),
]
SkillsOption = Annotated[
    str | None,
    typer.Option(
        "--skills",
        metavar="WHICH",
        help="learned (trained policies), scripted, or a folder.",
    ),
]
RayOption = Annotated[
    bool,
    typer.Option("--ray", help="Over Ray: the cluster that runs here, else one on this machine."),
]
RayAddressOption = Annotated[
    str | None,
    typer.Option("--ray-address", metavar="HOST:PORT", help="Over the Ray cluster there."),
]


def _cluster(ray: bool, address: str | None) -> str | None:
    """The cluster that options mean: an address, "" for the one here, None for no Ray."""
    if address == "":
        raise typer.BadParameter("expected HOST:PORT for --ray-address, got nothing")
    return address or ("" if ray else None)


RehearsalOption = Annotated[
    bool | None,
    typer.Option(
        "--rehearsal/--no-rehearsal",
        help="Try each plan out in simulated copies of what was seen before anything moves.",
        show_default=False,
    ),
]
ViewOption = Annotated[bool | None, typer.Option("--view", help="Open PyBullet's window.")]
RecordOption = Annotated[
    Path | None,
    typer.Option("--record", metavar="DIR", help="Keep video, pictures, plan and trace there."),
]
RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", metavar="FILE", help="The plan guard's settings as YAML."),
]

FlightOption = Annotated[
    Path | None,
    typer.Option(
        "--flight", metavar="DIR", help="Where each command's flight recording goes (replay)."
    ),
]
NoFlightOption = Annotated[
    bool,
    typer.Option("--no-flight", help="Keep none, but for the last minute before a fault."),
]


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
            skills=skills or "learned", ray=_cluster(ray, ray_address),
        )  # fmt: skip
    except ValueError as exc:
        raise typer.BadParameter(str(exc)) from exc
    raise typer.Exit(code)


@app.command()
def up(
    sim: Annotated[bool, typer.Option("--sim", help="With a simulated robot.")] = False,
    scene: SceneOption = None,
    robot: Annotated[
        str | None,
        typer.Option(
            "--robot",
            metavar="NAME",
            help="The arm: a name, or a folder; over the scene's and the parameter files'.",
        ),
    ] = None,
    seed: SeedOption = None,
    model: ModelOption = None,
    engine: EngineOption = None,
    namespace: Annotated[str, typer.Option("--namespace", help="For several robots.")] = "",
    params_file: Annotated[
        Path | None, typer.Option("--params-file", metavar="FILE", help="ROS parameters over ours.")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record", metavar="DIR", help="Record all topics (rosbag2, or MCAP without it)."
        ),
    ] = None,
    log_level: Annotated[str, typer.Option("--log-level")] = "info",
    log_dir: Annotated[
        Path | None, typer.Option("--log-dir", metavar="DIR", help="One log file per process.")
    ] = None,
    network: Annotated[
        bool, typer.Option("--network", help="Let other machines see the topics.")
    ] = False,
    topic: Annotated[
        list[str] | None,
        typer.Option(
            "--topic",
            metavar="ROLE:=NAME",
            help="Where a driver's topic is: joint_states, trajectory, gripper, color, depth or "
            "camera_info.",
        ),
    ] = None,
) -> None:
    """Start the ROS 2 graph from one process table (after `make ros`); Ctrl-C stops it."""
    from llmagentos.cli.up import up as bring_up

    well = bring_up(
        sim=sim,
        scene=scene or "demo",
        robot=robot or "",
        seed=seed or 0,
        model=model or "",
        engine=engine or "auto",
        namespace=namespace,
        params_file=params_file,
        record=record,
        log_level=log_level,
        log_dir=log_dir,
        network=network,
        topics=topic or (),
    )
    raise typer.Exit(OK if well else NOT_DONE)


@app.command()
def command(
    text: Annotated[str, typer.Argument(help="What to do.")],
    namespace: Annotated[str, typer.Option("--namespace")] = "/",
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
    network: Annotated[bool, typer.Option("--network", help="Also on other machines.")] = False,
) -> None:
    """Say a command to a running ROS 2 graph and follow what it does."""
    from llmagentos.cli.command import command as say

    well = say(text, namespace=namespace, as_json=as_json, network=network)
    raise typer.Exit(OK if well else NOT_DONE)


@app.command()
def doctor(
    ros: Annotated[bool, typer.Option("--ros", help="Look at a running ROS 2 graph.")] = False,
    namespace: Annotated[str, typer.Option("--namespace", help="The graph's.")] = "/",
    as_json: Annotated[bool, typer.Option("--json", help="What was found, as JSON.")] = False,
    network: Annotated[bool, typer.Option("--network", help="Also on other machines.")] = False,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.1, help="How long to listen to a graph at most.")
    ] = 6.0,
) -> None:
    """Say what is missing and what to do about it; nothing moves. Exit code 1: something is."""
    from llmagentos.cli.doctor import doctor as look

    if not _NAMESPACE.fullmatch(namespace):
        raise typer.BadParameter(f"expected a namespace as /left, got {namespace!r}")
    well = look(ros=ros, namespace=namespace, as_json=as_json, network=network, seconds=seconds)
    raise typer.Exit(OK if well else NOT_DONE)


@app.command()
def train(
    env: Annotated[
        str, typer.Argument(metavar="ENV", help="reach, push, pick-and-place, table, ...")
    ],
    algo: Annotated[str, typer.Option("--algo", help="q, dqn, ppo, sac-her, bc or residual.")],
    steps: Annotated[
        int | None, typer.Option("--steps", min=1, help="Environment steps in all.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    seeds: Annotated[
        int, typer.Option("--seeds", help="So many runs, with --seed and the seeds after it.")
    ] = 1,
    every: Annotated[
        int | None,
        typer.Option("--every", min=1, help="Steps between evaluations; a 20th of --steps."),
    ] = None,
    episodes: Annotated[
        int, typer.Option("--episodes", min=1, help="Episodes of an evaluation.")
    ] = 20,
    prefill: Annotated[
        int,
        typer.Option(
            "--prefill", min=0, help="So many steps of the oracle into the replay buffer first."
        ),
    ] = 0,
    robot: Annotated[str, typer.Option("--robot", metavar="NAME", help="The arm.")] = "",
    obs: Annotated[str, typer.Option("--obs", help="state or pixels.")] = "",
    reward: Annotated[str, typer.Option("--reward", help="sparse or shaped.")] = "",
    randomize: Annotated[
        bool, typer.Option("--randomize", help="Draw looks, sizes and physics at each reset.")
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="A parameter of the algorithm, as learning_rate."
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DIR",
            help="bc: a recorded data set instead of the oracle's episodes.",
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Processes; the result does not change.")
    ] = 1,
    ray: RayOption = False,
    ray_address: RayAddressOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="The run's folder; in runs/ else.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run that is there.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Train a policy in a simulated environment; keeps figures, curve and checkpoints in runs/."""
    from llmagentos.cli.train import train as run_training

    given = [*(settings or ()), *([] if data is None else [f"data={data.resolve()}"])]
    run_training(
        env, algo, steps, seed, seeds, every, episodes, prefill, robot, obs, reward, randomize,
        given, workers, _cluster(ray, ray_address), out, resume, as_json,
    )  # fmt: skip


@app.command()
def evaluate(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of runs.")],
    episodes: Annotated[
        int, typer.Option("--episodes", min=1, help="Held-out episodes of each run.")
    ] = 100,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes.")] = 1,
    ray: RayOption = False,
    ray_address: RayAddressOption = None,
    best: Annotated[
        bool, typer.Option("--best", help="The best evaluation's policy, not the last.")
    ] = False,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Also the oracle and random actions.")
    ] = False,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="PNG", help="The curves; evaluation.png beside the runs."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The table as JSON.")] = False,
) -> None:
    """Completion rate, reward and learning speed of trained policies, with intervals over seeds."""
    from llmagentos.cli.train import evaluate as run_evaluation

    run_evaluation(
        runs, episodes, workers, _cluster(ray, ray_address), best, baselines, plot, as_json
    )


@app.command()
def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    file: Annotated[Path, typer.Argument(metavar="ONNX", help="The file to write.")],
    best: Annotated[
        bool, typer.Option("--best", help="The best evaluation's policy, not the last.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="What was written, as JSON.")] = False,
) -> None:
    """Write a trained policy as an ONNX file, compared with the trained one."""
    from llmagentos.cli.train import export as run_export

    run_export(run, file, best, as_json)


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
