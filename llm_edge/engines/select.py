"""Which engine runs a model: the one asked for, or the best that is there.

Knows: what a word for an engine means, "auto", why better engines are passed over. Does not know:
the engines (table.py has a row for each), how any of them works.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llm_edge.engines import table
from llm_edge.engines.base import Engine
from llmagentos.errors import MissingDependencyError, ModelError

#: "localhost:8080/v1": an address but for its scheme.
_BARE = re.compile(r"[\w.-]+:\d+(/\S*)?")


def is_address(engine: str) -> bool:
    """Whether an engine is a server's address."""
    return engine.startswith(("http://", "https://"))


def needs_scheme(name: str) -> None:
    """Raises ModelError for what would be an address with http:// before it."""
    if _BARE.fullmatch(name):
        raise ModelError(f"expected an address with its scheme, as http://{name}, got '{name}'")


def named(engine: str) -> str:
    """The engine that a word means: "auto" or a name of the table. Raises ModelError that lists
    them for others."""
    needs_scheme(engine)
    engine = table.find_alias(engine) or engine or "auto"
    known = ("auto", *table.names())
    if engine not in known:
        raise ModelError(
            f"expected an engine of {', '.join(known)} or a server's http address, got '{engine}'"
        )
    return engine


@dataclass(frozen=True)
class Choice:
    """The engine, and a sentence for each better one that was passed over."""

    engine: Engine
    skipped: tuple[str, ...] = ()


def why_not(name: str) -> str:
    """What an engine lacks on this machine; "" where it may work. Loads no GPU library in vain."""
    return table.missing(named(name))


def choose(
    folder: Path,
    config: dict[str, Any],
    name: str = "auto",
    threads: int = 1,
    prompts: Sequence[tuple[Any, list[int]]] = (),
    progress: Callable[[str, float], None] | None = None,
) -> Choice:
    """The engine of that name, or with "auto" the best built-in one that loads; engines of other
    packages run when they are named.

    prompts: what a new TensorRT plan is gated with. Raises MissingDependencyError or ModelError
    where the named engine is not there; "auto" ends at the CPU.
    """
    name = named(name)
    options = table.LoadOptions(threads, prompts, progress)
    if name != "auto":
        if reason := why_not(name):
            raise MissingDependencyError(f"expected engine {name}, got none: {reason}")
        return Choice(_checked(table.spec(name).load(folder, config, options), name))
    skipped: list[str] = []
    for row in table.BUILTIN:
        reason = why_not(row.name)
        if not reason:
            try:
                return Choice(row.load(folder, config, options), tuple(skipped))
            except (MissingDependencyError, ModelError) as exc:
                if row is table.BUILTIN[-1]:
                    raise
                reason = str(exc)
        skipped.append(f"{row.name}: {reason}")
    raise ModelError(f"expected an engine, got none: {'; '.join(skipped)}")


def _checked(engine: Engine, name: str) -> Engine:
    """What an engine's `load` gave, which a package from outside may have got wrong."""
    if not isinstance(engine, Engine):
        raise ModelError(
            f"expected an Engine with name, vocabulary_size and start from engine {name}, "
            f"got {type(engine).__name__}"
        )
    return engine
