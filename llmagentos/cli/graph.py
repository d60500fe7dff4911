"""`llmagentos up`, `command` and `doctor`: options of what runs, or asks, a ROS 2 graph.

Knows: words, options and exit codes. Does not know: how anything is done (up.py, command.py,
doctor.py).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from llmagentos.cli.options import NOT_DONE, OK, EngineOption, ModelOption, SceneOption, SeedOption

#: Names as ROS takes them; "" and "/" are the one without a name.
_NAMESPACE = re.compile(r"/?|/?[A-Za-z_]\w*(/[A-Za-z_]\w*)*", re.ASCII)


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
    speech: Annotated[
        bool,
        typer.Option("--speech", help="Hear commands on the topic `audio`, and say replies."),
    ] = False,
    wake: Annotated[
        str,
        typer.Option("--wake", metavar="WORD", help='With --speech: what begins with "hey robot".'),
    ] = "",
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
        speech=speech,
        wake=wake,
    )
    raise typer.Exit(OK if well else NOT_DONE)


def command(
    text: Annotated[str, typer.Argument(help="What to do.")],
    namespace: Annotated[str, typer.Option("--namespace")] = "/",
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
    network: Annotated[bool, typer.Option("--network", help="Also on other machines.")] = False,
    to: Annotated[
        str, typer.Option("--to", metavar="URL", help="To an agent behind a gateway instead.")
    ] = "",
    agent: Annotated[
        str, typer.Option("--agent", metavar="NAME", help="Which, with --to; the only one without.")
    ] = "",
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", metavar="FILE", help="Its token, if not $LLMAGENTOS_TOKEN."),
    ] = None,
    ca: Annotated[
        Path | None,
        typer.Option("--ca", metavar="FILE", help="Of the gateway's certificate (PEM)."),
    ] = None,
) -> None:
    """Say a command to a running ROS 2 graph, or to an agent behind a gateway (--to), and follow it."""
    if to:
        from llmagentos.cli.remote import command as remote

        raise typer.Exit(OK if remote(text, to, agent, token_file, ca, as_json) else NOT_DONE)
    if agent or token_file or ca:
        raise typer.BadParameter(
            "expected --to with --agent, --token-file and --ca", param_hint="--to"
        )
    from llmagentos.cli.command import command as say

    well = say(text, namespace=namespace, as_json=as_json, network=network)
    raise typer.Exit(OK if well else NOT_DONE)


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
