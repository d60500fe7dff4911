"""Words of dividing, and the shipped model's plans for each one's share: who does what with which things."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from llmagentos.agent import Agent
from llmagentos.lang.codec import write_node
from llmagentos.team.dividing import as_told, goes_on, says_between, taken, task
from llmagentos.team.planning import TeamPlan

FACING = "examples/two_arms_facing.yaml"


@pytest.mark.parametrize(
    ("text", "plain", "own", "between"),
    [
        ("share the work: blocks into the bowls", "blocks into the bowls", False, ""),
        ("put all the blocks in the bowl together", "put all the blocks in the bowl", False, ""),
        ("work together to stack the cups", "stack the cups", False, ""),
        ("put the blocks on your side into the bowl", "put the blocks into the bowl", True, ""),
        ("put the blocks nearest to you away", "put the blocks away", True, ""),
        ("divide the blocks between you", "divide the blocks between you", False, "the blocks"),
        ("put the blocks close together", "put the blocks close", False, ""),
        ("split the blocks into two rows", "split the blocks into two rows", False, ""),
    ],
)
def test_words_of_dividing(text: str, plain: str, own: bool, between: str) -> None:
    found = task(text)
    assert (found.text, found.own, found.between) == (plain, own, between)


def test_what_is_said_of_somebody_is_said_to_it() -> None:
    assert as_told("should get the red one", "block") == "get the red block"
    assert as_told("passes the green ones on", "cup") == "pass the green cups on"
    assert as_told("carries it") == "carry it"
    assert as_told("put one of the blocks away", "cup") == "put one of the blocks away"
    assert taken("takes the red ones") == "the red ones"
    assert taken("takes the cup to the bowl") == taken("stacks the cups") == ""
    assert goes_on("the bowl", "takes the cup") == "takes the bowl"
    assert (
        goes_on("the green one", "puts the red one in the bowl") == "puts the green one in the bowl"
    )
    assert goes_on("stack the cups", "takes the cup") == "stack the cups"
    assert says_between("share the cups among yourselves")
    assert not says_between("distribute the cups evenly")


@pytest.fixture(scope="module")
def agent() -> Iterator[Agent]:
    """One agent for anna and bert, who stand face to face."""
    with Agent.in_simulation(FACING) as made:
        yield made


@pytest.mark.parametrize(
    ("sentence", "shares"),
    [
        (
            "sort the blocks, each of you one side",
            ["each: arrange [ all block ] cluster by color"],
        ),
        (
            "divide the blocks between you",
            ["each anna: put [ all block ] at front", "each bert: put [ all block ] at back"],
        ),
        (
            "anna takes the red block nearest to you and bert a blue one",
            ["anna: pick", "bert: pick [ a blue block ]"],
        ),
        (
            "share the work: blocks into the bowls",
            ["each: put [ all block ] in [ a bowl ]"],
        ),
        (
            "put the blocks in the green bowl, anna the red ones, bert the rest",
            ["all: put [ all block ] in [ the green bowl ] | anna: [ all red block ], bert: rest"],
        ),
        (
            "put the red blocks into the green bowl, anna takes the ones on her side",
            [
                "all: put [ all red block ] in [ the green bowl ]"
                " | anna: [ all red block ] of its side"
            ],
        ),
        (
            "clear your own side: blocks into the bowl, both of you",
            ["each: put [ all block ] in [ the bowl ]"],
        ),
        ("both of you pick up a red block", ["each: pick [ a red block ]"]),
        ("anna and bert each take a blue block", ["each anna bert: pick [ a blue block ]"]),
        ("anna clears her side into the bowl", ["each anna: put [ all object ] in [ the bowl ]"]),
        ("both of you build one tower out of the blocks", ["all: stack [ all block ]"]),
        ("bert takes a red block, anna too", ["bert: pick [ a red", "anna: pick [ a red block ]"]),
        ("anna hands a blue block over", ["anna: put [ a blue block ] at back"]),
        ("bert, give anna a red block", ["bert: put [ a red block ] at front"]),
    ],
)
def test_each_ones_share(agent: Agent, sentence: str, shares: list[str]) -> None:
    planned = agent.plan(sentence)
    assert isinstance(planned, TeamPlan)
    told = []
    for share in planned.shares:
        who = " ".join((*(["each"] if share.each else []), *share.robots)) or "all"
        steps = " ; ".join(" ".join(write_node(step)) for step in share.steps)
        takes = ", ".join(
            f"{c.robot}: {'rest' if c.obj is None else ' '.join(write_node(c.obj))}"
            + " of its side" * c.own
            for c in share.claims
        )
        told.append(f"{who}: {steps}" + (f" | {takes}" if takes else ""))
    assert len(told) == len(shares)
    assert all(one.startswith(share) for one, share in zip(told, shares, strict=True)), told


def test_an_answer_is_divided_as_what_was_asked_about(agent: Agent) -> None:
    asked = agent.command("both of you tidy up the red blocks, anna takes the ones on her side")
    assert asked.status == "question" and asked.reply == "Where shall I put it?"
    assert agent.begin("in the green bowl") is None
    told = None
    for _ in range(3):
        told = told or agent.step()
    agent.stop()
    while told is None:
        told = agent.step()
    assert "Not done: anna: move the red block; bert: hand the red block to anna" in told.reply
