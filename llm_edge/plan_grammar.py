"""The compact notation as a grammar for models with a vocabulary of their own.

Knows: what of the plan grammar needs other rules where a model writes text instead of pointers:
texts are spans of the command in quotes, numbers are the command's own digits or whole ones.
Does not know: models, tokenizers.
"""

from __future__ import annotations

import re

from llm_edge.pointers import span_text, words_of
from llmagentos.lang import grammar

#: Longest text of a command that a plan can quote, in words.
MAX_SPAN = 6
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def spans(command: str) -> list[str]:
    """Every text that a plan for this command may quote, none twice."""
    words = words_of(command)[: grammar.MAX_POINTERS]
    found = [
        span_text(words, i, j)
        for i in range(len(words))
        for j in range(i, min(i + MAX_SPAN, len(words)))
    ]
    return list(dict.fromkeys(t for t in found if t and "\n" not in t))


def numbers(command: str) -> list[str]:
    """The numbers in a command's digits, with a point: "0,3" is "0.3"."""
    found = (n.replace(",", ".") for n in _NUMBER.findall(command))
    return list(dict.fromkeys(found))


def for_command(command: str) -> str:
    """The Lark grammar of plans for one command, each word with a space before it, texts quoted."""
    lines = [line for line in grammar.lark_grammar().splitlines() if not line.startswith("ptr:")]
    texts = spans(command) or ["it"]
    rules = {
        "text:": "text: " + " | ".join(_literal(f' "{t}"') for t in texts),
        "num:": "num: int | spoken"
        + "".join(f" | {_literal(f' {n}')}" for n in numbers(command) if "." in n),
    }
    return "\n".join(rules.get(line.split(" ", 1)[0], line) for line in lines) + "\n"
