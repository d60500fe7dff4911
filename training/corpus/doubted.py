"""Which right plans the robot would not carry out for doubts, and which wrong ones it would.

Knows: how drawn pairs and free sentences are asked about (llmagentos/dialogue/doubts). Does not
know: the checks. `python -m training.corpus.doubted --n 20000` prints every right plan that is
doubted, by reason, and how many plans with a number changed at random are found out.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterator

from llmagentos.dialogue import doubts
from llmagentos.errors import PlanError
from llmagentos.lang import codec
from llmagentos.lang import plan as p
from llmagentos.types import Scene
from training.corpus.build import draw
from training.corpus.checks.checker import Checker
from training.corpus.free_lines import Sentence, pairs

#: What a number is changed to: angles behind cw and ccw, others elsewhere.
_OTHER_ANGLES = (30, 45, 60, 90, 120, 135, 180, 270)
_OTHERS = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30)


def drawn(n: int, seed: int) -> Iterator[tuple[str, doubts.Asked]]:
    """So many training pairs, without a scene: checks that need one stay silent."""
    checker = Checker("symbolic")
    for i in range(n):
        pair = draw(f"doubted{seed}:{i}", "train", checker=checker)
        yield "drawn", doubts.Asked(pair.command, pair.plan(), Scene(), pair.pending)


def free() -> Iterator[tuple[str, doubts.Asked]]:
    """The free sentences that have a plan, with their scenes and the turn before."""
    for sentence in pairs():
        yield sentence.id, asked_of(sentence)


def asked_of(sentence: Sentence) -> doubts.Asked:
    """A free sentence as the executor would ask about its plan."""
    assert sentence.plan is not None
    earlier = ". ".join(turn.command for turn in sentence.turns[-3:])
    scene = Scene() if sentence.turns else sentence.scene  # after turns it is another one
    return doubts.Asked(sentence.command, sentence.plan, scene, sentence.asked, earlier)


def changed(plan: p.Plan, rng: random.Random) -> p.Plan | None:
    """The plan with one of its numbers changed; None where it has none that can be."""
    tokens = codec.tokens(codec.write(plan))
    places = [i for i, token in enumerate(tokens) if re.fullmatch(r"\d+(\.\d+)?", token)]
    if not places:
        return None
    at = rng.choice(places)
    others = _OTHER_ANGLES if tokens[at - 1] in ("cw", "ccw") else _OTHERS
    tokens[at] = str(rng.choice([x for x in others if str(x) != tokens[at]]))
    try:
        other = codec.parse(" ".join(tokens))
    except PlanError:
        return None
    return other if codec.write(other) != codec.write(plan) else None


def main() -> None:
    """Command line: see --help."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--n", type=int, default=2000, help="drawn pairs, beside all free sentences"
    )
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    count: Counter[str] = Counter()
    for source in (drawn(args.n, args.seed), free()):
        for name, asked in source:
            kind = "drawn" if name == "drawn" else "free"
            count[f"{kind} right plans"] += 1
            for doubt in doubts.find(asked):
                count[f"{kind} doubted: {doubt.reason}"] += 1
                print(f"{doubt.reason} | {name} | {asked.command} | {doubt.reply}")
            other = changed(asked.plan, rng)
            if other is not None:
                count["numbers changed"] += 1
                wrong = doubts.Asked(
                    asked.command, other, asked.scene, asked.pending, asked.earlier
                )
                count["of those doubted"] += any(d.reason == "number" for d in doubts.find(wrong))
    for what, times in sorted(count.items()):
        print(f"{what}: {times}")


if __name__ == "__main__":
    main()
