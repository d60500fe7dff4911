"""How well the shipped model says it understood, on sentences of our own."""

from __future__ import annotations

import pytest

from llm_edge.decoding import Generation
from llm_edge.folder import find
from llm_edge.judge import Judge
from llm_edge.llm import LLM
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.ports.modules import PlanRequest, PlanResult
from llmagentos.ports.understanding import Trust
from llmagentos.types import Scene, SceneObject

TRUST = Trust()


@pytest.fixture(scope="module")
def llm() -> LLM:
    return LLM(DEFAULT_MODEL)


def planned(llm: LLM, command: str, question: str = "") -> PlanResult:
    return llm.plan(PlanRequest(command, Scene(), (), question, act_from=TRUST.act_from))


@pytest.mark.parametrize(
    "command",
    ["pick up the red block", "put the green cube in the blue bowl", "where is the yellow ball?"],
)
def test_plain_commands_are_sure_and_nothing_else_is_written(llm: LLM, command: str) -> None:
    found = planned(llm, command).understanding
    assert found is not None and found.confidence >= TRUST.act_from
    assert len(found.options) == 1 and found.left_over == ()
    assert all(sure > 0.8 for _, sure in found.words)


@pytest.mark.parametrize(
    "command",
    [
        "flurb the zindle over yonder snark",
        "the quaternion of your elbow shall converge to the eigenvector of my grandmother",
    ],
)
def test_gibberish_is_not_sure_of_anything_that_moves(llm: LLM, command: str) -> None:
    result = planned(llm, command)
    found = result.understanding
    if {s.op for s in result.plan.walk()} <= {"refuse", "cannot", "unclear"}:
        return  # what the model makes of it moves nothing
    assert found is not None and found.confidence < TRUST.act_from
    assert found.part and all(word in command for word in found.part.split())


def test_words_that_no_part_of_the_plan_stands_for_lower_the_confidence(llm: LLM) -> None:
    plain = planned(llm, "put the red block in the blue bowl").confidence
    more = (
        "put the red block in the blue bowl as if frightened wolves howled under purple moonlight"
    )
    assert planned(llm, more).confidence < plain


def test_options_are_other_plans_that_parse_the_likeliest_first(llm: LLM) -> None:
    found = planned(llm, "flurb the zindle over yonder snark").understanding
    assert found is not None
    chances = [o.probability for o in found.options]
    assert chances == sorted(chances, reverse=True) and sum(chances) <= 1.0
    assert len({o.text for o in found.options}) == len(found.options) <= 4


def test_without_a_wish_to_know_no_other_plan_is_written(llm: LLM) -> None:
    request = PlanRequest("flurb the zindle over yonder snark", Scene())
    found = llm.plan(request).understanding
    assert found is not None and len(found.options) <= 1


@pytest.mark.parametrize(
    ("command", "earlier", "plan", "colored"),
    [
        ("tidy up the table", (), "put [ both blue object ] elsewhere", True),
        ("put the block in the bowl", (), "put [ the red block ] in [ the bowl ]", True),
        (
            "put the block in the bowl",
            ("pick the red block",),
            "put [ the red block ] at left",
            False,
        ),
        ("put the crimson block in the bowl", (), "put [ the red block ] in [ the bowl ]", False),
        ("put the zuccish block in the bowl", (), "put [ the red block ] in [ the bowl ]", False),
        ("put the red block in the bowl", (), "put [ the red block ] in [ the bowl ]", False),
    ],
)
def test_a_colour_that_nobody_spoke_of_is_unsure(
    command: str, earlier: tuple[str, ...], plan: str, colored: bool
) -> None:
    words = plan.split()
    out = Generation(probabilities=[0.999] * len(words))
    found = Judge(find(DEFAULT_MODEL)).judged(command, "", (words, out), earlier)
    assert (found.confidence <= 0.4) == colored


ONE_TABLE = (
    SceneObject("a", "tray", "gray", (0.5, 0.2, 0.0), 0.0, "large"),
    SceneObject("b", "block", "red", (0.5, 0.0, 0.0), 0.0, "small"),
    SceneObject("c", "block", "green", (0.4, 0.0, 0.0), 0.0, "small"),
    SceneObject("d", "ball", "red", (0.6, 0.0, 0.0), 0.0, "small"),
)


@pytest.mark.parametrize(
    ("command", "plan", "guessed"),
    [
        ("put the red block on the pallet", "put [ the red block ] on [ the tray ]", True),
        ("put the red ball on the tray", "put [ the red block ] on [ the tray ]", True),
        ("put the red one on the tray", "put [ the red block ] on [ the tray ]", True),
        ("put the green one on the tray", "put [ the green block ] on [ the tray ]", False),
        ("put the red cube on the tray", "put [ the red block ] on [ the tray ]", False),
        ("put the red one on the tray", "put [ the red object ] on [ the tray ]", False),
    ],
)
def test_a_kind_that_nobody_spoke_of_is_unsure(command: str, plan: str, guessed: bool) -> None:
    words = plan.split()
    out = Generation(probabilities=[0.999] * len(words))
    judge = Judge(find(DEFAULT_MODEL))
    found = judge.judged(command, "", (words, out), (), ONE_TABLE)
    assert (found.confidence <= 0.4) == guessed
    assert judge.judged(command, "", (words, out)).confidence > 0.4  # nothing is known of a scene
