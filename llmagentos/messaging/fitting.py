"""Whether a value is of the type that a field says: what came over a border is not taken on trust.

Knows: the type hints that value types use. Does not know: messages.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, Union

import numpy as np

Check = Callable[[Any], bool]


def _anything(value: Any) -> bool:
    return True


@lru_cache(maxsize=512)
def field_checks(kind: type) -> tuple[tuple[str, str, Check], ...]:
    """Of a dataclass: each field's name, its type in words, and what tells whether a value fits. A
    type that can't be looked up fits anything."""
    try:
        hints = typing.get_type_hints(kind)
    except Exception:  # names that exist only for type checkers
        hints = {}
    rows = []
    for field in dataclasses.fields(kind):
        hint = hints.get(field.name, Any)
        rows.append((field.name, str(field.type), check_of(hint)))
    return tuple(rows)


def check_of(hint: Any) -> Check:
    """What tells whether a value fits a type hint; for hints it does not know, anything does."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return _anything
    if hint is None or hint is type(None):
        return lambda value: value is None
    if hint is float:
        return lambda value: isinstance(value, float | int) and not isinstance(value, bool)
    if hint is int:
        return lambda value: isinstance(value, int) and not isinstance(value, bool)
    if origin is Literal:
        return lambda value: value in args
    if origin in (Union, types.UnionType):
        checks = [check_of(arg) for arg in args]
        return lambda value: any(check(value) for check in checks)
    if origin is np.ndarray:
        return lambda value: isinstance(value, np.ndarray)
    if origin is tuple:
        return _of_tuple(args)
    if origin in (list, Sequence):
        inside = check_of(args[0]) if args else _anything
        return lambda value: isinstance(value, list | tuple) and all(inside(v) for v in value)
    if origin in (dict, Mapping):
        return lambda value: isinstance(value, Mapping)
    kind = origin or hint
    if isinstance(kind, type) and not getattr(kind, "_is_protocol", False):
        return lambda value: isinstance(value, kind)
    return _anything


def _of_tuple(args: tuple[Any, ...]) -> Check:
    if len(args) == 2 and args[1] is Ellipsis:
        inside = check_of(args[0])
        return lambda value: isinstance(value, tuple) and all(inside(v) for v in value)
    checks = [check_of(arg) for arg in args]
    return lambda value: (
        isinstance(value, tuple)
        and len(value) == len(checks)
        and all(check(v) for check, v in zip(checks, value, strict=True))
    )
