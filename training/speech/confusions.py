"""What our recogniser makes of the corpus's own sentences: said and heard, line by line, and a table.

    python -m training.speech.confusions --out runs/confusions.jsonl --n 4000    # goes on where it was
    python -m training.speech.confusions --out runs/confusions.jsonl --table     # training/corpus/misheard.tsv

Knows: which sentences are said, in which voices, rooms and noise. Does not know: which confusions
may be taught (training/corpus/misheard.py). Held-out sentences and voices are not said.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmagentos.speech.audio import RATE_HZ, as_sound
from llmagentos.speech.expected import expected, words_of
from llmagentos.speech.recogniser import Recogniser
from llmagentos.types import Scene
from training.corpus import free_lines, mix
from training.corpus.alignment import Words, differences, errors
from training.corpus.filter import is_evaluation_sentence
from training.corpus.misheard import LONGEST, TABLE, may_be_taught, rows
from training.corpus.sampler import Ctx, is_mark
from training.speech.rooms import NoiseBank, in_room, with_noise
from training.speech.voices import FLITE, PIPER, Voice, say, training_voice

#: Voice over noise in decibel (None: no noise) and how often. A formant voice with much noise is
#: not read at all, and teaches nothing.
_NOISY = {None: 0.1, 20.0: 0.3, 10.0: 0.35, 5.0: 0.25}
_FORMANTS = {None: 0.35, 20.0: 0.45, 10.0: 0.2}
#: Longer sentences are said in pieces by people; a reading holds 30 s.
_LONGEST_WORDS = 20
#: Share of sentences that were written freely; the others are drawn from the grammar.
_FREE = 0.6


def sentences(seed: int) -> Iterator[tuple[str, Scene | None]]:
    """Sentences of the corpus that may be trained on, endless, each with its scene where it has one."""
    rng = np.random.default_rng([seed, 1])
    free = [
        line
        for path in sorted(free_lines.FOLDER.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    while True:
        for at in rng.permutation(len(free)):
            while rng.uniform() > _FREE:
                drawn = _drawn(f"said:{seed}:{int(rng.integers(2**31))}")
                if drawn and len(drawn.split()) <= _LONGEST_WORDS:
                    yield drawn, None
            sentence = free_lines.read(json.loads(free[int(at)]))
            if sentence.plan is None or free_lines.held_out(sentence):
                continue
            if len(sentence.command.split()) <= _LONGEST_WORDS:
                yield sentence.command, sentence.scene


def _drawn(name: str) -> str:
    """A sentence of the grammar as it is meant, without the slips of typing; "" for none."""
    try:
        text = mix.sample(Ctx(name)).text
    except (ValueError, IndexError):  # a draw that came to nothing
        return ""
    plain = "".join(c for c in text if not is_mark(c))
    return "" if is_evaluation_sentence(plain) else plain


def voice_of(rng: np.random.Generator) -> Voice:
    """Mostly Piper's, as a taller or a smaller speaker each time, some of flite's; few formants: of
    what they say half is not understood."""
    draw = rng.uniform()
    if draw < 0.65:
        pace = float(rng.uniform(0.8, 1.35))
        return Voice(PIPER.program, PIPER.name, pace, int(rng.integers(32, 69)))
    if draw < 0.87:
        return Voice("flite", str(rng.choice(FLITE)), float(rng.uniform(0.8, 1.3)))
    return training_voice(rng)


def heard_in(
    voice: NDArray[np.float32], snr_db: float | None, rng: np.random.Generator, noises: NoiseBank
) -> NDArray[np.int16]:
    """The voice with a third of a second around it, in some room, with some noise."""
    sound = np.pad(voice, RATE_HZ // 3)
    if rng.uniform() < 0.5:
        sound = in_room(sound, rng)
    if snr_db is not None:
        sound = with_noise(sound, noises.cut(len(sound)), snr_db)
    return as_sound(sound * np.float32(0.5))


def listen(out: Path, n: int, seed: int) -> None:
    """Say and hear until the file has n lines: {said, heard, voice, snr_db}."""
    done = len(out.read_text(encoding="utf-8").splitlines()) if out.exists() else 0
    recogniser, noises = Recogniser(threads=1), NoiseBank(np.random.default_rng([seed, 2]))
    begun_s = time.monotonic()
    with out.open("a", encoding="utf-8") as file:
        for number, (said, scene) in enumerate(sentences(seed)):
            if number >= n:
                return
            if number < done:
                continue
            rng = np.random.default_rng([seed, 3, number])
            voice = voice_of(rng)
            shares = _FORMANTS if voice.program == "espeak-ng" else _NOISY
            snr = list(shares)[int(rng.choice(len(shares), p=list(shares.values())))]
            sound = heard_in(say(said, voice), snr, rng, noises)
            heard = recogniser.hear(sound, expected(scene).text, 2).text
            row = {"said": said, "heard": heard, "voice": str(voice), "snr_db": snr}
            file.write(json.dumps(row) + "\n")
            file.flush()
            if number % 100 == 99:
                each = (time.monotonic() - begun_s) / (number + 1 - done)
                print(f"{number + 1} said, {each:.2f} s each", flush=True)


def table(lines: Iterable[Mapping[str, str]]) -> list[str]:
    """The table's lines: said, heard, how often, of how often it was said; the commonest first.

    Pieces longer than misheard.LONGEST words, and sentences of which less than half was heard, are
    guesses and left out."""
    said_so, confused = Counter[Words](), Counter[tuple[Words, Words]]()
    for line in lines:
        said, heard = words_of(line["said"]), words_of(line["heard"])
        wrong, of = errors(line["said"], line["heard"])
        if not of or wrong > of / 2:
            continue
        for size in range(1, LONGEST + 1):
            said_so.update(tuple(said[i : i + size]) for i in range(len(said) - size + 1))
        confused.update(
            (a, b)
            for a, b in differences(said, heard)
            if a and len(a) <= LONGEST and len(b) <= LONGEST
        )
    rows = sorted(confused.items(), key=lambda item: (-item[1], item[0]))
    return [f"{' '.join(a)}\t{' '.join(b)}\t{times}\t{said_so[a]}" for (a, b), times in rows]


def main() -> None:
    """Entry point of `python -m training.speech.confusions`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--n", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", action="store_true", help=f"write {TABLE.name} of what is there")
    options = parser.parse_args()
    if options.table:
        with options.out.open(encoding="utf-8") as file:
            found = table(json.loads(line) for line in file)
        TABLE.write_text("\n".join(("said\theard\ttimes\tof", *found, "")), encoding="utf-8")
        print(f"{len(found)} rows in {TABLE}, {sum(may_be_taught(row) for row in rows())} taught")
        return
    options.out.parent.mkdir(parents=True, exist_ok=True)
    listen(options.out, options.n, options.seed)


if __name__ == "__main__":
    main()
