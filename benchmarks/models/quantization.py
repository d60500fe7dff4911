"""What few bits cost the planner: size, perplexity, plans unlike float32's, speed.

    python -m benchmarks.models.quantization --model runs/first/fp32 --n 1000

Knows: the planner's graphs and development commands. Does not know: training. A variant agrees with
float32 on a command when, along float32's plan, its likeliest allowed word is everywhere the plan's
next one: greedy decoding then writes the same plan, and one pass decides it.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from llm_edge.engines.onnx_any import OnnxEngine
from llm_edge.engines.onnx_cpu import FusedSession, OnnxCpuEngine
from llm_edge.local import LocalPlanner
from llm_edge.networks import qdq
from llm_edge.tokenization import Prompt
from training.corpus import build
from training.planner import quantize
from training.planner.evaluate import FIRST_SEED, SPLITS

VARIANTS = ("float32", *qdq.VARIANTS)
#: Largest logit difference allowed nowhere: what masked words get.
_MASKED = np.float32(-1e30)


def development(n: int) -> list[Any]:
    """n commands, a quarter of each split."""
    each = (n + len(SPLITS) - 1) // len(SPLITS)
    return [p for split in SPLITS.values() for p in build.pairs(each, split, FIRST_SEED)][:n]


def encoder_feeds(model: LocalPlanner, pair: Any) -> dict[str, Any]:
    """The encoder's inputs for a corpus pair, each int32 [1, T]."""
    prompt = model.tokenizer(pair.command, pair.pending)
    return {"ids": prompt.ids[None], "types": prompt.types[None], "words": prompt.words[None]}


class Passes:
    """One folder on the CPU engine that would run it, over whole plans at once."""

    def __init__(self, folder: Path, config: dict[str, Any]):
        # rewritten graphs of this comparison are of no use later
        with (
            tempfile.TemporaryDirectory() as work,
            mock.patch.dict(os.environ, {"XDG_CACHE_HOME": work}),
        ):
            self._cpu = OnnxCpuEngine(folder, config)
        self._engine = OnnxEngine(folder, config)
        s = self._engine.shape
        self._past = np.zeros((s.layers, 2, 0, s.kv), np.float32)

    def logits(self, encoder: dict[str, Any], ids: list[int]) -> NDArray[np.float32]:
        """[len(ids), V]: what comes after each of the ids."""
        session = self._cpu.start(Prompt(*(encoder[k][0] for k in ("ids", "types", "words"))))
        if isinstance(session, FusedSession):
            return session.score(ids)
        prefix = self._engine._encoder.run(["prefix"], encoder)[0]  # type: ignore[union-attr]
        feeds_ = {**quantize.decoder_feeds(prefix, ids), "past": self._past}
        found: NDArray[np.float32] = self._engine._decoder.run(["logits"], feeds_)[0]
        return found[-len(ids) :]


def masks(model: LocalPlanner, command: str, plan: list[int]) -> Iterator[NDArray[np.bool_]]:
    """Allowed words before each word of a plan and before its end."""
    matcher = model.constraint.matcher(command)
    for token in plan:
        yield matcher.allowed()
        matcher.consume(token)
    yield matcher.allowed()


def perplexity(passes: Passes, model: LocalPlanner, pairs: list[Any]) -> float:
    """Per plan word, of the corpus's own plans, without the grammar's help."""
    total, count = 0.0, 0
    for pair in pairs:
        encoder = encoder_feeds(model, pair)
        plan = model.vocabulary.encode(list(pair.target))
        logits = passes.logits(encoder, [model.vocabulary.eos, *plan]).astype(np.float64)
        logits -= logits.max(axis=-1, keepdims=True)
        wanted = np.array([*plan, model.vocabulary.eos])
        total += float(
            (np.log(np.exp(logits).sum(-1)) - logits[np.arange(len(wanted)), wanted]).sum()
        )
        count += len(wanted)
    return float(np.exp(total / count))


