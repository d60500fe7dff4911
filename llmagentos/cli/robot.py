"""`llmagentos robot`: list arms, begin one from a URDF, check one, put a driver to its promises.

Knows: printing, asking and options. Does not know: what an arm is (robots, robot_setup).
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from llmagentos.cli.robot_driver import (
    NOT_DONE,
    OK,
    AsJson,
    DriverOptions,
    conformance,
    driver_finding,
)
from llmagentos.cli.waiting import working
from llmagentos.errors import (
    LLMAgentOSError,
    MissingDependencyError,
    RobotError,
)
from llmagentos.robot_setup.check import Finding
from llmagentos.robot_setup.drafts import Draft
from llmagentos.robots import ArmSpec, load, names, origin, reach_m
from llmagentos.robots.matching import urdf_mismatch
from llmagentos.robots.questions import Question

app = typer.Typer(no_args_is_help=True)
app.command()(conformance)

#: What is told with a word of its own, not as found.
_MARKS = ("NOT WELL ", "MISSING ")
#: How long `check --ros` listens, seconds.
_LISTEN_S = 5.0


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Arms that have a name: shipped ones, and those of installed packages."""
    rows = [_row(name, where) for name, where in origin().items()]
    if as_json:
        print(json.dumps(rows))
        return
    table = Table("name", "joints", "gripper", "reach", "where from")
    for r in rows:
        if r["problem"]:
            table.add_row(r["name"], "-", "-", "-", escape(f"{r['from']}: {r['problem']}"))
            continue
        table.add_row(
            r["name"],
            str(len(r["joints"])),
            f"opens {r['opening_m'] * 1000:.0f} mm",
            f"{r['reach_m']:.2f} m",
            escape(r["from"]),
        )
    Console().print(table)


def _row(name: str, where: str) -> dict[str, Any]:
    """problem: why the arm cannot be loaded; a broken package hides no other arm."""
    try:
        spec = load(name)
    except RobotError as exc:
        return {"name": name, "from": where, "problem": str(exc)}
    return {
        "name": name,
        "joints": list(spec.joint_names),
        "fingers": list(spec.finger_joint_names),
        "opening_m": spec.max_opening_m,
        "reach_m": round(reach_m(spec), 3),
        "from": where,
        "problem": "",
    }


