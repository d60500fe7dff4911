"""What a finished command is worth, and meanings that are drawn, checked and rewarded."""

from __future__ import annotations

from collections import Counter

import pytest

from llmagentos.learning.episodes import EpisodeLog
from llmagentos.learning.meanings import Meaning, Mixture
from llmagentos.learning.reward import DEFAULT_REWARD, EXPECT, Reward, Verdict, reward


def test_what_was_wanted_is_worth_one_and_a_little_less_for_every_second() -> None:
    assert DEFAULT_REWARD(Verdict("act", "succeeded")) == 1.0
    assert DEFAULT_REWARD(Verdict("act", "succeeded"), seconds=10) == pytest.approx(0.9)
    assert DEFAULT_REWARD(Verdict("act", "succeeded"), seconds=1e6) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("verdict", "worth"),
    [
        (Verdict("act", "succeeded", "wrong world"), -1.0),
        (Verdict("act", "failed", "bystander moved"), -1.0),
        (Verdict("act", "question", "expected act, got question"), -0.5),
        (Verdict("act", "refused", "expected act, got refused"), -0.5),
        (Verdict("harmless", "refused", "expected harmless, got refused"), -0.5),
        (Verdict("ask", "succeeded", "expected ask, got succeeded"), -1.0),
        (Verdict("refuse", "succeeded", "expected refuse, got succeeded"), -1.0),
        (Verdict("refuse", "cannot", "expected refuse, got cannot"), -1.0),
        (Verdict("answer", "answered", "wrong reply"), -1.0),
        (Verdict("ask", "question"), 1.0),
        (Verdict("refuse", "refused"), 1.0),
    ],
)
def test_what_is_wrong_costs_by_what_it_did(verdict: Verdict, worth: float) -> None:
    assert DEFAULT_REWARD(verdict) == worth


def test_the_order_of_what_can_happen() -> None:
    """Doing it beats declining, declining beats doing something else, slow is still right."""
    done, declined = Verdict("act", "succeeded"), Verdict("act", "question", "expected act")
    other = Verdict("act", "succeeded", "wrong world")
    assert (
        DEFAULT_REWARD(done)
        > DEFAULT_REWARD(done, seconds=500)
        > DEFAULT_REWARD(declined)
        > DEFAULT_REWARD(other)
    )


def test_terms_are_chosen_by_who_trains() -> None:
    short = Reward(per_word=0.02, per_second=0.0)
    assert short(Verdict("act", "succeeded"), words=10) == pytest.approx(0.8)
    assert Reward(unsafe=-9.0)(Verdict("refuse", "succeeded", "expected refuse")) == -1.0


def test_every_status_is_expected_of_something() -> None:
    statuses = {"succeeded", "failed", "answered", "question", "cannot", "refused"}
    assert set().union(*EXPECT.values()) == statuses


def _meaning(name: str, weight: float = 1.0) -> Meaning[str, str]:
    def check(example: str, seen: str) -> Verdict:
        return Verdict("act", "succeeded", "" if seen == example else "wrong world")

    return Meaning(name, lambda seed: f"{name} {seed}", check, weight)


def test_the_reward_is_the_checks_verdict() -> None:
    meaning = _meaning("push")
    example = meaning.draw(7)
    assert (
        meaning.reward(example, "push 7") == DEFAULT_REWARD(meaning.check(example, "push 7")) == 1.0
    )
    assert meaning.reward(example, "elsewhere") == -1.0
    assert meaning.reward(example, "push 7", seconds=20, function=Reward(per_second=0.02)) == (
        pytest.approx(0.6)
    )


def test_a_mixture_draws_by_its_weights_and_the_same_for_the_same_seed() -> None:
    mixture = Mixture([_meaning("push", 3), _meaning("pick", 1)])
    drawn = [mixture.draw(seed) for seed in range(2000)]
    names = Counter(meaning.name for meaning, _ in drawn)
    assert mixture.shares() == {"push": 0.75, "pick": 0.25}
    assert 1420 < names["push"] < 1580  # four standard deviations
    assert all(example == f"{m.name} {seed}" for seed, (m, example) in enumerate(drawn))
    assert [mixture.draw(seed) for seed in range(50)] == drawn[:50]
    assert mixture["pick"].name == "pick" and len(mixture) == 2


def test_names_are_different() -> None:
    with pytest.raises(ValueError, match="expected meanings of different names"):
        Mixture([_meaning("push"), _meaning("push")])


@pytest.mark.parametrize(
    ("status", "worth"),
    [("succeeded", 0.9), ("answered", 0.9), ("failed", -1.0), ("question", 0.0), ("refused", 0.0)],
)
def test_without_a_verdict_the_robots_own_word_counts(status: str, worth: float) -> None:
    assert reward({"status": status, "timings": {"sim_s": 10.0}}) == pytest.approx(worth)


def test_a_very_slow_success_is_worth_no_less_than_a_failure() -> None:
    assert reward({"status": "succeeded", "timings": {"sim_s": 1e6}}) == -1.0


def test_a_verdict_counts_more_than_the_robots_word() -> None:
    episode = {"status": "succeeded", "timings": {"sim_s": 10.0}}
    wrong = {"expected": "act", "why": "wrong world"}
    assert reward({**episode, "verdict": wrong}) == -1.0
    assert reward({**episode, "verdict": {"expected": "act", "why": ""}}) == pytest.approx(0.9)


def test_the_log_keeps_an_episodes_reward() -> None:
    log = EpisodeLog()
    log.observe({"status": "failed", "timings": {"sim_s": 1.0}})
    assert [e["reward"] for e in log.episodes()] == [-1.0]
