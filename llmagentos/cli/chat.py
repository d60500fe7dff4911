"""`llmagentos chat`: a conversation with the robot in the terminal.

Knows: prompt, history, and stopping a running command. Does not know: what commands mean;
`undo`, `why` and the like go through the language model as any sentence does.
"""

from __future__ import annotations

import select
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from llmagentos.agent import Agent
from llmagentos.cli.run import stop_on_ctrl_c
from llmagentos.cli.view import View, objects_table
from llmagentos.command import CommandResult
from llmagentos.composition import load_llm, start_recording
from llmagentos.config import AgentConfig
from llmagentos.errors import ModelError
from llmagentos.files import make_folder
from llmagentos.voice import Voice

_LEAVE = ("quit", "exit", "bye")
HELP = (
    "Say what to do, or ask. While a command runs: Ctrl-C, or stop and Enter. "
    "Also: undo, why, again; /good or /bad about what was done. /scene lists the objects, /reset "
    "starts over, quit ends."
)


def chat(config: AgentConfig, start: Callable[[Any], Any] | None = None) -> None:
    """Read commands until `quit` or the end of the input.

    start: makes what records the robot, instead of the configuration's recording; told each
    command's `begin` and `end`.
    """
    console = Console()
    screen = View(console)
    _enable_history()
    if config.recording is not None:
        make_folder(config.recording, "a folder for the recording")
    voice = Voice(load_llm(config.voice)) if config.voice else None
    if config.taught.episodes is None:  # a person is here, from whom can be learnt
        config = config.with_(taught=config.taught.model_copy(update={"episodes": True}))
    with Agent.from_config(config, screen.event, "chat") as agent:
        screen.skipped(getattr(agent.llm, "skipped", ()))
        screen.trouble("" if agent.words is None else agent.words.problem)
        robot, recording = agent.robot, None
        assert robot is not None
        if start is not None:
            recording = start(robot)
        elif config.recording is not None:
            recording = start_recording(robot, agent.events, Path(config.recording))
        console.print(objects_table(robot.objects()))
        console.print(f"[dim]{HELP}[/]")
        for index, line in enumerate(_lines(console)):
            if line == "/scene":
                console.print(objects_table(robot.objects()))
                continue
            if line in ("/good", "/bad"):
                kept = agent.feedback(1.0 if line == "/good" else -1.0, line)
                console.print(
                    "[dim]kept for `llmagentos learn`[/]"
                    if kept
                    else "[dim]nothing was done yet[/]"
                )
                continue
            if line == "/reset":
                agent.reset()
                if voice is not None:
                    voice.forget()
                continue
            if recording is not None:
                recording.begin(index, line)
            result = _carry_out(agent, line)
            screen.result(result)
            if voice is not None and voice.wanted(result):
                talk(console, voice, line)
            if recording is not None:
                recording.end(result.to_json())
        if recording is not None:
            console.print(f"recorded: {recording.close()}", highlight=False)


def talk(console: Console, voice: Voice, text: str) -> None:
    """Print what the voice says, as it comes, marked as talk."""
    console.print("[bold magenta]talk[/]  ", end="")
    try:
        for piece in voice.answer(text):
            console.print(piece, end="", markup=False, highlight=False)
    except ModelError as exc:
        console.print(f"(nothing: {exc})", end="", markup=False, highlight=False)
    console.print()


def _lines(console: Console) -> Iterator[str]:
    while True:
        try:
            line = console.input("\n[bold green]you ›[/] ").strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        if line.lower() in _LEAVE:
            return
        if line in ("help", "/help", "?"):
            console.print(f"[dim]{HELP}[/]")
        elif line:
            yield line


def _carry_out(agent: Agent, line: str) -> CommandResult:
    with stop_on_ctrl_c(agent):
        result = agent.begin(line)
        while result is None:
            if _typed() == "stop":
                agent.stop()
            result = agent.step()
    return result


def _typed() -> str:
    """A line that was typed while the arm moves, or nothing; never blocks."""
    if not sys.stdin.isatty():
        return ""
    ready, _, _ = select.select([sys.stdin], [], [], 0.0)
    return sys.stdin.readline().strip().lower() if ready else ""


def _enable_history() -> None:
    try:
        import readline
    except ImportError:  # a Python built without readline still chats, without arrow keys
        return
    readline.set_history_length(1000)
