"""`llmagentos chat --speech`: commands are said, replies are said.

Knows: what is loaded for it, and that a machine without a loudspeaker still listens. Does not know:
how speech is heard or made (llmagentos.speech), what lines mean.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape

from llmagentos.agent import Agent
from llmagentos.cli.talk_key import Keys
from llmagentos.errors import SpeechError
from llmagentos.speech.attention import OpenEar, TalkKey, WakeWord
from llmagentos.speech.expected import words_of
from llmagentos.speech.hearing import Hearing
from llmagentos.speech.keywords import WAKE_WORDS
from llmagentos.speech.lines import SpokenLines
from llmagentos.speech.microphone import Loudspeaker
from llmagentos.speech.sources import source_of
from llmagentos.speech.speaking import Speaker
from llmagentos.speech.spoken_commands import SpokenCommands


def attention_of(wake: str, push_to_talk: bool) -> OpenEar:
    """Which speech is meant, by the options. Raises BadParameter."""
    if wake and push_to_talk:
        raise typer.BadParameter("expected --wake or --push-to-talk, got both")
    if push_to_talk:
        return TalkKey()
    if not wake:
        return OpenEar()
    word = " ".join(words_of(wake))
    if word not in WAKE_WORDS:
        known = ", ".join(f'"{w}"' for w in WAKE_WORDS)
        raise typer.BadParameter(f'expected one of {known} for --wake, got "{wake}"')
    return WakeWord(word)


class SpokenChat:
    """audio: a file instead of the microphone, played as fast as it was said. mute: replies are only
    written. attention: which speech is meant; a TalkKey listens to the terminal's space bar. `load`,
    then `begin` for an agent."""

    def __init__(
        self,
        audio: Path | None,
        microphone: str = "",
        mute: bool = False,
        attention: OpenEar | None = None,
    ) -> None:
        self._audio, self._device, self._mute = audio, microphone, mute
        self._attention = attention or OpenEar()
        self._keys: Keys | None = None
        self._commands: SpokenCommands | None = None
        self._speaker: Speaker | None = None

    @property
    def help(self) -> str:
        """What a person is told at first."""
        return (
            f"{self._attention.how} While a command runs: say stop, or Ctrl-C; then say reset. "
            "Talk over a reply to end it. Say quit to end."
        )

    def load(self, console: Console) -> None:
        """Load what hears and speaks; before anything moves. Raises SpeechError for no microphone,
        FileError, MissingDependencyError, ModelError."""
        self._console = console
        if isinstance(self._attention, TalkKey):
            self._attention.on_change = self._tell_key
            self._keys = Keys(self._attention.press)
        source = source_of(self._audio, self._device, paced=True)
        self._source = source
        self._hearing = Hearing(lambda: self.commands.words())
        if not self._mute:
            try:
                self._speaker = Speaker(Loudspeaker(), on_trouble=self._tell)
            except SpeechError as exc:
                self._tell(str(exc))

    @property
    def commands(self) -> SpokenCommands:
        """The agent's; there once it has begun."""
        assert self._commands is not None
        return self._commands

    def begin(self, agent: Agent, on_stop: Callable[[str], None]) -> _Lines:
        """Lines, as typed ones come. on_stop: told each that says stop, from a thread."""
        self._commands = SpokenCommands(agent)
        self.commands.look()
        return _Lines(self._console, self, SpokenLines(
            self._source, self._hearing, self.commands, on_stop, self._tell, self._speaker,
            attention=self._attention,
        ))  # fmt: skip

    def say(self, reply: str) -> None:
        """Say it, where anything can be said; does not wait."""
        if self._speaker is not None:
            self._speaker.say(reply)
        if reply.rstrip().endswith("?"):
            self._attention.answer()

    def close(self) -> None:
        """Say what is still to be said, and end."""
        if self._keys is not None:
            self._keys.close()
        if self._speaker is not None:
            self._speaker.wait(20.0)
            self._speaker.close()

    def _tell_key(self, held: bool) -> None:
        self._console.print("[dim]listening ...[/]" if held else "[dim]heard[/]", highlight=False)

    def _tell(self, sentence: str) -> None:
        self._console.print(f"[yellow]{escape(sentence)}[/]", highlight=False)


class _Lines:
    """Spoken lines, shown as they come."""

    def __init__(self, console: Console, chat: SpokenChat, lines: SpokenLines) -> None:
        self._console, self._chat, self._lines = console, chat, lines
        self.working, self.take_given_up = lines.working, lines.take_given_up

    def next_line(self) -> str | None:
        """The next command, None at the end."""
        line = self._lines.next_line()
        if line is None:
            return None
        self._console.print(f"\n[bold green]you ›[/] {escape(line)}", highlight=False)
        return line.rstrip(" .!") if line.lower().strip(" .!") in ("quit", "exit", "bye") else line

    def close(self) -> None:
        """Hear and say no more."""
        self._lines.close()
        self._chat.close()
