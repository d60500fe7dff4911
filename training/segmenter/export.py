"""A trained network as an ONNX file with its card.

    python -m training.segmenter.export --checkpoint /tmp/segnet/run/last.pt --out /tmp/segnet/card

Knows: files and the card's fields. Does not know: how good the network is.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import torch
import yaml

from llmagentos.inference.form import PLANES
from training.segmenter.network import Segnet
from training.segmenter.pack import SIZE


def export(
    checkpoint: Path, folder: Path, source: str = "", joins: dict[str, Any] | None = None
) -> Path:
    """Write `segmenter.onnx` and `card.yaml` to a folder; returns the card's path. joins: the card's
    fields that training.segmenter.joins fits."""
    network = Segnet()
    network.load_state_dict(torch.load(checkpoint, weights_only=True)["network"])
    return write(network, folder, source, joins)


def write(
    network: Segnet, folder: Path, source: str = "", joins: dict[str, Any] | None = None
) -> Path:
    """As `export`, of a network in memory."""
    folder.mkdir(parents=True, exist_ok=True)
    network = network.eval()
    model = folder / "segmenter.onnx"
    torch.onnx.export(
        network, (torch.zeros(1, PLANES, *SIZE),), str(model), input_names=["planes"],
        output_names=["votes"], opset_version=17, dynamo=False,
    )  # fmt: skip
    card = {
        "task": "segmenter",
        "file": model.name,
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "licence": "Apache-2.0",
        "source": source or "trained on rendered pictures only: training/segmenter",
        "input": {"shows": "form", "fit": "letterbox"},
        "output": {"layout": "votes", **(joins or {})},
    }
    path = folder / "card.yaml"
    path.write_text(yaml.safe_dump(card, sort_keys=False), encoding="utf-8")
    return path


def main() -> None:
    """Entry point of `python -m training.segmenter.export`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for the file and its card")
    parser.add_argument("--source", default="", help="what it was trained on, for the card")
    parser.add_argument("--joins", type=Path, help="what training.segmenter.joins --out wrote")
    args = parser.parse_args()
    joins = json.loads(args.joins.read_text(encoding="utf-8")) if args.joins else None
    print(export(args.checkpoint, args.out, args.source, joins))


if __name__ == "__main__":
    main()
