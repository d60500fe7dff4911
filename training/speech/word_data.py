"""Clips with and without a keyword, as embeddings with labels: what its network is trained on.

Knows: how a clip is made of a sentence, a voice, a room and noise. Does not know: which sentences say
the keyword (phrases.py), the network. `python -m training.speech.word_data --out FOLDER` writes shards.

The talk comes from the corpus and from words here; the sentences of ../shared/commands, which
benchmarks.speech_stop talks, are not read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmagentos.speech.audio import RATE_HZ, Sound, as_sound, resampled
from llmagentos.speech.keywords import AGO, HOP, stacked
from training.corpus.build import draw
from training.speech.phrases import PHRASES, Phrases
from training.speech.rooms import NoiseBank, Samples, in_room, through_microphone, with_noise
from training.speech.voices import FOREIGN, Voice, say, training_voice, trimmed
from training.speech.whole import WholeEmbeddings

#: The word's end is so long ago (s) where the network shall be sure at some moment; where more words
#: follow the end is only guessed. A little around that nothing is asked.
HIT_S, HIT_FOLLOWED_S, AROUND_S = (0.04, 0.26), (-0.06, 0.34), 0.12
#: Of a clip that says the word so much is looked at, s before and after its end.
_BEFORE_S, _AFTER_S = 0.45, 0.36
#: Every clip is heard so many times: another room, noise, loudness, microphone and throat.
_TIMES_HIT, _TIMES_TALK = 4, 2


def talk(phrases: Phrases, rng: np.random.Generator) -> Iterator[str]:
    """Sentences without the keyword, endless: the corpus's commands, and words that are close."""
    close = [w for w in phrases.close_words if not phrases.says.search(w)]
    while True:
        which = rng.uniform()
        if which < 0.3:
            text = " ".join(rng.choice(close, size=int(rng.integers(1, 5))))
        elif which < 0.5:
            text = str(rng.choice(phrases.close_phrases))
        else:
            text = draw(int(rng.integers(2**31))).command
        if not phrases.says.search(text) and len(text) < 200:
            yield text


def spoken_word(
    phrases: Phrases, voice: Voice, rng: np.random.Generator
) -> tuple[Samples, int, bool]:
    """A clip that says it, the sample at which it ends, and whether that is only guessed."""
    if rng.uniform() >= phrases.followed:
        clip = say(str(rng.choice(phrases.ends)), voice)
        return clip, len(clip), False
    begin = str(rng.choice(phrases.alone))
    clip = say(f"{begin} {rng.choice(phrases.follows)}", voice)
    alone = say(begin, voice)  # followed by words it is a little shorter
    return clip, min(len(clip), int(0.85 * len(alone))), True


def said_word(
    rng: np.random.Generator, voice: Voice, phrases: Phrases, others: Iterator[Samples]
) -> tuple[Samples, int, bool]:
    """A clip that says it behind a second of silence or of talk, its end (samples), and whether that
    is only guessed. others: sentences without it."""
    voiced, end, guessed = spoken_word(phrases, voice, rng)
    before = int(1.35 * RATE_HZ) + int(rng.integers(HOP))
    sound = np.pad(voiced, (before, int(0.45 * RATE_HZ)))
    if rng.uniform() < 0.4:  # in the middle of talk
        until = before - int(rng.uniform(0, 0.3) * RATE_HZ)
        other = next(others)[-until:]
        sound[until - len(other) : until] += other
    return sound.astype(np.float32), before + end, guessed


def heard(sound: Samples, rng: np.random.Generator, noise: Callable[[int], Samples]) -> Sound:
    """The clip in some room, with some noise, by some microphone, at some loudness."""
    if rng.uniform() < 0.5:
        sound = in_room(sound, rng)
    if rng.uniform() < 0.9:
        sound = with_noise(sound, noise(len(sound)), float(rng.uniform(1, 25)))
    if rng.uniform() < 0.6:
        sound = through_microphone(sound, rng)
    return as_sound(sound * np.float32(10 ** (rng.uniform(-32, 2) / 20)))


def labels(late_s: NDArray[np.float64], within_s: tuple[float, float]) -> NDArray[np.int8]:
    """[hops] by how long ago the word ended then (s): 1 hit, 0 none, -1 not asked."""
    low, high = within_s
    out = np.where((late_s >= low) & (late_s <= high), 1, 0)
    near = (late_s > low - AROUND_S) & (late_s < high + AROUND_S)
    return np.where(near & (out == 0), -1, out).astype(np.int8)


