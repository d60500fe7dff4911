"""Who only watches must not end a command.

Knows: that a call of the recorder may fail, and that this is said once. Does not know: which.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

_log = logging.getLogger(__name__)


class Mutable(Protocol):
    """muted: nothing is to be recorded for now."""

    muted: bool


P = ParamSpec("P")
S = TypeVar("S", bound=Mutable)
_clumsy: set[str] = set()


def harmless(do: Callable[Concatenate[S, P], None]) -> Callable[Concatenate[S, P], None]:
    """What goes wrong is logged, once for each call; who is muted does nothing."""

    @functools.wraps(do)
    def guarded(self: S, *args: P.args, **kwargs: P.kwargs) -> None:
        if self.muted:
            return
        try:
            do(self, *args, **kwargs)
        except Exception as error:
            if do.__name__ not in _clumsy:
                _clumsy.add(do.__name__)
                _log.error("flight: %s is not recorded: %s", do.__name__, error, exc_info=error)

    return guarded
