"""`llmagentos scene`: list, show and make scenes.

Knows: printing and files. Does not know: PyBullet (asked through llmagentos.composition).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from llmagentos.cli.view import objects_table
from llmagentos.composition import list_scenes, load_scene, random_scene, render_scene
from llmagentos.files import write_text
from llmagentos.robots import DEFAULT_ROBOT

app = typer.Typer(no_args_is_help=True)

RobotOption = Annotated[
    str, typer.Option("--robot", metavar="NAME", help="The arm in it: a name, or a folder.")
]


@app.command("list")
def list_() -> None:
    """The scenes that come with the simulation, and the kinds and colours a scene can have."""
    console = Console()
    for name, count, first_line in list_scenes():
        console.print(f"{name:24} {count:2d} objects  {first_line}", highlight=False)


@app.command()
def show(
    scene: Annotated[str, typer.Argument(help="A scene's name or YAML file.")],
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="PNG", help="Render it there.")
    ] = None,
    robot: RobotOption = "",
) -> None:
    """A scene as a table, and as a picture with --picture."""
    console = Console()
    spec = load_scene(scene, robot=robot)
    console.print(objects_table(_rows(spec)))
    if picture is not None:
        render_scene(spec, picture)
        console.print(f"picture: {picture}", highlight=False)


@app.command()
def make(
    file: Annotated[Path, typer.Argument(help="YAML file to write.")],
    seed: Annotated[int, typer.Option("--seed")] = 0,
    objects: Annotated[int, typer.Option("--objects", min=1, max=20)] = 8,
    things: Annotated[
        int, typer.Option("--things", min=0, max=10, help="So many more of none of our kinds.")
    ] = 0,
    robot: RobotOption = "",
) -> None:
    """Write a random scene that can exist; the same seed gives the same file."""
    spec = random_scene(seed, objects, robot or DEFAULT_ROBOT, things)
    write_text(file, spec.to_yaml(), "a scene file that can be written")
    Console().print(objects_table(_rows(spec)))


def _rows(spec: Any) -> list[dict[str, Any]]:
    return [
        {
            "id": o.id,
            "kind": o.kind,
            "color": o.color,
            "size": o.geometry.size_m,
            "position": o.xyz,
            "yaw": o.yaw,
        }
        for o in spec.objects
    ]
