"""Cases of the language benchmark said aloud: voices, noise, and a body that hears its turns.

Knows: in which voices and how noisy a case is said, and the way from sound to a command (voice
activity, recogniser, understanding) as the product goes it. Does not know: how a turn is judged
(suites/judging.py), tables (speech.py).
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.suites.case_run import Played, SymbolicBody, TurnResult, finished, play
from benchmarks.suites.cases import Case, Turn
from benchmarks.suites.stage import Truth
from llmagentos.errors import LLMAgentOSError
from llmagentos.ports.modules import PlanningModule
from llmagentos.speech.activity import EARLY_S, Utterances, silero
from llmagentos.speech.audio import RATE_HZ, Sound, as_sound, frames_of
from llmagentos.speech.expected import Expected, expected
from llmagentos.speech.hearing import Hearing
from llmagentos.speech.recogniser import Heard, Recogniser
from llmagentos.speech.understanding import Understood, understand
from training.corpus import alignment
from training.speech.rooms import NOISES, in_room, noise, with_noise
from training.speech.voices import PIPER, Voice, say, voices_apart

#: Decibel of voice over noise; None: a quiet room without echo.
SNRS_DB: tuple[float | None, ...] = (None, 20.0, 10.0, 5.0)
#: Programs by how they make a voice.
FAMILIES = {
    "piper": "neural",
    "kokoro": "neural",
    "flite": "recorded pieces",
    "espeak-ng": "formants",
}
#: So many voices of a program, of those that nothing was trained on.
_OF_PROGRAM = {"kokoro": 2, "flite": 1, "espeak-ng": 2}


def voices() -> tuple[Voice, ...]:
    """Piper's at three speeds and heights, and some that nothing was trained on (voices_apart)."""
    piper = (PIPER, replace(PIPER, pace=1.3), replace(PIPER, pace=0.95, pitch=68))
    apart = voices_apart()
    others = [
        v for program, count in _OF_PROGRAM.items()
        for v in [v for v in apart if v.program == program][:count]
    ]  # fmt: skip
    return (*piper, *others)


def named(voice: Voice) -> str:
    """As tables call it: "piper joe, fast"."""
    pace = "" if 0.85 < voice.pace < 1.2 else ", fast" if voice.pace > 1 else ", slow"
    higher = ", smaller" if voice.program == "piper" and voice.pitch > 50 else ""
    return f"{voice}{pace}{higher}"


@functools.lru_cache(maxsize=64)
def _said(text: str, voice: Voice) -> NDArray[np.float32]:
    return say(text, voice)


