"""Fit when two parts are one thing: the weights of llmagentos/inference/parting.py.

    python -m training.segmenter.joins --checkpoint /tmp/segnet/run/last.pt --data /tmp/segnet/joins

Knows: true masks, logistic regression. Does not know: how parts come to be. Its pictures are none that
the network was trained on, and none that anything is scored on.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from llmagentos.inference.form import form_of, halved
from llmagentos.inference.parting import SIGNS, Graph, parts_in
from llmagentos.inference.pictures import Fitted
from training.segmenter.data import files, read
from training.segmenter.heaps import Shot
from training.segmenter.network import Segnet
from training.segmenter.pack import SIZE, shrunk
from training.segmenter.shape_cut import Preparer

#: A part belongs to the thing that has so much of it; a part of fewer pixels is not fitted to.
_PURE, _LEAST_PX = 0.8, 12
_ROUNDS, _RIDGE = 40, 0.3
#: Joining goes on from what is least apart, so that one wrong join makes the next one likelier: two
#: things are told so much earlier than the fit has it. (Of 0, 1 and 2 the best on --data, and on the
#: sources of real pictures that are tuned on.)
_EARLIER = 1.0
Array = NDArray[np.float64]


def pairs_of(
    network: Segnet, shot: Shot, cut: NDArray[np.int32] | None = None, parts: bool = True
) -> tuple[Array, Array, Array]:
    """SIGNS [N, 6] of neighbouring parts of a picture, 1 where they are two things, and weights."""
    shot = shrunk(shot)
    form = form_of(shot.rgb, shot.depth, shot.intrinsics, shot.base_from_camera)
    with torch.no_grad():
        out = network(torch.from_numpy(form.planes[None]))[0].numpy()
    if cut is not None:
        rows, cols = cut.shape
        whole = Fitted(rows, cols, (SIZE[1] / cut.shape[1], SIZE[0] / cut.shape[0]), (0.0, 0.0))
        cut = whole.plane_there(cut, SIZE[0] // 2, SIZE[1] // 2)
    graph = parts_in(out, halved(form), cut, parts)
    return labelled(graph, shot.ids[::2, ::2], np.random.default_rng(0))


def labelled(
    graph: Graph, truth: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Neighbouring parts of a graph whose things are plain, as cut, with half of what belongs together
    joined, and with all of it; signs, 1 where apart, and the weight of each pair: mistakes about
    large parts cost more."""
    size, wide = len(graph.pixels), int(truth.max(initial=0)) + 1
    table = np.bincount(
        graph.ids.ravel().astype(np.int64) * wide + truth.ravel(), minlength=size * wide
    ).reshape(size, wide)
    owner = table.argmax(axis=1)
    pure = table.max(axis=1) > _PURE * np.maximum(table.sum(axis=1), 1)
    plain = pure & (owner > 0)
    signs, apart, weight = [], [], []
    for share in (0.0, 0.5, 1.0):
        for a, b in zip(*_neighbours(graph), strict=True):
            mine = plain[a] and plain[b] and owner[a] == owner[b]
            if mine and graph.length[a, b] > 0 and rng.random() < share:
                graph.merge(int(a), int(b))
        a, b = _neighbours(graph)
        keep = plain[a] & plain[b] & (np.minimum(graph.pixels[a], graph.pixels[b]) >= _LEAST_PX)
        a, b = a[keep], b[keep]
        signs.append(graph.signs(slice(None))[:, a, b].T)
        apart.append((owner[a] != owner[b]).astype(np.float64))
        weight.append(np.sqrt(np.minimum(graph.pixels[a], graph.pixels[b])))
    return np.concatenate(signs), np.concatenate(apart), np.concatenate(weight)


def _neighbours(graph: Graph) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    a, b = np.nonzero(np.triu(graph.length > 0))
    return a, b


def fitted(signs: Array, apart: Array, weight: Array) -> tuple[Array, float]:
    """Weights and the sum from which on two parts are two things: logistic regression by Newton's
    steps."""
    design = np.c_[signs, np.ones(len(signs))]
    weight = weight / weight.mean()
    w = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(design @ w, -30, 30)))
        slope = design.T @ (weight * (p - apart)) + _RIDGE * w
        curve = design.T @ (design * (weight * p * (1 - p))[:, None]) + _RIDGE * np.eye(len(w))
        w = w - np.linalg.solve(curve, slope)
    return w[:-1], -float(w[-1])


def main() -> None:
    """Entry point of `python -m training.segmenter.joins`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="pictures that no training saw")
    parser.add_argument("--cut", default="", choices=("edges", "parts"), help="see the card")
    parser.add_argument("--out", type=Path, help="a JSON file for training.segmenter.export")
    args = parser.parse_args()
    torch.set_num_threads(1)
    network = Segnet()
    network.load_state_dict(torch.load(args.checkpoint, weights_only=True)["network"])
    network.eval()
    found, prepare = [], Preparer()
    for path in files(args.data):
        for shot in read(path):
            cut = None
            if args.cut:
                picture = prepare(shot)
                shot, cut = replace(shot, depth=picture.frame.depth), picture.cut()
            found.append(pairs_of(network, shot, cut, args.cut == "parts"))
    features, apart, weight = (np.concatenate(column) for column in zip(*found, strict=True))
    weights, bound = fitted(features, apart, weight)
    right = ((features @ weights > bound) == (apart > 0)).mean()
    for name, of in zip(SIGNS, features.T, strict=True):
        print(
            f"{name}: one thing {of[apart < 1].mean():.2f}, two things {of[apart > 0].mean():.2f}"
        )
    print(f"{len(apart)} pairs, {apart.mean():.1%} apart, told right {right:.1%}")
    card = {
        "cut": args.cut,
        "joins": [round(float(w), 3) for w in weights],
        "apart": round(bound - _EARLIER, 3),
    }
    print(json.dumps(card))
    if args.out:
        args.out.write_text(json.dumps(card), encoding="utf-8")


if __name__ == "__main__":
    main()
