"""Episodes as people leave them, what they teach, and who becomes champion."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from llmagentos.cli import main
from llmagentos.config import AgentConfig
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import FileError
from llmagentos.from_config import model_of
from llmagentos.lang import codec
from llmagentos.learning import background, episodes, feedback, places
from llmagentos.learning.champion import Champions, Compared, Judgement, judged
from llmagentos.learning.episodes import EpisodeLog
from llmagentos.learning.lessons import Lesson, Notebook, lessons
from llmagentos.learning.optimizer import Candidate, Learner, PolicyOptimizer
from llmagentos.learning.words import Lexicon, Taught


def episode(said: str, plan: str, status: str = "succeeded", done: str = "") -> dict[str, Any]:
    """A finished command. done: the plan as carried out, dialogue steps replaced."""
    return {
        "command": said, "meant": said, "status": status, "plan": codec.parse(plan).to_json(),
        "carried_out": done or plan, "scene": [], "history": [], "pending": "",
        "timings": {"sim_s": 1.0},
    }  # fmt: skip


def kept(tmp_path: Path, *turns: Any) -> list[Lesson]:
    """What a session of these turns teaches, read back from its file. A number is feedback."""
    log = EpisodeLog(tmp_path / places.EPISODES)
    for turn in turns:
        if isinstance(turn, dict):
            log.observe(turn)
        elif turn is None:
            log.reset()
        else:
            log.feedback(turn)
    return lessons(episodes.read(tmp_path / places.EPISODES))


PUSH = episode("bin the red block", "move [ the red block ] left")
UNDO = episode("undo", "undo")
PUT = "put [ the red block ] in [ the box ]"


def test_a_correction_teaches_what_the_sentence_meant(tmp_path: Path) -> None:
    fix = episode("no, put it in the box", "correct in [ the box ]", done=PUT)
    said = episode("put the red block in the box, bin it", "move [ the red block ] left")
    (lesson,) = kept(tmp_path, said, fix)
    assert (lesson.right, lesson.wrong) == (PUT, "move [ the red block ] left")
    assert lesson.why == 'corrected by "no, put it in the box"'


def test_a_correction_by_words_that_were_not_said_teaches_nothing(tmp_path: Path) -> None:
    first = episode("put the block in the box", PUT)
    fix = episode(
        "no, the blue one",
        "correct [ the blue object ]",
        done="put [ the blue block ] in [ the box ]",
    )
    assert kept(tmp_path, first, fix) == []


def test_undone_and_said_in_other_words(tmp_path: Path) -> None:
    # "box" is not in the sentence either, but the plan before knew nothing of "bin"
    first = episode("bin the red block", "cannot open", "cannot")
    (lesson,) = kept(tmp_path, first, UNDO, episode("put the red block in the box", PUT))
    assert lesson.right == PUT and lesson.why.startswith("undone, and said")
    (again,) = kept(tmp_path / "b", first, episode("put the red block in the box", PUT))
    assert again.why.startswith("said again as")
    assert kept(tmp_path / "c", first, episode("pick up the cup", "pick [ the cup ]")) == []
    assert kept(tmp_path / "d", first, None, episode("put the red block in the box", PUT)) == [], (
        "another session"
    )


def test_thumbs(tmp_path: Path) -> None:
    good = episode("put the red block in the box", PUT)
    (lesson,) = kept(tmp_path, good, 1.0)
    assert (lesson.right, lesson.wrong, lesson.why) == (PUT, "", "found right")
    assert kept(tmp_path / "b", good, -1.0) == [] and kept(tmp_path / "c", good) == []
    fixed = episode("no, put it in the box", "correct in [ the box ]", done=PUT)
    assert kept(tmp_path / "d", PUSH, fixed, -1.0) == [], "the correction was wrong, too"


def test_a_refusal_is_never_unlearnt(tmp_path: Path) -> None:
    first = episode("throw the red block", "refuse throwing", "refused")
    again = episode("put the red block in the box", PUT)
    assert kept(tmp_path, first, -1.0, again) == []
    assert kept(tmp_path / "b", first, UNDO, again) == []


@pytest.mark.parametrize(
    ("said", "value"),
    [("👍", 1.0), ("Thumbs up!", 1.0), ("that was wrong.", -1.0), ("thumbs down", -1.0),
     ("no", 0.0), ("thank you", 0.0), ("that was wrong, put it back", 0.0), ("stop", 0.0)],
)  # fmt: skip
def test_what_is_feedback(said: str, value: float) -> None:
    assert feedback.find(said) == value


def test_the_file_is_private_bounded_and_survives_broken_lines(tmp_path: Path) -> None:
    path = tmp_path / "episodes.jsonl"
    log = EpisodeLog(path, max_bytes=4000)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for _ in range(40):
        log.observe(PUSH)
    assert path.stat().st_size < 5000 and stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open("a") as out:
        out.write(
            '{"version": 1, "kind": "epis\n[]\n{"version": 99, "kind": "episode", "id": "x"}\n'
        )
    found = episodes.read(path)
    assert 2 < len(found) < 40 and all(e["command"] == "bin the red block" for e in found)


# --- champion and challenger ----------------------------------------------------------------------


def compared(name: str, lost: int, won: int, n: int = 40) -> Compared:
    return Compared(name, n, 30, 30 - lost + won, lost, won)


def test_the_interval_is_agresti_and_mins() -> None:
    low, high = Compared.of("x", [True] * 20 + [False] * 20, [True] * 30 + [False] * 10).interval
    # b* = 0.5, c* = 10.5, n* = 42: 1.96 / 42 * sqrt(11 - 100 / 42) = 0.13701
    assert (low, high) == pytest.approx((10 / 42 - 0.13701, 10 / 42 + 0.13701), abs=1e-5)


def test_only_what_learnt_and_lost_nowhere_is_installed() -> None:
    learnt = compared("lessons", 0, 10)
    same = [compared("places", 1, 1), compared("refusing", 0, 0)]
    assert judged(learnt, same).install
    worse = judged(learnt, [*same, compared("motions", 12, 0)])
    assert not worse.install and "motions" in worse.why
    little = [compared(f"g{i}", 3, 0) for i in range(8)]
    assert not judged(learnt, little).install, "each within chance, all together not"
    assert not judged(compared("lessons", 1, 1), same).install
    assert not judged(learnt, []).install


def test_champions_go_back_to_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    yes = judged(compared("lessons", 0, 10), [compared("places", 0, 0)])
    Champions(path, "shipped").install("learnt-1", yes)
    Champions(path, "shipped").install("learnt-2", yes)
    again = Champions(path, "shipped")
    assert (again.current, again.back(), again.back()) == ("learnt-2", "learnt-1", "shipped")
    with pytest.raises(ValueError, match="shipped"):
        again.back()
    told = Champions(path, "shipped").history
    assert [r["what"] for r in told] == ["installed", "installed", "back", "back"]
    assert told[0]["figures"]["learnt"]["won"] == 10
    path.write_text('{"version": 7}')
    with pytest.raises(FileError, match="version 1"):
        Champions(path, "shipped")


class Fake(PolicyOptimizer):
    """The real port; its challenger gets so many of the suites' cases wrong."""

    def __init__(self, champions: Champions, lost: int):
        self.champions, self.lost = champions, lost

    def propose(self, chosen: Any) -> list[Lesson]:
        return list(chosen)

    def train(self, chosen: Any, progress: Any) -> Candidate:
        progress("training", 0.5)
        return Candidate("learnt-1", {})

    def judge(self, candidate: Candidate, chosen: Any, progress: Any) -> Judgement:
        return judged(compared("lessons", 0, 10), [compared("places", self.lost, 0)])

    def install(self, candidate: Candidate, judgement: Judgement) -> str:
        self.champions.install(candidate.where, judgement)
        return candidate.where

    def discard(self, candidate: Candidate, judgement: Judgement) -> None:
        self.champions.keep(candidate.where, judgement)

    def roll_back(self) -> str:
        return self.champions.back()


