"""A planted weakness goes after ten corrected episodes, and a planted bad update is not installed."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")

from llmagentos.default_model import DEFAULT_MODEL  # noqa: E402
from llmagentos.lang import codec  # noqa: E402
from llmagentos.learning import background, places  # noqa: E402
from llmagentos.learning.champion import Champions  # noqa: E402
from llmagentos.learning.episodes import EpisodeLog  # noqa: E402
from llmagentos.learning.lessons import Lesson, Notebook  # noqa: E402
from training.planner.learn import PlannerOptimizer, Recipe  # noqa: E402

THINGS = ["red block", "green block", "blue bowl", "yellow cup", "black can", "white plate",
          "brown box", "purple block", "orange ball", "gray tray"]  # fmt: skip
#: Six cases each of suites of different kinds: what a shuffled update loses at once.
RECIPE = Recipe(
    steps=40, lr=5e-4, replay=120, per_suite=6, suites=("places", "motions", "questions")
)


def scene() -> list[dict[str, object]]:
    return [
        {"id": thing.replace(" ", "_"), "color": thing.split()[0], "kind": thing.split()[1],
         "size_m": 0.05, "height_m": 0.05, "position": [0.4 + 0.02 * i, -0.2 + 0.04 * i, 0.025]}
        for i, thing in enumerate(THINGS)
    ]  # fmt: skip


def ten_episodes(folder: Path) -> list[Lesson]:
    """ "Boop" is nothing to the shipped model; ten times somebody says what it is."""
    log = EpisodeLog(folder / places.EPISODES)
    for thing in THINGS:
        said, again = f"boop the {thing}", f"point at the {thing}"
        right = f"point above [ the {thing} ]"
        for command, plan, status in ((said, "unclear", "question"), (again, right, "succeeded")):
            log.observe(
                {"command": command, "meant": command, "status": status, "carried_out": plan,
                 "plan": codec.parse(plan).to_json(), "scene": scene(), "history": [],
                 "pending": "", "timings": {"sim_s": 1.0}}
            )  # fmt: skip
    found = background.found(folder)
    assert len(found) == 10 and all(x.why.startswith("said again as") for x in found)
    Notebook(folder / places.LESSONS).decide(found, "approved")
    return found


@pytest.mark.slow
def test_ten_episodes_mend_a_weakness_and_there_is_a_way_back(tmp_path: Path) -> None:
    torch.set_num_threads(2)
    found = ten_episodes(tmp_path)
    champions = Champions(tmp_path / places.MODEL, DEFAULT_MODEL)
    optimizer = PlannerOptimizer(champions, tmp_path / "models", RECIPE)
    judgement = background.work(tmp_path, optimizer)
    assert judgement is not None, background.state(tmp_path)["words"]
    print(judgement.learnt.told, *(g.told for g in judgement.groups), sep="\n")
    assert judgement.learnt.before <= 0.2 * judgement.learnt.n, "no weakness was there"
    assert judgement.learnt.after >= 0.8 * judgement.learnt.n
    assert judgement.install and champions.current == "learnt-1"
    assert Notebook(tmp_path / places.LESSONS).trained == sorted(x.id for x in found)
    assert (tmp_path / "models" / "learnt-1" / "manifest.json").is_file()
    assert optimizer.roll_back() == DEFAULT_MODEL


@pytest.mark.slow
def test_a_bad_update_is_not_installed(tmp_path: Path) -> None:
    torch.set_num_threads(2)
    found = ten_episodes(tmp_path)
    shuffled = [x.right for x in found]
    random.Random(3).shuffle(shuffled)
    wrong = [replace(x, right=right, wrong="") for x, right in zip(found, shuffled, strict=True)]
    champions = Champions(tmp_path / places.MODEL, DEFAULT_MODEL)
    recipe = replace(RECIPE, steps=8, lr=2e-2, anchor=0.0)
    optimizer = PlannerOptimizer(champions, tmp_path / "models", recipe)
    judgement = optimizer.improve(wrong, lambda words, share: None)
    assert not judgement.install, judgement.why
    assert champions.current == DEFAULT_MODEL and champions.history[-1]["what"] == "not installed"
    assert not list((tmp_path / "models").glob("learnt-*")), "its weights are gone"
