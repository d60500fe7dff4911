"""Times in questions about the past."""

import time

import pytest

from llmagentos.dialogue.questions.times import time_in

NOW = time.mktime((2026, 11, 25, 14, 30, 0, 0, 0, -1))  # a Wednesday


def at(day, hour=0, minute=0):
    return time.mktime((2026, 11, day, hour, minute, 0, 0, 0, -1))


@pytest.mark.parametrize(
    ("said", "since", "until", "words"),
    [
        ("what did we do before lunch?", at(25), at(25, 12, 30), "today before lunch"),
        ("What did you do after lunch?", at(25, 12, 30), at(26), "today after lunch"),
        ("what did you do yesterday?", at(24), at(25), "yesterday"),
        (
            "what did we do yesterday before dinner",
            at(24),
            at(24, 18, 30),
            "yesterday before dinner",
        ),
        ("what did we do this morning?", at(25, 4), at(25, 12), "this morning"),
        ("what did you do yesterday afternoon", at(24, 12), at(24, 18), "yesterday afternoon"),
        ("what did you do last night?", at(24, 18), at(25, 4), "last night"),
        ("what did you do an hour ago?", at(25, 13), at(25, 14), "an hour ago"),
        ("what did you do half an hour ago?", at(25, 13, 45), at(25, 14, 15), "half an hour ago"),
        ("what did you do two days ago", at(23), at(24), "two days ago"),
        ("what happened on Monday?", at(23), at(24), "on Monday"),
        ("what did you do on Wednesday?", at(18), at(19), "on Wednesday"),
        ("what did you do last week", at(16), at(23), "last week"),
        ("what did you do this week", at(23), NOW, "this week"),
        ("what did you do in the last ten minutes", NOW - 600, NOW, "in the last ten minutes"),
        ("what did you do in the last hour", NOW - 3600, NOW, "in the last hour"),
        ("what did you do after 2 pm", at(25, 14), at(26), "today after 2 pm"),
        ("what did you do before 3", at(25), at(25, 15), "today before 3"),
        ("what did you do at 10:30?", at(25, 10), at(25, 11), "today at 10:30"),
        ("what did you do since noon", at(25, 12), at(26), "today since noon"),
    ],
)
def test_times_are_read(said, since, until, words):
    span = time_in(said, NOW)
    assert span is not None and (span.since, span.until, span.words) == (since, until, words)


@pytest.mark.parametrize(
    "said", ["what did you do", "put it at 3", "put the cup before the box", "wait a minute",
             "put two blocks after one another"],
)  # fmt: skip
def test_other_sentences_name_no_time(said):
    assert time_in(said, NOW) is None
