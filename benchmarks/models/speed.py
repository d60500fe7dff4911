"""Decode and prefill speed beside llama.cpp and transformers, over model sizes and prompt lengths.

    python -m benchmarks.models.speed --out bench_out/speed --sizes 5M 25M 110M --threads 2

Knows: tables, a plot, the memory-bandwidth roofline. Does not know: runtimes (rivals.py). Rounds of
all runtimes alternate, so that the machine's moods hit them alike; the best round counts.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.models import rivals
from benchmarks.models.clock import Speed
from benchmarks.models.rivals import Runner


def bandwidth_bytes_per_s(threads: int) -> float:
    """Reading 512 MB with as many threads: the best of eight."""
    import torch

    torch.set_num_threads(threads)
    block = torch.ones(128_000_000, dtype=torch.float32)
    best = 0.0
    for _ in range(8):
        began = time.perf_counter()
        block.sum()
        best = max(best, block.numel() * 4 / (time.perf_counter() - began))
    return best


def runners(
    size: str, folder: Path, threads: int, only: Sequence[str]
) -> tuple[dict[str, Runner], int]:
    """Runtimes that are installed, and the bytes of INT8 weights that a token reads."""
    decoder = rivals.random_decoder(size)
    found: dict[str, Runner] = {}
    has_llama = (
        importlib.util.find_spec("llama_cpp") is not None
        and importlib.util.find_spec("gguf") is not None
    )
    makers = {
        "ours int8": lambda: rivals.ours(decoder, folder, "int8", threads),
        "ours int4": lambda: rivals.ours(decoder, folder, "int4", threads),
        "llama.cpp Q8_0": lambda: rivals.llama_cpp(decoder, folder, "Q8_0", threads, False),
        "llama.cpp packed Q8_0": lambda: rivals.llama_cpp(decoder, folder, "Q8_0", threads, True),
        "llama.cpp Q4_0": lambda: rivals.llama_cpp(decoder, folder, "Q4_0", threads, False),
        "llama.cpp packed Q4_0": lambda: rivals.llama_cpp(decoder, folder, "Q4_0", threads, True),
        "transformers": lambda: rivals.transformers_generate(decoder, threads),
    }
    for name, make in makers.items():
        if (name.startswith("llama") and not has_llama) or (only and name not in only):
            continue
        found[name] = make()
    read = sum(w.numel() for n, w in decoder.named_parameters() if "embed_tokens" not in n)
    return found, read


def measure(found: dict[str, Runner], length: int, n: int, rounds: int) -> dict[str, Speed]:
    """The best of some rounds, runtimes taking turns."""
    prompt = np.random.default_rng(0).integers(0, rivals.VOCABULARY, length).tolist()
    best: dict[str, Speed] = {}
    for name, run in found.items():
        run(prompt[:8], 2)
        best[name] = Speed(float("inf"), 0.0)
    for _ in range(rounds):
        for name, run in found.items():
            got, b = run(prompt, n), best[name]
            best[name] = Speed(
                min(b.prefill_s, got.prefill_s), max(b.tokens_per_s, got.tokens_per_s)
            )
    return best


def plot(rows: list[dict[str, Any]], path: Path) -> None:
    """Speed against model size and against prompt length."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(13, 4.6))
    names = list(dict.fromkeys(r["runtime"] for r in rows))
    shortest = min(r["prompt"] for r in rows)
    # the largest size that was measured with more than one prompt shows what a prompt's length does
    sizes = [r["size"] for r in sorted(rows, key=lambda r: -r["parameters"])]
    several = [z for z in sizes if len({r["prompt"] for r in rows if r["size"] == z}) > 1]
    shown = several[0] if several else sizes[0]
    for name in names:
        mine = [r for r in rows if r["runtime"] == name and r["prompt"] == shortest]
        longer = [r for r in rows if r["runtime"] == name and r["size"] == shown]
        axes[0].plot(
            [r["parameters"] / 1e6 for r in mine],
            [r["tokens_per_s"] for r in mine],
            "o-",
            label=name,
        )
        prompts = [r["prompt"] for r in longer]
        axes[1].plot(prompts, [r["prefill_tokens_per_s"] for r in longer], "o-")
        axes[2].plot(prompts, [r["tokens_per_s"] for r in longer], "o-")
    for axis, (x, y) in zip(
        axes,
        (
            ("M parameters", "tokens/s written"),
            ("prompt tokens", "tokens/s read"),
            ("prompt tokens", "tokens/s written"),
        ),
        strict=True,
    ):
        axis.set_xlabel(x)
        axis.set_ylabel(y)
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.grid(True, which="both", alpha=0.3)
    axes[0].set_title(f"prompt of {shortest} tokens")
    for axis in axes[1:]:
        axis.set_title(f"{shown} model")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="lower center", ncols=len(names))
    figure.tight_layout(rect=(0, 0.08, 1, 1))
    figure.savefig(path, dpi=110)


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as a Markdown table."""
    lines = [
        "| size | prompt | runtime | written tok/s | read tok/s | of roofline |",
        "|---|---|---|---|---|---|",
    ]
    for r in rows:
        share = f"{100 * r['roofline']:.0f} %" if r["roofline"] else ""
        lines.append(
            f"| {r['size']} | {r['prompt']} | {r['runtime']} | {r['tokens_per_s']:.1f} | {r['prefill_tokens_per_s']:.0f} | {share} |"
        )
    return "\n".join(lines)


def run(
    sizes: Sequence[str],
    lengths: Sequence[int],
    threads: int,
    n: int,
    rounds: int,
    only: Sequence[str],
) -> dict[str, Any]:
    """Every size, prompt length (tokens) and runtime, `rounds` times in turn; the medians."""
    bandwidth = bandwidth_bytes_per_s(threads)
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            found, read = runners(size, Path(folder), threads, only)
            parameters = read + rivals.VOCABULARY * rivals.SIZES[size][0]
            for length in lengths:
                for name, speed in measure(found, length, n, rounds).items():
                    bits = {"int4": 4.25, "int8": 8, "Q8_0": 8.5, "Q4_0": 4.5}.get(
                        name.split()[-1], 32
                    )
                    roof = bandwidth / (read * bits / 8)
                    rows.append(
                        {
                            "size": size,
                            "parameters": parameters,
                            "prompt": length,
                            "runtime": name,
                            "tokens_per_s": speed.tokens_per_s,
                            "prefill_tokens_per_s": length / speed.prefill_s,
                            "roofline": speed.tokens_per_s / roof,
                        }
                    )
                    print(
                        f"{size:>5} {length:5d} {name:16} {speed.tokens_per_s:8.1f} tok/s, read {length / speed.prefill_s:8.0f}",
                        flush=True,
                    )
    return {
        "bandwidth_bytes_per_s": bandwidth,
        "threads": threads,
        "written": n,
        "rounds": rounds,
        "rows": rows,
    }


def main() -> None:
    """Entry point of `python -m benchmarks.models.speed`."""
    parser = argparse.ArgumentParser(description="Speed beside llama.cpp and transformers.")
    parser.add_argument("--out", type=Path, default=Path("bench_out/speed"))
    parser.add_argument(
        "--sizes", nargs="*", default=list(rivals.SIZES), choices=list(rivals.SIZES)
    )
    parser.add_argument("--prompts", nargs="*", type=int, default=[32, 128, 512])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--plot", nargs="*", type=Path, default=[], help="only draw these runs' speed.json together"
    )
    parser.add_argument("--only", nargs="*", default=[], help="runtimes by name")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.plot:
        rows = [r for path in args.plot for r in json.loads(path.read_text())["rows"]]
        plot(rows, args.out / "speed.png")
        return
    result = run(args.sizes, args.prompts, args.threads, args.tokens, args.rounds, args.only)
    (args.out / "speed.json").write_text(json.dumps(result, indent=1) + "\n")
    (args.out / "speed.md").write_text(table(result["rows"]) + "\n")
    plot(result["rows"], args.out / "speed.png")
    print(
        f"memory bandwidth {result['bandwidth_bytes_per_s'] / 1e9:.1f} GB/s\n{table(result['rows'])}"
    )


if __name__ == "__main__":
    main()
