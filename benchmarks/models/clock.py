"""The clock of every runtime that is compared: a prompt read, tokens written greedily.

Knows: seconds. Does not know: runtimes; it imports none, so that a process's memory is its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Speed:
    """Seconds to read the prompt, and tokens per second written after it."""

    prefill_s: float
    tokens_per_s: float


def clock(
    read: Callable[[list[int]], Any], write: Callable[[int], Any], prompt: list[int], n: int
) -> Speed:
    """read(prompt) → logits; write(token) → logits."""
    began = time.perf_counter()
    logits = read(prompt)
    prefill = time.perf_counter() - began
    began = time.perf_counter()
    for _ in range(n):
        logits = write(int(np.argmax(logits)))
    return Speed(prefill, n / (time.perf_counter() - began))
