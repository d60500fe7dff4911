"""The suite of commands about things of no known kind: what it draws, how it judges, one played."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("pybullet")

from benchmarks.predicates import bottom_z, inside
from benchmarks.tasks import Done
from benchmarks.thing_tasks import SKILLS, draw_task, judged
from benchmarks.things import FRESH_FROM, Player


@pytest.mark.parametrize("skill", SKILLS)
def test_each_command_is_about_things_and_not_done_already(skill: str) -> None:
    rng = np.random.default_rng(3)
    for _ in range(3):
        task = draw_task(skill, rng)
        assert any(o.kind == "thing" for o in task.scene.objects)
        rows = {
            str(o.id): {"id": o.id, "kind": o.kind, "color": o.color, "size": o.geometry.size_m,
                        "position": o.xyz, "yaw": o.yaw,
                        **({"extents": o.geometry.extents_m} if o.kind == "thing" else {})}
            for o in task.scene.objects
        }  # fmt: skip
        nothing = Done("succeeded", rows, rows)
        assert not judged(task, nothing, "done").right


def test_the_same_seed_draws_the_same_commands() -> None:
    drawn = [[draw_task(s, np.random.default_rng(5)).command for s in SKILLS] for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert FRESH_FROM > 1_000_000


def test_things_are_judged_by_their_own_sides() -> None:
    row = {"kind": "thing", "size": 0.1, "extents": (0.1, 0.04, 0.03), "position": (0.5, 0.0, 0.02)}
    assert bottom_z(row) == pytest.approx(0.005)
    box = {"kind": "box", "size": 0.14, "position": (0.5, 0.0, 0.0294)}
    assert inside(row, box)
    assert not inside({**row, "position": (0.5, 0.0, 0.09)}, box)


def test_a_command_is_carried_out_and_judged() -> None:
    player = Player(camera=False)
    try:
        episode = player(draw_task("put_in", np.random.default_rng(1)), 1)
    finally:
        player.close()
    assert episode.success, (episode.command, episode.why, episode.reply)
    assert episode.models
