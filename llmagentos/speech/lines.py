"""What a person says, line by line, heard also while a command runs or the robot speaks.

Knows: a source, the stop word's process, utterances, the robot's own voice, which lines are stops.
Does not know: which speech is meant for the robot (attention.py), what lines mean
(interpreter.py judges), nor how anything stops.

A thread hears, another reads; the stop word is heard in a process of its own. A stop acts at once,
every other line waits for its turn; those that came before a stop are given up with it.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from llmagentos.errors import SpeechError
from llmagentos.ports.audio import AudioSource
from llmagentos.safety.stop_words import is_stop
from llmagentos.speech.activity import EARLY_S, Utterance
from llmagentos.speech.attention import OpenEar
from llmagentos.speech.audio import Sound
from llmagentos.speech.echo import EchoGate
from llmagentos.speech.hearing import Hearing, Said
from llmagentos.speech.interpreter import Interprets
from llmagentos.speech.speaking import Speaker
from llmagentos.speech.stop_watch import StopWatch

#: Frames that wait until it is clear whether they are the robot's own voice: 120 ms.
_HELD_BACK = 6
#: A stop word belongs to the utterance that ends so long before or after it, s.
_NEAR_S = 0.8
#: The robot's voice rings on so long, s.
_RINGS_S = 0.25


class SpokenLines:
    """Lines of a source. on_stop: told what was heard as a stop, from a thread; tell: sentences for
    the person, from any thread. speaker: None is mute. attention: None: everything is meant.
    is_busy: whether something is under way that is not done inside `working`; it may be asked from
    any thread, and the stop word does not wait for it: where it is given, that word always stops.
    on_nothing: told where somebody was heard and nothing was read. Close it."""

    def __init__(
        self,
        source: AudioSource,
        hearing: Hearing,
        spoken: Interprets,
        on_stop: Callable[[str], None],
        tell: Callable[[str], None],
        speaker: Speaker | None = None,
        clock: Callable[[], float] = time.monotonic,
        attention: OpenEar | None = None,
        is_busy: Callable[[], bool] | None = None,
        on_nothing: Callable[[], None] = lambda: None,
    ) -> None:
        self._attention = attention or OpenEar()
        self._elsewhere, self._on_nothing = is_busy, on_nothing
        hearing.utterances.pause_s = self._attention.pause_s
        hearing.utterances.early_s = EARLY_S
        self._source, self._hearing, self._spoken = source, hearing, spoken
        self._on_stop, self._tell, self._speaker, self._clock = on_stop, tell, speaker, clock
        self._utterances: queue.Queue[Utterance | None] = queue.Queue()
        self._lines: deque[Said] = deque()
        self._given_up: list[str] = []
        self._hits: deque[float] = deque(maxlen=32)
        self._came = threading.Condition()
        self._ended = self._working = False
        self._gate, self._held = EchoGate(), deque[Sound]()
        self._quiet_from = 0.0
        self._watch = StopWatch(self._word, tell, wake=self._attention.wake, on_wake=self._woken)
        self._threads = [
            threading.Thread(target=work, name=f"speech: {work.__name__}", daemon=True)
            for work in (self._listen, self._read)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Hear no more."""
        self._source.close()
        self._watch.close()
        for thread in self._threads:
            thread.join()

    def take_given_up(self) -> list[str]:
        """Lines that were given up since the last call, because a stop came after them."""
        with self._came:
            given_up, self._given_up = self._given_up, []
        return given_up

    def next_line(self) -> str | None:
        """The next command as text; None at the end of the source, or at Ctrl-C while waiting.

        What is not clear is asked here, aloud where the robot speaks."""
        with contextlib.suppress(KeyboardInterrupt):
            self._spoken.look()
            while (said := self._next()) is not None:
                found = self._spoken.understood(said.heard)
                if found.text:
                    if found.note:
                        self._tell(found.note)
                    return found.text
                if found.asks:
                    self.ask(found.asks)
        return None

    def ask(self, question: str) -> None:
        """Ask the person, aloud where the robot speaks; what is said next is the answer."""
        self._tell(question)
        if self._speaker is not None:
            self._speaker.say(question)
        self._attention.answer()

    def expect_answer(self) -> None:
        """A reply was a question: what is said next is the answer."""
        self._attention.answer()

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Around a command: a hurried "no" or "wait" is a stop meanwhile."""
        self._working = True
        try:
            yield
        finally:
            self._working = False

    # --- threads ----------------------------------------------------------------------------

    def _next(self) -> Said | None:
        with self._came:
            while not (self._lines or self._ended):
                self._came.wait(0.5)  # not for good: Ctrl-C must get through
            return self._lines.popleft() if self._lines else None

    def _listen(self) -> None:
        utterances = self._hearing.utterances
        try:
            for frame in self._source.frames():
                self._watch.hear(frame)
                for part in self._without_echo(frame):
                    let_in = self._attention.let_in(part, self._is_speaking())
                    for utterance in utterances.hear(let_in):
                        self._utterances.put(utterance)
                if self._attention.is_cut():
                    for utterance in utterances.end():
                        self._utterances.put(utterance)
        except SpeechError as exc:
            self._tell(str(exc))
        for utterance in utterances.end():
            self._utterances.put(utterance)
        self._utterances.put(None)

    def _without_echo(self, frame: Sound) -> Iterator[Sound]:
        """The frames that are a person's, silence for those that are the robot's own; as many as
        came, a little later. A person who talks over it makes it silent."""
        playing = None if self._speaker is None else self._speaker.playing
        now_s = self._clock()
        if playing is None or self._speaker is None:
            self._gate.quiet()
            while self._held:
                self._held.popleft()
                yield np.zeros_like(frame)
            ringing = now_s < self._quiet_from
            yield np.zeros_like(frame) if ringing else frame
            return
        self._quiet_from = now_s + _RINGS_S
        self._held.append(frame)
        played, begun_s = playing
        over = self._gate.is_person(frame, played, now_s - begun_s)
        if over or self._attention.is_held():
            self._quiet_from = 0.0
            self._speaker.hush()
            yield from self._held
            self._held.clear()
        elif len(self._held) > _HELD_BACK:
            self._held.popleft()
            yield np.zeros_like(frame)

    def _read(self) -> None:
        while (utterance := self._utterances.get()) is not None:
            if not utterance.over:
                # Only while nothing newer waits: who goes on speaking is not read twice for nothing.
                if self._utterances.empty() and self._attention.may_read_early(utterance):
                    self._hearing.read_early(utterance)
                continue
            meant = self._attention.is_meant(utterance)
            by_word = any(
                utterance.begin_s - _NEAR_S <= at <= utterance.end_s + _NEAR_S for at in self._hits
            )
            # A stop in other words counts whoever it is said to, while there is something to stop.
            busy = self._is_busy()
            if not (meant or by_word or busy):
                continue
            said = self._hearing.read(utterance)
            text = said.heard.text
            if not text:
                self._on_nothing()
                continue
            if is_stop(text, moving=busy):
                if not by_word:  # else it has stopped already
                    self._stop(text)
            elif by_word:
                self._tell(
                    f'I stopped, for I heard "stop" in: {text} If that was not meant, reset me.'
                )
            elif meant:
                self._take(replace(said, heard=self._attention.meant(utterance, said.heard)))
        with self._came:
            self._ended = True
            self._came.notify_all()

    def _take(self, said: Said) -> None:
        text = said.heard.text
        if not text:  # the wake word alone
            self.ask("Yes?")
        elif is_stop(text, moving=self._is_busy()):
            self._stop(text)
        else:
            with self._came:
                self._lines.append(said)
                self._came.notify_all()

    def _is_busy(self) -> bool:
        return self._working or (self._elsewhere is not None and self._elsewhere())

    def _is_speaking(self) -> bool:
        return self._speaker is not None and self._speaker.speaking

    def _woken(self, told: Mapping[str, Any]) -> None:
        """From the stop word's process, while the robot may speak: then it listens."""
        self._attention.heard(float(told["at_s"]))
        if self._speaker is not None and self._speaker.speaking:
            self._quiet_from = 0.0
            self._speaker.hush()

    def _word(self, told: Mapping[str, Any]) -> None:
        """From the stop word's process: at once, before the sentence has ended. Where nothing is
        under way there is nothing to stop at once: the recogniser judges the whole sentence."""
        if self._elsewhere or self._working or self._lines or self._is_speaking():
            self._hits.append(float(told["at_s"]))
            self._stop("stop")

    def _stop(self, text: str) -> None:
        with self._came:
            self._given_up += [said.heard.text for said in self._lines]
            self._lines.clear()
        if self._speaker is not None:
            threading.Thread(target=self._speaker.hush, daemon=True).start()
        self._on_stop(text)
