"""Table tops: drawn by a seed, seen by both renderers, named in scene files and configurations."""

from __future__ import annotations

import numpy as np
import pytest

from llmagentos.config import AgentConfig
from llmagentos.errors import SceneError
from llmagentos.from_config import table_and_noise
from sim.noise import severity
from sim.random_scenes import random_scene
from sim.scene import SceneSpec
from sim.tables import TABLES, table_for, texture_of
from sim.world import SimWorld

BLOCK = {"kind": "block", "color": "red", "position": [0.5, 0.0]}


def test_tops_repeat_and_differ() -> None:
    for name in TABLES:
        first = texture_of(f"{name}:4")
        if first is None:
            assert name == "mat"
            continue
        assert np.array_equal(first, texture_of(f"{name}:4"))
        assert not np.array_equal(first, texture_of(f"{name}:5"))
    drawn = {table_for("random", seed) for seed in range(40)}
    assert {str(name).split(":")[0] for name in drawn} == set(TABLES) - {"mat"}


@pytest.mark.parametrize("renderer", ["tiny", "auto"])
def test_every_renderer_shows_the_top_and_the_things_on_it(renderer: str) -> None:
    world = SimWorld(SceneSpec.from_dict({"objects": [BLOCK]}), renderer=renderer)
    spec, pose = world.overhead.spec, world.overhead.base_from_camera()
    looks = {}
    for table in ("mat", "black", "white", "green", "mat"):
        world.reset(SceneSpec.from_dict({"objects": [BLOCK], "table": table}), settle_s=0)
        rgb, depth, _ = world.render(spec, pose)
        assert rgb[240, 320].astype(int).tolist() == pytest.approx([230, 20, 30], abs=45), table
        bare = np.median(rgb[380:470, 100:540].reshape(-1, 3), axis=0)
        assert np.median(depth[380:470, 100:540]) == pytest.approx(1.25, abs=1e-3)
        if table in looks:
            assert np.array_equal(bare, looks[table])
        looks[table] = bare
    world.close()
    assert looks["black"].max() < 50 < 170 < looks["white"].min()
    assert looks["green"][1] > looks["green"][0] + 30


def test_scene_files_name_table_and_camera() -> None:
    scene = SceneSpec.from_dict(
        {"objects": [BLOCK], "table": "cloth:3", "camera": {"noise": "typical"}}
    )
    assert SceneSpec.from_dict(scene.to_dict()) == scene
    assert "table" not in SceneSpec.from_dict({"objects": [BLOCK]}).to_dict()
    world = SimWorld(scene, seed=6, renderer="tiny")
    assert world.noise.blotch_m == severity("typical").blotch_m and world.noise.seed == 6
    assert world.fork().noise.blotch_m == world.noise.blotch_m
    world.reset(SceneSpec.from_dict({"objects": [BLOCK]}))
    assert world.noise.blotch_m == 0
    world.close()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"table": "glass"}, "expected a table of mat, wood, .*got 'glass'"),
        ({"table": "wood:x"}, "such a name:seed, got 'wood:x'"),
        ({"camera": {"noise": "awful"}}, "camera: expected a noise of none"),
        ({"camera": {"nose": "bad"}}, "did you mean 'noise'"),
    ],
)
def test_unknown_tables_and_noises_are_refused(more: dict[str, object], reason: str) -> None:
    with pytest.raises(SceneError, match=reason):
        SceneSpec.from_dict({"objects": [BLOCK], **more})


def test_random_scenes_are_the_same_on_every_table() -> None:
    plain, other = random_scene(7), random_scene(7, table="random")
    assert plain.objects == other.objects and plain.table is None and other.table


def test_a_configuration_names_both() -> None:
    config = AgentConfig.of({"table": "wood", "noise": "bad", "seed": 4}, "here")
    scene, noise = table_and_noise(config)
    assert scene.table == "wood" and noise.motion_px == 11 and noise.seed == 4
    scene, noise = table_and_noise(AgentConfig.of({"noise": {"rgb_std": 3.0}}, "here"))
    assert scene.table is None and noise.rgb_std == 3.0
    assert table_and_noise(AgentConfig())[1] is None
