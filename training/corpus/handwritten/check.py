"""Whether the hand-written commands can be said, carried out and understood.

    python -m training.corpus.handwritten.check            # which wordings fail the corpus's checks
    python -m training.corpus.handwritten.check refuse/    # those of the files below refuse/
    python -m training.corpus.handwritten.check --model planner-v6     # which it does not understand

Knows: how a block's wording becomes a checked pair. Does not know: what the plan means.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from llmagentos.errors import LLMAgentOSError
from training.corpus import build
from training.corpus.checks.checker import Checker
from training.corpus.handwritten.blocks import Block, Wording, blocks
from training.corpus.handwritten.slots import draw
from training.corpus.sampler import Ctx, Sample


def pair_of(block: Block, wording: Wording, seed: str) -> build.Pair | None:
    """One drawn pair. None where it cannot be said; raises what `draw` raises."""
    ctx = Ctx(seed)
    pending, text, steps = draw(ctx, block, wording)
    return build.finish(Sample(text, pending, tuple(steps)), ctx)


def weak(group: str, model: str, draws: int, threshold: float) -> None:
    """Prints the blocks whose wordings a model gets right less often than `threshold`, and which."""
    from llm_edge.local import LocalPlanner

    planner, right, total = LocalPlanner(model), 0, 0
    for block in blocks(group):
        hits, tries, wrong = 0, 0, []
        for wording in block.wordings:
            for i in range(draws):
                try:
                    pair = pair_of(block, wording, f"weak:{wording.text}:{i}")
                except (LLMAgentOSError, ValueError, KeyError):
                    continue
                if pair is None:
                    continue
                got = " ".join(planner.write(pair.command, pair.pending))
                wanted = " ".join(pair.target)
                tries, hits = tries + 1, hits + (got == wanted)
                if got != wanted:
                    wrong.append(
                        f"    {pair.command}\n        got    {got}\n        wanted {wanted}"
                    )
        right, total = right + hits, total + tries
        if tries and hits < threshold * tries:
            print(f"{block.where}: {hits} of {tries} right: {block.plan}", *wrong, sep="\n")
    print(f"{right} of {total} right by {model}")


def failing(group: str, draws: int) -> None:
    """Prints the wordings of which less than half of the draws pass the corpus's checks."""
    checker = Checker("symbolic")
    for block in blocks(group):
        for wording in block.wordings:
            good, why = 0, ""
            for i in range(draws):
                try:
                    pair = pair_of(block, wording, f"{wording.text}:{i}")
                except (LLMAgentOSError, ValueError, KeyError) as error:
                    why = f"{type(error).__name__}: {error}"
                    continue
                if pair is None:
                    why = "too long or not sayable"
                    continue
                verdict = checker.verdict(pair)
                good += verdict.fine
                why = why if verdict.fine else f"{verdict.kind}: {verdict.words}"
            if good * 2 < draws:
                print(f"{block.where}: {good}/{draws} {wording.text!r}: {why}")
    every = blocks(group)
    print(f"{len(every)} blocks, {sum(len(b.wordings) for b in every)} wordings")


def main(argv: Sequence[str] | None = None) -> None:
    """The command line: blocks that fail, or with --model wordings that a model gets wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("group", nargs="?", default="", help="files below commands/ that begin so")
    parser.add_argument("--draws", type=int, default=4)
    parser.add_argument("--model", help="which wordings this model gets wrong, instead")
    parser.add_argument("--below", type=float, default=0.7, help="with --model: show blocks below")
    args = parser.parse_args(argv)
    if args.model:
        weak(args.group, args.model, args.draws, args.below)
    else:
        failing(args.group, args.draws)


if __name__ == "__main__":
    main()
