"""Which speech is meant for the robot: by a wake word, by a key of a terminal, by a question."""

from __future__ import annotations

import os
import pty
import sys
import termios
import threading

import numpy as np
import pytest

from llmagentos.cli.main import main
from llmagentos.cli.talk_key import Keys
from llmagentos.errors import SpeechError
from llmagentos.speech.activity import Utterance
from llmagentos.speech.attention import OPEN_S, OpenEar, TalkKey, WakeWord, without_wake_word
from llmagentos.speech.audio import FRAME, RATE_HZ
from llmagentos.speech.recogniser import Heard, Reading

_FRAME = np.full(FRAME, 1000, np.int16)


def _said(begin_s: float, end_s: float) -> Utterance:
    return Utterance(np.zeros(1, np.int16), begin_s, end_s)


def _heard(*readings: tuple[str, float]) -> Heard:
    return Heard(tuple(Reading(text, share, 0.8) for text, share in readings), 2.0, 0.1)


def _passes(ear: OpenEar, seconds: float, speaking: bool = False) -> None:
    for _ in range(round(seconds * RATE_HZ / FRAME)):
        ear.let_in(_FRAME, speaking)


def test_an_open_ear_takes_everything():
    ear = OpenEar()
    assert (ear.let_in(_FRAME, False) == _FRAME).all() and ear.is_meant(_said(1.0, 2.0))
    assert ear.meant(_said(1.0, 2.0), _heard(("Go home.", 1.0))).text == "Go home."


def test_only_what_the_wake_word_begins_is_meant():
    ear = WakeWord("hey robot")
    assert not ear.is_meant(_said(1.0, 2.0))
    ear.heard(5.7)
    command = _said(5.0, 8.0)
    assert ear.is_meant(command)
    heard = ear.meant(command, _heard(("Hey robot, go home.", 0.7), ("Hey Robert, go on.", 0.3)))
    assert [(r.text, r.confidence) for r in heard.readings] == [("Go home.", 0.7), ("Go on.", 0.3)]
    assert not ear.is_meant(_said(20.0, 21.0))


def test_readings_that_differ_in_the_wake_word_alone_are_one():
    ear = WakeWord("hey robot")
    ear.heard(1.0)
    heard = ear.meant(
        _said(0.5, 2.0), _heard(("Hey robot go home", 0.5), ("A robot, go home.", 0.4))
    )
    assert [r.confidence for r in heard.readings] == [pytest.approx(0.9)]


def test_the_wake_word_alone_opens_the_ear_for_one_utterance():
    ear = WakeWord("hey robot")
    ear.heard(1.0)
    alone = _said(0.3, 1.0)
    assert ear.is_meant(alone) and ear.meant(alone, _heard(("Hey, robot.", 1.0))).readings == ()
    after = _said(3.0, 4.0)
    assert ear.is_meant(after)
    # "rotate" sounds like the word, which was not said here
    assert ear.meant(after, _heard(("Rotate the cup.", 1.0))).text == "Rotate the cup."
    assert not ear.is_meant(_said(5.0, 6.0))


def test_an_ear_that_was_opened_closes():
    ear = WakeWord("hey robot")
    ear.heard(1.0)
    alone = _said(0.3, 1.0)
    assert ear.is_meant(alone) and ear.meant(alone, _heard(("Hey robot.", 1.0))).readings == ()
    assert not ear.is_meant(_said(1.2 + OPEN_S, 14.0))


def test_what_follows_a_command_is_none():
    ear = WakeWord("hey robot")
    ear.heard(1.0)
    command = _said(0.3, 3.0)
    assert ear.is_meant(command) and ear.meant(command, _heard(("Hey robot, go home.", 1.0))).text
    assert not ear.is_meant(_said(4.5, 5.5))


def test_an_answer_needs_no_wake_word_from_the_questions_end_on():
    ear = WakeWord("hey robot")
    ear.answer()
    _passes(ear, 10.0, speaking=True)
    _passes(ear, 1.0)
    assert ear.is_meant(_said(10.0 + OPEN_S - 0.5, 19.0))
    assert not ear.is_meant(_said(19.5, 20.0))


