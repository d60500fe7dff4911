"""Clips with and without a keyword, as embeddings with labels: what its network is trained on.

Knows: how a clip is made of a sentence, a voice, a room and noise. Does not know: which sentences say
the keyword (phrases.py), the network. `python -m training.speech.word_data --out FOLDER` writes shards.

The talk comes from the corpus and from words here; the sentences of ../shared/commands, which
benchmarks.speech_stop talks, are not read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmagentos.speech.audio import RATE_HZ, as_sound
from llmagentos.speech.keywords import HOP, Embeddings, stacked
from training.corpus.build import draw
from training.speech.phrases import PHRASES, Phrases
from training.speech.rooms import NoiseBank, in_room, with_noise
from training.speech.voices import Voice, say, training_voice

#: The word's end is so long ago (s): a hit. Around that nothing is asked.
HIT_S, LATE_S = (0.04, 0.26), 0.55


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
) -> tuple[NDArray[np.float32], int]:
    """A clip that says it, and the sample at which it ends."""
    if rng.uniform() >= phrases.followed:
        clip = say(str(rng.choice(phrases.ends)), voice)
        return clip, len(clip)
    begin = str(rng.choice(phrases.alone))
    clip = say(f"{begin} {rng.choice(phrases.follows)}", voice)
    alone = say(begin, voice)  # followed by words it is a little shorter
    return clip, min(len(clip), int(0.85 * len(alone)))


def clip(
    says_it: bool, rng: np.random.Generator, voice: Voice, phrases: Phrases, others: Iterator[str]
) -> tuple[NDArray[np.float32], int]:
    """One clip as it is said, and where the keyword ends in it (samples), -1 for not at all.
    others: sentences without it."""
    if says_it:
        voiced, end = spoken_word(phrases, voice, rng)
    else:
        voiced, end = say(next(others), voice), -1
    before = int(rng.uniform(0.3, 1.0) * RATE_HZ)
    after = int((0.65 if says_it else 0.3) * RATE_HZ)
    sound = np.pad(voiced, (before, after))
    if says_it and rng.uniform() < 0.25:  # in the middle of talk
        other = say(next(others), voice)[-before:]
        sound[before - len(other) : before] += other
    return sound.astype(np.float32), -1 if end < 0 else before + end


def heard(
    sound: NDArray[np.float32], rng: np.random.Generator, noises: NoiseBank
) -> NDArray[np.int16]:
    """The clip in some room, with some noise, at some loudness."""
    if rng.uniform() < 0.5:
        sound = in_room(sound, rng)
    if rng.uniform() < 0.85:
        sound = with_noise(sound, noises.cut(len(sound)), float(rng.uniform(2, 25)))
    return as_sound(sound * np.float32(10 ** (rng.uniform(-30, 0) / 20)))


def labels(hops: int, end: int) -> NDArray[np.int8]:
    """[hops] of a clip whose word ends at a sample: 1 hit, 0 none, -1 not asked."""
    if end < 0:
        return np.zeros(hops, np.int8)
    late_s = ((np.arange(hops) + 1) * HOP - end) / RATE_HZ
    out = np.where((late_s >= HIT_S[0]) & (late_s <= HIT_S[1]), 1, 0)
    return np.where((late_s > -0.08) & (late_s < LATE_S) & (out == 0), -1, out).astype(np.int8)


def make(word: str, hits: int, others: int, noises: int, seed: int, out: Path, piper: bool) -> None:
    """Write one shard: x [n, 384] in 16 bit, y [n], clip [n]. Every clip is heard twice."""
    rng, embeddings, phrases = np.random.default_rng([seed, 0x570]), Embeddings(), PHRASES[word]
    sentences, begun_s, bank = talk(phrases, rng), time.monotonic(), NoiseBank(rng)
    xs, ys, clips = [], [], []
    for number in range(hits + others + noises):
        says_it = number < hits
        if number < hits + others:
            said, end = clip(says_it, rng, training_voice(rng, piper), phrases, sentences)
            sounds = [heard(said, rng, bank) for _ in range(2)]
        else:
            loud = np.float32(10 ** rng.uniform(-2.5, -0.7))
            sounds, end = [as_sound(bank.cut(5 * RATE_HZ) * loud)], -1
        every = 1 if says_it else 2
        for sound in sounds:
            found = embeddings.of_sound(sound, every)
            label = labels(len(found), end)
            keep = label >= 0
            if says_it:  # of what is no hit in them, a third
                keep &= (label == 1) | (rng.uniform(size=len(label)) < 0.35)
            xs.append(stacked(found, every)[keep].astype(np.float16))
            ys.append(label[keep])
            clips.append(np.full(int(keep.sum()), number, np.int32))
        if number % 200 == 199:
            print(f"{number + 1} clips, {time.monotonic() - begun_s:.0f} s", flush=True)
    np.savez(out, x=np.concatenate(xs), y=np.concatenate(ys), clip=np.concatenate(clips))


def main() -> None:
    """Write one shard, named by keyword and seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--word", choices=tuple(PHRASES), default="stop")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hits", type=int, default=4000)
    parser.add_argument("--others", type=int, default=6000)
    parser.add_argument("--noises", type=int, default=500)
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
