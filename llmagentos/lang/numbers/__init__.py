"""Numbers and units in English text, read by rules and never by a model.

Knows: where its parts are: words.py (the tables), tokens.py (text to tokens), reader.py (tokens to
quantities), held.py (which numbers a plan may contain). Does not know: plans' meanings, models.
"""

from __future__ import annotations

from llmagentos.lang.numbers.held import HeldNumbers
from llmagentos.lang.numbers.quantity import Quantity
from llmagentos.lang.numbers.reader import quantities_at, read

__all__ = ["HeldNumbers", "Quantity", "quantities_at", "read"]
