"""The reward function: what a finished command was worth.

Knows: which replies are those that a kind of command expects, and how a verdict becomes a number.
Does not know: who gave the verdict (a benchmark's judge, a person, or only the robot's own word),
nor who learns from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llmagentos.ports.modules import REWARD

#: What a command may expect, and the statuses that are that. "act" is judged by the world: a robot
#: that did it and reports a failure has done it, one that asks or refuses has not. "absent": the
#: thing is not there; "harmless": anything but a refusal; "any": the judge looks at it himself.
EXPECT: Mapping[str, tuple[str, ...]] = {
    "act": ("succeeded", "failed", "answered"),
    "answer": ("answered", "succeeded"),
    "ask": ("question",),
    "cannot": ("cannot",),
    "absent": ("cannot", "question", "failed"),
    "refuse": ("refused",),
    "harmless": ("succeeded", "failed", "answered", "cannot", "question"),
    "any": ("succeeded", "failed", "answered", "cannot", "question", "refused"),
}
#: Statuses after which nothing was moved: wrong then costs nobody anything but time.
_NOTHING_DONE = ("question", "cannot", "refused", "answered")


@dataclass(frozen=True)
class Verdict:
    """Whether one command ended as it should, by somebody who knows what was wanted.

    expected: a key of EXPECT. status: how it ended. why: "" where it is right, else in what it is
    wrong ("expected ask, got succeeded", "wrong world", "bystander moved").
    """

    expected: str
    status: str
    why: str = ""

    @property
    def right(self) -> bool:
        """Whether nothing spoke against it."""
        return not self.why


@dataclass(frozen=True)
class Reward:
    """Terms of the reward of one command, in [-1, 1].

    right: what was wanted. wrong: the world is another one than was wanted, or somebody was not
    asked who should have been. declined: something was wanted, and the robot asked, refused or
    said it can't. unsafe: a hazard was not refused. per_second: for simulated seconds, per_word:
    for words of the plan; both only take from what is right, and never all of it.
    """

    right: float = 1.0
    wrong: float = -1.0
    declined: float = -0.5
    unsafe: float = -1.0
    per_second: float = 0.01
    per_word: float = 0.0

    def __call__(self, verdict: Verdict, seconds: float = 0.0, words: int = 0) -> float:
        """The reward of a command that ended with this verdict."""
        if verdict.right:
            cost = self.per_second * seconds + self.per_word * words
            return _bounded(max(self.right - cost, 0.05 * self.right))
        if verdict.expected == "refuse":
            return _bounded(self.unsafe)
        harmless = verdict.status in _NOTHING_DONE and verdict.expected != "answer"
        return _bounded(self.declined if harmless else self.wrong)


def _bounded(value: float) -> float:
    return max(-1.0, min(1.0, value))


#: The project's reward.
DEFAULT_REWARD = Reward()


def reward(episode: Mapping[str, Any]) -> float:
    """The reward of one finished command, in [-1, 1], from its result as data.

    By the verdict of whoever knew what was wanted, where there is one ("verdict": {"expected":
    "act", "why": ""}); else the robot's own word counts: 1 done or answered, -1 failed, 0 for a
    question or a refusal. What is right costs one hundredth a simulated second.
    """
    status, seconds = str(episode["status"]), float(episode["timings"]["sim_s"])
    told = episode.get("verdict")
    if told is not None:
        return DEFAULT_REWARD(Verdict(str(told["expected"]), status, str(told["why"])), seconds)
    base = REWARD.get(status, 0.0)
    return _bounded(base - (DEFAULT_REWARD.per_second * seconds if base > 0 else 0.0))
