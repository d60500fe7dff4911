"""Seconds from the end of speech to the arm's first motion, and memory, beside the same typed.

Knows: what a spoken command waits for: the silence that ends an utterance, the recogniser, which
reading is meant, the plan and the first motion. Does not know: whether a command is done right (speech.py).

The agent, its camera and its physics are real; each part is measured in the process that commands.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from benchmarks.spoken_cases import recording
from llmagentos.agent import Agent
from llmagentos.speech.activity import EARLY_S, PAUSE_S, Utterance, Utterances, silero
from llmagentos.speech.audio import Sound, frames_of
from llmagentos.speech.hearing import Hearing
from llmagentos.speech.recogniser import Heard
from llmagentos.speech.spoken_commands import SpokenCommands
from training.speech.voices import PIPER, Voice

#: In the demo's scene, each from its beginning.
COMMANDS = ("Put the red block in the blue bowl.", "Push the green block to the left.",
            "Stack the green block on the yellow one.", "Pick up the red block.",
            "Move the yellow block ten centimeters back.", "Put the can next to the bowl.")  # fmt: skip
VOICES = (PIPER, Voice("flite", "slt"))


@dataclass(frozen=True)
class Timed:
    """Seconds of one command. pause_s: of silence that end an utterance; read_s: the recogniser's
    behind it, which begins EARLY_S after the speech and may be ready before the pause is over;
    understand_s: which reading is meant; motion_s: from the text to the first motion; typed_s: the
    same where the words are typed."""

    pause_s: float
    read_s: float
    understand_s: float
    motion_s: float
    typed_s: float

    @property
    def said_s(self) -> float:
        """From the end of speech to the first motion."""
        return self.pause_s + self.read_s + self.understand_s + self.motion_s


def memory_mb(of: str = "VmRSS") -> float:
    """This process's memory, MB; `of` is a line of /proc/self/status."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{of}:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def measured(repeat: int = 1) -> tuple[list[Timed], float, float]:
    """Every command in every voice at 20 dB; memory before and after hearing was loaded, MB."""
    out: list[Timed] = []
    with Agent.in_simulation() as agent:
        agent.start()
        before = memory_mb()
        spoken, cut = SpokenCommands(agent), Utterances(silero(), early_s=EARLY_S)
        hearing = Hearing(spoken.words, utterances=cut)
        for number in range(repeat):
            for text in COMMANDS:
                for voice in VOICES:
                    agent.reset(seed=number)
                    typed = agent.command(text).timings.first_motion_s
                    agent.reset(seed=number)
                    spoken.look()
                    sound = recording(text, voice, 20.0, number)
                    for heard, read_s in _read(hearing, sound):
                        begun_s = time.perf_counter()
                        found = spoken.understood(heard)
                        understand_s = time.perf_counter() - begun_s
                        if not found.text:
                            continue
                        motion = agent.command(found.text).timings.first_motion_s
                        if motion is not None and typed is not None:
                            out.append(Timed(PAUSE_S, read_s, understand_s, motion, typed))
    return out, before, memory_mb()


def _read(hearing: Hearing, sound: Sound) -> Iterator[tuple[Heard, float]]:
    """Each utterance's readings, and how long after its pause they were there, s."""
    early: Utterance | None = None
    for utterance in hearing.utterances.of(frames_of(sound)):
        if not utterance.over:
            hearing.read_early(utterance)
            early = utterance
            continue
        heard = hearing.read(utterance).heard
        ahead_s = 0.0 if early is None or not early.is_same(utterance) else PAUSE_S - EARLY_S
        yield heard, max(0.0, heard.took_s - ahead_s)


def report(timed: Sequence[Timed], before_mb: float, after_mb: float) -> Table:
    """Medians and 90 % of each part, said beside typed, and the memory."""
    out = Table(title=f"Seconds to the first motion, {len(timed)} commands")
    for name in ("part", "median s", "90 % s"):
        out.add_column(name, justify="left" if name == "part" else "right")
    parts: dict[str, list[float]] = {
        "silence that ends the utterance": [t.pause_s for t in timed],
        "recogniser, behind the silence": [t.read_s for t in timed],
        "which reading is meant": [t.understand_s for t in timed],
        "plan, to the first motion": [t.motion_s for t in timed],
        "said: from the end of speech": [t.said_s for t in timed],
        "typed: from the text": [t.typed_s for t in timed],
    }
    for name, values in parts.items():
        if values:
            out.add_row(name, f"{np.median(values):.2f}", f"{np.quantile(values, 0.9):.2f}")
    if timed:
        ratio = np.median([t.said_s for t in timed]) / np.median([t.typed_s for t in timed])
        out.add_row("said / typed", f"{ratio:.1f}", "")
    out.caption = f"memory: {before_mb:.0f} MB before hearing was loaded, {after_mb:.0f} MB after"
    return out
