"""How often a plan's colours and kinds are ones that nobody spoke of: in right plans and in changed ones.

    python -m training.planner.unspoken --model planner-v6

Knows: the free sentences with their scenes and right plans, and plans in which one colour or kind
is another one of the scene. Does not know: the checks (llm_edge/judge.py), what is done with doubt.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Collection

from llm_edge.folder import find
from llm_edge.judge import Judge
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import PlanError
from llmagentos.objects.colors import COLORS
from llmagentos.objects.kinds import KINDS
from training.corpus import free_pairs
from training.corpus.free_lines import Sentence, pairs


def changed(
    plan: list[str], sentence: Sentence, among: Collection[str], rng: random.Random
) -> list[str] | None:
    """The plan with one of its words among these as another one that the scene has; None where
    there is no such word or no other."""
    places = [i for i, word in enumerate(plan) if word in among]
    if not places:
        return None
    at = rng.choice(places)
    there = {w for o in sentence.scene.objects for w in (o.kind, o.color) if w in among}
    others = sorted(there - {plan[at]})
    return [*plan[:at], rng.choice(others), *plan[at + 1 :]] if others else None


def main() -> None:
    """Entry point of `python -m training.planner.unspoken`."""
    parser = argparse.ArgumentParser(description="Colours and kinds that nobody spoke of.")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    judge, rng = Judge(find(args.model)), random.Random(args.seed)
    right, found = 0, {"colours": [0, 0, 0], "kinds": [0, 0, 0]}  # alarms, changed, found out
    for s in pairs():
        try:
            pair = free_pairs.pair(s, random.Random(0), change=False)
        except PlanError:
            continue  # a number in words that no plan word is
        right += 1
        before = " ".join([pair.pending, *(f"{t.command} {t.outcome}" for t in s.turns)])
        plan = list(pair.target)
        for name, among in (("colours", COLORS), ("kinds", KINDS)):
            other = changed(plan, s, among, rng)
            seen = s.scene.objects
            counts = found[name]
            counts[0] += judge.unspoken(name, pair.command, before, plan, seen)
            counts[1] += other is not None
            counts[2] += other is not None and judge.unspoken(
                name, pair.command, before, other, seen
            )
    for name, (alarms, tried, out) in found.items():
        print(
            f"{name}: {alarms / right:.1%} of {right} right plans have one that nobody spoke of; "
            f"{out / tried:.0%} of {tried} plans with another one do"
        )


if __name__ == "__main__":
    main()
