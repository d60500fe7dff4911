"""Values as bytes, and back: typed, versioned, and nothing is run that came with a message.

Knows: plain values, numpy arrays, and the classes that were registered (dataclasses, enums, pydantic
models). Does not know: who sends, or how. Never pickle: a message may come from another machine.

A message is a head (JSON: which types it uses in which version, and the values) and behind it the
bytes of its arrays as they lie in memory. Arrays that come out are read-only.
"""

from __future__ import annotations

import dataclasses
import json
import struct
import zlib
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError

from llmagentos.errors import MessageVersionError, MessagingError, UnknownMessageError
from llmagentos.messaging.fitting import field_checks

T = TypeVar("T", bound=type)

#: What a message begins with: a mark, the version of this form, the length of the head.
_START = struct.Struct("<2sBxI")
_MARK, _FORM = b"LA", 1
#: Longest message, bytes; arrays begin at multiples of _ALIGN.
MAX_BYTES, _ALIGN = 256_000_000, 16
#: Kinds of numpy numbers that may come: bool, whole, unsigned, floating, complex.
_NUMBERS = "biufc"


@dataclasses.dataclass(frozen=True)
class _Registered:
    """kind: the class. mark: of its fields. fields: those that travel."""

    kind: type
    name: str
    version: int
    mark: int
    fields: tuple[str, ...]


_by_name: dict[str, _Registered] = {}
_by_kind: dict[type, _Registered] = {}


def register(kind: T, *, version: int = 1, name: str = "", skip: Iterable[str] = ()) -> T:
    """Let a dataclass, enum or pydantic model travel.

    version: to be raised when its meaning changes; a change of fields is noticed without. name: under
    which both sides know it, by default the class's. skip: fields that stay behind (a lock, an
    event), and have their default on the other side. Raises MessagingError for another kind of class
    and for a name that is taken.
    """
    left_out = frozenset(skip)
    if dataclasses.is_dataclass(kind):
        rows = [f for f in dataclasses.fields(kind) if f.init and f.name not in left_out]
        names = tuple(f.name for f in rows)
        described = [f"{f.name}:{f.type}" for f in rows]
    elif issubclass(kind, Enum):
        names, described = (), [f"{m.name}={m.value}" for m in kind]
    elif issubclass(kind, BaseModel):
        model: type[BaseModel] = kind
        names = tuple(model.model_fields)
        described = list(names)
    else:
        raise MessagingError(
            f"expected a dataclass, an enum or a pydantic model to register, got {kind.__name__}"
        )
    known = name or kind.__name__
    taken = _by_name.get(known)
    if taken is not None and taken.kind is not kind:
        raise MessagingError(
            f"expected a new name for {kind!r}, got '{known}', which is {taken.kind!r}"
        )
    row = _Registered(kind, known, version, zlib.crc32("\n".join(described).encode()), names)
    _by_name[known] = _by_kind[kind] = row
    return kind


# --- writing --------------------------------------------------------------------------------


def encode(value: Any) -> bytes:
    """A value as bytes. Raises UnknownMessageError for a type that is not registered, MessagingError
    for what is too long."""
    return b"".join(parts_of(value))


def parts_of(value: Any) -> list[Any]:
    """The same in pieces, arrays where they lie: for who puts more around them and copies once."""
    types: dict[str, list[int]] = {}
    arrays: list[np.ndarray[Any, Any]] = []
    tree = _plain(value, types, arrays)
    rows = [[a.dtype.str, list(a.shape)] for a in arrays]
    head = json.dumps([types, rows, tree], separators=(",", ":")).encode()
    head += b" " * (-(len(head) + _START.size) % _ALIGN)
    parts: list[Any] = [_START.pack(_MARK, _FORM, len(head)), head]
    for array in arrays:
        parts.append(array.reshape(-1).view(np.uint8).data)
        parts.append(b"\0" * (-array.nbytes % _ALIGN))
    long = sum(array.nbytes for array in arrays) + len(head)
    if long > MAX_BYTES:
        raise MessagingError(f"expected a message of at most {MAX_BYTES} bytes, got {long}")
    return parts


