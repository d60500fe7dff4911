"""From process start to the first token, resident memory, and what the grammar costs a token.

    python -m benchmarks.models.startup

Knows: the shipped planner in a fresh process. Does not know: robots. Each number is the best of
some processes, as other programs only ever add.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from typing import Any

from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import ModelError

_CHILD = """
import time, json, sys
from llm_edge.local import LocalPlanner
from llm_edge.manage import resident_bytes
model = LocalPlanner(sys.argv[1], engine_name="onnx-cpu")
next(iter(model.write("put the red block into the blue bowl")))
print(json.dumps({"at": time.time(), "rss": resident_bytes()}))
"""


def first_token(name: str, runs: int) -> tuple[float, int]:
    """(seconds from process start to the first plan word, resident bytes then)."""
    best, rss = float("inf"), 0
    for _ in range(runs):
        began = time.time()
        out = subprocess.run(
            [sys.executable, "-c", _CHILD, name], capture_output=True, text=True, check=True
        )
        facts = json.loads(out.stdout.splitlines()[-1])
        best, rss = min(best, facts["at"] - began), facts["rss"]
    return best, rss


class _Clocked:
    """A matcher whose calls are timed. CPU time of this thread, so that other programs don't count."""

    def __init__(self, matcher: Any, spent: list[float]):
        self._matcher, self._spent = matcher, spent

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._matcher, name)
        if not callable(found):
            return found

        def call(*args: Any) -> Any:
            began = time.thread_time()
            try:
                return found(*args)
            finally:
                self._spent.append(time.thread_time() - began)

        return call


def _share(grammar: list[float], whole_s: float, tokens: int) -> dict[str, float]:
    # what the clock itself takes, twice a call, is not the grammar's
    began = time.thread_time()
    for _ in range(1000):
        time.thread_time()
    clock_s = (time.thread_time() - began) / 1000
    spent = max(sum(grammar) - clock_s * len(grammar), 0.0)
    whole_s -= 2 * clock_s * len(grammar)
    return {
        "token_ms": 1000 * whole_s / max(tokens, 1),
        "grammar_ms": 1000 * spent / max(tokens, 1),
        "share": spent / max(whole_s, 1e-9),
    }


def planner_grammar(name: str, commands: int) -> dict[str, float]:
    """What the grammar takes of the CPU time between the first plan word and the last, per token;
    and `net_share`: how much longer the same plans take with it than without, forced words saving
    passes of the model included."""
    from llm_edge.local import LocalPlanner
    from training.corpus import build
    from training.planner.evaluate import FIRST_SEED

    model = LocalPlanner(name, engine_name="onnx-cpu")
    spent: list[float] = []
    clocked = plain = free = 0.0
    tokens = 0
    for i, pair in enumerate(build.pairs(commands + 5, "train", FIRST_SEED)):
        grammar: list[float] = []
        timed: Any = _Clocked(model.constraint.matcher(pair.command), grammar)
        clocked_s, words = _rest_of_plan(model, pair, timed, grammar)
        plain_s, same = _rest_of_plan(model, pair, model.constraint.matcher(pair.command))
        free_s, unbound = _rest_of_plan(model, pair, None)
        # the first few warm the caches up
        if i >= 5:
            clocked, spent, tokens = clocked + clocked_s, spent + grammar, tokens + len(words)
            if same == unbound:
                plain, free = plain + plain_s, free + free_s
    return _share(spent, clocked, tokens) | {"net_share": plain / max(free, 1e-9) - 1.0}


def _rest_of_plan(
    model: Any, pair: Any, matcher: Any, calls: list[float] | None = None
) -> tuple[float, list[int]]:
    """(CPU seconds from the first plan word to the end, the plan's tokens). calls: emptied at the
    first word."""
    from llm_edge import decoding

    out = decoding.Generation()
    words = decoding.generate(
        model.engine,
        model.tokenizer(pair.command, pair.pending),
        model.vocabulary.eos,
        matcher,
        result=out,
    )
    next(words, None)
    if calls is not None:
        calls.clear()
    began = time.thread_time()
    list(words)
    return time.thread_time() - began, out.tokens