@pytest.mark.parametrize(("lost", "champion"), [(0, "learnt-1"), (20, "shipped")])
def test_a_learner_is_a_reward_and_an_optimizer(tmp_path: Path, lost: int, champion: str) -> None:
    champions = Champions(tmp_path / places.MODEL, "shipped")
    learner = Learner(EpisodeLog(tmp_path / places.EPISODES), Fake(champions, lost))
    learner.observe(episode("put the red block in the box", PUT))
    assert learner.feedback(1.0)
    Notebook(tmp_path / places.LESSONS).decide(learner.lessons(), "approved")
    judgement = background.work(tmp_path, learner.optimizer)
    assert judgement is not None and champions.current == champion
    told = background.state(tmp_path)
    assert told["state"] == "done" and told["judgement"]["install"] is (lost == 0)
    assert len(Notebook(tmp_path / places.LESSONS).trained) == (lost == 0)


def test_the_champion_is_used_where_no_model_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    yes = judged(compared("lessons", 0, 10), [compared("places", 0, 0)])
    champions = Champions(tmp_path / places.MODEL, DEFAULT_MODEL)
    config = AgentConfig.of({"taught": {"folder": str(tmp_path)}})
    assert model_of(config) == DEFAULT_MODEL
    learnt = tmp_path / "learnt-1"
    champions.install(str(learnt), yes)
    assert model_of(config) == DEFAULT_MODEL and "not there any more" in caplog.text
    learnt.mkdir()
    assert model_of(config) == str(learnt)
    assert model_of(config.with_(model=DEFAULT_MODEL)) == DEFAULT_MODEL, "named by a person"
    off = AgentConfig.of({"taught": {"folder": str(tmp_path), "model": False}})
    assert model_of(off) == DEFAULT_MODEL