def agreement(
    passes: Passes,
    model: LocalPlanner,
    pairs: list[Any],
    plans: list[list[int]],
    allowed: list[NDArray[np.bool_]],
) -> float:
    """Share of commands with float32's plan. allowed: [words + 1, V] of each plan."""
    same = 0
    for pair, plan, mask in zip(pairs, plans, allowed, strict=True):
        encoder = encoder_feeds(model, pair)
        logits = passes.logits(encoder, [model.vocabulary.eos, *plan])
        same += bool(
            (
                np.where(mask, logits, _MASKED).argmax(-1)
                == np.array([*plan, model.vocabulary.eos])
            ).all()
        )
    return same / len(pairs)


def speed(folder: Path, pairs: list[Any]) -> tuple[float, float]:
    """(median seconds from command to plan, plan words per second), one thread."""
    model = LocalPlanner(str(folder), verify=False, engine_name="cpu")
    times, words = [], 0
    for pair in pairs:
        began = time.perf_counter()
        words += len(list(model.write(pair.command, pair.pending)))
        times.append(time.perf_counter() - began)
    return float(np.median(times)), words / sum(times)


def report(source: Path, n: int, timed: int, variants: list[str]) -> list[dict[str, Any]]:
    """One row a variant: size, perplexity, how often its plan is float32's, seconds."""
    config = json.loads((source / "config.json").read_text())
    model = LocalPlanner(str(source), verify=False, engine_name="cpu")
    pairs = development(n)
    plans = [model.vocabulary.encode(list(model.write(p.command, p.pending))) for p in pairs]
    allowed = [
        np.stack(list(masks(model, pair.command, plan)))
        for pair, plan in zip(pairs, plans, strict=True)
    ]
    rows = []
    with tempfile.TemporaryDirectory() as work:
        for variant in variants:
            folder = Path(work) / variant
            if variant == "float32":
                folder = source
            else:
                quantize.quantize_folder(source, folder, variant)
            passes = Passes(folder, config)
            size = sum((folder / f).stat().st_size for f in ("encoder.onnx", "decoder.onnx"))
            median, rate = speed(folder, pairs[:: max(1, len(pairs) // timed)][:timed])
            rows.append(
                {
                    "variant": variant,
                    "bytes": size,
                    "perplexity": perplexity(passes, model, pairs),
                    "agreement": agreement(passes, model, pairs, plans, allowed),
                    "median_s": median,
                    "words_per_s": rate,
                    "n": len(pairs),
                }
            )
            print(rows[-1], flush=True)
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as a Markdown table."""
    lines = [
        "| variant | MB | perplexity | same plan as float32 | command to plan | plan words/s |",
        "|---|---|---|---|---|---|",
    ]
    for r in rows:
        lines.append(
            f"| {r['variant']} | {r['bytes'] / 1e6:.1f} | {r['perplexity']:.4f} | {100 * r['agreement']:.1f} % "
            f"| {1000 * r['median_s']:.1f} ms | {r['words_per_s']:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Entry point of `python -m benchmarks.models.quantization`."""
    parser = argparse.ArgumentParser(description="Quantization of the planner beside float32.")
    parser.add_argument(
        "--model", type=Path, required=True, help="folder of float32 graphs (export.py)"
    )
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--timed", type=int, default=40, help="commands that are timed")
    parser.add_argument("--variants", nargs="*", default=list(VARIANTS), choices=VARIANTS)
    parser.add_argument("--out", type=Path, default=Path("bench_out/quantization"))
    args = parser.parse_args()
    rows = report(args.model, args.n, args.timed, args.variants)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "quantization.json").write_text(json.dumps(rows, indent=1) + "\n")
    (args.out / "quantization.md").write_text(table(rows) + "\n")
    print(f"{rows[0]['n']} development commands\n{table(rows)}")


if __name__ == "__main__":
    main()
