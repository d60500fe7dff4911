"""A deep Q-network in TensorFlow learns Table-v0, goes through ONNX, and acts the same there.

After Mnih et al. 2015, with the double estimate of van Hasselt et al. 2016. Takes about a minute.
"""

import os
import random
import sys
import tempfile
from pathlib import Path

import gymnasium as gym
import numpy as np

import sim.envs  # noqa: F401 - registers Table-v0
from llmagentos.inference import OnnxNetwork

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")  # a network this small is as fast without a GPU
try:
    import tensorflow as tf
    import tf2onnx
except ModuleNotFoundError as exc:
    sys.exit(f"this example needs TensorFlow, got no {exc.name}: pip install tensorflow tf2onnx")

STEPS, LEARN_FROM, BATCH, GAMMA = 12_000, 500, 128, 0.9
EXPLORE_UNTIL, TARGET_EVERY, SEED = 4_000, 100, 0
HELD_OUT = range(1_000_000, 1_000_100)


class QNetwork(tf.Module):
    """Observations [n, parts] int64, each part a number below its size, to values [n, actions]."""

    def __init__(self, sizes: list[int], actions: int) -> None:
        self.sizes = sizes
        self.layers = tf.keras.Sequential([
            tf.keras.Input((sum(sizes),)),
            tf.keras.layers.Dense(128, "relu"), tf.keras.layers.Dense(128, "relu"),
            tf.keras.layers.Dense(actions),
        ])  # fmt: skip

    @tf.function(input_signature=[tf.TensorSpec((None, 3), tf.int64, name="observation")])
    def __call__(self, observation):
        parts = [tf.one_hot(observation[:, i], size) for i, size in enumerate(self.sizes)]
        return {"values": self.layers(tf.concat(parts, axis=1))}


def train() -> QNetwork:
    tf.keras.utils.set_random_seed(SEED)
    rng = random.Random(SEED)
    env = gym.make("llmagentos/Table-v0", reward="shaped")
    sizes, actions = env.observation_space.nvec.tolist(), int(env.action_space.n)
    network, target = QNetwork(sizes, actions), QNetwork(sizes, actions)
    target.layers.set_weights(network.layers.get_weights())
    optimizer = tf.keras.optimizers.Adam(1e-3)
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
            seen, done, rewards, then, ended = zip(*rng.sample(memory, BATCH), strict=True)
            learn(network, target, optimizer, np.array(seen), np.array(done),
                  np.array(rewards, np.float32), np.array(then), np.array(ended))  # fmt: skip
        if step % TARGET_EVERY == 0:
            target.layers.set_weights(network.layers.get_weights())
        if step % 1_000 == 0:
            print(f"{step} steps: {np.mean(ends[-20:]):.0%} of the last 20 solved", flush=True)
    return network


@tf.function
def learn(network, target, optimizer, seen, actions, rewards, after, ended) -> None:
    best = tf.argmax(network(after)["values"], axis=1)
    value = tf.gather(target(after)["values"], best, batch_dims=1)
    goal = rewards + GAMMA * tf.where(ended, 0.0, value)
    with tf.GradientTape() as tape:
        values = tf.gather(network(seen)["values"], actions, batch_dims=1)
        loss = tf.reduce_mean(tf.keras.losses.huber(goal[:, None], values[:, None]))
    weights = network.layers.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))


def acting(network):
    """The network as a policy: an observation to an action."""
    return lambda observation: int(
        network(tf.constant(observation[None]))["values"][0].numpy().argmax()
    )


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
        call = network.__call__
        tf2onnx.convert.from_function(call, call.input_signature, opset=17, output_path=str(file))
        onnx = OnnxNetwork(file)
    here = play(acting(network))
    there = play(lambda observation: int(onnx(observation[None])["values"].argmax()))
    print(f"TensorFlow: success {np.mean([s for s, _ in here]):.1%} of {len(here)} held-out tables")
    print(f"ONNX: success {np.mean([s for s, _ in there]):.1%}, the same actions: {here == there}")
