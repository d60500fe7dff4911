"""The plan grammar as token masks (llguidance).

Knows: how the plan vocabulary looks to llguidance. Does not know: models.
llguidance works on bytes. One model token is one word with a space *behind* it, so that no word is
the beginning of another ("no" and "noun"); 256 single-byte tokens behind the real ones are there
because llguidance needs them to compute masks at all. They are cut off again.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from llm_edge.number_rule import NumberRule
from llm_edge.tokenization import PlanVocabulary
from llmagentos.errors import ModelError
from llmagentos.lang import grammar, notation


class _Words:
    """The vocabulary in the shape that llguidance's TokenizerWrapper asks for."""

    def __init__(self, vocabulary: PlanVocabulary):
        self.eos_token_id = vocabulary.eos
        self.bos_token_id = None
        self.special_token_ids = [vocabulary.eos]
        self.tokens = [b"\xff<eos>"] + [f"{w} ".encode() for w in vocabulary.words[1:]]
        self.first_byte = len(self.tokens)
        self.tokens += [bytes([b]) for b in range(256)]
        self._ids = {t: i for i, t in enumerate(self.tokens[: self.first_byte])}

    def __call__(self, text: str | bytes) -> list[int]:
        data = text.encode() if isinstance(text, str) else text
        out: list[int] = []
        for piece in re.findall(rb"[^ ]* |[^ ]+", data):
            if piece in self._ids:
                out.append(self._ids[piece])
            else:
                out += [self.first_byte + b for b in piece]
        return out


def _words_end_with_a_space(lark: str) -> str:
    return re.sub(r'" ([^"]+)"', r'"\1 "', lark)


def may_force(vocabulary: PlanVocabulary, lark: str) -> frozenset[int]:
    """Words right behind which the grammar wants a description or a block, so that the next word,
    its bracket, may be the only one. Elsewhere single choices are rare, and asking the grammar for
    them takes more time than the model's own pass over them."""
    rules = dict(re.findall(r"^(\w+): (.*(?:\n    .*)*)", lark, re.MULTILINE))
    before = re.findall(r'(" [^"]+"|\([^()]+\)|\w+)\+? (?:obj|block)\b', lark)
    words: set[str] = set()
    for item in before:
        for name in re.findall(r"\w+", re.sub(r'"[^"]*"', "", item)):
            words |= set(re.findall(r'" ([^"]+)"', rules.get(name, "")))
        words |= set(re.findall(r'" ([^"]+)"', item))
    return frozenset(vocabulary.ids[w] for w in words if w in vocabulary.ids)


class PlanConstraint:
    """Compiled once per vocabulary; `matcher()` follows one generation. drives: whether plans for a
    base may be written."""

    def __init__(self, vocabulary: PlanVocabulary, drives: bool = True):
        from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper, grammar_from

        self.size = len(vocabulary)
        self._vocabulary = vocabulary
        self._tokenizer = LLTokenizer(TokenizerWrapper(_Words(vocabulary)))
        known = set(vocabulary.ids) - (set() if drives else grammar.DRIVING_WORDS)
        lark = grammar.lark_grammar(known)
        self._asking = may_force(vocabulary, lark)
        compiled = grammar_from("lark", _words_end_with_a_space(lark))
        # silent: a word that is refused is an answer here, not a warning
        self._base = LLMatcher(self._tokenizer, compiled, log_level=0)

    def matcher(
        self, command: str | None = None, question: str = "", earlier: str = ""
    ) -> PlanMatcher:
        """Follows one plan; with a command, pointers stay inside it, and numbers are those of its
        words. question, earlier: see `NumberRule`."""
        if command is None:
            return PlanMatcher(self._base, self.size, (), self._asking)
        rules = (
            PointerRule(self._vocabulary, command),
            NumberRule(self._vocabulary, command, question, earlier),
        )
        return PlanMatcher(self._base, self.size, rules, self._asking)


class Rule(Protocol):
    """What narrows the grammar for one command. `allowed` narrows a mask in place."""

    def allowed(self, mask: NDArray[np.bool_]) -> None:
        """Clear in `mask` (bool [V], changed in place) every token that must not come now."""

    def allows(self, token: int) -> bool:
        """Whether this token may come now."""
        ...

    def consume(self, token: int) -> None:
        """Take a token in."""