class _Shard:
    """Rows as they are made. A bag is one clip as it was heard once, a clip what was said."""

    def __init__(self) -> None:
        self.embeddings = WholeEmbeddings()
        self._x: list[NDArray[np.float16]] = []
        self._y: list[NDArray[np.int8]] = []
        self._clip: list[int] = []

    def add(self, clip: int, sound: Sound, end: int, guessed: bool) -> None:
        """end: of the word in it, samples; -1: it has none."""
        hops, ago, first = len(sound) // HOP, max(AGO), 0
        if end >= 0:
            first = max(0, int((end / RATE_HZ - _BEFORE_S) * RATE_HZ / HOP) - ago)
            hops = min(hops, int((end / RATE_HZ + _AFTER_S) * RATE_HZ / HOP) + 1)
        found = stacked(self.embeddings.of_sound(sound[: hops * HOP], 2, first), 2)
        label = np.zeros(len(found), np.int8)
        if end >= 0:
            at = (np.arange(first, hops, 2) + 1) * HOP
            label = labels((at - end) / RATE_HZ, HIT_FOLLOWED_S if guessed else HIT_S)
            label[: ago // 2] = -1  # what was before them was not looked at
        self._x.append(found[label >= 0].astype(np.float16))
        self._y.append(label[label >= 0])
        self._clip.append(clip)

    def save(self, out: Path) -> None:
        """x [n, 384] in 16 bit, y [n], clip [n], bag [n]."""
        counts = [len(y) for y in self._y]
        np.savez(
            out, x=np.concatenate(self._x), y=np.concatenate(self._y),
            clip=np.repeat(np.array(self._clip, np.int32), counts),
            bag=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        )  # fmt: skip


def make(word: str, hits: int, others: int, noises: int, seed: int, out: Path, piper: bool) -> None:
    """Write one shard (_Shard), the kinds of clips mixed, what there is of it every 200 clips."""
    rng, phrases, shard = np.random.default_rng([seed, 0x570]), PHRASES[word], _Shard()
    sentences, begun_s, bank = talk(phrases, rng), time.monotonic(), NoiseBank(rng)
    spoken = [say(next(sentences), training_voice(rng, piper)) for _ in range(24)]

    def other() -> Iterator[Samples]:
        while True:
            yield spoken[int(rng.integers(len(spoken)))]

    def noise(count: int) -> Samples:  # now and then other people talk
        if rng.uniform() < 0.15:
            return np.resize(np.concatenate([next(talking) for _ in range(3)]), count)
        return bank.cut(count)

    talking = other()
    kinds = rng.permutation(np.repeat([0, 1, 2], [hits, others, noises]))
    for number, kind in enumerate(kinds):
        voice = training_voice(rng, piper)
        if kind == 0:
            said, end, guessed = said_word(rng, _foreign(voice, word, rng), phrases, talking)
            for _ in range(_TIMES_HIT):
                ratio = float(np.exp(rng.uniform(-0.18, 0.18)))
                sound = heard(resampled(said, round(RATE_HZ * ratio)), rng, noise)
                shard.add(number, sound, round(end / ratio), guessed)
        elif kind == 1:
            text = next(sentences)
            said = np.pad(say(text, voice), int(rng.uniform(0.3, 1.0) * RATE_HZ)).astype(np.float32)
            spoken[int(rng.integers(len(spoken)))] = trimmed(said)
            for _ in range(_TIMES_TALK):
                ratio = float(np.exp(rng.uniform(-0.18, 0.18)))
                sound = heard(resampled(said, round(RATE_HZ * ratio)), rng, noise)
                shard.add(number, sound, -1, False)
        else:
            loud = np.float32(10 ** rng.uniform(-2.5, -0.5))
            shard.add(number, as_sound(bank.cut(5 * RATE_HZ) * loud), -1, False)
        if number % 200 == 199 or number + 1 == len(kinds):
            print(f"{number + 1} clips, {time.monotonic() - begun_s:.0f} s", flush=True)
            shard.save(out)


def _foreign(voice: Voice, word: str, rng: np.random.Generator) -> Voice:
    """One voice of eight of espeak-ng's with sounds of another language, for a word it shares."""
    if voice.program != "espeak-ng" or word != "stop" or rng.uniform() > 0.12:
        return voice
    timbre = voice.name.partition("+")[2]
    return replace(voice, name="+".join(filter(None, (str(rng.choice(FOREIGN)), timbre))))


def main() -> None:
    """Write one shard, named by keyword and seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--word", choices=tuple(PHRASES), default="stop")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hits", type=int, default=2000)
    parser.add_argument("--others", type=int, default=2400)
    parser.add_argument("--noises", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--piper", action="store_true", help="said by Piper's voice instead")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    name = options.out / f"{options.word.replace(' ', '-')}-{options.seed}.npz"
    make(
        options.word,
        options.hits,
        options.others,
        options.noises,
        options.seed,
        name,
        options.piper,
    )


if __name__ == "__main__":
    main()
