"""`llmagentos show "my drill"`: what a thing looks like is learnt by its name.

Knows: options, printing, the person who turns the thing between two views (a simulated one in
simulation). Does not know: how things are known again (llmagentos.perception.shown).

In a running graph and in `chat` "this is my drill" does the same with one view each time.
"""

from __future__ import annotations

import math
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from llmagentos.agent import Agent
from llmagentos.cli.options import (
    NOT_DONE,
    OK,
    ConfigOption,
    NoiseOption,
    RobotOption,
    SceneOption,
    SeedOption,
    TableOption,
)
from llmagentos.config import AgentConfig
from llmagentos.errors import CommandError
from llmagentos.from_config import shown as shown_things
from llmagentos.perception.shown import ShownThings, plain_name
from llmagentos.robots import load
from llmagentos.types import SceneObject


def show(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help='"my drill"; without it: what was shown.')
    ] = "",
    what: Annotated[
        str, typer.Option("--what", metavar="WORDS", help='Which thing: "the yellow one".')
    ] = "",
    views: Annotated[int, typer.Option("--views", min=1, max=12, help="So many sides.")] = 3,
    forget: Annotated[
        bool, typer.Option("--forget", help="Forget what that thing looks like.")
    ] = False,
    scene: SceneOption = None,
    robot: RobotOption = None,
    seed: SeedOption = None,
    config: ConfigOption = None,
    noise: NoiseOption = None,
    table: TableOption = None,
) -> None:
    """Show a thing by name, from a few sides, so that commands can name it; or list, or forget.

    In simulation the thing is turned between two views. Afterwards "put my drill in the box" means
    it, in run, chat and graphs of the same robot, over restarts. Exit code 1: it was not learnt.
    """
    from llmagentos.cli.settings import effective

    chosen = effective(config, scene, seed, robot=robot, noise=noise, table=table)
    console = Console()
    if forget or not name:
        raise typer.Exit(_kept(chosen, name, forget, console))
    try:
        plain_name(name)
    except ValueError as exc:
        raise CommandError(str(exc)) from exc
    raise typer.Exit(_show(chosen, name, what, views, console))


def _kept(chosen: AgentConfig, name: str, forget: bool, console: Console) -> int:
    """List what was shown to the robot, or forget one of it."""
    from llmagentos.from_config import table_and_noise

    robot = chosen.robot or table_and_noise(chosen)[0].robot
    kept = shown_things(chosen, load(robot).name) or ShownThings()
    if forget:
        if not name or not kept.forget(name):
            names = ", ".join(kept.names) or "none"
            console.print(f"expected the name of a thing that was shown ({names}), got {name!r}")
            return NOT_DONE
        console.print(f"forgotten: {escape(plain_name(name))}")
        return OK
    if not kept.names:
        console.print('Nothing was shown yet: llmagentos show "my drill" --what "the yellow thing"')
        return OK
    table = Table("name", "views", "known from a likeness of")
    for each in kept.names:
        table.add_row(escape(each), str(kept.views(each)), f"{kept.threshold(each):.2f}")
    console.print(table)
    return OK


def _show(chosen: AgentConfig, name: str, what: str, views: int, console: Console) -> int:
    plain = plain_name(name)
    with Agent.from_config(chosen, None, "cli") as agent:
        for view in range(views):
            if view:
                _turned(agent, plain, 2 * math.pi / views)
            # Once it has its name, "this" is the thing that has it.
            words = what if what and not view else "this"
            result = agent.command(f"{words} is my {plain}")
            console.print(f"view {view + 1} of {views}: {escape(result.reply)}", highlight=False)
            if not result.ok:
                return NOT_DONE
        problem = getattr(getattr(agent.perception, "namer", None), "problem", "")
    if problem:
        console.print(f"[yellow]{escape(problem)}[/]")
    return OK


def _turned(agent: Agent, name: str, by_rad: float) -> None:
    """A person turns the thing: one at the terminal, or a simulated one."""
    simulation = getattr(agent.robot, "simulation", None)
    if simulation is None:
        typer.prompt("Turn it, then press Enter", default="", show_default=False)
        return
    item: SceneObject | None = next((o for o in agent.look().objects if o.name == name), None)
    if item is not None:
        simulation.turn_by_hand(item.position, by_rad)
