"""Recordings of real things: an oracle, the skills of a session, hands on keys and on a port."""

from __future__ import annotations

import os
import pty
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from llmagentos.builder import SIMULATED_PROFILE
from llmagentos.errors import DatasetError, TeleopError
from llmagentos.local_robot import observe
from llmagentos.perception import TabletopPerception
from llmagentos.ports.skills import SkillStatus
from llmagentos.robot_skills import skills_for
from llmagentos.types import Action
from sim.data import oracle, schema
from sim.data.by_hand import record as record_by_hand
from sim.data.check import check
from sim.data.demonstrations import load
from sim.data.reader import Dataset
from sim.data.session import SessionData
from sim.envs.tasks.pick_and_place import PickAndPlace
from sim.envs.tasks.reach import Reach
from sim.scene import ObjectSpec, SceneSpec
from sim.world import SimWorld

SIZE = (64, 48)
SCENE = SceneSpec(objects=[ObjectSpec(kind="block", color="red", position=(0.5, 0.0))])


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shown") / "set"
    oracle.record(root, "pick-and-place", 2, seed=5, size=SIZE)
    return root


def test_an_oracles_demonstrations_solve_the_episodes_again(shown: Path) -> None:
    """State, action and seed of a data set are the environment's own, to the bit."""
    assert check(shown) == []
    data = Dataset(shown)
    env = PickAndPlace()
    try:
        made = load(shown, env.observation_space, env.action_space)
        first = 0
        for number, end in enumerate(made.ends):
            seen, info = env.reset(seed=5 + number)
            for at in range(first, end):
                for part in oracle.PARTS:
                    assert np.array_equal(made.observations[part][at], seen[part])
                seen, _, done, _, info = env.step(made.actions[at])
            assert done and info["is_success"]
            first = end
    finally:
        env.close()
    values = data.episode(0).values
    assert values[schema.DONE].tolist().count(True) == 1 and values[schema.SUCCESS][-1]
    state = values[schema.STATE]
    assert state.shape[1] == 8 and data.features[schema.STATE]["names"][0] == "panda_joint1.pos"
    assert np.abs(np.diff(state[:, :7], axis=0)).max() > 0.01  # it moves


def test_pictures_are_the_cameras(shown: Path) -> None:
    seen = Dataset(shown).episode(0, ["overhead", "wrist"]).pictures
    env = PickAndPlace(observation="pixels", image_size=SIZE)
    try:
        start, _ = env.reset(seed=5)
        for name in schema.CAMERAS:
            away = np.abs(seen[schema.PICTURE + name][0].astype(float) - start[name])
            assert away.mean() < 3.0, name
            assert seen[schema.PICTURE + name].std() > 5
    finally:
        env.close()


def test_demonstrations_of_another_environment_are_refused(shown: Path, tmp_path: Path) -> None:
    env = Reach()
    try:
        with pytest.raises(DatasetError, match="expected"):
            load(shown, env.observation_space, env.action_space)
    finally:
        env.close()
    with pytest.raises(DatasetError, match="reach, push, slide, pick-and-place"):
        oracle.record(tmp_path / "none", "juggling", 1)


def test_a_commands_motion_is_recorded_and_failures_are_left_out(tmp_path: Path) -> None:
    world = SimWorld(SCENE, renderer="tiny")
    try:
        spec = world.robot.spec
        perception = TabletopPerception(arm=spec)
        able = skills_for(
            world, lambda: perception.perceive(observe(world, (world.overhead,))), spec,
            SIMULATED_PROFILE,
        )  # fmt: skip
        recording = SessionData(tmp_path / "set", world, fps=10, size=SIZE)
        able.driver.observers.append(recording.on_advance)
        recording.begin(0, "how many blocks are there?")
        assert recording.end({"status": "answered"}) is None
        recording.begin(1, "pick up the red block")
        block = next(o for o in able.skills.see().objects if o.kind == "block")
        able.skills.start(Action("pick", object_id=block.id))
        while (report := able.skills.tick()).status is SkillStatus.RUNNING:
            pass
        assert report.status is SkillStatus.SUCCEEDED
        assert recording.end({"status": "succeeded", "plan_text": "pick"}) == 0
        recording.begin(2, "go")
        able.driver.advance()
        assert recording.end({"status": "failed"}) is None
        now = world.state()
        recording.close()
    finally:
        world.close()
    assert check(tmp_path / "set") == []
    (episode,) = Dataset(tmp_path / "set")
    assert episode.task == "pick up the red block"
    state, action = episode.values[schema.STATE], episode.values[schema.ACTION]
    assert len(episode) > 10 and episode.values[schema.SUCCESS][-1]
    # An action is where the joints are to be by the next frame; the last frame is at most 0.1 s old.
    assert np.abs(action[:-1, :7] - state[1:, :7]).max() < 0.03
    assert np.abs(state[-1, :7] - now.positions).max() < 0.1
    assert state[0, 7] > 0.07 and action[-1, 7] < 0.03  # opened, then closed on the block


