"""A process that hears nothing but keywords: `python -m llmagentos.speech.stop_ear [WAKE WORD]`.

Knows: sound on standard input (16 bit, 16 kHz), one line on standard output for each keyword heard:
"stop", and the wake word that is named. Does not know: who speaks, what stops. It shares no lock and
no thread with what plans and moves.

Lines: {"ready": true} once it hears; {"heard": "stop", "sure": 0.97, "at_s": 3.2} at a word, at_s
counted in the sound.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys

import numpy as np

from llmagentos.speech.audio import RATE_HZ
from llmagentos.speech.keywords import HOP, STOP, KeywordSpotter


def main() -> None:
    """Hear until the input ends."""
    with contextlib.suppress(OSError):  # who may, goes before others
        os.setpriority(os.PRIO_PROCESS, 0, -10)
    spotter, heard = KeywordSpotter((STOP, *sys.argv[1:])), 0
    _tell({"ready": True})
    rest = b""
    while came := os.read(sys.stdin.fileno(), 2 * HOP):
        came = rest + came
        whole = len(came) // 2 * 2
        rest = came[whole:]
        sound = np.frombuffer(came[:whole], "<i2").astype(np.int16)
        heard += len(sound)
        for hit in spotter.hear(sound):
            sure = round(hit.sure, 3)
            _tell({"heard": hit.word, "sure": sure, "at_s": round(heard / RATE_HZ, 2)})


def _tell(line: dict[str, object]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