class PointerRule:
    """Which pointers make sense for a command: within its words, texts forwards (at which words
    numbers stand, the `NumberRule` knows). `allowed` narrows a mask in place."""

    def __init__(self, vocabulary: PlanVocabulary, command: str):
        self._first = vocabulary.first_pointer
        self._numeric_after = {
            vocabulary.ids[w] for w in notation.number_words() if w in vocabulary.ids
        }
        words = command.split()[: grammar.MAX_POINTERS]
        self._inside = np.zeros(grammar.MAX_POINTERS, bool)
        self._inside[: len(words)] = True
        self._position = vocabulary.ids.get("xy", -1)
        self._between = {vocabulary.ids[w] for w in notation.POSITION_WORDS if w in vocabulary.ids}
        self._coordinates = 0
        self._last = -1
        self._open = -1

    @property
    def _numeric(self) -> bool:
        """Whether a pointer that comes now is a number."""
        return self._coordinates > 0 or self._last in self._numeric_after

    def allowed(self, mask: NDArray[np.bool_]) -> None:
        """Clear in `mask` (bool [V], changed in place) every pointer that must not come now."""
        at = slice(self._first, self._first + grammar.MAX_POINTERS)
        mask[at] &= self._inside
        if self._open >= 0:
            mask[self._first : self._first + self._open] = False

    def allows(self, token: int) -> bool:
        """Whether this token may come now; true for every token that is no pointer."""
        index = token - self._first
        if not 0 <= index < grammar.MAX_POINTERS:
            return True
        return bool(self._inside[index]) and (self._open < 0 or index >= self._open)

    def consume(self, token: int) -> None:
        """Take a token in: it decides which pointers may follow."""
        index = token - self._first
        pointer = 0 <= index < grammar.MAX_POINTERS
        text = pointer and not self._numeric
        self._open = index if text and self._open < 0 else -1
        if token == self._position:
            self._coordinates = 2
        elif token not in self._between:
            self._coordinates = max(0, self._coordinates - 1)
        self._last = token


class PlanMatcher:
    """Where one plan stands in the grammar.

    base: at the beginning of a plan; it is copied. asking: words behind which `forced` looks.
    """

    def __init__(
        self,
        base: Any,
        size: int,
        rules: Sequence[Rule] = (),
        asking: frozenset[int] = frozenset(),
    ):
        self._base, self._size, self._rules = base, size, rules
        # a copy shares the lexer's states; a new one would cost 20 ms
        self._m = base.deep_copy()
        self._asking, self._words = asking, list[int]()

    def fork(self) -> PlanMatcher:
        """Another one that stands at the same place, and goes its own way from there."""
        other = copy.copy(self)
        other._m, other._words = self._m.deep_copy(), list(self._words)
        # a rule's state is numbers and words; what it looks up is never changed
        other._rules = tuple(copy.copy(rule) for rule in self._rules)
        return other

    def allowed(self) -> NDArray[np.bool_]:
        """[vocabulary size]: which words may come next."""
        bits = np.frombuffer(self._m.compute_bitmask(), dtype=np.uint8)
        mask = np.unpackbits(bits, bitorder="little")[: self._size].astype(bool)
        for rule in self._rules:
            rule.allowed(mask)
        return mask

    def allows(self, token: int) -> bool:
        """Whether this word may come next: much quicker than the whole mask."""
        if not all(rule.allows(token) for rule in self._rules):
            return False
        return token < self._size and self._m.validate_tokens([token]) == 1

    def take(self, token: int) -> bool:
        """`allows` and `consume` in one: False, and nothing changed, for a word that may not come."""
        if not all(rule.allows(token) for rule in self._rules):
            return False
        if token >= self._size:
            return False
        if not self._m.consume_token(token):
            # a refused word spoils llguidance's matcher. Asking first would cost every word as
            # much again; words are refused so rarely that saying all of them again is cheaper
            self._m = self._base.deep_copy()
            self._m.consume_tokens(self._words)
            return False
        self._taken(token)
        return True

    def _taken(self, token: int) -> None:
        self._words.append(token)
        for rule in self._rules:
            rule.consume(token)

    def forced(self) -> list[int]:
        """Words that the grammar leaves no choice about; not every one of them, see `may_force`."""
        if self._words and self._words[-1] not in self._asking:
            return []
        out = []
        for t in self._m.compute_ff_tokens():
            if t >= self._size:
                break
            out.append(int(t))
        return out

    def consume(self, token: int) -> None:
        """Take a written token in. Raises ModelError for one that the grammar does not allow here."""
        if not self._m.consume_token(token):
            raise ModelError(
                f"expected a word the grammar allows, got token {token}: {self._m.get_error()}"
            )
        self._taken(token)

    @property
    def may_end(self) -> bool:
        """Whether what has been written so far is a whole plan."""
        return bool(self._m.is_accepting())
