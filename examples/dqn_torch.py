"""A deep Q-network in PyTorch learns Table-v0, goes through ONNX, and acts the same there.

After Mnih et al. 2015, with the double estimate of van Hasselt et al. 2016. Takes about a minute.
"""

import copy
import random
import sys
import tempfile
from pathlib import Path

import gymnasium as gym
import numpy as np

import sim.envs  # noqa: F401 - registers Table-v0
from llmagentos.inference import OnnxNetwork

try:
    import onnxscript  # noqa: F401 - the exporter needs it
    import torch
except ModuleNotFoundError as exc:
    sys.exit(f"this example needs PyTorch, got no {exc.name}: pip install torch onnxscript")

STEPS, LEARN_FROM, BATCH, GAMMA = 8_000, 500, 128, 0.9
EXPLORE_UNTIL, TARGET_EVERY, SEED = 4_000, 100, 0
HELD_OUT = range(1_000_000, 1_000_100)


class QNetwork(torch.nn.Module):
    """Observations [n, parts] int64, each part a number below its size, to values [n, actions]."""

    def __init__(self, sizes: list[int], actions: int) -> None:
        super().__init__()
        starts = np.cumsum([0, *sizes[:-1]])  # where a part's one-hot code begins
        self.register_buffer("starts", torch.as_tensor(starts))
        self.register_buffer("codes", torch.eye(sum(sizes)))
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(sum(sizes), 128), torch.nn.ReLU(),
            torch.nn.Linear(128, 128), torch.nn.ReLU(), torch.nn.Linear(128, actions),
        )  # fmt: skip

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        return self.layers(self.codes[observation + self.starts].sum(dim=1))


def train() -> QNetwork:
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # more only fight over a network this small
    rng = random.Random(SEED)
    env = gym.make("llmagentos/Table-v0", reward="shaped")
    sizes, actions = env.observation_space.nvec.tolist(), int(env.action_space.n)
    network = QNetwork(sizes, actions)
    target = copy.deepcopy(network)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    memory, ends = [], []
    observation, _ = env.reset(seed=SEED)
    for step in range(1, STEPS + 1):
        explore = max(0.05, 1 - step / EXPLORE_UNTIL)
        action = rng.randrange(actions) if rng.random() < explore else acting(network)(observation)
        after, reward, terminated, truncated, _ = env.step(action)
        memory.append((observation, action, reward, after, terminated))
        observation = after
        if terminated or truncated:
            ends.append(terminated)
            observation, _ = env.reset()
        if step > LEARN_FROM:
            learn(network, target, optimizer, rng.sample(memory, BATCH))
        if step % TARGET_EVERY == 0:
            target.load_state_dict(network.state_dict())
        if step % 1_000 == 0:
            print(f"{step} steps: {np.mean(ends[-20:]):.0%} of the last 20 solved", flush=True)
    return network


def learn(network, target, optimizer, batch) -> None:
    seen, actions, rewards, after, ended = (np.array(column) for column in zip(*batch, strict=True))
    with torch.no_grad():
        best = network(torch.from_numpy(after)).argmax(dim=1, keepdim=True)
        value = target(torch.from_numpy(after)).gather(1, best)[:, 0]
        goal = torch.from_numpy(rewards).float() + GAMMA * value * torch.from_numpy(~ended)
    values = network(torch.from_numpy(seen)).gather(1, torch.from_numpy(actions)[:, None])[:, 0]
    loss = torch.nn.functional.smooth_l1_loss(values, goal)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def acting(network):
    """The network as a policy: an observation to an action."""

    def act(observation):
        with torch.no_grad():
            return int(network(torch.from_numpy(observation)[None]).argmax())

    return act


def play(act) -> list[tuple[bool, list[int]]]:
    """Held-out episodes: whether each was solved, and what was done."""
    env, episodes = gym.make("llmagentos/Table-v0"), []
    for seed in HELD_OUT:
        (observation, info), actions, done = env.reset(seed=seed), [], False
        while not done:
            actions.append(act(observation))
            observation, _, terminated, truncated, info = env.step(actions[-1])
            done = terminated or truncated
        episodes.append((info["is_success"], actions))
    return episodes


if __name__ == "__main__":
    network = train()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dqn.onnx"
        example = torch.zeros(1, len(network.starts), dtype=torch.int64)
        torch.onnx.export(network, (example,), file, input_names=["observation"],
                          output_names=["values"], dynamo=True, external_data=False,
                          verbose=False)  # fmt: skip
        onnx = OnnxNetwork(file)
    here = play(acting(network))
    there = play(lambda observation: int(onnx(observation[None])["values"].argmax()))
    print(f"PyTorch: success {np.mean([s for s, _ in here]):.1%} of {len(here)} held-out tables")
    print(f"ONNX: success {np.mean([s for s, _ in there]):.1%}, the same actions: {here == there}")
