"""`llmagentos replay`: a recorded flight in words, as a video, as a test of today's code.

Knows: options, printing. Does not know: files of flights, what is compared.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from llmagentos.composition import load_planner, video
from llmagentos.default_model import DEFAULT_MODEL, DRIVING_MODEL
from llmagentos.errors import FileError
from llmagentos.files import make_folder, refusing, shown
from llmagentos.perception import TabletopPerception
from llmagentos.recorder.check import ROVING, Stage, check
from llmagentos.recorder.keep import keep
from llmagentos.recorder.places import newest
from llmagentos.recorder.reading import Flight, read
from llmagentos.recorder.timeline import timeline
from llmagentos.recorder.video import FPS, pictures
from llmagentos.robots import load

#: Exit codes: all well, today's code decides differently; wrong usage is 2, by main.
OK, DIFFERENT = 0, 1
_INK = {"said": "bold", "replied": "bold", "fault": "red", "safety": "yellow", "recorder": "yellow"}


def replay(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help="Recorded flights; your newest without one."),
    ] = None,
    to_video: Annotated[
        Path | None, typer.Option("--video", metavar="MP4", help="Write it as a video.")
    ] = None,
    checks: Annotated[
        bool, typer.Option("--check", help="Whether today's code sees, plans and does the same.")
    ] = False,
    kept: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Check it, and keep it there as a test."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """Show a recorded flight in words; or as a video, or check today's code against it.

    Exit code 1: today's code decides differently, or something was not kept.
    """
    flights = [read(path) for path in files or [newest()]]
    if to_video is not None and len(flights) != 1:
        raise FileError(f"expected one flight for a video, got {len(flights)}")
    if kept is not None:
        make_folder(kept, "a folder for kept flights")
    well = True
    planners: dict[str, Any] = {}
    for flight in flights:
        if to_video is not None:
            write_video(flight, to_video)
        elif checks or kept is not None:
            model = DRIVING_MODEL if _drives(flight) else DEFAULT_MODEL
            planner = planners[model] = planners.get(model) or load_planner(model)
            same = _checked(flight, planner, as_json)
            if kept is not None:
                same = _keep(flight, kept, planner, same, Console(stderr=as_json))
            well = well and same
        else:
            _tell(flight, as_json)
    raise typer.Exit(OK if well else DIFFERENT)


def stages(flight: Flight, planner: Any) -> list[Stage]:
    """What today's code makes of a flight. Raises RobotError, FileError."""
    arm = None if _drives(flight) else load(_robot(flight))  # of a base no eyes are asked
    return check(flight, TabletopPerception(arm=arm), planner)


def _drives(flight: Flight) -> bool:
    return flight.header.get("skills") == ROVING


def _robot(flight: Flight) -> str:
    """The arm by what the configuration or the scene called it (a folder, perhaps), else by name."""
    config, scene = flight.header.get("config") or {}, flight.header.get("scene") or {}
    return config.get("robot") or scene.get("robot") or flight.about["robot"]


def _tell(flight: Flight, as_json: bool) -> None:
    lines = timeline(flight)
    if as_json:
        told = {"file": str(flight.path), "whole": flight.whole, "about": flight.about}
        print(json.dumps({**told, "timeline": [asdict(line) for line in lines]}))
        return
    console = Console()
    about = flight.about
    model = flight.header.get("model", "")
    with_ = f"{about['robot']}, {model or 'no model'}, llmagentos {about.get('llmagentos', '')}"
    console.print(f"[dim]{escape(shown(flight.path))}\n{escape(with_)}[/]", soft_wrap=True)
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for line in lines:
        ink = _INK.get(line.kind, "")
        table.add_row(
            f"[dim]{line.robot_s:.1f} s[/]", f"[dim]{line.kind}[/]", escape(line.words), style=ink
        )
    console.print(table)


def _checked(flight: Flight, planner: Any, as_json: bool) -> bool:
    found = stages(flight, planner)
    well = all(stage.same for stage in found)
    if as_json:
        rows = [asdict(stage) | {"same": stage.same} for stage in found]
        print(json.dumps({"file": str(flight.path), "same": well, "stages": rows}))
        return well
    console = Console()
    console.print(f"[dim]{escape(shown(flight.path))}[/]", soft_wrap=True)
    for stage in found:
        verdict = "[green]same[/]" if stage.same else "[red]differs[/]"
        words = stage.difference or stage.checked
        more = f" [dim]({escape(stage.note)})[/]" if stage.note else ""
        console.print(
            f"{stage.name:<11} {verdict}  {escape(words)}{more}", soft_wrap=True, highlight=False
        )
    return well


def _keep(flight: Flight, folder: Path, planner: Any, same: bool, console: Console) -> bool:
    """Keep it there as a test, or say why not and what else may be done. same: whether today's code
    repeats it."""
    if not same:
        console.print(
            f"not kept: today's code decides otherwise, as told above, and a test that fails from "
            f"its first day tells nothing. If today's code is right, carry the command out again "
            f"and keep that flight: {_again(flight)}. If it is wrong, mend it and keep this one.",
            soft_wrap=True, highlight=False, markup=False,
        )  # fmt: skip
        return False
    path, left_out = keep(flight, folder)
    others = [stage for stage in stages(read(path), planner) if not stage.same]
    if others:
        path.unlink()
        size = f"{flight.path.stat().st_size / 1000:.0f} kB"
        console.print(
            f"not kept: made small ({left_out or 'what no check reads left out'}), today's code "
            f"decides otherwise: {others[0].name}: {others[0].difference}. The whole file ({size}) "
            f"is a test as well, where its size does no harm: cp {shown(flight.path)} "
            f"{shown(folder)}/",
            soft_wrap=True, highlight=False, markup=False,
        )  # fmt: skip
        return False
    size = f"{path.stat().st_size / 1000:.0f} kB"
    more = f"; {left_out}" if left_out else ""
    console.print(
        f"kept: {shown(path)}, {size}{more}", soft_wrap=True, highlight=False, markup=False
    )
    return True


def _again(flight: Flight) -> str:
    """How the command is carried out again, on a command line."""
    config = flight.header.get("config") or {}
    scene = f" --scene {shlex.quote(str(config['scene']))}" if config.get("scene") else ""
    return f"llmagentos run{scene} --flight DIR {shlex.quote(flight.about['command'])}"


def write_video(flight: Flight, path: Path) -> None:
    """The flight as an MP4. Raises FileError, MissingDependencyError."""
    if path.suffix.lower() != ".mp4":
        raise FileError(f"expected a video ending in .mp4, got {shown(path)}")
    with refusing(path, "a video that can be written"):
        path.touch()
    writer: Any = None
    for picture in pictures(flight):
        if writer is None:
            height, width = picture.shape[:2]
            writer = video(path, width, height, FPS)
        writer.add(picture)
    writer.close()
    print(f"video: {shown(path)}")
