"""An agent of four modules: it learns which of two levers pays, without any robot.

The world is a row of two levers. An observation is what the last pull gave; features are what
each lever has given so far; an action is a lever.
"""

import random

from llmagentos import Agent, ExecutionModule, LearningModule, PerceptionModule, PlanningModule

PAYS = {"left": 0.2, "right": 0.8}


class Memory(PerceptionModule, LearningModule):
    """Sees the mean of what each lever gave, and learns it: one object may be two modules."""

    def __init__(self) -> None:
        self.given: dict[str, list[float]] = {lever: [] for lever in PAYS}

    def perceive(self, observation):
        return {lever: sum(got) / len(got) if got else 1.0 for lever, got in self.given.items()}

    def learn(self, observation, reward):
        self.given[observation].append(reward)


class Greedy(PlanningModule):
    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def plan(self, features):
        if self.dice.random() < 0.1:
            return self.dice.choice(list(features))
        return max(features, key=features.get)


class Levers(ExecutionModule):
    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def reset(self):
        return "left"

    def execute(self, action):
        return action, float(self.dice.random() < PAYS[action])


def main(pulls: int = 200, seed: int = 0) -> float:
    """Pull so often; the mean reward."""
    memory = Memory()
    agent = Agent(memory, Greedy(seed), Levers(seed), memory)
    observation, total = agent.reset(), 0.0
    for _ in range(pulls):
        action = agent.act(observation)
        observation, reward = agent.step(action)
        total += reward
    return total / pulls


if __name__ == "__main__":
    print(f"mean reward {main():.2f}; always left pays 0.20, always right 0.80")
