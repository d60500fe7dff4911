"""Sentences that show a thing, the answers, and names that are words for kinds."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest
from lab.scenes import scene
from lab.scenes import thing as known_thing

from llmagentos.dialogue import showing, shown_words
from llmagentos.dialogue.showing_acts import AskShown, Show, Unshow, find
from llmagentos.errors import PerceptionError
from llmagentos.lang import codec
from llmagentos.ports.modules import PlanRequest, PlanResult
from llmagentos.ports.showing import Shown
from llmagentos.types import Scene, SceneObject

_RED = known_thing("r", "block", "red", 0.4, 0.1)
_BOWL = known_thing("w", "bowl", "blue", 0.6, 0.1)
SHOWS = {
    "this is my drill": Show("drill"),
    "Look, this is my cordless drill!": Show("cordless drill"),
    "ok robot, that's our ketchup.": Show("ketchup"),
    "this one is called Bob": Show("bob"),
    "call this one my lucky charm": Show("lucky charm"),
    "remember this as my drill": Show("drill"),
    "here is my phone": Show("phone"),
    "let me show you my screwdriver": Show("screwdriver"),
    "the tall blue thing is my vase": Show("vase", "the tall blue thing"),
    "the yellow thing on the left is called the beacon": Show("beacon", "the yellow thing on the left"),
    "remember the red cup as my favourite mug": Show("favourite mug", "the red cup"),
    "forget what my drill looks like": Unshow("drill"),
    "please forget my drill": Unshow("drill"),
    "what have I shown you?": AskShown(),
    "Which things do you know by name?": AskShown(),
}  # fmt: skip
OTHERS = [
    "this is wrong", "this is my fault", "this is the last time", "that's my favourite", "is this my drill?",
    "put my drill in the box", "where is my drill?", "what is this?", "a zorp is a red block", "my name is Ada",
    "the red block is on the left", "forget that", "forget everything", "show me the red block", "call me Ada",
    "this is a test", "stop", "that is my idea", "is the tall thing my vase?", "put this in my box",
]  # fmt: skip


@pytest.mark.parametrize("text", SHOWS)
def test_what_is_shown(text: str) -> None:
    assert find(text) == SHOWS[text]


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_about_something_else(text: str) -> None:
    assert find(text) is None


class _Namer:
    """Keeps names, looks at nothing."""

    def __init__(self) -> None:
        self.kept: dict[str, list[str]] = {}
        self.blind = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.kept)

    def show(self, object_id: str, name: str) -> Shown:
        if self.blind:
            raise PerceptionError("expected a thing in view to learn, got none")
        self.kept.setdefault(name, []).append(object_id)
        return Shown(name, len(self.kept[name]))

    def forget(self, name: str) -> bool:
        return self.kept.pop(name, None) is not None


def _thing(object_id: str, color: str, x: float) -> SceneObject:
    return SceneObject(
        object_id, "thing", color, 0.1, 0.05, (x, 0.0, 0.025), extents_m=(0.1, 0.04, 0.05)
    )


def _hear(text: str, seen: Scene, namer: _Namer, plan: str = "") -> tuple[str, str]:
    def understand(_: str) -> PlanResult:
        return PlanResult(codec.parse(plan))

    act = find(text)
    assert act is not None
    told = showing.hear(act, namer, lambda: seen, understand)
    return ("", "") if told is None else (told.status, told.reply)


def test_this_is_the_only_thing_there_or_the_only_one_without_a_name() -> None:
    namer, known = _Namer(), scene(replace(_RED, name="cube"), _BOWL)
    drill = _thing("thing_1", "yellow", 0.5)
    one = replace(known, objects=(*known.objects, drill))
    status, reply = _hear("this is my drill", one, namer)
    assert status == "answered" and namer.kept == {"drill": ["thing_1"]}
    assert reply == (
        "I'll know your drill from now on: a yellow thing, 10 by 4 by 5 cm. "
        "Turn it, and show it again: then I'll know it better."
    )
    named = replace(drill, name="drill")
    again = replace(one, objects=(*known.objects, named, _thing("thing_2", "blue", 0.6)))
    assert "from 2 views" in _hear("this is my drill", again, namer)[1]
    assert namer.kept["drill"] == ["thing_1"] * 2
    assert _hear("this is my torch", again, namer)[0] == "answered"
    assert namer.kept["torch"] == ["thing_2"]
    assert _hear("what have I shown you?", again, namer)[1] == (
        "You have shown me your drill and your torch."
    )


def test_among_several_the_person_is_asked_and_may_describe_it() -> None:
    namer, known = _Namer(), scene(_RED)
    two = replace(known, objects=(_thing("a", "yellow", 0.4), _thing("b", "blue", 0.6)))
    status, reply = _hear("this is my drill", two, namer)
    assert status == "question" and not namer.kept
    assert reply.startswith("Which one is your drill: the yellow thing or the blue thing?")
    text = "the blue thing is my drill"
    assert _hear(text, two, namer, "pick [ the blue object ]")[0] == "answered"
    assert namer.kept == {"drill": ["b"]}
    assert _hear("the red thing is my pen", two, namer, "pick [ the red object ]")[0] == "question"
    assert _hear("this is my drill", replace(known, objects=()), namer) == (
        "question", "I can't see your drill: put it on the table, please.",
    )  # fmt: skip


def test_what_can_not_be_learnt_is_said() -> None:
    namer, seen = _Namer(), replace(scene(), objects=(_thing("a", "yellow", 0.4),))
    namer.blind = True
    status, reply = _hear("this is my drill", seen, namer)
    assert status == "failed" and "expected a thing in view" in reply
    assert _hear("forget my drill", seen, namer) == ("", ""), "nobody has shown one"
    namer.kept["drill"] = []
    assert (
        _hear("forget my drill", seen, namer)[1] == "I have forgotten what your drill looks like."
    )


def test_a_name_stands_in_the_plan_as_a_name_whatever_it_means() -> None:
    seen = scene(_RED, known_thing("b", "block", "blue", 0.4, -0.1), _BOWL)
    mine = replace(seen.objects[0], name="cube")
    asked: list[str] = []

    def plan(request: PlanRequest) -> PlanResult:
        asked.append(request.command)
        return PlanResult(codec.parse('put [ the object noun "harmonica" ] in [ the blue bowl ]'))

    request = PlanRequest("put my cube in the blue bowl", seen, cancelled=Event())
    shown_words.planned(request, plan)
    assert asked == [request.command], "nothing here is called so"
    there = replace(seen, objects=(mine, *seen.objects[1:]))
    step = shown_words.planned(replace(request, scene=there), plan).plan.steps[0]
    assert asked[-1] == "put the harmonica in the blue bowl"
    assert (step.obj.name, step.obj.noun) == ("cube", None)
    for said, becomes in (
        ("put the cube in the blue bowl", "put the cube in the blue bowl"),
        ("put my cube's lid away", "put my cube's lid away"),
    ):
        shown_words.planned(replace(request, scene=there, command=said), plan)
        assert asked[-1] == becomes
    drill = replace(seen, objects=(replace(mine, name="drill"), *seen.objects[1:]))
    shown_words.planned(replace(request, scene=drill, command="put the drill in the bowl"), plan)
    assert asked[-1] == "put the harmonica in the bowl"
