"""What is remembered over restarts: kept whole, found again, forgotten, and told in words."""

from __future__ import annotations

import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from llmagentos.dialogue.questions.past import earlier_deeds, last_sight, when
from llmagentos.errors import FileError
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec
from llmagentos.lang import plan as p
from llmagentos.memory.long_term import LongTermMemory, memory_file, opened
from llmagentos.memory.session import SessionMemory
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Scene, SceneObject

CUP = SceneObject("red_cup", "cup", "red", 0.07, 0.09, (0.4, 0.25, 0.045))
BOWL = SceneObject("blue_bowl", "bowl", "blue", 0.14, 0.05, (0.55, -0.2, 0.025))
BOTH, ONE = Scene((CUP, BOWL)), Scene((BOWL,))
NOON = time.mktime((2026, 11, 25, 12, 0, 0, 0, 0, -1))  # a Wednesday


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory" / "panda.sqlite"


def session(path: Path, clock: Clock, scene: Scene) -> PlanExecutor:
    """A session of its own, on a robot that needs no world."""
    past = LongTermMemory(path, clock)
    executor = PlanExecutor(SymbolicSkills(scene), SessionMemory(past=past))
    executor.see(scene)
    return executor


def say(executor: PlanExecutor, plan: str) -> str:
    return executor.run(codec.parse(plan), f"said: {plan}").reply


def test_where_a_thing_was_seen_in_an_earlier_session(path: Path, clock: Clock) -> None:
    say(session(path, clock, BOTH), "put [ the red cup ] in [ the blue bowl ]")
    clock.now += 86400
    later = session(path, clock, ONE)
    for question in ("answer was [ the red cup ]", "answer where [ the red cup ]"):
        told = say(later, question)
        assert told.startswith("I can't see a red cup") or "red cup" in told.split(".")[0]
        assert told.endswith("I last saw the red cup yesterday at 12:00: it was in the blue bowl.")
    assert "I last saw" not in say(later, "answer where [ the blue bowl ]")
    assert "I last saw" not in say(later, "answer where [ the green cup ]")


def test_what_was_done_before_this_session(path: Path, clock: Clock) -> None:
    say(session(path, clock, BOTH), "put [ the red cup ] in [ the blue bowl ]")
    clock.now += 3 * 86400
    later = session(path, clock, ONE)
    told = say(later, "answer did")
    assert told == (
        "In the session before this one, on Wednesday at 12:00: I put the red cup in the blue bowl."
    )
    say(later, "home")
    assert "session before" not in say(later, "answer did")


def test_without_a_memory_answers_are_as_before() -> None:
    executor = PlanExecutor(SymbolicSkills(ONE), SessionMemory())
    assert "I last saw" not in say(executor, "answer where [ the red cup ]")
    assert earlier_deeds(None) == "" and last_sight(p.Obj(), None, None) == ""  # type: ignore[arg-type]


def test_commands_are_found_by_words_and_times(path: Path, clock: Clock) -> None:
    memory = LongTermMemory(path, clock)
    for text, reply in (
        ("put the cups in the box", "I put two cups in the box."),
        ("go home", "I am home."),
        ('say "OR" AND (NOT', "I said it."),
    ):
        clock.now += 60
        memory.did(text, "succeeded", reply)
    assert [d.text for d in memory.commands(2)] == ["go home", 'say "OR" AND (NOT']
    assert [d.text for d in memory.commands(until=NOON + 90)] == ["put the cups in the box"]
    assert [d.text for d in memory.search("cup box")] == ["put the cups in the box"]
    assert [d.text for d in memory.search('"OR" AND (NOT')] == ['say "OR" AND (NOT']
    assert memory.search("") == [] and memory.search("spoon") == []


def test_what_is_forgotten_is_gone_from_the_file_too(path: Path, clock: Clock) -> None:
    memory = LongTermMemory(path, clock)
    memory.did("put the red cup away", "succeeded", "Done.", BOTH)
    memory.did("go home", "succeeded", "I am home.", BOTH)
    assert memory.forget("red cup") == 2 and memory.forget("red cup") == 0
    assert [s.thing.id for s in memory.last_seen()] == ["blue_bowl"]
    assert all(o.id != "red_cup" for s in memory.last_seen() for o in s.scene.objects)
    assert [d.text for d in memory.commands()] == ["go home"]
    memory._base.execute("VACUUM")
    memory.close()
    assert b"red_cup" not in path.read_bytes() and b"red cup" not in path.read_bytes()
    again = LongTermMemory(path, clock)
    again.forget_all()
    assert list(again.export()) == [] and again.search("home") == []


def test_old_things_go_and_the_file_stays_small(path: Path, clock: Clock) -> None:
    memory = LongTermMemory(path, clock, keep_days=2.0, keep_commands=10)
    memory.did("once", "succeeded", "Done.", BOTH)
    clock.now += 3 * 86400
    for number in range(30):
        memory.did(f"number {number}", "succeeded", "Done.", ONE)
    assert next(d.text for d in memory.commands(100)) == "number 20"
    assert memory.search("once") == []
    assert [s.thing.id for s in memory.last_seen()] == ["blue_bowl"]
    (scenes,) = memory._base.execute("SELECT count(*) FROM scenes").fetchone()
    assert scenes == 1


