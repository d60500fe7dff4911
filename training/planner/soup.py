"""The average of several trainings' weights, as one checkpoint ("model soup").

    python -m training.planner.soup planner-v6 runs/a/last.ckpt --out runs/soup/last.ckpt

Knows: shipped models and checkpoints of one network with the same plan words. Does not know:
whether the average is better (evaluate.py, benchmarks): trainings that began from the same weights
mostly lie in one valley, others don't. Source: Wortsman et al., Model soups, ICML 2022.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from llmagentos.errors import ModelError
from training.planner.shipped import checkpoint


def load(name: str) -> dict[str, Any]:
    """A shipped model's name or folder, or a checkpoint, whose running average counts."""
    if not Path(name).is_file():
        return checkpoint(name)
    state = torch.load(name, map_location="cpu", weights_only=True)
    return state | {"model": state.get("average", state["model"])}


def average(states: Sequence[dict[str, Any]], weights: Sequence[float]) -> dict[str, Any]:
    """Their mean, weighted. ModelError where networks or plan words differ."""
    first = states[0]
    for other in states[1:]:
        if other["words"] != first["words"] or other["decoder"] != first["decoder"]:
            raise ModelError("expected models with the same plan words and decoder, got others")
    total = sum(weights)
    model = {
        name: sum(
            (w / total) * state["model"][name].float()
            for state, w in zip(states, weights, strict=True)
        )
        for name in first["model"]
    }
    return {"model": model, "words": first["words"], "decoder": first["decoder"]}


def main() -> None:
    """Entry point of `python -m training.planner.soup`."""
    parser = argparse.ArgumentParser(description="Averages the weights of several planners.")
    parser.add_argument("models", nargs="+", help="names or folders of models, or checkpoints")
    parser.add_argument("--weights", type=float, nargs="*", help="one a model; all alike")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    weights = args.weights or [1.0] * len(args.models)
    if len(weights) != len(args.models) or min(weights) <= 0:
        parser.error(f"expected {len(args.models)} weights above 0, got {weights}")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(average([load(name) for name in args.models], weights), args.out)


if __name__ == "__main__":
    main()
