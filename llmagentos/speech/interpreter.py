"""What utterances mean, one after the other: a command, a question, or the answer to one.

Knows: the question that waits. Does not know: where words and plans come from (an agent here, nodes
of a graph elsewhere), nor who carries anything out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from llmagentos.speech.expected import Expected
from llmagentos.speech.recogniser import Heard
from llmagentos.speech.understanding import Plans, Understood, answered, understand


class Interprets(Protocol):
    """Who says what an utterance means, for whoever hears (lines.py)."""

    def look(self) -> None:
        """Look at what may be named from now on; between commands."""
        ...

    def understood(self, heard: Heard) -> Understood:
        """What is meant: with a question that waits, perhaps its answer."""
        ...


class Interpreter:
    """words: what may be said now; plans: what a planner makes of a text. One thread at a time."""

    def __init__(self, words: Callable[[], Expected], plans: Plans) -> None:
        self._words, self._plans = words, plans
        self._options: tuple[str, ...] = ()

    def understood(self, heard: Heard) -> Understood:
        """What is meant: with a question that waits, perhaps its answer."""
        options, self._options = self._options, ()
        for reading in heard.readings[:2] if options else ():
            meant = answered(reading.text, options)
            if meant == "":
                return Understood("", (), "All right. What shall I do?")
            if meant is not None:
                return Understood(meant, understand(heard, self._words(), self._plans).candidates)
        found = understand(heard, self._words(), self._plans)
        if found.asks and len(found.candidates) > 1:
            self._options = tuple(c.text for c in found.candidates[:2])
        return found
