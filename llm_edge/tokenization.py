"""From words to ids and back: the encoder's WordPiece and the closed plan vocabulary.

Knows: both vocabularies and the layout of the encoder's input ([CLS] command [SEP] question [SEP]
situation [SEP]; what there is none of leaves its [SEP] out). Does not know: networks, nor what the
situation says (situation.py).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from llmagentos.errors import ModelError
from llmagentos.files import read_text
from llmagentos.lang import grammar

EOS = "</s>"
#: Pieces of a command, of a question and of the situation that the encoder gets to see.
MAX_COMMAND_PIECES = 112
MAX_QUESTION_PIECES = 64
MAX_SITUATION_PIECES = 80


class PlanVocabulary:
    """Plan words ↔ ids. Id 0 ends a plan, and also starts it."""

    def __init__(self, words: tuple[str, ...] | None = None):
        self.words: tuple[str, ...] = (EOS, *(words if words is not None else grammar.plan_words()))
        self.ids = {w: i for i, w in enumerate(self.words)}
        self.eos = 0

    def __len__(self) -> int:
        return len(self.words)

    @property
    def first_pointer(self) -> int:
        """Id of "@0"; the pointers' ids follow one another."""
        return self.ids["@0"]

    @property
    def checksum(self) -> int:
        """Differs where words or their order differ."""
        return zlib.crc32(" ".join(self.words).encode())

    def has(self, words: Sequence[str]) -> bool:
        """Whether all of these are in it."""
        return all(w in self.ids for w in words)

    def encode(self, words: Sequence[str]) -> list[int]:
        """Raises KeyError naming a word that this vocabulary lacks."""
        return [self.ids[w] for w in words]

    def decode(self, ids: list[int]) -> str:
        """Plan words of ids, separated by spaces, without the end."""
        return " ".join(self.words[i] for i in ids if i != self.eos)


@dataclass(frozen=True)
class Prompt:
    """Encoder input, each int32 [T]: piece ids, segment (0 command, 1 question and situation), and
    the index of the command's word or -1."""

    ids: NDArray[np.int32]
    types: NDArray[np.int32]
    words: NDArray[np.int32]


class PromptTokenizer:
    """A command, a pending question and the situation → `Prompt`.

    first, last: tokens before the command and behind each part. before: what stands before each
    word of the command (a byte-level vocabulary knows words with their space).
    """

    def __init__(
        self, tokenizer: Tokenizer, first: str = "[CLS]", last: str = "[SEP]", before: str = ""
    ):
        self._tok, self._before = tokenizer, before
        self._tok.no_padding()
        self._tok.no_truncation()
        self._cls, self._sep = tokenizer.token_to_id(first), tokenizer.token_to_id(last)

    @classmethod
    def from_file(cls, path: Path) -> PromptTokenizer:
        """Read a tokenizer.json. Raises ModelError for anything else."""
        try:
            return cls(Tokenizer.from_str(read_text(path, "a tokenizer")))
        except Exception as exc:  # the tokenizers package raises bare Exception
            raise ModelError(f"expected a tokenizer in {path}, got: {exc}") from exc

    def __call__(self, command: str, question: str = "", situation: str = "") -> Prompt:
        ids, words = [self._cls], [-1]
        spoken = [self._before + word for word in command.split()]
        encoding = self._tok.encode(spoken, is_pretokenized=True, add_special_tokens=False)
        ids += encoding.ids[:MAX_COMMAND_PIECES]
        # one list item is one whitespace word; WordPiece may split it at punctuation
        words += [
            w if w is not None and w < grammar.MAX_POINTERS else -1
            for w in encoding.word_ids[:MAX_COMMAND_PIECES]
        ]
        ids.append(self._sep)
        words.append(-1)
        types = [0] * len(ids)
        for text, limit in ((question, MAX_QUESTION_PIECES), (situation, MAX_SITUATION_PIECES)):
            if not text:
                continue
            more = self._tok.encode(text, add_special_tokens=False).ids[:limit]
            ids += [*more, self._sep]
            words += [-1] * (len(more) + 1)
            types += [1] * (len(more) + 1)
        return Prompt(*(np.asarray(x, dtype=np.int32) for x in (ids, types, words)))
