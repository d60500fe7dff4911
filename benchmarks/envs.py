"""The environments: oracles' success, speed beside panda-gym, and over processes.

    python -m benchmarks.envs [--seeds 100] [--robot panda]     oracle success of every task
    python -m benchmarks.envs --speed [--steps 2000]            beside panda-gym (pip install panda-gym)
    python -m benchmarks.envs --processes 2                     rollouts over processes

Knows: how episodes are run and timed. Does not know: how anything learns.

Speed is environment steps a second of processor time, resets counted (an episode is 50 steps),
random actions; both sides take turns in short rounds, so that a busy machine slows both alike.
panda-gym takes 20 physics steps of 2 ms in each of its steps of 40 ms. Ours are compared twice: with
the same 20 physics steps (of 4.2 ms: 83 ms a step, as the environments come), and at the same rate
of control (`control_hz=24`: 42 ms, 10 physics steps). Their inverse kinematics is PyBullet's, ours
two to three steps of pinocchio's Jacobian.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time
from typing import Any

import gymnasium
import numpy as np

from sim.egl import quiet_output
from sim.envs import ENVIRONMENTS
from sim.envs.base import CONTROL_HZ

TASKS = tuple(e for e in ENVIRONMENTS if e.entry_point.startswith("sim.envs.tasks."))
#: Ours and theirs.
_PEERS = {
    "Reach": "PandaReach-v3",
    "Push": "PandaPush-v3",
    "Slide": "PandaSlide-v3",
    "PickAndPlace": "PandaPickAndPlace-v3",
    "Stack": "PandaStack-v3",
}
_EPISODE = 50
_VECTOR = "llmagentos/PickAndPlace-v0"


def solved(env: Any, seed: int) -> tuple[bool, int]:
    """Whether the oracle ends the episode at the goal, and in how many steps."""
    env.reset(seed=seed)
    oracle, steps, done, info = env.unwrapped.oracle(), 0, False, {}
    while not done:
        _, _, terminated, truncated, info = env.step(next(oracle))
        steps, done = steps + 1, terminated or truncated
    return bool(info["is_success"]), steps


def oracles(robot: str, first: int, seeds: int, names: list[str]) -> None:
    """Print each task's oracle success and steps, over seeds from `first` on."""
    for entry in TASKS:
        if names and entry.name not in names:
            continue
        env = gymnasium.make(entry.id, robot=robot, disable_env_checker=True)
        ends = [solved(env, first + seed) for seed in range(seeds)]
        env.close()
        share = 100 * statistics.mean(end[0] for end in ends)
        steps = statistics.mean(end[1] for end in ends)
        print(
            f"{entry.name:14s} {robot:6s} {share:5.1f} % of {seeds}, {steps:.0f} steps", flush=True
        )


def cost_s(env: Any, steps: int, seed: int) -> float:
    """Processor time of one environment step, seconds, with a reset every 50 or where an episode
    ends; random actions, the oracle's where an action is a plan."""
    rng, space, done = np.random.default_rng(seed), env.action_space, False
    actions: Any
    if isinstance(space, gymnasium.spaces.Discrete):
        actions = rng.integers(space.n, size=steps)
    elif isinstance(space, gymnasium.spaces.Box):
        actions = rng.uniform(-1, 1, (steps, *space.shape)).astype(np.float32)
    else:
        actions = np.empty(0)
    began = time.process_time()
    for i in range(steps):
        if i % _EPISODE == 0 or done:
            env.reset(seed=seed + i)
        action = actions[i] if len(actions) else next(env.unwrapped.oracle())
        _, _, done, _, _ = env.step(action)
    return (time.process_time() - began) / steps


def speed(steps: int, names: list[str]) -> None:
    """Print steps a second of panda-gym where it has the task, and of ours, at the same physics
    steps and at the same rate, and the ratios: the median over rounds taken in turns."""
    import panda_gym  # noqa: F401 - it tells Gymnasium

    for entry in ENVIRONMENTS:
        if not names or entry.name in names:
            print(f"{entry.name:14s} {_speed(entry, steps)}", flush=True)


