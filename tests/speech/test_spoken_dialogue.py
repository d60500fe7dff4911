"""Dialogues by sound: five turns from files through camera and physics, and a stop said in mid-motion."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from lab.spoken import needs_speech, spoken

from llmagentos.agent import Agent
from llmagentos.cli.main import main
from llmagentos.events import ActionStarted
from llmagentos.safety.stopping import latched
from llmagentos.speech.audio import RATE_HZ, frames_of, wav_bytes
from llmagentos.speech.hearing import Hearing
from llmagentos.speech.lines import SpokenLines
from llmagentos.speech.recogniser import Heard, Reading
from llmagentos.speech.spoken_commands import SpokenCommands

_SCENE = """\
robot: panda
objects:
  - {kind: block, color: red, position: [0.45, 0.10]}
  - {kind: block, color: green, position: [0.40, -0.10]}
  - {kind: bowl, color: blue, position: [0.58, -0.15]}
"""
_PAUSE = np.zeros(RATE_HZ // 2, np.int16)


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("scenes") / "scene.yaml"
    path.write_text(_SCENE)
    return path


def _xy(result: dict, name: str) -> np.ndarray:
    return np.array(next(o["position"][:2] for o in result["objects"] if o["id"] == name))


@needs_speech
@pytest.mark.slow
def test_a_dialogue_of_five_turns_by_files(scene, tmp_path, capsys):
    turns = ["Put the red block in the blue bowl.", "Where is it now?",
             "Push the green block to the left.", "Please undo that.", "How many blocks are in the bowl?"]  # fmt: skip
    words = ["run", "--json", "--scene", str(scene)]
    for number, turn in enumerate(turns):
        path = tmp_path / f"{number}.wav"
        path.write_bytes(wav_bytes(np.concatenate([_PAUSE, spoken(turn)])))
        words += ["--audio", str(path)]
    with pytest.raises(SystemExit) as end:
        main(words)
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert end.value.code == 0, [(r["command"], r["reply"]) for r in results]
    assert [r["status"] for r in results] == [
        "succeeded",
        "answered",
        "succeeded",
        "succeeded",
        "answered",
    ]
    put, where, pushed, undone, count = results
    assert np.linalg.norm(_xy(put, "red_block") - _xy(put, "blue_bowl")) < 0.06
    assert "bowl" in where["reply"]
    before, after = _xy(where, "green_block"), _xy(pushed, "green_block")
    assert after[1] - before[1] > 0.03  # left is +y
    assert np.linalg.norm(_xy(undone, "green_block") - before) < 0.04
    assert "1" in count["reply"] or "one" in count["reply"].lower()
    for result in results:
        assert result["heard"][0]["text"] == result["command"]
        assert 0 < result["heard"][0]["confidence"] <= 1


@needs_speech
def test_a_file_in_which_nobody_speaks_fails_in_words(scene, tmp_path, capsys):
    path = tmp_path / "silence.wav"
    path.write_bytes(wav_bytes(np.zeros(2 * RATE_HZ, np.int16)))
    with pytest.raises(SystemExit) as end:
        main(["run", "--json", "--scene", str(scene), "--audio", str(path)])
    (result,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert end.value.code == 1 and result["status"] == "failed"
    assert "I heard nobody in" in result["reply"]


@pytest.mark.parametrize("words", [["run"], ["run", "home", "--audio", "a.wav"]])
def test_typed_or_said(words, capsys):
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    assert "expected COMMAND... or --audio" in " ".join(capsys.readouterr().err.split())


def test_a_close_call_is_asked_and_its_answer_carried_out(scene):
    """Readings are given, so that they are close; planner, camera and physics are real."""

    def heard(*readings: tuple[str, float]) -> Heard:
        return Heard(tuple(Reading(t, c, 0.8) for t, c in readings), 1.0, 0.1)

    with Agent.in_simulation(str(scene)) as agent:
        spoken_to = SpokenCommands(agent)
        spoken_to.look()
        asked = spoken_to.take(
            heard(("Pick up the red block.", 0.5), ("Pick up the green block.", 0.48))
        )
        assert asked.status == "question" and asked.reply == "Did you say red or green?"
        assert [h["text"] for h in asked.heard] == [
            "Pick up the red block.",
            "Pick up the green block.",
        ]
        done = spoken_to.take(
            heard(
                ("Green.", 0.9),
            )
        )
        assert done.status == "succeeded" and done.held == "green_block"
        assert done.command == "Pick up the green block."
        mended = spoken_to.take(
            heard(
                ("Put it in the blue bolt.", 1.0),
            )
        )
        assert mended.status == "succeeded", mended.reply
        assert mended.reply.startswith('I heard "bolt" and took it for "bowl".')


class _Person:
    """An audio source: says a command, waits until the arm moves, says another word."""

    name = "a person"

    def __init__(self, agent, first, then):
        self._agent, self._first, self._then = agent, first, then
        self._closed, self._acts = threading.Event(), threading.Event()
        agent.events.subscribe(lambda e: isinstance(e, ActionStarted) and self._acts.set())

    def frames(self):
        for frame in self._said():
            yield frame
            time.sleep(0.02)  # as fast as it is said, and not faster

    def _said(self):
        for sound in (_PAUSE, spoken(self._first), *[_PAUSE] * 3):
            yield from frames_of(sound)
        silence = np.zeros(320, np.int16)
        while not (self._acts.is_set() or self._closed.is_set()):
            yield silence
        yield from frames_of(spoken(self._then))
        while not self._closed.is_set():  # the room goes on
            yield silence

    def close(self):
        self._closed.set()


@needs_speech
@pytest.mark.slow
def test_stop_said_in_mid_motion_stops_before_the_sentence_is_read():
    with Agent.in_simulation() as agent:  # the demo's table: four blocks are work for a while
        supervisor, told, stops = agent.robot.supervisor, [], []

        def stop(words: str) -> None:
            stops.append((words, supervisor.stop("speech")))

        spoken_to = SpokenCommands(agent)
        hearing = Hearing(spoken_to.words)
        source = _Person(agent, "Put all the blocks in the blue bowl.", "Robot, stop!")
        lines = SpokenLines(source, hearing, spoken_to, stop, told.append)
        try:
            line = lines.next_line()
            assert "blocks" in line.lower()
            with lines.working():
                result = agent.command(line)
        finally:
            lines.close()
        assert stops and stops[0][0] == "stop" and stops[0][1].at_rest, told
        assert result.status == "failed" and "Stopped by speech" in result.reply
        assert latched(supervisor)