def test_only_its_owner_reads_it_and_what_cannot_be_read_is_put_aside(
    path: Path, clock: Clock, tmp_path: Path
) -> None:
    memory = LongTermMemory(path, clock)
    memory.did("go home", "succeeded", "I am home.")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and memory.problem == ""
    memory.close()
    path.write_bytes(b"nonsense" * 1000)
    anew = LongTermMemory(path, clock)
    assert "could not be read" in anew.problem and anew.commands() == []
    (aside,) = path.parent.glob("*.unreadable-*")
    assert aside.read_bytes().startswith(b"nonsense") and aside.name in anew.problem
    anew.did("go home", "succeeded", "I am home.")
    assert len(LongTermMemory(path, clock).commands()) == 1
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError):
        LongTermMemory(tmp_path / "file" / "panda.sqlite")
    assert opened(tmp_path / "file" / "panda.sqlite") is None


def test_a_time_in_a_question_is_looked_up(path: Path, clock: Clock) -> None:
    first = session(path, clock, BOTH)
    clock.now -= 3 * 3600  # nine o'clock
    first.run(codec.parse("put [ the red cup ] in [ the blue bowl ]"), "put the cup in the bowl")
    clock.now += 86400 + 3 * 3600
    later = session(path, clock, BOTH)

    def asked(question: str, plan: str = "answer did") -> str:
        return later.run(codec.parse(plan), question).reply

    assert asked("what did we do yesterday before lunch?") == (
        "Yesterday before lunch: I put the red cup in the blue bowl."
    )
    assert asked("what did you do yesterday afternoon?") == (
        "Yesterday afternoon: I did nothing that I remember."
    )
    assert asked("did you move the cup yesterday?", "answer moved [ the cup ]").startswith(
        "Yesterday: I put the red cup"
    )
    assert "did nothing with the block" in asked(
        "did you move the block yesterday?", "answer moved [ the block ]"
    )
    assert "I remember nothing from before then" in asked("what did you do last week?")
    assert asked("what happened yesterday?", 'cannot know "happened"').startswith(
        "Yesterday: I put"
    )


def test_an_older_file_gets_what_is_new(path: Path, clock: Clock) -> None:
    memory = LongTermMemory(path, clock)
    memory.did("go home", "succeeded", "I am home.", BOTH)
    for table in ("placed", "vocabulary", "facts_of_file"):
        memory._base.execute(f"DROP TABLE {table}")
    memory._base.execute("PRAGMA user_version = 1")
    memory.close()
    again = LongTermMemory(path, clock)
    assert again.problem == "" and len(again.commands()) == 1
    assert again.told("the key is in the tray") and len(again.facts()) == 1


def test_two_processes_share_a_file(path: Path, clock: Clock) -> None:
    """As the agent node and the executor node do: one is told, the other does."""
    hears, acts = LongTermMemory(path, clock), LongTermMemory(path, clock)
    number = acts.did("go home", "succeeded", "I am home.")
    newest = hears.newest()
    assert newest is not None and newest.number == number
    hears.forget_rows([number])
    assert acts.kept([number]) == set() and acts.commands() == []
    assert acts.did("go home", "succeeded", "I am home.") > 0
    hears.told("the key is in the tray")
    assert [d.text for d in acts.facts()] == ["the key is in the tray"]


_WRITER = """
import sys
from llmagentos.memory.long_term import LongTermMemory
memory = LongTermMemory(sys.argv[1])
number = 0
while True:
    memory.did(f"number {number}", "succeeded", "Done.")
    print(number, flush=True)
    number += 1
"""


def test_a_kill_loses_nothing_that_was_kept(path: Path) -> None:
    told = -1
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for _ in range(20):
                told = int(writer.stdout.readline())
            writer.kill()
        memory = LongTermMemory(path)
        assert memory.problem == ""
        assert memory.search(f"number {told}") and len(memory.commands(1000)) >= 20
        memory.close()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0.0, "a moment ago"),
        (1 / 24, "today at 11:00"),
        (1.0, "yesterday at 12:00"),
        (2.0, "on Monday at 12:00"),
        (30.0, "on 26 October at 12:00"),
        (400.0, "on 21 October 2025 at 12:00"),
    ],
)
def test_moments_are_said_as_people_do(
    days: float, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    try:
        noon = 1795608000.0  # 25 November 2026, 12:00 UTC
        assert when(noon - days * 86400, noon) == words
    finally:
        monkeypatch.undo()
        time.tzset()


def test_each_robot_has_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert memory_file("panda") == tmp_path / "llmagentos/memory/panda.sqlite"
    assert memory_file("/left/arm").name == "left-arm.sqlite"
    assert memory_file("x", "here") == Path("here/x.sqlite")