def _speed(entry: Any, steps: int) -> str:
    peer, rounds = _PEERS.get(entry.name), range(steps // _EPISODE)
    options = {"continuing": True} if entry in TASKS else {}
    rates = [{"control_hz": hz} for hz in (CONTROL_HZ, 24)] if peer else [{}]
    with quiet_output():
        envs = [gymnasium.make(peer, disable_env_checker=True)] if peer else []
    envs += [gymnasium.make(entry.id, disable_env_checker=True, **options, **r) for r in rates]
    for env in envs:  # what is made once
        cost_s(env, _EPISODE, 0)
    costs = [[cost_s(env, _EPISODE, _EPISODE * i) for env in envs] for i in rounds]
    for env in envs:
        env.close()
    medians = [1 / statistics.median(c) for c in zip(*costs, strict=True)]
    if not peer:
        return f"ours {medians[0]:5.0f} steps/s"
    by_steps, by_rate = (statistics.median(c[0] / c[i] for c in costs) for i in (1, 2))
    return (
        f"panda-gym {medians[0]:5.0f} steps/s; ours {medians[1]:5.0f} with as many physics steps: "
        f"ratio {by_steps:.2f}; {medians[2]:5.0f} at its rate of control: ratio {by_rate:.2f}"
    )


def _stepped(pipe: Any, steps: int) -> None:
    """One environment in its own process, as it is: told when to begin, tells when it has done."""
    env = gymnasium.make(_VECTOR, disable_env_checker=True, continuing=True)
    cost_s(env, _EPISODE, 0)
    pipe.send("ready")
    while pipe.recv() == "go":
        cost_s(env, steps, 0)
        pipe.send("done")


def over_processes(count: int, steps: int) -> None:
    """Print steps a second by the wall of one environment and of a vector over processes, beside as
    many processes that have nothing to do with each other: what the machine has to give just then."""
    rounds = max(1, steps // 200)
    pipes, workers = [], []
    spawned = multiprocessing.get_context("spawn")
    for _ in range(count):
        here, there = spawned.Pipe()
        workers.append(spawned.Process(target=_stepped, args=(there, 200), daemon=True))
        workers[-1].start()
        pipes.append(here)
    for pipe in pipes:
        pipe.recv()
    envs = gymnasium.make_vec(_VECTOR, count, vectorization_mode="async", continuing=True)
    found = []
    for _ in range(rounds):
        found.append((_alone(pipes[:1]), _alone(pipes) / count, _vector(envs, 200) / count))
    envs.close()
    for pipe in pipes:
        pipe.send("stop")
    one, apart, together = (200 / statistics.median(c) for c in zip(*found, strict=True))
    print(
        f"one process {one:.0f} steps/s, {count} independent ones {apart:.0f}, a vector of {count} {together:.0f}"
    )
    ratios = [
        statistics.median(r[i] / r[j] / n for r in found) for i, j, n in ((0, 2, count), (1, 2, 1))
    ]
    print(f"vector: {ratios[0]:.2f} of {count} x one, {ratios[1]:.2f} of {count} independent ones")


def _alone(pipes: list[Any]) -> float:
    """Seconds until all of these workers have done their steps."""
    began = time.perf_counter()
    for pipe in pipes:
        pipe.send("go")
    for pipe in pipes:
        pipe.recv()
    return time.perf_counter() - began


def _vector(envs: Any, steps: int) -> float:
    """Seconds for so many steps of each environment, resets counted."""
    rng = np.random.default_rng(0)
    began = time.perf_counter()
    for step in range(steps):
        if step % _EPISODE == 0:
            envs.reset(seed=step)
        envs.step(rng.uniform(-1, 1, envs.action_space.shape).astype(np.float32))
    return time.perf_counter() - began


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tasks", nargs="*", help="only these")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=2000, help="the first seed")
    parser.add_argument("--robot", nargs="+", default=["panda"])
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=0)
    options = parser.parse_args()
    if options.speed:
        speed(options.steps, options.tasks)
    elif options.processes:
        over_processes(options.processes, options.steps)
    else:
        for robot in options.robot:
            oracles(robot, options.first, options.seeds, options.tasks)


if __name__ == "__main__":
    main()
