"""Which texts are commands, and the JSON contract of a result."""

import pytest

from llmagentos.command import (
    MAX_COMMAND_CHARS,
    CommandResult,
    Timings,
    check_command,
    command_hash,
    plain_command,
)
from llmagentos.errors import CommandError

CONTRACT = {
    "command", "status", "reply", "plan", "steps", "initial_objects", "objects", "held",
    "timings", "engine",
}  # fmt: skip
TIMINGS = {
    "plan_s", "first_motion_s", "sim_s", "wall_s", "prompt_tokens", "tokens", "tokens_per_s",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  put  the red\tblock \n down", "put the red block down"),
        ("Größer, bitte!", "Größer, bitte!"),
        ("ｐｕｔ it back", "put it back"),
    ],
)
def test_white_space_and_width_are_folded(text: str, folded: str) -> None:
    assert check_command(text) == folded


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing that can be read"),
        (" ?! ", "nothing that can be read"),
        ("put\x00 it", r"U\+0000"),
        ("put \u202eit", r"invisible U\+202E"),
        ("put \u2066it", r"invisible U\+2066"),
        ("put \ud800 it", r"U\+D800"),
        ("x" * (MAX_COMMAND_CHARS + 1), "at most 1000 characters"),
        (7, "got int"),
    ],
)
def test_unreadable_texts_are_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        check_command(text)


def test_result_has_every_field_of_the_contract() -> None:
    result = CommandResult("look", "succeeded", "Done.", timings=Timings(plan_s=0.1, tokens=5))
    data = result.to_json()
    assert set(data) >= CONTRACT
    assert set(data["timings"]) == TIMINGS
    assert data["timings"]["tokens_per_s"] == 50.0
    assert result.ok


@pytest.mark.parametrize(
    "text",
    [
        "Please put the RED block in the bowl, thanks!",
        "hey robot, could you put the red block in the bowl",
        "put the red block in the bowl",
        "Can you please put the red block in the bowl?",
    ],
)
def test_case_punctuation_and_politeness_do_not_count(text):
    assert plain_command(text) == "put the red block in the bowl"
    assert command_hash(text) == command_hash("put the red block in the bowl")


def test_politeness_alone_stays():
    assert plain_command("Thank you!") == "thank you"
    assert plain_command("?!") == ""


def test_other_commands_have_other_hashes():
    assert command_hash("put it left") != command_hash("put it right")