#: An answer that a schema shapes, for the text model's share.
_SCHEMA = {
    "type": "object",
    "properties": {
        "steps": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "op": {"enum": ["pick", "put", "stack"]},
                    "what": {"type": "string"},
                },
                "required": ["op", "what"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["steps"],
    "additionalProperties": False,
}
_ANSWER = (
    '{"steps": [{"op": "pick", "what": "the red block left of the cup"}, '
    '{"op": "put", "what": "the blue bowl near the far corner"}]}'
)


def text_grammar(size: str) -> dict[str, float]:
    """The share for a text model of `rivals.SIZES` that writes _ANSWER under a JSON schema, each of
    its tokens the likeliest. The vocabulary is a byte-level BPE of up to 8,192 tokens made here."""
    import os
    import tempfile
    from dataclasses import replace as changed
    from pathlib import Path
    from unittest import mock

    from benchmarks.models import rivals
    from llm_edge.engines.onnx_cpu import OnnxCpuEngine
    from llm_edge.networks import qdq
    from llm_edge.networks.export_text import export_decoder, text_config
    from llm_edge.networks.model import Decoder
    from llm_edge.text import Grammar

    words = _Tokenizer(rivals.VOCABULARY)
    config = changed(rivals.random_decoder(size).config, vocab_size=words.size)
    decoder = Decoder(config).eval()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        export_decoder(decoder, folder / "decoder.onnx")
        qdq.quantize_file(folder / "decoder.onnx", folder / "decoder.onnx", "int8")
        with mock.patch.dict(os.environ, {"XDG_CACHE_HOME": work}):
            engine = OnnxCpuEngine(folder, text_config(config, "llama", []))
        grammar = Grammar(words, words.size, [])  # type: ignore[arg-type]
        ids = words.encode(_ANSWER)
        spent: list[float] = []
        whole, tokens = 0.0, 0
        for _ in range(4):
            session, timed = engine.start(), list[float]()
            session.feed(words.encode("put the red block into the blue bowl"))
            matcher: Any = _Clocked(grammar.matcher(schema=_SCHEMA), timed)
            began = time.thread_time()
            for token in ids:
                if not matcher.take(token):
                    raise ModelError(f"expected the schema to allow token {token}, got a refusal")
                # forced tokens are fed one by one here: the dearer way for the grammar
                matcher.forced()
                session.feed([token])
            whole, tokens = whole + time.thread_time() - began, tokens + len(ids)
            spent += timed
    return _share(spent, whole, tokens)


class _Tokenizer:
    """A byte-level BPE of this package's own sources, as `text.Grammar` wants it."""

    def __init__(self, size: int):
        from pathlib import Path

        from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

        self._tok = Tokenizer(models.BPE())
        self._tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        self._tok.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=["</s>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        sources = sorted((Path(__file__).parents[2] / "llm_edge").glob("*.py"))
        self._tok.train_from_iterator([p.read_text() for p in sources], trainer)
        self.json, self.size = self._tok.to_str(), self._tok.get_vocab_size()

    def encode(self, text: str) -> list[int]:
        return list(self._tok.encode(text, add_special_tokens=False).ids)


def encoder_once(name: str) -> dict[str, Any]:
    """What a second command in the same scene reads again: the planner's prompt holds the command
    and the robot's question, never the scene, so all that is read is new."""
    from llm_edge.local import LocalPlanner

    model = LocalPlanner(name, engine_name="onnx-cpu")
    runs, read = [], []
    start = model.engine.start

    def counted(prompt: Any) -> Any:
        began = time.thread_time()
        session = start(prompt)
        runs.append(time.thread_time() - began)
        read.append(len(prompt.ids))
        return session

    model.engine.start = counted  # type: ignore[method-assign]
    commands = ("put the red block into the blue bowl", "now the green one")
    lengths = [len(list(model.write(c))) for c in commands]
    own = [len(model.tokenizer(c).ids) for c in commands]
    return {
        "commands": len(commands),
        "encoder_runs": len(runs),
        "encoder_ms": round(1000 * min(runs), 2),
        "pieces_read": read,
        "pieces_of_the_commands": own,
        "plan_words": lengths,
    }


def main() -> None:
    """Entry point of `python -m benchmarks.models.startup`: seconds, bytes, and what the grammar
    costs."""
    parser = argparse.ArgumentParser(
        description="Start, memory and grammar of the shipped planner."
    )
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--commands", type=int, default=30)
    parser.add_argument("--text-sizes", nargs="*", default=[], help="also text models: 5M 25M ...")
    args = parser.parse_args()
    start_s, rss = first_token(args.model, args.runs)
    facts: dict[str, Any] = {
        "start_to_first_token_s": round(start_s, 3),
        "rss_mb": round(rss / 1e6, 1),
    }
    rows = {"planner": planner_grammar(args.model, args.commands)}
    rows |= {f"text {size}": text_grammar(size) for size in args.text_sizes}
    for name, cost in rows.items():
        facts |= {f"{name} {k}": round(v, 4) for k, v in cost.items()}
    facts |= encoder_once(args.model)
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