@pytest.mark.parametrize(
    ("text", "rest"),
    [("Hey robot, put it down.", "Put it down."), ("Hey, Robert! Where is it?", "Where is it?"),
     ("robot rotate the cup", "Rotate the cup"), ("Hey robots.", ""),
     ("Okay, hey robot stop", "Stop"), ("Put the red block in the bowl.", "Put the red block in the bowl."),
     ("Put it beside a robot", "Put it beside a robot"), ("", "")],
)  # fmt: skip
def test_the_wake_word_is_cut_off(text, rest):
    assert without_wake_word(text, "hey robot") == rest


# --- push-to-talk --------------------------------------------------------------------------------


class Hand:
    """A key, the clock beside it, and what was told of it."""

    def __init__(self) -> None:
        self.now, self.told = 100.0, []
        self.key = TalkKey(lambda: self.now, self.told.append)

    def press_at(self, *times_s: float) -> None:
        for at in times_s:
            self.now = 100.0 + at
            self.key.press()

    def is_in(self, at: float) -> bool:
        """Whether speech is let in then."""
        self.now = 100.0 + at
        return bool((self.key.let_in(_FRAME, False) == _FRAME).all())


def test_between_two_presses_speech_is_let_in():
    hand = Hand()
    assert not hand.is_in(0.0)
    hand.press_at(1.0)
    assert hand.is_in(1.1) and hand.is_in(4.0) and not hand.key.is_cut()
    hand.press_at(5.0)
    assert not hand.is_in(5.1)
    assert hand.key.is_cut() and not hand.key.is_cut()  # once
    assert hand.told == [True, False]
    hand.press_at(6.0)
    assert hand.is_in(6.5)


@pytest.mark.parametrize("first_repeat_s", [0.25, 0.66])
def test_a_key_that_is_held_lets_speech_in_until_it_is_let_go(first_repeat_s):
    hand = Hand()
    hand.press_at(0.0, *np.arange(first_repeat_s, 3.0, 0.04))
    assert hand.is_in(3.1) and not hand.is_in(3.4)
    assert hand.key.is_cut() and hand.told == [True, False]


def test_a_terminals_space_bar_is_the_key_and_the_terminal_is_put_back(monkeypatch):
    ours, theirs = pty.openpty()
    monkeypatch.setattr(sys, "stdin", os.fdopen(theirs, closefd=False))
    before = termios.tcgetattr(theirs)
    pressed = threading.Semaphore(0)
    keys = Keys(pressed.release)
    try:
        os.write(ours, b"x \n")
        assert pressed.acquire(timeout=30) and pressed.acquire(timeout=30)
        assert not pressed.acquire(blocking=False)
        assert not termios.tcgetattr(theirs)[3] & termios.ECHO
    finally:
        keys.close()
    assert termios.tcgetattr(theirs) == before
    os.close(ours), os.close(theirs)


def test_without_a_terminal_there_is_a_sentence(monkeypatch, tmp_path):
    (tmp_path / "typed").write_text("")
    with (tmp_path / "typed").open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        with pytest.raises(SpeechError, match="expected a terminal for --push-to-talk, got none"):
            Keys(lambda: None)


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--wake", "hey robot"], "expected --speech beside --wake"),
     (["--push-to-talk"], "expected --speech beside"),
     (["--speech", "--wake", "hey jarvis"], 'expected one of "hey robot" for --wake, got "hey jarvis"'),
     (["--speech", "--wake", "hey robot", "--push-to-talk"], "expected --wake or --push-to-talk, got both")],
)  # fmt: skip
def test_options_that_make_no_sense_are_told(words, told, capsys):
    with pytest.raises(SystemExit) as end:
        main(["chat", *words])
    assert end.value.code == 2
    assert told in " ".join(capsys.readouterr().err.replace("│", " ").split())
