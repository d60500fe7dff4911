"""`llmagentos chat`: a conversation with the robot in the terminal.

Knows: prompt, history, stops and resets. Does not know: what commands mean; `undo`, `why` and the
like go through the language model as any sentence does. A stop does not: typed.py reads it while
a command runs, a plan is being written or a model hangs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from llmagentos.agent import Agent
from llmagentos.cli.run import say_stopped, stop_on_ctrl_c, stoppable
from llmagentos.cli.typed import Typed
from llmagentos.cli.view import View, objects_table
from llmagentos.composition import load_llm, start_recording
from llmagentos.config import AgentConfig
from llmagentos.errors import ModelError
from llmagentos.files import make_folder
from llmagentos.safety.stop_words import is_stop
from llmagentos.safety.stopping import HOW_TO_RESET, StoppableSession, latched
from llmagentos.safety.supervising import operator
from llmagentos.voice import Voice

if TYPE_CHECKING:
    from llmagentos.cli.spoken import SpokenChat

_LEAVE = ("quit", "exit", "bye")
#: After a stop these let the robot take commands again; else they are commands as any.
_RESET = ("reset", "reset the stop", "reset safety", "/reset-safety")
HELP = (
    "Say what to do, or ask. While a command runs: Ctrl-C, or stop and Enter; then reset. "
    "Also: undo, why, again; /good or /bad about what was done. /scene lists the objects, /reset "
    "starts over, quit ends."
)


def chat(
    config: AgentConfig,
    start: Callable[[Any], Any] | None = None,
    spoken: SpokenChat | None = None,
) -> None:
    """Read commands until `quit` or the end of the input.

    start: makes what records the robot, instead of the configuration's recording; told each
    command's `begin` and `end`. spoken: commands are said, not typed; see cli/spoken.py.
    """
    console = Console()
    if spoken is not None:
        spoken.load(console)
    screen = View(console)
    _enable_history()
    if config.recording is not None:
        make_folder(config.recording, "a folder for the recording")
    voice = Voice(load_llm(config.voice)) if config.voice else None
    if config.taught.episodes is None:  # a person is here, from whom can be learnt
        config = config.with_(taught=config.taught.model_copy(update={"episodes": True}))
    if config.memory.keep is None:
        config = config.with_(memory=config.memory.model_copy(update={"keep": True}))
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
        console.print(f"[dim]{HELP if spoken is None else spoken.help}[/]")
        with stoppable(agent, "chat") as session:
            talking = _Conversation(console, screen, agent, session, voice, recording, spoken)
            talking.until_the_end()
        if recording is not None:
            console.print(f"recorded: {recording.close()}", highlight=False)


class _Conversation:
    """The lines of one conversation, one after another; a stop does not wait for its turn."""

    def __init__(
        self, console: Console, screen: View, agent: Agent, session: StoppableSession | None,
        voice: Voice | None, recording: Any, spoken: SpokenChat | None = None,
    ) -> None:  # fmt: skip
        self._console, self._screen, self._agent, self._session = console, screen, agent, session
        self._voice, self._recording = voice, recording
        self._say: Callable[[str], None] = lambda reply: None
        self._typed: Any = None
        if spoken is None:
            self._typed = Typed(console, self._stop)
        else:
            self._typed, self._say = spoken.begin(agent, self._stop), spoken.say

    def until_the_end(self) -> None:
        """Take lines until `quit` or the end of the input."""
        with closing(self._typed):
            for index, line in enumerate(self._lines()):
                self._take(index, line)
                self._say_given_up()

    def _lines(self) -> Iterator[str]:
        while (line := self._typed.next_line()) is not None:
            if line.lower() in _LEAVE:
                return
            if line in ("help", "/help", "?"):
                self._console.print(f"[dim]{HELP}[/]")
            elif line and is_stop(line):
                self._stop(line)
            elif line:
                yield line

    def _take(self, index: int, line: str) -> None:
        console, agent = self._console, self._agent
        if line == "/scene":
            assert agent.robot is not None
            console.print(objects_table(agent.robot.objects()))
        elif line in ("/good", "/bad"):
            kept = agent.feedback(1.0 if line == "/good" else -1.0, line)
            words = "kept for `llmagentos learn`" if kept else "nothing was done yet"
            console.print(f"[dim]{words}[/]")
        elif line == "/reset":
            if self._let_go_on():
                agent.reset()
                if self._voice is not None:
                    self._voice.forget()
        elif line.lower().strip(" .!") in _RESET and self._is_stopped():
            if self._let_go_on():
                console.print(
                    "[bold green]reset[/]  ready for a new command; nothing that was stopped goes on"
                )
        else:
            self._carry_out(index, line)

    def _carry_out(self, index: int, line: str) -> None:
        if self._recording is not None:
            self._recording.begin(index, line)
        with self._typed.working(), stop_on_ctrl_c(self._session, self._console):
            result = self._agent.command(line)
        self._screen.result(result)
        self._say(result.reply)
        if self._voice is not None and self._voice.wanted(result):
            talk(self._console, self._voice, line)
        if self._recording is not None:
            self._recording.end(result.to_json())

    # --- stops --------------------------------------------------------------------------------

    def _stop(self, line: str) -> None:
        """The person said stop: at the prompt, or in the thread that reads while it works."""
        if self._session is None:
            self._agent.stop()
        else:
            found = self._session.stop("chat")
            say_stopped(self._console, found)
            self._console.print(f"[dim]{HOW_TO_RESET}[/]")

    def _say_given_up(self) -> None:
        for line in self._typed.take_given_up():
            self._console.print(
                f"[yellow]not begun, since you said stop after it:[/] {escape(line)}"
            )

    def _is_stopped(self) -> bool:
        return self._session is not None and bool(latched(self._session.supervisor))

    def _let_go_on(self) -> bool:
        """The person's reset, where the robot was stopped; whether it takes commands now."""
        refused = "" if self._session is None else self._session.reset(operator())
        if refused:
            self._console.print(f"[bold red]not reset[/]  {escape(refused)}")
        return not refused


def talk(console: Console, voice: Voice, text: str) -> None:
    """Print what the voice says, as it comes, marked as talk."""
    console.print("[bold magenta]talk[/]  ", end="")
    try:
        for piece in voice.answer(text):
            console.print(piece, end="", markup=False, highlight=False)
    except ModelError as exc:
        console.print(f"(nothing: {exc})", end="", markup=False, highlight=False)
    console.print()


def _enable_history() -> None:
    try:
        import readline
    except ImportError:  # a Python built without readline still chats, without arrow keys
        return
    readline.set_history_length(1000)
