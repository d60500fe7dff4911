"""`llmagentos run` and `llmagentos plan`.

Knows: one session of commands, its output and its recording. Does not know: modules inside.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from llmagentos.agent import Agent
from llmagentos.cli.view import View
from llmagentos.command import CommandResult, check_command
from llmagentos.composition import start_recording
from llmagentos.config import AgentConfig
from llmagentos.dialogue import unplanned
from llmagentos.dialogue.doubts import Asked
from llmagentos.dialogue.doubts.foretold import foretold
from llmagentos.errors import NotEnglishError, NumberRuleError
from llmagentos.files import make_folder
from llmagentos.lang.wording import describe_plan
from llmagentos.ports.modules import PlanResult
from llmagentos.ports.understanding import Trust
from llmagentos.safety.runner import SupervisorPort
from llmagentos.safety.stopping import Measured, StoppableSession


@contextmanager
def stoppable(agent: Agent, name: str) -> Iterator[StoppableSession | None]:
    """Around a session: `llmagentos stop` in another terminal reaches its robot. None where there is
    no supervisor to ask. name: what the session is called there."""
    supervisor: SupervisorPort | None = getattr(agent.robot, "supervisor", None)
    if supervisor is None:
        yield None
        return
    with StoppableSession(name, supervisor) as session:
        yield session


@contextmanager
def stop_on_ctrl_c(session: StoppableSession | None, console: Console) -> Iterator[None]:
    """Ctrl-C stops the robot first, and what was measured is printed; a second one ends the
    program."""
    if session is None:
        yield
        return
    with session.on_ctrl_c(lambda found: say_stopped(console, found)):
        yield


def say_stopped(console: Console, found: Measured) -> None:
    """What a stop came to, in a line that stays."""
    style = "bold yellow" if found.at_rest else "bold red"
    console.print(f"[{style}]stopped[/]  {escape(found.words)}", highlight=False)


#: A command's words, and what carries it out.
_Taken = tuple[str, Callable[[], CommandResult]]


def run_commands(
    commands: Sequence[str], config: AgentConfig, as_json: bool, audio: Sequence[Path] = ()
) -> bool:
    """Carry out every command, typed or said in WAV files; True when all succeeded or were answered.

    With `as_json` standard output holds one JSON object a line and nothing else.
    """
    hears = _hears(audio) if audio else None
    console = Console(stderr=as_json)
    screen = View(console)
    well = True
    if config.recording is not None:
        make_folder(config.recording, "a folder for the recording")
    with Agent.from_config(config, None if as_json else screen.event, "cli") as agent:
        if not as_json:
            screen.skipped(getattr(agent.llm, "skipped", ()))
            screen.trouble("" if agent.words is None else agent.words.problem)
        recording = None
        if config.recording is not None:
            recording = start_recording(agent.robot, agent.events, Path(config.recording))
        with stoppable(agent, "run") as session:
            taken = _typed(agent, commands) if hears is None else hears(agent)
            for index, (command, carry_out) in enumerate(taken):
                if recording is not None:
                    recording.begin(index, command)
                with stop_on_ctrl_c(session, console):
                    result = carry_out()
                if recording is not None:
                    recording.end(result.to_json())
                _print(result, screen, as_json)
                well = well and result.ok
        if recording is not None:
            with console.status("writing the recording"):
                kept = recording.close()
            console.print(f"recorded: {kept}", highlight=False)
    return well


def _typed(agent: Agent, commands: Sequence[str]) -> Iterator[_Taken]:
    for command in commands:
        yield command, partial(agent.command, command)


def _hears(audio: Sequence[Path]) -> Callable[[Agent], Iterator[_Taken]]:
    """What takes an agent's commands from files; all of them are read before anything begins."""
    from llmagentos.speech.audio import WavSource
    from llmagentos.speech.hearing import Hearing, Said
    from llmagentos.speech.spoken_commands import SpokenCommands

    sources = [WavSource(path) for path in audio]
    words: list[SpokenCommands] = []
    hearing = Hearing(lambda: words[0].words())

    def taken(agent: Agent) -> Iterator[_Taken]:
        spoken = SpokenCommands(agent)
        words.append(spoken)
        for source in sources:
            spoken.look()
            nothing = CommandResult("", "failed", f"I heard nobody in {source.name}.")
            heard = False

            def take(said: Said, nothing: CommandResult = nothing) -> CommandResult:
                return spoken.take(said.heard) or nothing

            for said in hearing.said(source):
                if said.heard.readings:
                    heard = True
                    yield said.heard.text, partial(take, said)
                    spoken.look()
            if not heard:
                yield "", partial(_same, nothing)

    return taken


def _same(result: CommandResult) -> CommandResult:
    return result


def _print(result: CommandResult, screen: View, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result.to_json()), flush=True)
    else:
        screen.result(result)


#: A word that is as sure as this is told as 1.00: there is none to name.
_SURE = 0.995


def _understood(planned: PlanResult) -> list[str]:
    """How sure the plan is, what is least sure of it, and what else may have been meant."""
    found = planned.understanding
    if found is None:
        return []
    lines = [f"confidence {found.confidence:.2f}"]
    if found.words:
        word, sure = min(found.words, key=lambda pair: pair[1])
        if sure < _SURE:
            lines[0] += f", least sure of the word '{word}' ({sure:.2f})"
    if found.left_over:
        lines.append("not in the plan: " + "; ".join(f'"{w}"' for w in found.left_over))
    for option in found.options:
        if option.plan != planned.plan:
            said = " ".join(describe_plan(option.plan))
            lines.append(f"or, {option.probability:.2f}: {said}")
    return lines


def show_plan(command: str, config: AgentConfig, as_json: bool) -> bool:
    """Print the plan for a command on a scene, with what it means in words and what would become
    of it. False where there is none, and why is told."""
    console = Console()
    with Agent.from_config(config) as agent:
        try:
            planned = agent.plan(command)
        except (NotEnglishError, NumberRuleError) as exc:  # what `run` tells as its reply
            why = unplanned.outcome(exc, command)
            Console(stderr=as_json).print(f"[bold]{why.status}[/]  {escape(why.reply)}")
            return False
        if as_json:
            print(json.dumps(planned.plan.to_json(), indent=1))
            return True
        becomes = foretold(
            Asked(
                check_command(command), planned.plan, agent.look(), confidence=planned.confidence,
                understanding=planned.understanding,
                trust=getattr(agent.execution, "trust", Trust()),
            )
        )  # fmt: skip
    tree = Tree(f"[bold]› {command}")
    for sentence in describe_plan(planned.plan):
        tree.add(sentence)
    console.print(tree)
    console.print(f"[dim]{planned.text.strip()}[/]", highlight=False)
    for line in _understood(planned):
        console.print(f"[dim]{escape(line)}[/]", highlight=False)
    console.print(f"[dim]would be {escape(becomes)}[/]", highlight=False)
    console.print(
        f"[dim]plan {planned.plan_s * 1000:.0f} ms, {planned.tokens} tokens, "
        f"{' '.join(planned.engine.values())}[/]"
    )
    View(console).skipped(getattr(agent.llm, "skipped", ()))
    return True
