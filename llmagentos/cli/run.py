"""`llmagentos run` and `llmagentos plan`.

Knows: one session of commands, its output and its recording. Does not know: modules inside.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.tree import Tree

from llmagentos.agent import Agent
from llmagentos.cli.view import View
from llmagentos.command import CommandResult
from llmagentos.composition import load_llm, load_scene, start_recording
from llmagentos.files import make_folder
from llmagentos.lang.wording import describe_plan


@contextmanager
def stop_on_ctrl_c(agent: Agent) -> Iterator[None]:
    """Ctrl-C stops the running command first; a second one ends the program."""

    def handler(signum: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        agent.stop()

    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run_commands(
    commands: list[str],
    *,
    scene: str | None,
    seed: int,
    as_json: bool,
    record: Path | None,
    model: str | None,
    engine: str = "auto",
    view: bool = False,
) -> bool:
    """Carry out every command; True when all succeeded or were answered.

    With `as_json` standard output holds one JSON object a line and nothing else.
    """
    console = Console(stderr=as_json)
    screen = View(console)
    well = True
    if record is not None:
        make_folder(record, "a folder for the recording")
    scene = load_scene(scene, seed)
    llm = load_llm(model, engine)
    if not as_json:
        screen.skipped(llm.skipped)
    with Agent.in_simulation(
        scene, seed=seed, llm=llm, view=view, on_event=None if as_json else screen.event
    ) as agent:
        recording = start_recording(agent.parts, record) if record is not None else None
        for index, command in enumerate(commands):
            if recording is not None:
                recording.begin(index, command)
            with stop_on_ctrl_c(agent):
                result = agent.command(command)
            if recording is not None:
                recording.end(result.to_json())
            _print(result, screen, as_json)
            well = well and result.ok
        if recording is not None:
            with console.status("writing the recording"):
                kept = recording.close()
            console.print(f"recorded: {kept}", highlight=False)
    return well


def _print(result: CommandResult, screen: View, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result.to_json()), flush=True)
    else:
        screen.result(result)


def show_plan(
    command: str,
    *,
    scene: str | None,
    seed: int,
    as_json: bool,
    model: str | None,
    engine: str = "auto",
) -> None:
    """Print the plan for a command on a scene, with what it means in words."""
    console = Console()
    scene = load_scene(scene, seed)
    llm = load_llm(model, engine)
    with Agent.in_simulation(scene, seed=seed, llm=llm) as agent:
        planned = agent.plan(command)
    if as_json:
        print(json.dumps(planned.plan.to_json(), indent=1))
        return
    tree = Tree(f"[bold]› {command}")
    for sentence in describe_plan(planned.plan):
        tree.add(sentence)
    console.print(tree)
    console.print(f"[dim]{planned.text.strip()}[/]", highlight=False)
    console.print(
        f"[dim]plan {planned.plan_s * 1000:.0f} ms, {planned.tokens} tokens, "
        f"{' '.join(planned.engine.values())}[/]"
    )
    View(console).skipped(llm.skipped)
