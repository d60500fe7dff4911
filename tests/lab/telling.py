"""A text model without a network: bytes for tokens, and an engine that says what it was told to.

Knows: the engine's real interface (feed, rewind, tokens). Does not know: what is asked.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from llm_edge.text import TextModel

#: Ends the prompt, in the chat template of these folders.
_END = "~"


class TellingEngine:
    """Says `says`, byte by byte, over and over. meanwhile: called before each token."""

    name, vocabulary_size = "telling", 257

    def __init__(self, tokenizer: Tokenizer, says: str) -> None:
        self._tokenizer = tokenizer
        self.prompt_end = tokenizer.encode(_END).ids[0]
        self.meanwhile: Callable[[], None] = lambda: None
        self.fed = 0
        self.says = says

    def told(self, said: int) -> int:
        """The token after so many of the answer."""
        ids = [*self._tokenizer.encode(self.says).ids, 256]
        return ids[min(said, len(ids) - 1)]

    def start(self, prompt: Any) -> Any:
        """A session, as engines have them."""
        return _Session(self)


class _Session:
    def __init__(self, engine: TellingEngine) -> None:
        self._engine = engine
        self.tokens: list[int] = []

    def rewind(self, to: int) -> None:
        """Forget what comes after."""
        del self.tokens[to:]

    def feed(self, ids: list[int]) -> Any:
        """Logits after these."""
        engine = self._engine
        engine.meanwhile()
        engine.fed += 1
        self.tokens += ids
        logits = np.zeros(257, np.float32)
        end = engine.prompt_end
        if end in self.tokens:
            said = len(self.tokens) - 1 - (len(self.tokens) - 1 - self.tokens[::-1].index(end))
            logits[engine.told(said)] = 9.0
        return logits


def telling(folder: Path, says: str) -> tuple[TextModel, TellingEngine]:
    """A model in `folder` and its engine, whose `says` can be changed."""
    folder.mkdir(parents=True, exist_ok=True)
    alphabet = {c: i for i, c in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(alphabet, []))
    tokenizer.add_special_tokens(["</s>"])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.save(str(folder / "tokenizer.json"))
    template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}" + _END
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": template}))
    (folder / "config.json").write_text(
        json.dumps({"model_type": "llm_edge_text", "eos_token_ids": [256]})
    )
    engine = TellingEngine(tokenizer, says)
    return TextModel(folder, verify=False, loaded=engine), engine


class Gate:
    """Lets a thread through a number of times."""

    def __init__(self) -> None:
        self._left = threading.Semaphore(0)
        self.came = threading.Event()

    def __call__(self) -> None:
        self.came.set()
        assert self._left.acquire(timeout=60)

    def open(self, times: int = 100_000) -> None:
        """So many more."""
        self._left.release(times)


def telling_writer(folder: str, says: str, fails: str = "") -> Any:
    """What an engine's process makes: a model that waits before each token while the file `hold` is
    in `folder`, begins no answer while `before` is, and says no more than so many tokens while
    `most` is, with their number in it. Notes each token in `fed`."""
    from llm_edge.serving.writing import TextWriter
    from llmagentos.errors import ModelNotFoundError

    place = Path(folder)
    if fails == "load":
        raise ModelNotFoundError("expected a model, got none")
    if fails == "die":
        os._exit(3)
    model, engine = telling(place / "model", says)

    def wait() -> None:
        name = "hold" if engine.fed % 1000 else "before"
        with (place / "fed").open("a") as noted:
            noted.write(".")
        while (place / name).exists() or engine.fed >= most():
            time.sleep(0.005)

    def most() -> float:
        try:
            return float((place / "most").read_text() or "inf")
        except FileNotFoundError:
            return float("inf")

    engine.meanwhile = wait
    return TextWriter(model)