@app.command()
def new(
    urdf: Annotated[
        Path | None, typer.Option("--urdf", metavar="FILE", help="The arm, as xacro made it.")
    ] = None,
    again: Annotated[
        Path | None,
        typer.Option(
            "--again",
            metavar="FOLDER",
            help="Look for home and work area once more, "
            "after the gripper was written into FOLDER; answers stay.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Where; ./<its name> without it.")
    ] = None,
    gripper: Annotated[
        Path | None,
        typer.Option("--gripper", metavar="FILE", help="A gripper's URDF, for an arm without."),
    ] = None,
    mount: Annotated[str, typer.Option("--mount", metavar="LINK", help="Where it goes.")] = "",
    hand: Annotated[
        str, typer.Option("--hand", metavar="LINK", help="Which arm, where there are several.")
    ] = "",
    tip: Annotated[
        str, typer.Option("--tip", metavar="LINK", help="Between the finger tips.")
    ] = "",
    table_z: Annotated[
        float | None,
        typer.Option("--table-z", metavar="METRES", help="How high the table is over the root."),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Its name; the URDF's without it.")] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Write over an arm that is there; answers are lost.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Begin an arm's folder from any URDF: fills in what follows from it, asks the rest."""
    from llmagentos.robot_setup.again import look_again
    from llmagentos.robot_setup.draft import Wishes, draft, name_of
    from llmagentos.robot_setup.mount import mounted
    from llmagentos.robot_setup.tree import read_tree
    from llmagentos.robot_setup.writing import free_folder, write_folder

    if (urdf is None) == (again is None):
        raise RobotError("expected either --urdf FILE or --again FOLDER, got not one of them")
    if again is not None:
        with working("looking for home and work area"):
            made = look_again(again, table_z)
        _tell_draft(made, again, as_json)
        return
    assert urdf is not None
    tree = read_tree(urdf)
    if gripper is not None:
        made_of = mounted(tree, read_tree(gripper), mount)
        tree = made_of.tree
    wishes = Wishes(hand, tip, table_z, name)
    folder = free_folder(out or Path(name_of(tree, wishes)), force)
    with working("measuring the hand, looking for home and work area"):
        made = draft(tree, wishes)
    if gripper is not None:
        named = "" if mount else ", the outermost link; --mount names another"
        made.said.append(f"mount: {made_of.words}{named}")
    write_folder(made, folder, urdf.name, force)
    _tell_draft(made, folder, as_json)


def _tell_draft(made: Draft, folder: Path, as_json: bool) -> None:
    if as_json:
        asked = [{"field": q.field, "asked": q.words, "candidates": q.candidates}
                 for q in made.questions]  # fmt: skip
        print(json.dumps({"folder": str(folder), "found": made.said, "questions": asked}))
        return
    for line in made.said:
        print(line if line.startswith(_MARKS) else f"found    {line}")
    _print_questions(made.questions)
    where = str(folder)
    if where in names():  # a name alone is the known arm's
        print(f"note     {where} is also an arm's name: use --robot ./{where} for this one")
        where = f"./{where}"
    print(f"written  {where}: answer what is asked there, then llmagentos robot check {where}"
          if made.questions else f"written  {where}: next, llmagentos robot check {where}")  # fmt: skip


def _print_questions(questions: Sequence[Question]) -> None:
    for q in questions:
        print(f"asked    {q.field}: {q.words}")
        for candidate in q.candidates:
            print(f"         - {candidate}")


@app.command()
def check(
    robot: Annotated[str, typer.Argument(metavar="NAME|FOLDER", help="The arm.")],
    figure: Annotated[
        Path | None, typer.Option("--figure", metavar="PNG", help="Draw the reach there.")
    ] = None,
    driver: Annotated[
        str, typer.Option("--driver", metavar="DRIVER", help="Also ask module:Class where it is.")
    ] = "",
    option: DriverOptions = None,
    ros: Annotated[
        bool, typer.Option("--ros", help="Also compare /joint_states and /robot_description.")
    ] = False,
    pick: Annotated[
        bool, typer.Option("--pick/--no-pick", help="Whether to simulate a pick.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Whether an arm's folder will do: what is still asked, reach, kinematics, a simulated pick."""
    from llmagentos.robot_setup.check import area_map, questions_of
    from llmagentos.robot_setup.check import check as findings_of
    from llmagentos.robot_setup.figure import draw, in_letters

    asked = questions_of(robot)
    if asked:
        if as_json:
            open_ = [
                {"field": q.field, "asked": q.words, "candidates": q.candidates} for q in asked
            ]
            print(json.dumps({"robot": robot, "well": False, "questions": open_, "findings": []}))
        else:
            _print_questions(asked)
        raise typer.Exit(NOT_DONE)
    try:
        spec = load(robot)
    except RobotError as exc:
        if as_json:
            broken = [{"about": "folder", "well": False, "words": str(exc)}]
            print(json.dumps({"robot": robot, "well": False, "questions": [], "findings": broken}))
        else:
            print(f"FAILED   folder: {exc}")
        raise typer.Exit(NOT_DONE) from exc
    reach = area_map(spec)
    findings: list[Finding] = []

    def tell(finding: Finding) -> None:
        findings.append(finding)
        if not as_json:
            mark = {True: "well", False: "FAILED", None: "left out"}[finding.well]
            print(f"{mark:8} {finding.about}: {finding.words}", flush=True)

    for finding in findings_of(spec, reach):
        tell(finding)
    if figure is not None:
        draw(reach, spec.workspace, spec.name, figure)
    if not as_json:
        print("\n".join(in_letters(reach, spec.workspace)))
        print("         # reached, + not, in the work area; o reached, . not, around it")
        if figure is not None:
            print(f"written  {figure}")
    tell(_pick(robot, spec, pick))
    if driver:
        tell(driver_finding(driver, option or [], spec))
    if ros:
        tell(_ros(spec))
    well = all(f.well is not False for f in findings)
    if as_json:
        rows = [{"about": f.about, "well": f.well, "words": f.words} for f in findings]
        print(json.dumps({"robot": spec.name, "well": well, "questions": [], "findings": rows}))
    raise typer.Exit(OK if well else NOT_DONE)


def _pick(robot: str, spec: ArmSpec, wanted: bool) -> Finding:
    about = "simulated pick"
    if not wanted:
        return Finding(about, None, "not asked for")
    from llmagentos.cli.trial import simulated_pick

    try:
        why = simulated_pick(robot, spec)
    except MissingDependencyError as exc:
        return Finding(about, None, str(exc))
    except LLMAgentOSError as exc:  # a table that does not fit the arm, a hand that does
        return Finding(about, False, str(exc))
    return Finding(about, not why, why or "a block was grasped and lifted, by simulator truth")


def _ros(spec: ArmSpec) -> Finding:
    """What the running graph tells of its arm. Raises MissingDependencyError without ROS."""
    try:
        listen = importlib.import_module("llmagentos_ros.fit").listen
    except ModuleNotFoundError as exc:
        raise MissingDependencyError(
            f"expected package '{exc.name}' for --ros, got none: source the ROS workspace first"
        ) from exc
    heard, description = listen(_LISTEN_S)
    told = [w for w, there in (("/joint_states", heard.names), ("/robot_description", description))
            if there]  # fmt: skip
    if not told:
        return Finding("ros", False, f"expected /joint_states within {_LISTEN_S:.0f} s, got none")
    said = heard.mismatch(spec)
    if description:
        said += urdf_mismatch(spec, description)
    return Finding("ros", not said, "; ".join(said) or f"{' and '.join(told)} fit the folder")