def _plain(value: Any, types: dict[str, list[int]], arrays: list[Any]) -> Any:
    """A JSON value; what is none is a list that begins with a word for its kind."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    row = _by_kind.get(type(value))
    if row is not None:
        types[row.name] = [row.version, row.mark]
        if isinstance(value, Enum):
            return ["e", row.name, value.name]
        if isinstance(value, BaseModel):
            return ["p", row.name, value.model_dump(mode="json")]
        return ["d", row.name, *(_plain(getattr(value, f), types, arrays) for f in row.fields)]
    if isinstance(value, tuple | list | set | frozenset):
        word = {tuple: "t", list: "l", set: "s", frozenset: "f"}.get(type(value))
        if word is not None:
            return [word, *(_plain(v, types, arrays) for v in value)]
    if isinstance(value, np.ndarray) and value.dtype.kind in _NUMBERS:
        arrays.append(np.asarray(value, order="C"))
        return ["a", len(arrays) - 1]
    if isinstance(value, bytes | bytearray | memoryview):
        arrays.append(np.frombuffer(value, np.uint8))
        return ["b", len(arrays) - 1]
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return value.item()
    if isinstance(value, Mapping):
        if all(type(key) is str for key in value):
            return ["m", {key: _plain(v, types, arrays) for key, v in value.items()}]
        pairs = ([_plain(k, types, arrays), _plain(v, types, arrays)] for k, v in value.items())
        return ["k", *pairs]
    raise UnknownMessageError(
        f"expected a value of a registered type, got {type(value).__name__}: register it with "
        "llmagentos.messaging.register"
    )


# --- reading --------------------------------------------------------------------------------


def decode(message: bytes | memoryview) -> Any:
    """The value that `encode` was given.

    Raises UnknownMessageError for a type that is not registered here, MessageVersionError for another
    version of one, and MessagingError for what is no message, is cut off, or has values that its types
    don't take.
    """
    try:
        mark, form, length = _START.unpack_from(message)
    except struct.error:
        raise MessagingError(f"expected a message, got {len(message)} bytes") from None
    if mark != _MARK:
        raise MessagingError(f"expected a message that begins with {_MARK!r}, got {mark!r}")
    if form != _FORM:
        raise MessageVersionError(f"expected a message of form {_FORM}, got form {form}")
    begin = _START.size + length
    try:
        types, rows, tree = json.loads(bytes(message[_START.size : begin]))
        arrays = _arrays(message, begin, rows)
    except (ValueError, TypeError, RecursionError) as exc:
        raise MessagingError(f"expected a whole message, got {len(message)} bytes: {exc}") from None
    _check_types(types)
    try:
        return _value(tree, arrays)
    except MessagingError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as exc:
        raise MessagingError(f"expected values that fit their types, got: {exc}") from None


def _arrays(message: bytes | memoryview, begin: int, rows: Any) -> list[np.ndarray[Any, Any]]:
    found = []
    for name, shape in rows:
        kind = np.dtype(name)
        if kind.kind not in _NUMBERS:
            raise ValueError(f"an array of {name}")
        if not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError(f"an array of shape {shape}")
        count = 1
        for n in shape:
            count *= n
        size = count * kind.itemsize
        if begin + size > len(message):
            raise ValueError(f"an array of {size} bytes that is cut off")
        array = np.frombuffer(message, kind, count, begin) if count else np.empty(0, kind)
        array = array.reshape(shape)
        array.flags.writeable = False
        found.append(array)
        begin += size + (-size % _ALIGN)
    return found


def _check_types(types: Any) -> None:
    for name, (version, mark) in types.items():
        row = _by_name.get(name)
        if row is None:
            raise UnknownMessageError(
                f"expected a message of registered types, got one with '{name}' (version {version})"
            )
        if version != row.version:
            raise MessageVersionError(
                f"expected {name} version {row.version}, got version {version}"
            )
        if mark != row.mark:
            fields = ", ".join(row.fields)
            raise MessageVersionError(
                f"expected {name} version {row.version} as it is here ({fields}), got other fields: "
                "both sides need the same release"
            )


def _value(tree: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    if not isinstance(tree, list):
        if isinstance(tree, dict):
            raise MessagingError("expected a value, got a bare object")
        return tree
    word, rest = tree[0], tree[1:]
    if word == "d":
        return _dataclass(_by_name[rest[0]], [_value(v, arrays) for v in rest[1:]])
    if word == "e":
        return _enum(_by_name[rest[0]].kind, rest[1])
    if word == "p":
        return _model(_by_name[rest[0]].kind, rest[1])
    if word == "a":
        return arrays[rest[0]]
    if word == "b":
        return arrays[rest[0]].tobytes()
    if word == "m":
        return {key: _value(v, arrays) for key, v in rest[0].items()}
    if word == "k":
        return {_value(k, arrays): _value(v, arrays) for k, v in rest}
    make = {"t": tuple, "l": list, "s": set, "f": frozenset}.get(word)
    if make is None:
        raise MessagingError(f"expected a known kind of value, got {word!r}")
    return make(_value(v, arrays) for v in rest)


def _dataclass(row: _Registered, values: list[Any]) -> Any:
    given = dict(zip(row.fields, values, strict=True))
    for name, words, fits in field_checks(row.kind):
        if name in given and not fits(given[name]):
            got = type(given[name]).__name__
            raise MessagingError(
                f"expected {row.name}.{name} as {words}, got {got}: {_cut(given[name])}"
            )
    return row.kind(**given)


def _enum(kind: type, name: Any) -> Any:
    members: Mapping[str, Any] = kind.__members__  # type: ignore[attr-defined]
    if name not in members:
        raise MessagingError(f"expected {kind.__name__} of {', '.join(members)}, got {name!r}")
    return members[name]


def _model(kind: Any, data: Any) -> Any:
    try:
        return kind.model_validate(data)
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise MessagingError(f"expected a {kind.__name__}, got {where}: {first['msg']}") from None


def _cut(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
