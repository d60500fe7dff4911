"""The policy optimizer: the second named part of learning, beside the reward function (reward.py).

Knows: the four calls, and in which order they are made: propose, train, judge, install; and that
nothing is installed that the judgement speaks against. Does not know: how a policy is trained. The
planner's is `training.planner.learn.PlannerOptimizer`; own ones subclass `PolicyOptimizer`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmagentos.learning.champion import Judgement
from llmagentos.learning.lessons import Lesson, lessons
from llmagentos.learning.reward import DEFAULT_REWARD, Reward
from llmagentos.ports.modules import LearningModule

#: Told how far it is: words, and a share from 0 to 1.
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Candidate:
    """A policy that was trained. where: its folder or name; figures: of the training."""

    where: str
    figures: Mapping[str, Any]


class PolicyOptimizer(ABC):
    """From lessons to a better policy, or to none."""

    @abstractmethod
    def propose(self, chosen: Sequence[Lesson]) -> list[Lesson]:
        """Those of the lessons that can be trained."""

    @abstractmethod
    def train(self, chosen: Sequence[Lesson], progress: Progress) -> Candidate:
        """A challenger, trained from the champion. Raises MissingDependencyError, ModelError."""

    @abstractmethod
    def judge(
        self, candidate: Candidate, chosen: Sequence[Lesson], progress: Progress
    ) -> Judgement:
        """Champion and challenger side by side."""

    @abstractmethod
    def install(self, candidate: Candidate, judgement: Judgement) -> str:
        """Make the challenger the champion; its name."""

    @abstractmethod
    def roll_back(self) -> str:
        """The champion before is champion again; its name."""

    def discard(self, candidate: Candidate, judgement: Judgement) -> None:  # noqa: B027 - optional hook
        """The challenger was not better."""

    def improve(self, chosen: Sequence[Lesson], progress: Progress) -> Judgement:
        """Propose, train, judge; install only where the judgement says so."""
        able = self.propose(chosen)
        candidate = self.train(able, progress)
        judgement = self.judge(candidate, able, progress)
        if judgement.install:
            self.install(candidate, judgement)
        else:
            self.discard(candidate, judgement)
        return judgement


class Learner(LearningModule):
    """A learning module made of its two named parts: a reward function and a policy optimizer.

    memory: where episodes go, for instance an `EpisodeLog`. reward: the number that an episode is
    worth where somebody gave a verdict. `improve` learns from what the memory holds, approved or not:
    the caller chooses, as `llmagentos learn` does with a person.
    """

    def __init__(
        self, memory: LearningModule, optimizer: PolicyOptimizer, reward: Reward = DEFAULT_REWARD
    ):
        self.memory, self.optimizer, self.reward = memory, optimizer, reward

    def observe(self, episode: Mapping[str, Any]) -> None:
        """Keep the episode."""
        self.memory.observe(episode)

    def feedback(self, value: float, words: str = "") -> bool:
        """Keep what a person thinks of the newest episode."""
        return self.memory.feedback(value, words)

    def episodes(self) -> Iterator[Mapping[str, Any]]:
        """What the memory holds."""
        return self.memory.episodes()

    def reset(self) -> None:
        """A new session."""
        self.memory.reset()

    def lessons(self) -> list[Lesson]:
        """What the episodes teach."""
        return lessons(list(self.episodes()))

    def improve(
        self, chosen: Sequence[Lesson], progress: Progress = lambda words, share: None
    ) -> Judgement:
        """A better policy from these lessons, installed only if it is one."""
        return self.optimizer.improve(chosen, progress)
