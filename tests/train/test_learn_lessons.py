"""A weakness of the shipped planner goes after ten corrected episodes, and a planted bad update is
not installed; both have a way back. Real agent, real model, real training and judging."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")

from llm_edge import folder  # noqa: E402
from llmagentos import Agent  # noqa: E402
from llmagentos.cli import main  # noqa: E402
from llmagentos.composition import load_llm  # noqa: E402
from llmagentos.config import AgentConfig  # noqa: E402
from llmagentos.default_model import DEFAULT_MODEL  # noqa: E402
from llmagentos.from_config import model_of  # noqa: E402
from llmagentos.learning import background, places  # noqa: E402
from llmagentos.learning.champion import Champions, Judgement  # noqa: E402
from llmagentos.learning.episodes import EpisodeLog  # noqa: E402
from llmagentos.learning.lessons import Lesson, Notebook  # noqa: E402
from llmagentos.learning.optimizer import Candidate  # noqa: E402
from training.planner.learn import PlannerOptimizer, Recipe  # noqa: E402

# a minute of processor time together; on a machine with a load of 20 that is ten minutes
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

SPOTS = {
    "red block": (0.45, 0.20), "green block": (0.55, 0.10), "purple block": (0.45, -0.05),
    "yellow cup": (0.58, -0.20), "black can": (0.40, -0.25),
}  # fmt: skip
SCENE: dict[str, Any] = {
    "objects": [
        {"kind": thing.split()[1], "color": thing.split()[0], "position": list(spot)}
        for thing, spot in SPOTS.items()
    ]
}
#: Picked up, refused or put on itself by planner-v6; to people it means to point the camera there.
WORDINGS = ("zoom in on the {}", "could you zoom in on the {}?")
#: Five cases each of suites of different kinds: what a bad update loses at once.
RECIPE = Recipe(
    steps=16, lr=5e-4, replay=60, per_suite=5, suites=("places", "motions", "questions")
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of ten commands, each found wrong and said again in other words."""
    path = tmp_path_factory.mktemp("recorded") / places.EPISODES
    with Agent.in_simulation(SCENE, llm=load_llm(), learning=EpisodeLog(path)) as agent:
        for wording in WORDINGS:
            for thing in SPOTS:
                agent.reset()
                agent.command(wording.format(thing))
                assert agent.feedback(-1, "/bad")
                assert agent.command(f"point at the {thing}").status == "succeeded"
    return path


@pytest.fixture
def home(recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's learning folder with these episodes; models go beside it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    torch.set_num_threads(1)
    where = places.folder()
    where.mkdir(parents=True)
    shutil.copy(recorded, where)
    found = background.found(where)
    assert len(found) == 10, "the shipped model knows this wording now: choose another"
    assert all(x.why.startswith("said again as") for x in found)
    return where


def used() -> str:
    """The model of an agent whose configuration names none."""
    return model_of(AgentConfig.of({}))


def say(*words: str) -> None:
    """`llmagentos learn` with these words, which must end well."""
    with pytest.raises(SystemExit) as end:
        main(["learn", *words])
    assert not end.value.code


def show(judgement: Judgement) -> None:
    print(judgement.why, judgement.learnt.told, *(g.told for g in judgement.groups), sep="\n")


def test_ten_episodes_mend_a_weakness_and_there_is_a_way_back(home: Path) -> None:
    say("approve", "--yes")
    optimizer = PlannerOptimizer(Champions(home / places.MODEL, DEFAULT_MODEL), recipe=RECIPE)
    judgement = background.work(home, optimizer)
    assert judgement is not None, background.state(home)["words"]
    show(judgement)
    assert judgement.learnt.before <= 0.2 * judgement.learnt.n, "no weakness was there"
    assert judgement.learnt.after >= 0.8 * judgement.learnt.n
    assert judgement.install and not any(g.is_worse for g in judgement.groups)
    assert len(Notebook(home / places.LESSONS).trained) == 10
    assert (folder.user_models() / "learnt-1" / "manifest.json").is_file()
    assert used() == "learnt-1"
    scene = home / "scene.yaml"
    scene.write_text(json.dumps(SCENE))  # which is YAML as well
    with Agent.from_config(AgentConfig.of({"scene": str(scene)})) as agent:
        said = agent.command("zoom in on the green block")
    assert (said.status, said.plan_text) == ("succeeded", "point above [ the green block ]")
    say("back")
    assert used() == DEFAULT_MODEL


class Kept(PlannerOptimizer):
    """Its rejected weights stay as the model "forced"."""

    def discard(self, candidate: Candidate, judgement: Judgement) -> None:
        shutil.copytree(candidate.where, self.models / "forced")
        super().discard(candidate, judgement)


def shuffled(lessons: Sequence[Lesson]) -> list[Lesson]:
    """Everyone's plan belongs to the next one's sentence."""
    rights = [x.right for x in lessons]
    random.Random(3).shuffle(rights)
    return [replace(x, right=right, wrong="") for x, right in zip(lessons, rights, strict=True)]


def test_a_bad_update_is_not_installed_and_a_forced_one_is_rolled_back(home: Path) -> None:
    champions = Champions(home / places.MODEL, DEFAULT_MODEL)
    recipe = replace(RECIPE, steps=8, lr=2e-2, replay=30, anchor=0.0)
    optimizer = Kept(champions, recipe=recipe)
    judgement = optimizer.improve(shuffled(background.found(home)), lambda words, share: None)
    show(judgement)
    assert not judgement.install and "worse" in judgement.why
    assert used() == DEFAULT_MODEL and champions.history[-1]["what"] == "not installed"
    assert not list(folder.user_models().glob("learnt-*")), "its weights are gone"
    champions.install("forced", judgement)
    assert used() == "forced"
    say("back")
    assert used() == DEFAULT_MODEL