def recording(text: str, voice: Voice, snr_db: float | None, seed: int) -> Sound:
    """The sentence with half a second before and one behind it; with noise also in some room."""
    rng = np.random.default_rng([seed, zlib.crc32(f"{text} {voice}".encode())])
    sound = np.pad(_said(text, voice), (RATE_HZ // 2, RATE_HZ))
    if snr_db is not None:
        sound = in_room(sound, rng)
        kind = str(rng.choice(NOISES))
        sound = with_noise(sound, noise(kind, len(sound), rng), snr_db)
    return as_sound(sound * np.float32(0.5))


@dataclass(frozen=True)
class WholeSound:
    """An AudioSource: a sound as fast as it is taken."""

    sound: Sound
    name = "a recording"

    def frames(self) -> Iterator[Sound]:
        """See AudioSource."""
        return frames_of(self.sound)

    def close(self) -> None:
        """See AudioSource."""


@dataclass
class Ear:
    """From sound to readings, as a microphone's goes. read_s: what the recogniser took each time."""

    recogniser: Recogniser
    read_s: list[float] = field(default_factory=list)

    def hear(self, sound: Sound, words: Expected) -> list[Heard]:
        """Every utterance in it, read early as a microphone's is."""
        cut = Utterances(silero(), early_s=EARLY_S)
        hearing = Hearing(lambda: words, self.recogniser, cut)
        out = [said.heard for said in hearing.said(WholeSound(sound))]
        self.read_s += [h.took_s for h in out]
        return out


@dataclass(frozen=True)
class Spoken:
    """What came of one sentence. said, heard: texts; asked: the question that was asked back;
    commanded: what was done in the end, "" for nothing; part: the number of the utterance in it."""

    said: str
    heard: str
    asked: str
    commanded: str
    part: int = 0


class SpokenBody(SymbolicBody):
    """The symbolic robot, told aloud. answers: whether a person answers what is asked back once:
    with the option that was said, else by saying it all again."""

    def __init__(
        self, planner: PlanningModule, ear: Ear, voice: Voice, snr_db: float | None, answers: bool
    ):
        super().__init__(planner)
        self._ear, self._voice, self._snr_db, self._answers = ear, voice, snr_db, answers
        self._seed = 0
        self.spoken: list[Spoken] = []

    def reset(self, case: Case) -> Truth:
        """See SymbolicBody."""
        self._seed, self.spoken = case.seed, []
        return super().reset(case)

    def command(self, turn: Turn) -> Played:
        """Hear the turn and carry out what was understood; a question back moves nothing."""
        played: Played | None = None
        heard = self._heard(turn.say, 0)
        for part, one in enumerate(heard):
            found, asked = self._understood(one), ""
            if found.asks:
                asked = found.asks
                found = self._answered(turn.say, found) if self._answers else found
            self.spoken.append(Spoken(turn.say, one.text, asked, found.text, part))
            if found.text:
                played = super().command(replace(turn, say=found.text))
            else:
                played = Played("question", found.asks, self._truth(), self._held())
        if played is None:
            self.spoken.append(Spoken(turn.say, "", "", ""))
            played = Played("failed", "I heard nobody.", self._truth(), self._held())
        return played

    def _heard(self, text: str, again: int) -> list[Heard]:
        sound = recording(text, self._voice, self._snr_db, self._seed + again)
        return self._ear.hear(sound, expected(self._skills.scene()))

    def _understood(self, heard: Heard) -> Understood:
        return understand(heard, expected(self._skills.scene()), self._plans)

    def _answered(self, said: str, asked: Understood) -> Understood:
        by_errors = sorted(
            (alignment.errors(said, c.text)[0], i) for i, c in enumerate(asked.candidates[:2])
        )
        if len(by_errors) > 1 and by_errors[0][0] < by_errors[1][0]:
            return replace(asked, text=asked.candidates[by_errors[0][1]].text, asks="")
        heard = self._heard(said, again=1)
        return self._understood(heard[0]) if heard else asked

    def _plans(self, text: str) -> tuple[Mapping[str, Any] | None, float]:
        try:
            planned = self.planned(text)
        except LLMAgentOSError:
            return None, 0.0
        return planned.plan.to_json(), planned.confidence


@dataclass(frozen=True)
class Row:
    """One case in one voice. text_right, right: whether it came out as its case says, typed and
    said; in_the_end: with one answer to each question back; same: whether the plans are the same;
    asked: questions back; read_s: the recogniser's time for the case."""

    key: str
    voice: str
    family: str
    snr_db: float | None
    text_right: bool
    right: bool
    in_the_end: bool
    same: bool
    asked: int
    word_errors: int
    words: int
    read_s: float
    spoken: Sequence[Mapping[str, str]]
    why: str

    def to_json(self) -> dict[str, Any]:
        """A line of the run's file."""
        return asdict(self)


def key_of(case: Case, voice: Voice, snr_db: float | None) -> str:
    """What names a row: the same case is not said twice in one voice and noise."""
    return f"{named(voice)} | {snr_db} | {case.suite} {case.name}:{case.seed}"


def row(
    case: Case, typed: Sequence[TurnResult], planner: PlanningModule, ear: Ear, voice: Voice,
    snr_db: float | None,
) -> Row:  # fmt: skip
    """The case said aloud, beside how it went typed (played on a SymbolicBody)."""
    ear.read_s = []
    body = SpokenBody(planner, ear, voice, snr_db, answers=False)
    turns = play(case, body)
    read_s, spoken = sum(ear.read_s), body.spoken
    right = finished(case, turns)
    in_the_end = right
    if not right and any(s.asked for s in spoken):
        again = SpokenBody(planner, ear, voice, snr_db, answers=True)
        in_the_end = finished(case, play(case, again))
    counts = [alignment.errors(said, heard) for said, heard in _by_turn(spoken)]
    return Row(
        key_of(case, voice, snr_db), named(voice), FAMILIES[voice.program], snr_db,
        finished(case, typed), right, in_the_end,
        [t.plan for t in turns] == [t.plan for t in typed],
        sum(bool(s.asked) for s in spoken),
        sum(wrong for wrong, _ in counts), sum(of for _, of in counts), round(read_s, 3),
        [asdict(s) for s in spoken], "" if right or not turns else turns[-1].why,
    )  # fmt: skip


def _by_turn(spoken: Sequence[Spoken]) -> list[tuple[str, str]]:
    """(said, all that was heard of it): a sentence with a long pause comes in two utterances."""
    out: list[tuple[str, str]] = []
    for one in spoken:
        if out and one.part:
            out[-1] = (one.said, f"{out[-1][1]} {one.heard}")
        else:
            out.append((one.said, one.heard))
    return out
