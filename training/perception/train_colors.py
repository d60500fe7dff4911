"""Train the pixel colour classifier on rendered pictures and write it as ONNX.

    python -m training.perception.train_colors --out llmagentos/perception/weights/color.onnx

Knows: how to gather labelled pixels and fit a small network. Does not know: shapes.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.colors import COLORS
from llmagentos.perception.maps.colors import CLASSES, normalise
from sim.noise import SensorNoise
from training.perception.pictures import Picture, stream

_PER_OBJECT, _PER_TABLE = 150, 150


def gather(
    pictures: Iterable[Picture], rng: np.random.Generator, rgb_std: float = 4.0
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
    """Pixels [N, 3] in 0..1, normalised by the table as perception does, classes, weights [N].

    Pixels at the border of things, which mix two colours, are left out.
    """
    xs, ys = [], []
    for picture in pictures:
        noise = SensorNoise(rgb_std=float(rng.uniform(0, rgb_std)), seed=int(rng.integers(1 << 30)))
        rgb, _ = noise.apply(picture.frame.rgb, picture.frame.depth)
        table_mask = (picture.segments == 0).astype(np.uint8)
        table_mask = cv2.erode(table_mask, np.ones((5, 5), np.uint8)) > 0
        normal = normalise(rgb, np.median(rgb[table_mask][::7], axis=0))
        regions = [(len(CLASSES) - 1, table_mask, _PER_TABLE)]
        for number, item in enumerate(picture.objects, 1):
            mask = (picture.segments == number).astype(np.uint8)
            mask = cv2.erode(mask, np.ones((3, 3), np.uint8)) > 0
            regions.append((COLORS.index(item["color"]), mask, _PER_OBJECT))
        for label, mask, count in regions:
            pixels = normal[mask]
            if len(pixels) < 20:
                continue
            chosen = pixels[rng.integers(len(pixels), size=count)]
            xs.append(chosen.astype(np.float32) / 255)
            ys.append(np.full(count, label, np.int64))
    x, y = np.concatenate(xs).astype(np.float32), np.concatenate(ys)
    counts = np.bincount(y, minlength=len(CLASSES)).astype(np.float32)
    weight = (counts.sum() / np.maximum(counts, 1) / len(CLASSES))[y].astype(np.float32)
    return x, y, weight


def train(
    x: NDArray[np.float32], y: NDArray[np.int64], w: NDArray[np.float32], out: Path, seed: int
) -> float:
    """Fit, export to `out`, and return the accuracy on a held-out tenth."""
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    order = np.random.default_rng(seed).permutation(len(x))
    x, y, w = x[order], y[order], w[order]
    held = len(x) // 10
    model = torch.nn.Sequential(
        torch.nn.Linear(3, 48), torch.nn.ReLU(),
        torch.nn.Linear(48, 48), torch.nn.ReLU(),
        torch.nn.Linear(48, len(CLASSES)),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), 4e-3)
    epochs, batch = 12, 1024
    steps = epochs * (len(x) - held) // batch
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    tx, ty, tw = (torch.from_numpy(a[held:]) for a in (x, y, w))
    for step in range(steps):
        pick = torch.randint(len(tx), (batch,))
        loss = torch.nn.functional.cross_entropy(
            model(tx[pick]), ty[pick], reduction="none", label_smoothing=0.02
        )
        optimizer.zero_grad()
        (loss * tw[pick]).mean().backward()
        optimizer.step()
        schedule.step()
        if step % 500 == 0:
            print(f"step {step} of {steps}: loss {loss.mean().item():.3f}", flush=True)
    with torch.no_grad():
        guess = model(torch.from_numpy(x[:held])).argmax(1).numpy()
    out.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model, (torch.zeros(1, 3),), str(out), input_names=["rgb"], output_names=["logits"],
        dynamic_axes={"rgb": {0: "n"}, "logits": {0: "n"}}, dynamo=False,
    )  # fmt: skip
    confusion(y[:held], guess)
    return float((guess == y[:held]).mean())


def confusion(truth: NDArray[np.int64], guess: NDArray[np.int64]) -> None:
    """Print each class's most frequent confusions."""
    for k, name in enumerate(CLASSES):
        mine = guess[truth == k]
        wrong = np.bincount(mine[mine != k], minlength=len(CLASSES)) / max(len(mine), 1)
        worst = [f"{CLASSES[j]} {wrong[j]:.1%}" for j in np.argsort(-wrong)[:3] if wrong[j] > 0.002]
        print(f"{name:8s} right {np.mean(mine == k):.1%}  {', '.join(worst)}")


def main() -> None:
    """Entry point of `python -m training.perception.train_colors`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=300)
    parser.add_argument("--seed", type=int, default=500_000, help="first scene")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    pictures = stream(range(args.seed, args.seed + args.scenes), "plain")
    x, y, w = gather(pictures, np.random.default_rng(args.seed))
    accuracy = train(x, y, w, args.out, seed=0)
    print(f"{len(x)} pixels, held-out accuracy {accuracy:.2%}")
    print("sha256", hashlib.sha256(args.out.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
