"""From process start to the first token, resident memory, and what the grammar costs a token.

    python -m llm_edge.bench.startup

Knows: the shipped planner in a fresh process. Does not know: robots. Each number is the best of
some processes, as other programs only ever add.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from typing import Any

_CHILD = """
import time, json, sys
from llm_edge.local import LocalPlanner
from llm_edge.manage import resident_bytes
model = LocalPlanner(sys.argv[1], engine_name="cpu")
next(iter(model.write("put the red block into the blue bowl")))
print(json.dumps({"at": time.time(), "rss": resident_bytes()}))
"""


def first_token(name: str, runs: int) -> tuple[float, int]:
    """(seconds from process start to the first plan word, resident bytes then)."""
    best, rss = float("inf"), 0
    for _ in range(runs):
        began = time.time()
        out = subprocess.run(
            [sys.executable, "-c", _CHILD, name], capture_output=True, text=True, check=True
        )
        facts = json.loads(out.stdout.splitlines()[-1])
        best, rss = min(best, facts["at"] - began), facts["rss"]
    return best, rss


def grammar_cost(name: str, commands: int) -> dict[str, float]:
    """Median seconds of one engine step and of one mask with its bookkeeping."""
    from llm_edge.corpus import build
    from llm_edge.evaluate import FIRST_SEED
    from llm_edge.local import LocalPlanner

    model = LocalPlanner(name, engine_name="cpu")
    steps, masks = [], []
    for pair in build.pairs(commands, "train", FIRST_SEED):
        session = model.engine.start(model.tokenizer(pair.command, pair.pending))
        matcher = model.constraint.matcher(pair.command)
        session.feed([model.vocabulary.eos])
        for token in model.vocabulary.encode(list(pair.target)):
            began = time.perf_counter()
            matcher.allows(token)
            matcher.consume(token)
            matcher.forced()
            middle = time.perf_counter()
            session.feed([token])
            masks.append(middle - began)
            steps.append(time.perf_counter() - middle)
    return {"step_s": statistics.median(steps), "grammar_s": statistics.median(masks)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Start, memory and grammar of the shipped planner."
    )
    parser.add_argument("--model", default="planner-v1")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--commands", type=int, default=30)
    args = parser.parse_args()
    start_s, rss = first_token(args.model, args.runs)
    facts: dict[str, Any] = {
        "start_to_first_token_s": round(start_s, 3),
        "rss_mb": round(rss / 1e6, 1),
    }
    cost = grammar_cost(args.model, args.commands)
    share = cost["grammar_s"] / (cost["grammar_s"] + cost["step_s"])
    facts |= {
        "step_ms": round(1000 * cost["step_s"], 3),
        "grammar_ms": round(1000 * cost["grammar_s"], 4),
        "grammar_share": round(share, 4),
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
