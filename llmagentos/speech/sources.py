"""Where sound comes from, by what a person named.

Knows: files and microphones. Does not know: what is done with the sound.
"""

from __future__ import annotations

from pathlib import Path

from llmagentos.ports.audio import AudioSource
from llmagentos.speech.audio import WavSource
from llmagentos.speech.microphone import Microphone


def source_of(audio: Path | None, microphone: str = "", paced: bool = False) -> AudioSource:
    """The file, or the microphone where none is named. paced: a file plays as fast as it was said.

    Raises FileError for a file that is no WAV file, SpeechError for no microphone.
    """
    if audio is not None:
        return WavSource(audio, paced)
    return Microphone(microphone)
