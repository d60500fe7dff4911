"""Table-v0: contract, rules, and an oracle that solves it from wherever it is asked."""

from __future__ import annotations

import itertools

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from llmagentos.errors import ActionError, ConfigError
from sim.envs.table import ACTIONS, Table

NORTH, SOUTH, WEST, EAST, PICK, PLACE = map(np.int64, range(6))


def test_gymnasiums_own_check_passes() -> None:
    check_env(gym.make("llmagentos/Table-v0").unwrapped, skip_render_check=True)


@pytest.mark.parametrize("objects", [1, 2, 3])
def test_the_oracle_solves_every_table(objects: int) -> None:
    env = Table(rows=2, columns=2, objects=objects)
    for seed in range(200):
        env.reset(seed=seed)
        done = False
        for action in itertools.islice(env.oracle(), 60):
            _, reward, done, truncated, info = env.step(action)
            assert not truncated and info["is_success"] == done and reward == (0 if done else -1)
            if done:
                break
        assert done, env.render()


def test_the_oracle_goes_on_from_where_random_actions_led() -> None:
    env = Table(rows=2, columns=3, objects=2)
    for seed in range(100):
        env.reset(seed=seed)
        done = False
        for action in np.random.default_rng(seed).integers(6, size=15):
            done = done or env.step(action)[2]
        script = env.oracle()
        for _ in range(60):
            done = done or env.step(next(script))[2]
        assert done, env.render()


def test_with_one_object_the_oracle_is_a_shortest_way() -> None:
    """Breadth first over all states, from the rules alone."""
    env = Table(rows=2, columns=3)
    for seed in range(30):
        start, _ = env.reset(seed=seed)
        length = 0
        for action in env.oracle():
            length += 1
            if env.step(action)[2]:
                break
        frontier, known, found = [tuple(start.tolist())], {tuple(start.tolist())}, 0
        while not found:
            after = []
            for state, action in itertools.product(frontier, range(6)):
                env._hand, env._at = state[0], [state[1]]
                seen, _, done, _, _ = env.step(np.int64(action))
                if done:
                    found = 1
                if tuple(seen.tolist()) not in known:
                    known.add(tuple(seen.tolist()))
                    after.append(tuple(seen.tolist()))
            frontier, length = after, length - 1
        assert length == 0


def test_what_cannot_be_done_changes_nothing() -> None:
    env = Table(rows=1, columns=3)
    env.reset(seed=0)
    env._hand, env._at, env._marks = 0, [1], [2]
    for action in (NORTH, SOUTH, WEST, PICK, PLACE):
        assert env.step(action)[0].tolist() == [0, 1, 2], ACTIONS[action]
    for action, seen in ((EAST, [1, 1, 2]), (PICK, [1, 3, 2]), (EAST, [2, 3, 2])):
        assert env.step(action)[0].tolist() == seen
    seen, reward, done, _, info = env.step(PLACE)
    assert seen.tolist() == [2, 2, 2] and done and reward == 0 and info["is_success"]
    assert env.render().split() == [".", ".", "[aA]"]


def test_the_shaped_reward_pays_for_a_shorter_way() -> None:
    env = Table(reward="shaped")
    for seed in range(20):
        env.reset(seed=seed)
        for action in env.oracle():
            _, reward, done, _, _ = env.step(action)
            assert reward == pytest.approx(0.2 if done else -0.8)
            if done:
                break


def test_the_same_seed_gives_the_same_tables_and_no_one_elses_generator_is_touched() -> None:
    before = np.random.get_state()[1].tolist()  # type: ignore[index, union-attr]
    one, other = Table(), Table()
    for seed in (3, None, None):
        assert np.array_equal(one.reset(seed=seed)[0], other.reset(seed=seed)[0])
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index, union-attr]


@pytest.mark.parametrize("action", [6, -1, 1.5, float("nan"), None, [1]])
def test_what_is_no_action_is_refused(action: object) -> None:
    env = Table()
    env.reset(seed=0)
    with pytest.raises(ActionError, match="from 0 to 5"):
        env.step(action)


def test_options_that_are_none_are_refused() -> None:
    with pytest.raises(ConfigError, match="2 x 2 cells and 4 objects"):
        Table(rows=2, columns=2, objects=4)
    with pytest.raises(ConfigError, match="got 'dense'"):
        Table(reward="dense")
    with pytest.raises(ConfigError, match="got 'human'"):
        Table(render_mode="human")
    with pytest.raises(ActionError, match="a reset before"):
        Table().step(NORTH)
    with pytest.raises(ConfigError, match="no options"):
        Table().reset(options={"x": 1})