def test_a_rate_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    world = SimWorld(SCENE, renderer="tiny")
    try:
        with pytest.raises(DatasetError, match="10, 12, 15, 20"):
            SessionData(tmp_path / "set", world, fps=25)
    finally:
        world.close()


def test_hands_on_keys_of_a_terminal_move_the_arm_and_are_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pty.openpty()
    monkeypatch.setattr("sys.stdin", os.fdopen(theirs))
    told: list[str] = []
    # What a person sees, and what they type then.
    typed = [
        ("w/s away", "wwwwwaa "),
        (r"0 kept, ([5-9]|\d\d) frames", "\n"),
        ("episode 0 kept", "ss"),
        (r"1 kept, ([2-9]|\d\d) frames", "\x7f"),
        ("frames forgotten", "x"),
    ]

    def say(words: str) -> None:
        told.append(words)
        if typed and re.search(typed[0][0], words):
            os.write(ours, typed.pop(0)[1].encode())

    kept = record_by_hand(
        tmp_path / "set", "keys", "push it away", SCENE, fps=20, size=SIZE, say=say
    )
    assert not typed
    assert kept == 1
    assert any(line.startswith("episode 0 kept") for line in told)
    assert any("frames forgotten" in line for line in told)
    assert check(tmp_path / "set") == []
    (episode,) = Dataset(tmp_path / "set")
    assert episode.task == "push it away" and episode.values[schema.SUCCESS][-1]
    action = episode.values[schema.ACTION]
    assert action[-1, 7] == 0.0 and episode.values[schema.STATE][0, 7] > 0.07
    assert np.abs(action[-1, :7] - action[0, :7]).max() > 0.02


@pytest.fixture
def port() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    yield number


def test_lines_over_a_port_move_the_arm_and_are_recorded(tmp_path: Path, port: int) -> None:
    ready, moved, answers = threading.Event(), threading.Event(), list[str]()

    def person() -> None:
        ready.wait(60)
        with socket.create_connection(("127.0.0.1", port)) as line, line.makefile("rw") as file:
            for text in ("move 0.04 0 -0.02", "jump", "grip 0.03"):
                file.write(text + "\n")
                file.flush()
                answers.append(file.readline().strip())
            moved.wait(60)
            file.write("end\n")
            file.flush()
            answers.append(file.readline().strip())

    def say(words: str) -> None:
        ready.set()
        if re.search(r"([5-9]|\d\d) frames", words):
            moved.set()

    thread = threading.Thread(target=person)
    thread.start()
    kept = record_by_hand(tmp_path / "set", str(port), "touch it", SCENE, 1, size=SIZE, say=say)
    thread.join()
    assert kept == 1 and check(tmp_path / "set") == []
    assert [a.split(":")[0] for a in answers] == ["ok", "error", "ok", "ok"]
    (episode,) = Dataset(tmp_path / "set")
    assert episode.values[schema.ACTION][-1, 7] == pytest.approx(0.03)


def test_keys_without_a_terminal_get_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "no_terminal").open("w+") as file:
        monkeypatch.setattr("sys.stdin", file)
        with pytest.raises(TeleopError, match="--teleop PORT"):
            record_by_hand(tmp_path / "set", "keys", "go", SCENE, size=SIZE)