# --- the command line -----------------------------------------------------------------------------


def say(capsys: Any, *argv: str) -> tuple[int, str, str]:
    try:
        main(["learn", *argv])
        code = 0
    except SystemExit as exc:
        code = int(exc.code or 0)
    out = capsys.readouterr()
    return code, out.out, out.err


def test_learn_shows_decides_and_says_what_is_missing(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    where = places.folder()
    assert say(capsys, "show")[0] == 0, "nothing there is no error"
    kept(where, episode("put the red block in the box", PUT), 1.0)
    Lexicon(places.words("panda")).teach(Taught("zorp", "red block", "thing"))
    _, out, _ = say(capsys, "show")
    assert "put the red block in the box" in out and "a zorp is a red block" in out
    code, _, err = say(capsys, "train")
    assert code == 2 and "learn approve" in err
    assert say(capsys, "approve", "beef")[0] == 2
    assert say(capsys, "approve", "--yes")[1] == "1 approved\n"
    data = json.loads(say(capsys, "show", "--json")[1])
    assert [r["state"] for r in data["lessons"]] == ["approved"]
    assert say(capsys, "reject", data["lessons"][0]["id"])[1] == "1 rejected\n"
    code, _, err = say(capsys, "back")
    assert code == 2 and "shipped" in err
    assert "nothing was trained yet" in say(capsys, "status")[1]


def test_a_training_counts_as_under_way_from_its_first_moment(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    where = places.folder()
    kept(where, episode("put the red block in the box", PUT), 1.0)
    say(capsys, "approve", "--yes")
    background.note_started(where, os.getpid())
    assert "0%  starting" in say(capsys, "status")[1]
    monkeypatch.setattr("llmagentos.cli.learn._need_workshop", lambda: None)  # no PyTorch here
    code, _, err = say(capsys, "train")
    assert code == 2 and "no training under way" in err
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    background.note_started(where, gone.pid)
    out = say(capsys, "status")[1]
    assert "ended: starting" in out and "training.log" in out
