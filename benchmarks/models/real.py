"""Speed and memory on real weights beside llama.cpp: the same GGUF file, one run, ratios.

    python -m benchmarks.models.real --gguf SmolLM2-135M-Instruct.Q4_1.gguf --threads 1 --rounds 5

Knows: which runtimes take turns, in processes of their own so that each one's memory is its own.
Does not know: runtimes beyond these two. Rounds alternate; the best round of each counts,
and the ratios are of rounds beside each other, their median.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.models.clock import clock

PROMPT = "Tell me a short story about a robot that tidies a table."
#: Told to the model around the prompt; ids are the file's own for all runtimes.
_CHAT = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"


def _ours(folder: str, threads: int) -> tuple[Any, Any, str]:
    from llm_edge import manage

    model = manage.load(folder, "onnx-cpu", threads)
    session = model.engine.start(None)
    graph = manage.graph_of(model.engine)
    if graph != "rewritten":
        raise SystemExit(f"expected the rewritten graph, got {graph}")

    def read(ids: list[int]) -> Any:
        session.rewind(0)
        return session.feed(ids)

    return read, lambda t: session.feed([t]), model.tokenizer


def _llama(path: str, threads: int) -> tuple[Any, Any]:
    """Prompts token by token: passes of several tokens crash in this library's AMX kernels where
    GCC 12 built it (docs/models.md); writing is at full strength."""
    import llama_cpp
    import numpy as np

    model = llama_cpp.Llama(
        path, n_ctx=1024, n_threads=threads, n_threads_batch=threads, verbose=False
    )

    def feed(token: int) -> Any:
        model.eval([token])
        row = llama_cpp.llama_get_logits_ith(model.ctx, -1)
        return np.ctypeslib.as_array(row, shape=(model.n_vocab(),))

    def read(ids: list[int]) -> Any:
        model.reset()
        return [feed(i) for i in ids][-1]

    return read, feed


def worker(kind: str, path: str, threads: int, tokens: int) -> None:
    """One runtime: a round for each line on standard input, a line of figures for each."""
    from llm_edge.manage import resident_bytes

    ids: list[int] = json.loads(sys.stdin.readline())
    if kind == "llama.cpp":
        read, write = _llama(path, threads)
    else:
        read, write, _ = _ours(path, threads)
    clock(read, write, ids[:4], 2)
    print("ready", flush=True)
    for _ in sys.stdin:
        got = clock(read, write, ids, tokens)
        row = [got.tokens_per_s, len(ids) / got.prefill_s, resident_bytes()]
        print(json.dumps(row), flush=True)


def measure(
    gguf: Path, folders: dict[str, Path], threads: int, rounds: int, tokens: int
) -> list[dict[str, Any]]:
    """A row a runtime. folders: our exported ones by name. llama.cpp's row comes last."""
    from llm_edge.chat import ChatTokenizer

    ids = ChatTokenizer(next(iter(folders.values()))).encode(_CHAT.format(PROMPT))
    sizes = {n: (f / "decoder.onnx").stat().st_size for n, f in folders.items()}
    paths = {**{n: str(f) for n, f in folders.items()}, "llama.cpp": str(gguf)}
    sizes["llama.cpp"] = gguf.stat().st_size
    running = {}
    for name, path in paths.items():
        kind = name if name == "llama.cpp" else "ours"
        order = [sys.executable, "-m", "benchmarks.models.real", "--worker", kind, "--gguf", path,
                 "--threads", str(threads), "--tokens", str(tokens)]  # fmt: skip
        process = subprocess.Popen(order, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        running[name] = process
        _say(process, json.dumps(ids))
        if _hear(process) != "ready":
            raise SystemExit(f"expected {name} to be ready, got {process.wait()}")
    rows: dict[str, list[list[float]]] = {name: [] for name in running}
    for _ in range(rounds):
        for name, process in running.items():
            _say(process, "go")
            rows[name].append(json.loads(_hear(process)))
    for process in running.values():
        process.communicate()
    theirs = [r[0] for r in rows["llama.cpp"]]
    return [
        {
            "runtime": name,
            "tokens_per_s": max(r[0] for r in mine),
            "read_per_s": max(r[1] for r in mine),
            "file_mb": sizes[name] / 1e6,
            "resident_mb": mine[-1][2] / 1e6,
            "of_file": mine[-1][2] / sizes[name],
            "ratio": statistics.median(m[0] / t for m, t in zip(mine, theirs, strict=True)),
        }
        for name, mine in rows.items()
    ]


def _say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as Markdown."""
    lines = [
        "| runtime | written tok/s | of llama.cpp's | read tok/s | file MB | resident MB | of the file |",
        "|---|---|---|---|---|---|---|",
    ]
    for r in rows:
        lines.append(
            f"| {r['runtime']} | {r['tokens_per_s']:.1f} | {r['ratio']:.2f} | {r['read_per_s']:.0f} "
            f"| {r['file_mb']:.0f} | {r['resident_mb']:.0f} | {r['of_file']:.2f} |"
        )
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> None:
    """Entry point of `python -m benchmarks.models.real`."""
    parser = argparse.ArgumentParser(description="Real weights beside llama.cpp.")
    parser.add_argument("--gguf", type=Path, required=True)
    parser.add_argument("--quantize", nargs="*", default=["int8", "int4"])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--out", type=Path, default=Path("bench_out/real"))
    parser.add_argument("--worker", default="", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.worker:
        worker(args.worker, str(args.gguf), args.threads, args.tokens)
        return
    from llm_edge import checkpoints

    folders = {f"ours {q}": checkpoints.exported(args.gguf, q) for q in args.quantize}
    rows = measure(args.gguf, folders, args.threads, args.rounds, args.tokens)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "real.json").write_text(json.dumps(rows, indent=1) + "\n")
    print(table(rows))


if __name__ == "__main__":
    main()
