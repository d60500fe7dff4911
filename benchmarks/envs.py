"""The environments: oracles' success, speed beside panda-gym, and over processes.

    python -m benchmarks.envs [--seeds 100] [--robot panda]     oracle success of every task
    python -m benchmarks.envs --speed [--steps 2000]            beside panda-gym (pip install panda-gym)
    python -m benchmarks.envs --processes 2                     rollouts over processes

Knows: how episodes are run and timed. Does not know: how anything learns.

Speed is environment steps a second of processor time, resets counted (an episode is 50 steps),
random actions, 20 physics steps of the arm, the table and the task's objects in each step on both
sides; the two take turns, so that a busy machine slows both alike. Theirs are 2 ms, ours 4.2 ms;
theirs solves inverse kinematics by PyBullet, ours by three steps of pinocchio's Jacobian.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import gymnasium
import numpy as np

from sim.egl import quiet_output
from sim.envs import ENVIRONMENTS

TASKS = tuple(e for e in ENVIRONMENTS if e.entry_point.startswith("sim.envs.tasks."))
#: Ours and theirs.
_PEERS = {
    "Reach": "PandaReach-v3",
    "PickAndPlace": "PandaPickAndPlace-v3",
    "Stack": "PandaStack-v3",
}
_EPISODE, _ROUNDS = 50, 5


def solved(env: Any, seed: int) -> tuple[bool, int]:
    """Whether the oracle ends the episode at the goal, and in how many steps."""
    env.reset(seed=seed)
    oracle, steps, done, info = env.unwrapped.oracle(), 0, False, {}
    while not done:
        _, _, terminated, truncated, info = env.step(next(oracle))
        steps, done = steps + 1, terminated or truncated
    return bool(info["is_success"]), steps


def oracles(robot: str, seeds: int, names: list[str]) -> None:
    """Print each task's oracle success and steps."""
    for entry in TASKS:
        if names and entry.name not in names:
            continue
        env = gymnasium.make(entry.id, robot=robot, disable_env_checker=True)
        ends = [solved(env, 1000 + seed) for seed in range(seeds)]
        env.close()
        share = 100 * statistics.mean(end[0] for end in ends)
        steps = statistics.mean(end[1] for end in ends)
        print(
            f"{entry.name:14s} {robot:6s} {share:5.1f} % of {seeds}, {steps:.0f} steps", flush=True
        )


def rate(env: Any, steps: int, seed: int) -> float:
    """Environment steps a second of processor time, with a reset every 50."""
    rng = np.random.default_rng(seed)
    shape = env.action_space.shape
    actions = rng.uniform(-1, 1, (steps, *shape)).astype(np.float32)
    began = time.process_time()
    for i, action in enumerate(actions):
        if i % _EPISODE == 0:
            env.reset(seed=seed + i)
        env.step(action)
    return steps / (time.process_time() - began)


def speed(steps: int) -> None:
    """Print steps a second of both, and their ratio: the median of rounds taken in turns."""
    import panda_gym  # noqa: F401 - it tells Gymnasium

    for name, peer in _PEERS.items():
        ours = gymnasium.make(f"llmagentos/{name}-v0", disable_env_checker=True, continuing=True)
        with quiet_output():
            theirs = gymnasium.make(peer, disable_env_checker=True)
        for env in (ours, theirs):  # what is made once
            rate(env, _EPISODE, 0)
        rounds = []
        for i in range(_ROUNDS):
            a, b = (rate(env, steps // _ROUNDS, 100 * i) for env in (ours, theirs))
            rounds.append((a, b, a / b))
        a, b, ratio = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"{name:14s} {a:6.0f} steps/s, panda-gym {b:6.0f}: ratio {ratio:.2f}", flush=True)
        ours.close()
        theirs.close()


def over_processes(count: int, steps: int) -> None:
    """Print steps a second by the wall of one environment and of one in each process."""
    name = "llmagentos/PickAndPlace-v0"
    rates = []
    for workers in (1, count):
        envs = gymnasium.make_vec(name, workers, vectorization_mode="async", continuing=True)
        envs.reset(seed=0)
        rng = np.random.default_rng(0)
        shape = envs.action_space.shape or ()
        began = time.perf_counter()
        for _ in range(steps):
            envs.step(rng.uniform(-1, 1, shape).astype(np.float32))
        rates.append(workers * steps / (time.perf_counter() - began))
        envs.close()
    share = rates[1] / rates[0] / count
    print(
        f"{rates[0]:.0f} steps/s by one process, {rates[1]:.0f} by {count}: {share:.2f} of {count} x one"
    )


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tasks", nargs="*", help="only these")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--robot", nargs="+", default=["panda"])
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=0)
    options = parser.parse_args()
    if options.speed:
        speed(options.steps)
    elif options.processes:
        over_processes(options.processes, options.steps)
    else:
        for robot in options.robot:
            oracles(robot, options.seeds, options.tasks)


if __name__ == "__main__":
    main()
