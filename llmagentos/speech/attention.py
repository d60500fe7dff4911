"""Which speech is meant for the robot: all of it, what begins with a wake word, what a held key lets in.

Knows: hits of the wake word, a key, how long an answer is waited for. Does not know: sound's words,
devices, keyboards. None of it bars the stop word, which is heard by a process of its own.

Times are counted in the sound, in seconds from its beginning.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from llmagentos.speech.activity import PAUSE_S, Utterance
from llmagentos.speech.audio import RATE_HZ, Sound
from llmagentos.speech.expected import words_of
from llmagentos.speech.recogniser import Heard, Reading
from llmagentos.speech.sounds_like import alike

#: After the wake word alone, and after a question, somebody may begin to speak for so long, s.
OPEN_S = 8.0
#: A wake word belongs to the utterance that begins so long after it, or ends so long before it, s.
_NEAR_S = 0.8
#: So alike a word is taken for the wake word's last one, where that was heard.
_ALIKE = 0.7


class OpenEar:
    """Everything that is said is meant. Also what the other ways of listening begin from."""

    #: Silence that ends an utterance, s.
    pause_s = PAUSE_S
    #: The keyword that opens it, "" for none.
    wake = ""
    #: What a person is told at first.
    how = "Say what to do, or ask."

    def let_in(self, frame: Sound, speaking: bool) -> Sound:
        """What of the next frame may be part of an utterance. speaking: the robot does."""
        return frame

    def is_cut(self) -> bool:
        """Whether the utterance under way ends now, without a pause."""
        return False

    def is_held(self) -> bool:
        """Whether somebody means to talk now, also over the robot."""
        return False

    def heard(self, at_s: float) -> None:
        """The wake word has just ended."""

    def answer(self) -> None:
        """A question was asked, whose answer is meant without the wake word."""

    def is_meant(self, utterance: Utterance) -> bool:
        """Whether the utterance is for the robot."""
        return True

    def may_read_early(self, utterance: Utterance) -> bool:
        """Whether it is for the robot though it may still go on: what is said to others is never read."""
        return True

    def meant(self, utterance: Utterance, heard: Heard) -> Heard:
        """What was read of it, without what only woke the robot."""
        return heard


class WakeWord(OpenEar):
    """What begins with the wake word, what follows it within OPEN_S, and answers to a question."""

    def __init__(self, word: str) -> None:
        self.wake = word
        self.how = f'Say "{word}", and what to do.'
        self._lock = threading.Lock()
        self._hits: deque[float] = deque(maxlen=32)
        self._now_s = self._open_until_s = 0.0
        self._asked = False

    def let_in(self, frame: Sound, speaking: bool) -> Sound:
        """See OpenEar; all of it, and time goes on."""
        with self._lock:
            self._now_s += len(frame) / RATE_HZ
            if self._asked and not speaking:  # from the end of the question on
                self._asked, self._open_until_s = False, self._now_s + OPEN_S
        return frame

    def heard(self, at_s: float) -> None:
        """See OpenEar."""
        with self._lock:
            self._hits.append(at_s)

    def answer(self) -> None:
        """See OpenEar."""
        self._asked = True

    def is_meant(self, utterance: Utterance) -> bool:
        """See OpenEar."""
        if self._woke(utterance):
            return True
        with self._lock:
            meant = self._asked or utterance.begin_s <= self._open_until_s
            if meant:  # for one utterance
                self._asked, self._open_until_s = False, 0.0
        return meant

    def may_read_early(self, utterance: Utterance) -> bool:
        """See OpenEar; what is meant for another reason is read when it is over."""
        return self._woke(utterance)

    def meant(self, utterance: Utterance, heard: Heard) -> Heard:
        """See OpenEar; no readings where nothing but the wake word was said."""
        if not self._woke(utterance):
            return heard
        found: dict[str, Reading] = {}
        for reading in heard.readings:
            text = without_wake_word(reading.text, self.wake)
            key = " ".join(words_of(text))
            if not (key or found):  # most likely nothing else was said
                self._open_until_s = utterance.end_s + OPEN_S
                return replace(heard, readings=())
            if key:
                first = found.setdefault(key, replace(reading, text=text, confidence=0.0))
                found[key] = replace(first, confidence=first.confidence + reading.confidence)
        return replace(heard, readings=tuple(sorted(found.values(), key=lambda r: -r.confidence)))

    def _woke(self, utterance: Utterance) -> bool:
        begin, end = utterance.begin_s - _NEAR_S, utterance.end_s + _NEAR_S
        with self._lock:
            return any(begin <= hit <= end for hit in self._hits)


class TalkKey(OpenEar):
    """Push-to-talk: what is said while a key is held, or between two presses of it.

    A terminal tells presses only, and repeats them while a key is held: a second press within
    REPEATS_S of the first means that it is held; then it is let go once none has come for GONE_S.
    A press later than that ends what a press began. clock: seconds; on_change: told when talking
    begins and ends.
    """

    #: Terminals begin to repeat a held key after 0.25 to 0.66 s, and go on 20 to 30 times a second.
    REPEATS_S, GONE_S = 0.8, 0.25
    #: While a key is held a person may think.
    pause_s = 20.0
    how = "Hold space and talk, or press it before and after."

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        on_change: Callable[[bool], None] = lambda held: None,
    ) -> None:
        self._clock, self.on_change = clock, on_change
        self._lock = threading.Lock()
        self._begun_s: float | None = None
        self._last_s = 0.0
        self._repeats = self._cut = False

    def press(self) -> None:
        """The key came, from any thread."""
        now = self._clock()
        with self._lock:
            if self._begun_s is None:
                self._begun_s, self._repeats = now, False
                changed: bool | None = True
            elif self._repeats or now - self._begun_s <= self.REPEATS_S:
                self._repeats, changed = True, None
            else:
                self._end()
                changed = False
            self._last_s = now
        if changed is not None:
            self.on_change(changed)

    def is_held(self) -> bool:
        """See OpenEar."""
        with self._lock:
            gone = self._repeats and self._clock() - self._last_s > self.GONE_S
            if self._begun_s is None or not gone:
                return self._begun_s is not None
            self._end()
        self.on_change(False)
        return False

    def let_in(self, frame: Sound, speaking: bool) -> Sound:
        """See OpenEar; silence where the key is not held."""
        return frame if self.is_held() else np.zeros_like(frame)

    def may_read_early(self, utterance: Utterance) -> bool:
        """See OpenEar; pauses end nothing while a key is held."""
        return False

    def is_cut(self) -> bool:
        """See OpenEar; once, after the key was let go."""
        with self._lock:
            cut, self._cut = self._cut, False
        return cut

    def _end(self) -> None:
        self._begun_s, self._cut = None, True


def without_wake_word(text: str, word: str) -> str:
    """The text behind the wake word, or behind what sounds most like its last word, among the first
    four words: "Hey Robert, go home" is "Go home". Unchanged where nothing does."""
    begun = list(re.finditer(r"[\w']+", text))[:4]
    likeness = [alike(found[0], word.split()[-1]) for found in begun]
    if max(likeness, default=0.0) < _ALIKE:
        return text
    rest = text[begun[likeness.index(max(likeness))].end() :].lstrip(" ,.!?:;-")
    return rest[:1].upper() + rest[1:]
