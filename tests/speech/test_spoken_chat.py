"""`llmagentos chat --audio`: replies are written, and said by the machine's loudspeaker unless `--mute`."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from lab.spoken import needs_speech, spoken

from llmagentos.cli.main import main
from llmagentos.speech import microphone
from llmagentos.speech.audio import RATE_HZ, wav_bytes

_SCENE = """\
robot: panda
objects:
  - {kind: block, color: red, position: [0.45, 0.10]}
  - {kind: bowl, color: blue, position: [0.58, -0.15]}
"""


@pytest.fixture
def played(tmp_path: Path, monkeypatch) -> Path:
    """Where a program called aplay, as Loudspeaker starts it, writes what it is given to play."""
    out, program = tmp_path / "played.raw", tmp_path / "bin/aplay"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec cat >> "{out}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(microphone, "_sounddevice", lambda: None)  # a machine without PortAudio
    return out


@needs_speech
@pytest.mark.slow
@pytest.mark.parametrize("mute", [False, True])
def test_a_reply_is_written_and_said_unless_mute(played, mute, tmp_path, capsys):
    scene, question = tmp_path / "scene.yaml", tmp_path / "question.wav"
    scene.write_text(_SCENE)
    pause = np.zeros(RATE_HZ, np.int16)
    sound = np.concatenate([pause[: RATE_HZ // 2], spoken("Where is the red block?"), pause])
    question.write_bytes(wav_bytes(sound))
    words = ["chat", "--scene", str(scene), "--audio", str(question), *["--mute"] * mute]
    with pytest.raises(SystemExit) as end:
        main(words)
    written = capsys.readouterr().out
    assert end.value.code == 0, written
    assert "Where is the red block?" in written
    reply = written.partition("Where is the red block?")[2]
    assert "red block" in reply and "table" in reply, written
    if mute:
        assert not played.exists()
    else:
        said = np.frombuffer(played.read_bytes(), "<i2")
        assert len(said) > 0.5 * 22_050 and np.abs(said).max() > 3000


def test_mute_without_speech_is_told(capsys):
    with pytest.raises(SystemExit) as end:
        main(["chat", "--mute"])
    assert end.value.code == 2
    told = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert "expected --speech beside --wake, --push-to-talk or --mute, got none" in told
