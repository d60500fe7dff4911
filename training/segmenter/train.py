"""Train the segmenting network on drawn pictures: resumable, one core.

    python -m training.segmenter.data --scenes 1700 --out /tmp/segnet/train
    python -m training.segmenter.train --data /tmp/segnet/train --out /tmp/segnet/run --steps 4000

Knows: losses, the schedule, the checkpoint. Does not know: how pictures come to be (heaps.py), how the
outputs become masks (llmagentos/inference/parting.py).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from training.segmenter.network import Segnet
from training.segmenter.pack import Sample, Shelf, varied

#: Borders are few: one weighs as much as so many other pixels.
_BORDER_WEIGHT = 3.0
_RATE, _WARM = 1.5e-3, 100
_EVERY = 100


def batch_of(samples: list[Sample]) -> dict[str, torch.Tensor]:
    """Samples as tensors."""
    fields = ("planes", "raised", "border", "votes", "weight")
    return {
        f: torch.from_numpy(np.stack([getattr(s, f) for s in samples]).astype(np.float32))
        for f in fields
    }


def losses(out: torch.Tensor, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """What each output is wrong by: raised and border as cross entropy, votes in units of 0.1 m."""
    raised = functional.binary_cross_entropy_with_logits(out[:, 0], batch["raised"])
    each = functional.binary_cross_entropy_with_logits(
        out[:, 1], batch["border"], reduction="none", pos_weight=torch.tensor(_BORDER_WEIGHT)
    )
    inside = batch["raised"]
    border = (each * inside).sum() / inside.sum().clamp(min=1)
    off = functional.smooth_l1_loss(out[:, 2:], batch["votes"], reduction="none", beta=0.1).sum(1)
    votes = (off * batch["weight"]).sum() / batch["weight"].sum().clamp(min=1e-6)
    return {"raised": raised, "border": border, "votes": votes}


class Trainer:
    """Network, optimizer and step count, kept in one checkpoint."""

    def __init__(self, out: Path, steps: int, batch: int = 8, seed: int = 0) -> None:
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        self.out, self.steps, self.batch, self.seed, self.step = out, steps, batch, seed, 0
        self.network = Segnet().to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), _RATE, weight_decay=1e-3)
        self.seen: dict[str, float] = {}

    def begin_with(self, checkpoint: Path) -> None:
        """Weights of another run."""
        self.network.load_state_dict(torch.load(checkpoint, weights_only=True)["network"])

    def resume(self) -> None:
        """Go on where the last checkpoint of this run stands, if there is one."""
        path = self.out / "last.pt"
        if path.exists():
            kept: dict[str, Any] = torch.load(path, weights_only=True)
            self.network.load_state_dict(kept["network"])
            self.optimizer.load_state_dict(kept["optimizer"])
            self.step = int(kept["step"])

    def save(self) -> None:
        """Write the checkpoint, whole or not at all."""
        self.out.mkdir(parents=True, exist_ok=True)
        part = self.out / "last.part"
        kept = {
            "network": self.network.state_dict(), "optimizer": self.optimizer.state_dict(),
            "step": self.step,
        }  # fmt: skip
        torch.save(kept, part)
        part.replace(self.out / "last.pt")

    def rate(self) -> float:
        """Up over the first steps, then down along a cosine."""
        share = self.step / max(self.steps, 1)
        return _RATE * min((self.step + 1) / _WARM, 0.5 * (1 + float(np.cos(np.pi * share))) + 1e-3)

    def one_step(self, shelf: Shelf) -> None:
        """One batch, drawn by seed and step."""
        rng = np.random.default_rng([self.seed, self.step])
        picks = rng.integers(len(shelf.samples), size=self.batch)
        batch = batch_of([varied(shelf.samples[k], rng) for k in picks])
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        planes = batch["planes"].to(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            out = self.network(planes)
        parts = losses(out.float(), batch)
        loss: torch.Tensor = sum(parts.values(), torch.zeros(()))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self.optimizer.step()
        self.step += 1
        for name, value in parts.items():
            new = float(value.detach())
            self.seen[name] = 0.98 * self.seen.get(name, new) + 0.02 * new

    def checked(self, shelf: Shelf) -> dict[str, float]:
        """Losses on pictures kept apart, as they are."""
        self.network.eval()
        total: dict[str, float] = {}
        with torch.no_grad():
            for start in range(0, len(shelf.samples), self.batch):
                some = shelf.samples[start : start + self.batch]
                batch = batch_of(some)
                for name, value in losses(self.network(batch["planes"]), batch).items():
                    total[name] = total.get(name, 0.0) + float(value) * len(some) / len(
                        shelf.samples
                    )
        self.network.train()
        return total


def main() -> None:
    """Entry point of `python -m training.segmenter.train`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--check", type=Path, help="pictures kept apart")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint; a run goes on from it")
    parser.add_argument("--begin", type=Path, help="another run's checkpoint to begin with")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    shelf = Shelf(args.data)
    apart = Shelf(args.check) if args.check else None
    trainer = Trainer(args.out, args.steps, args.batch, args.seed)
    if args.begin:
        trainer.begin_with(args.begin)
    trainer.resume()
    start = time.perf_counter()
    while trainer.step < args.steps:
        trainer.one_step(shelf)
        if trainer.step % _EVERY == 0:
            shelf.look()
            trainer.save()
            took = (time.perf_counter() - start) / 60
            words = ", ".join(f"{k} {v:.3f}" for k, v in trainer.seen.items())
            print(
                f"{took:.1f} min, step {trainer.step}, {len(shelf.samples)} pictures: {words}",
                flush=True,
            )
        if apart is not None and (trainer.step % 500 == 0 or trainer.step == args.steps):
            words = ", ".join(f"{k} {v:.3f}" for k, v in trainer.checked(apart).items())
            print(f"kept apart: {words}", flush=True)
    trainer.save()


if __name__ == "__main__":
    main()
