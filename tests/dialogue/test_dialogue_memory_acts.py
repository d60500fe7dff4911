"""Sentences about memory: which they are, what is said to them, what is kept."""

from __future__ import annotations

import pytest
from lab.meaning import FewWords

from llmagentos.conversation import Conversation
from llmagentos.dialogue import memory_acts, usual
from llmagentos.dialogue.memory_acts import Forget, Recall, Tell, from_the_other_side
from llmagentos.errors import PlanError
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec
from llmagentos.memory.long_term import LongTermMemory
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.modules import PlanRequest, PlanResult
from llmagentos.ports.understanding import Trust
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Scene, SceneObject

CUP = SceneObject("red_cup", "cup", "red", 0.07, 0.09, (0.4, 0.25, 0.045))
BOWL = SceneObject("blue_bowl", "bowl", "blue", 0.14, 0.05, (0.55, -0.2, 0.025))
SCENE = Scene((CUP, BOWL))


class Planner:
    """Says for each sentence what it was given; PlanError for others, as a model may."""

    def __init__(self, **plans: str) -> None:
        self.plans = {name.replace("_", " "): plan for name, plan in plans.items()}
        self.heard: list[str] = []

    def plan(self, request: PlanRequest) -> PlanResult:
        self.heard.append(request.command)
        written = self.plans.get(request.command.strip("?"))
        if written is None:
            raise PlanError(f"expected a sentence that is known, got {request.command}")
        return PlanResult(codec.parse(written), confidence=0.9)


class Running:
    """What a running command is told of how it is understood."""

    meant = ""

    def begun(self, scene, history, pending) -> None:
        pass

    def write_out(self, meant: str, note: str) -> None:
        self.meant = meant


class Talk:
    """A conversation on a robot that needs no world, with a memory that outlives it."""

    def __init__(self, path, **plans: str) -> None:
        self.past = LongTermMemory(path, meaning=FewWords())
        self.executor = PlanExecutor(SymbolicSkills(SCENE), SessionMemory(past=self.past))
        self.executor.see(SCENE)
        self.planner = Planner(**plans)
        self.talk = Conversation(None, self.past, self.executor.memory)

    def say(self, text: str) -> str:
        heard = self.talk.about_itself(text, self.planner, self.executor.skills.scene)
        if heard is not None:
            return heard.reply
        request = PlanRequest(text, self.executor.skills.scene())
        running = Running()
        planned = self.talk.plan(self.planner, request, Trust(), running)
        outcome = self.executor.run(planned, running.meant or text)
        self.talk.ended(text, outcome)
        return outcome.reply


@pytest.fixture
def path(tmp_path):
    return tmp_path / "memory.sqlite"


@pytest.mark.parametrize(
    ("said", "act"),
    [
        ("remember that the key is in the tray", Tell("the key is in the tray")),
        ("Please remember: the key is here.", Tell("the key is here")),
        ("My name is Ada", Tell("My name is Ada", False)),
        ("call me Ada", Tell("my name is Ada", False)),
        ("what is my name?", Recall("my name")),
        ("Who am I?", Recall("my name")),
        ("what do you remember about the cup?", Recall("the cup")),
        ("what did I say about the cup", Recall("the cup")),
        ("what did I tell you to remember?", Recall("")),
        ("forget that", Forget("", "this")),
        ("forget what I just said!", Forget("", "this")),
        ("forget everything", Forget("", "all")),
        ("forget what I said about the cup", Forget("the cup", "said")),
        ("forget everything about the cup", Forget("the cup", "said")),
        ("forget that the key is in the tray", Forget("the key is in the tray", "fact")),
        ("forget my name", Forget("my name", "fact")),
        *((other, None) for other in (
            "remember this place as home", "remember the red block as Bob", "forget it",
            "forget the cup, take the bowl", "forget that word", "what is my cup?", "where is the key?",
            "do you remember that?", "put the cup in the box", "is my name Ada?",
            "don't forget the cup",
        )),
    ],
)  # fmt: skip
def test_which_sentences_are_about_memory(said, act):
    assert memory_acts.find(said) == act


def test_as_the_robot_says_it():
    assert from_the_other_side("my name is Ada.") == "your name is Ada"
    assert from_the_other_side("I am your friend") == "you are my friend"


def test_told_in_one_session_and_asked_for_in_the_next(path):
    first = Talk(path)
    assert first.say("remember that the key is in the tray") == (
        "I'll remember that the key is in the tray."
    )
    assert first.say("my name is Ada") == "I'll remember that your name is Ada."
    later = Talk(path, where_is_the_key="answer where [ the object noun @3 @3 ]",
                 who_has_a_name="cannot know")  # fmt: skip
    assert later.say("what is my name?") == "You told me a moment ago that your name is Ada."
    assert later.say("who has a name?") == "You told me a moment ago that your name is Ada."
    assert later.say("what do you remember?").count("You told me") == 2
    assert later.say("forget my name") == "I have forgotten that your name is Ada."
    assert later.say("who am I?") == "I remember nothing about your name."
    assert Talk(path).say("what do you remember?").count("You told me") == 1


def test_what_was_told_is_no_rule(path):
    talk = Talk(path)
    assert "no rule that I follow" in talk.say("remember that you must not touch the cup")


