"""What speaks for and against a plan: figures about how it was written and what it leaves over.

Knows: the written words' probabilities, lengths, and what `wording` accounts for. Does not know:
how much each figure weighs (calibration.py), scenes, nor what is done with doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llm_edge.decoding import Generation
from llm_edge.wording import Account, Wording

#: Names of the figures, in the order of `figures`.
NAMES = (
    "sum_log",  # of all words' probabilities
    "log_odds",  # of their product
    "least_log",  # of the least likely word
    "second_log",  # of the second least likely
    "mean_log",
    "wavering",  # words below 90 %
    "runner_up",  # the likeliest other word
    "plan_words",  # logarithm
    "command_words",  # logarithm
    "plan_per_command",  # logarithm of their ratio
    "long",  # command words beyond fifteen
    "clauses",  # logarithm
    "clauses_per_step",  # logarithm of their ratio
    "missing",  # how telling the words are that nothing stands for, summed up
    "missing_most",  # the most telling of them
    "missing_share",  # of all telling words
    "missing_run",  # the most that stands close together: a clause that was dropped
    "unknown",  # words that the table of wordings lacks
    "unknown_share",
    "unsaid",  # plan words that nobody asked for
    "answers",  # whether a question was waiting
)

_CLAUSE = re.compile(r"[.;!?]|,| and | then ")
_LONG = 15
#: Neighbours that count as standing close together, and how much an unknown word tells.
_RUN = 4
_UNKNOWN = 0.3
_LEAST = 1e-6


@dataclass(frozen=True)
class Evidence:
    """figures [len(NAMES)] and what they were made from."""

    figures: NDArray[np.float64]
    account: Account


def evidence(
    command: str, question: str, words: Sequence[str], out: Generation, wording: Wording
) -> Evidence:
    """The figures of one plan. words: all of it; out: how it was written, all of it, too."""
    account = wording.account(command, words, question)
    logs = np.log(np.clip([*out.probabilities, out.ended], _LEAST, 1.0))
    lowest = np.sort(logs)
    whole = float(np.clip(np.exp(logs.sum()), _LEAST, 1.0 - _LEAST))
    n, said = len(words), len(command.split())
    steps, clauses = words.count(";") + 1, len(_CLAUSE.findall(f"{command} "))
    missing = sum(account.missing.values())
    figures = (
        max(float(logs.sum()), -8.0),
        float(np.clip(np.log(whole / (1.0 - whole)), -8.0, 8.0)),
        max(float(lowest[0]), -3.0),
        max(float(lowest[1]), -3.0) if len(lowest) > 1 else 0.0,
        float(logs.mean()),
        float((logs < np.log(0.9)).sum()),
        max((r.probability for r in out.runners_up), default=0.0),
        float(np.log(n + 1)),
        float(np.log(said + 1)),
        float(np.log((n + 2) / (said + 2))),
        max(0.0, said - _LONG) / 10,
        float(np.log(clauses + 1)),
        float(np.log((clauses + 1) / (steps + 1))),
        missing,
        max(account.missing.values(), default=0.0),
        missing / (account.telling + 1.0),
        _run(account, said),
        float(len(account.unknown)),
        len(account.unknown) / max(1, said),
        float(len(account.unsaid)),
        float(bool(question)),
    )
    return Evidence(np.asarray(figures), account)


def _run(account: Account, said: int) -> float:
    """The most that is missing within a few words that follow one another."""
    lost = np.zeros(said + _RUN)
    for index, weight in account.missing.items():
        lost[index] = weight
    for index in account.unknown:
        lost[index] = max(lost[index], _UNKNOWN)
    return float(np.convolve(lost, np.ones(_RUN)).max())
