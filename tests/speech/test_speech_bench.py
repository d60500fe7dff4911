"""The table of commands by voice: its figures, and a small run of it for real."""

from __future__ import annotations

import json

import pytest
from lab.spoken import needs_speech
from rich.console import Console

from benchmarks import speech
from benchmarks.spoken_latency import Timed, report
from training.speech.voices import PIPER


def line(voice="piper joe", family="neural", snr=20.0, typed=True, right=True, asked=0, errors=0):
    return {
        "key": "", "voice": voice, "family": family, "snr_db": snr, "text_right": typed,
        "right": right, "in_the_end": right, "same": right, "asked": asked, "word_errors": errors,
        "words": 10, "read_s": 0.2, "spoken": [{}], "why": "",
    }  # fmt: skip


def test_a_goal_is_the_ratio_of_right_said_to_right_typed():
    found = [line(), line(), line(right=False), line(typed=False, right=False)]
    assert speech.ratio(found) == pytest.approx(2 / 3)
    assert speech.goals(found) == [
        "20 dB, all voices: 66.7 % of typed, goal 92 %: missed",
        "20 dB, all but formants: 66.7 % of typed, goal 92 %: missed",
    ]
    formants = line(voice="espeak-ng en-us", family="formants", right=False)
    assert "20 dB, all but formants: 100.0 % of typed, goal 92 %: met" in speech.goals(
        [line(), formants]
    )


def test_the_table_tells_voices_families_and_all():
    console = Console(width=200, record=True)
    console.print(
        speech.table(
            [line(errors=3, asked=1), line(snr=None), line("flite awb", "recorded pieces")]
        )
    )
    told = console.export_text()
    for part in ("piper joe", "all neural", "all recorded pieces", "30.0 %", "none", "20 dB"):
        assert part in told


def test_seconds_said_are_the_sum_of_what_is_waited_for():
    timed = [Timed(0.6, 0.2, 0.1, 0.3, 0.25)]
    assert timed[0].said_s == pytest.approx(1.2)
    console = Console(width=120, record=True)
    console.print(report(timed, 400.0, 520.0))
    told = console.export_text()
    assert "1.20" in told and "4.8" in told and "520 MB after" in told


@needs_speech
def test_a_case_is_said_heard_and_judged_and_not_said_again(tmp_path):
    out = tmp_path / "said.jsonl"
    speech.measure(out, [PIPER], (20.0,), 1, 18, names=["questions"])
    before = out.read_text(encoding="utf-8")
    (row,) = [json.loads(text) for text in before.splitlines()]
    assert row["voice"] == "piper joe" and row["family"] == "neural" and row["snr_db"] == 20.0
    assert row["words"] > 2 and row["spoken"] and row["spoken"][0]["said"]
    assert row["word_errors"] < row["words"] and row["read_s"] > 0
    speech.measure(out, [PIPER], (20.0,), 1, 18, names=["questions"])
    assert out.read_text(encoding="utf-8") == before
