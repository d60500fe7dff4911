"""A driver of one's own on the command line: asked where its arm is, put to its promises.

Knows: printing, asking and options. Does not know: what a promise is (robots.conformance).
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.markup import escape

from llmagentos.class_lookup import find
from llmagentos.errors import ConfigError, DriverError, LLMAgentOSError
from llmagentos.ports.hardware import RobotDriver
from llmagentos.robot_setup.check import Finding
from llmagentos.robots import DEFAULT_ROBOT, ArmSpec, load
from llmagentos.robots.conformance import COMPLETE, Verdict, check_complete, conform, connect
from llmagentos.robots.matching import names_mismatch, positions_mismatch
from llmagentos.robots.promises import BrokenPromiseError, measured, motions

#: Exit codes: all well, a promise or a check failed; wrong usage is 2, by main.
OK, NOT_DONE = 0, 1

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
DriverOptions = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="NAME=VALUE", help="What the driver's class is made with."),
]


def conformance(
    driver: Annotated[
        str, typer.Argument(metavar="DRIVER", help="module:Class, or a name of a package's.")
    ],
    robot: Annotated[
        str | None,
        typer.Option(
            "--robot",
            metavar="NAME|FOLDER",
            help=f"The arm that it drives; {DEFAULT_ROBOT} without it.",
        ),
    ] = None,
    option: DriverOptions = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask before the arm moves.")] = False,
    still: Annotated[
        bool, typer.Option("--still", help="Send no command; ask what can be asked without.")
    ] = False,
    whole_range: Annotated[
        bool,
        typer.Option(
            "--whole-range",
            help="Also ask for what may send a joint to the end of its range: more than it can, NaN.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a driver of one's own to the promises of RobotDriver, on the arm or on a stand-in.

    The first joint turns a few degrees and the gripper opens; asked before, unless --yes.
    """
    if still and whole_range:
        raise ConfigError("expected --still or --whole-range, got both: --still sends no command")
    console = Console(stderr=True, highlight=False)
    spec = load(robot or DEFAULT_ROBOT)
    told: Iterable[Verdict]
    try:
        made = make_driver(driver, option or [], spec)
        check_complete(made)
        told = conform(made, spec, whole_range, moves=not still)
    except BrokenPromiseError as exc:
        told, still = [Verdict(COMPLETE, False, str(exc))], True
    if robot is None:
        console.print(f"arm: {escape(spec.name)}; --robot names another one")
    if not still:
        for words in motions(spec, whole_range):
            console.print(escape(f"moves: {words}"), soft_wrap=True)
        console.print("Keep a hand on the emergency stop and the gripper empty.", soft_wrap=True)
        if not yes:
            typer.confirm("Move the arm?", abort=True, err=True)
    kept = True
    verdicts = []
    for verdict in told:
        verdicts.append({"promise": verdict.promise, "kept": verdict.kept, "why": verdict.why})
        kept &= verdict.kept is not False
        if not as_json:
            mark = {True: "kept   ", False: "BROKEN ", None: "not asked"}[verdict.kept]
            why = f": {verdict.why}" if verdict.why else ""
            print(f"{mark:9} {verdict.promise}{why}", flush=True)
    if as_json:
        print(json.dumps({"robot": spec.name, "kept": kept, "promises": verdicts}))
    raise typer.Exit(OK if kept else NOT_DONE)


def make_driver(name: str, options: list[str], spec: ArmSpec) -> RobotDriver:
    """The driver of that name, made with NAME=VALUE options (YAML values), and with the arm where
    its class takes a `spec`. Raises ConfigError, BrokenPromiseError for a class that is no driver's."""
    given = dict(_option(text) for text in options)
    make = find("driver", name, {})
    if inspect.isclass(make):
        check_complete(make)
    try:
        if "spec" in inspect.signature(make).parameters:
            given.setdefault("spec", spec)
        made: RobotDriver = make(**given)
    except LLMAgentOSError:
        raise
    except Exception as exc:  # whatever a driver of one's own does
        raise ConfigError(f"driver: expected options that {name} takes, got: {exc}") from exc
    return made


def _option(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not (name.isidentifier() and equals):
        raise ConfigError(f"--option: expected NAME=VALUE, got '{text}'")
    try:
        return name, yaml.safe_load(value)
    except yaml.YAMLError as exc:
        raise ConfigError(f"--option: expected a YAML value, got '{value}'") from exc


def driver_finding(name: str, options: list[str], spec: ArmSpec) -> Finding:
    """Where a driver's arm is, and the joint names it has, where it tells them; nothing moves."""
    try:
        made = make_driver(name, options, spec)
        connect(made)
        try:
            told = tuple(getattr(made, "joint_names", ()))
            positions = measured(made).positions
        finally:
            with suppress(Exception):  # what it says counts, not how it ends
                made.disconnect()
    except (BrokenPromiseError, DriverError) as exc:
        return Finding("driver", False, str(exc))
    said = names_mismatch(spec, told) or positions_mismatch(spec, positions)
    names = "names and positions" if told else "positions (it tells no joint_names)"
    return Finding("driver", not said, "; ".join(said) or f"{names} fit the folder")