def test_forgetting_what_was_just_said_or_done(path):
    talk = Talk(path, put_the_cup_in_the_bowl="put [ the cup ] in [ the bowl ]",
                what_did_you_do="answer did")  # fmt: skip
    assert talk.say("forget that") == "There is nothing to forget yet."
    talk.say("put the cup in the bowl")
    assert "I put" in talk.say("what did you do")
    talk.say("forget that")  # the question
    told = talk.say("forget that")
    assert told == (
        'I have forgotten that you said "put the cup in the bowl". What was done stays as it is.'
    )
    assert "I put" not in talk.say("what did you do")
    assert b"in the bowl" not in b"".join(p.read_bytes() for p in path.parent.iterdir())


def test_while_a_question_waits_forget_that_is_an_answer(path):
    talk = Talk(path, put_the_cup="ask where [ the cup ]", forget_that="no")
    assert talk.say("put the cup") == "Where shall I put it?"
    assert talk.say("forget that") == "All right, I'll leave it."


def test_found_in_other_words(path):
    talk = Talk(path)
    talk.say("remember that the screwdriver is in the drawer")
    assert talk.say("what do you know about the tool?") == (
        "You told me a moment ago that the screwdriver is in the drawer."
    )
    assert talk.say("what do you know about the spoon?") == "I remember nothing about the spoon."
    assert talk.say("forget what I said about the screwdriver").startswith("I have forgotten")
    assert [w for (w,) in talk.past._base.execute("SELECT word FROM vocabulary")] == []


PLANS = {
    "put_the_cup_in_the_bowl": "put [ the cup ] in [ the bowl ]",
    "put_the_cup_on_the_right": "put [ the cup ] at right",
    "put_it_in_the_blue_bowl": "put [ the it object ] in [ the blue bowl ]",
    "put_the_cup_in_the_blue_bowl": "put [ the cup ] in [ the blue bowl ]",
    "put_the_cup_at_the_right_side": "put [ the cup ] at right",
    "where_is_it": "answer where [ the it object ]",
    "where_is_the_cup": "answer where [ the cup ]",
    "pick_up_the_cup": "pick [ the cup ]",
    "undo": "undo",
    "no": "no",
}


def test_the_usual_place_is_where_things_of_that_sort_were_put(path):
    for _ in range(2):
        Talk(path, **PLANS).say("put the cup in the bowl")
    talk = Talk(path, **PLANS)
    talk.say("pick up the cup")
    told = talk.say("put it where I usually want it")
    assert "put it in the blue bowl" in talk.planner.heard
    assert (
        "blue bowl" in told and talk.executor.skills.scene().get("red_cup").support == "blue_bowl"
    )


def test_what_is_no_habit_yet_is_asked_for(path):
    talk = Talk(path, **PLANS)
    told = talk.say("put the cup in its usual place")
    assert (
        told
        == "I don't know yet where you usually want the red cup. Where shall I put the red cup?"
    )
    talk.say("no")
    for where in ("put the cup in the bowl", "put the cup on the right"):
        Talk(path, **PLANS).say(where)
    told = Talk(path, **PLANS).say("put the cup where it belongs")
    assert told.startswith("I have put cups ") and told.endswith("Where shall I put the red cup?")
    assert "in the blue bowl once" in told and "at the right side once" in told


def test_what_was_taken_back_is_no_habit(path):
    for _ in range(2):
        talk = Talk(path, **PLANS)
        talk.say("put the cup in the bowl")
        talk.say("undo")
    assert Talk(path, **PLANS).say("put the cup where it belongs").startswith("I don't know yet")


def test_what_the_person_wants_stands_before_what_was_done(path):
    for _ in range(3):
        Talk(path, **PLANS).say("put the cup in the bowl")
    talk = Talk(path, **PLANS)
    told = talk.say("remember that I want the cup on the right")
    assert told.startswith("I'll remember that you want the cup on the right.")
    talk.say("put the cup where I usually want it")
    assert "put the cup at the right side" in talk.planner.heard


def test_a_place_that_the_planner_made_up_is_asked_for(path):
    """As over ROS, where nobody knows before the planner what "it" is."""
    talk = Talk(path, **PLANS)
    ctx = talk.executor.memory.context(SCENE)
    said, invented = "put the cup where it belongs", codec.parse("put [ the cup ] elsewhere")
    plan, asks = usual.filled(invented, said, ctx, talk.past)
    assert codec.write(plan) == "ask where [ the cup ]" and asks.startswith("I don't know yet")
    for _ in range(2):
        Talk(path, **PLANS).say("put the cup in the bowl")
    plan, asks = usual.filled(invented, said, ctx, talk.past)
    assert codec.write(plan) == "put [ the cup ] in [ the blue bowl ]" and asks == ""
    kept = codec.parse("put [ the cup ] in [ the bowl ]")
    assert usual.filled(kept, "put the cup in the bowl", ctx, talk.past) == (kept, "")
    plan, _ = usual.filled(codec.parse("place elsewhere"), "put it where it belongs", ctx, None)
    assert codec.write(plan) == "ask where [ the it object ]"


@pytest.mark.parametrize(
    ("said", "before", "thing"),
    [
        ("put it where I usually want it", "", "it"),
        ("please put the red cup back where it belongs", "please ", "the red cup"),
        ("bring the cup to its usual place", "", "the cup"),
        ("pick up the cup and put it in its usual place", "pick up the cup and ", "it"),
    ],
)
def test_which_sentences_ask_for_the_usual_place(said, before, thing):
    found = usual.find(said)
    assert found is not None and (found.before, found.thing) == (before, thing)


def test_other_places_are_none():
    for said in ("put the cup where the bowl is", "put it where it was", "is it where it belongs?"):
        assert usual.find(said) is None


def test_a_place_that_is_said_behind_it_is_the_place():
    assert usual.find("put the tan ones where they belong, in the tan box") is None
    assert usual.find("put the tan ones where they belong, please") is not None
