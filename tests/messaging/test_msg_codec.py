"""Values as bytes and back: types kept, versions checked, nothing on trust."""

from __future__ import annotations

import contextlib
import json
import math
import struct
import threading
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import BaseModel

from llmagentos.errors import MessageVersionError, MessagingError, UnknownMessageError
from llmagentos.messaging import codec, decode, encode, register

quietly = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Thing:
    name: str
    at: tuple[float, float]
    colour: Colour = Colour.RED
    picture: NDArray[np.uint8] | None = None
    parts: tuple[Thing, ...] = ()
    lock: Any = field(default_factory=threading.Event, compare=False)


class Model(BaseModel):
    n: int = 0
    words: tuple[str, ...] = ()


register(Colour, name="test.Colour")
register(Thing, name="test.Thing", version=3, skip=("lock",))
register(Model, name="test.Model")

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.lists(inside, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inside, max_size=4)
        | st.dictionaries(st.integers() | st.text(), inside, max_size=4)
    ),
    max_leaves=12,
)


@quietly
@given(plain)
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    again = decode(encode(value))
    assert again == value and type(again) is type(value)


@quietly
@given(st.binary(max_size=200))
def test_whatever_comes_is_refused_by_name(noise: bytes) -> None:
    for message in (noise, encode([1, "two"])[:12] + noise):
        with contextlib.suppress(MessagingError):
            decode(message)


@quietly
@given(st.integers(0, 80))
def test_a_message_that_is_cut_off(at: int) -> None:
    message = encode(Thing("cup", (1.0, 2.0), picture=np.ones((4, 4, 3), np.uint8)))
    with pytest.raises(MessagingError):
        decode(message[: len(message) - 1 - at])


def test_registered_types_with_arrays() -> None:
    thing = Thing("cup", (1.0, 2.0), Colour.BLUE, np.arange(12, dtype=np.uint8).reshape(2, 2, 3),
                  (Thing("lid", (0.0, 1.0)),))  # fmt: skip
    again = decode(encode(thing))
    assert (again.name, again.at, again.colour, again.parts) == (
        "cup", (1.0, 2.0), Colour.BLUE, (Thing("lid", (0.0, 1.0)),))  # fmt: skip
    assert np.array_equal(again.picture, thing.picture) and not again.picture.flags.writeable
    assert isinstance(again.lock, threading.Event)
    assert decode(encode(Model(n=3, words=("a",)))) == Model(n=3, words=("a",))
    assert math.isnan(decode(encode(float("nan"))))
    assert decode(encode(np.float32(2.5))) == 2.5
    for empty in (np.zeros((0, 3)), np.array(7.0), np.zeros(3, "<i8")[::2], np.zeros(2, bool)):
        got = decode(encode(empty))
        assert got.shape == empty.shape and got.dtype == empty.dtype


def test_what_is_not_registered_does_not_travel() -> None:
    class Other:
        pass

    for value in (Other(), [Other()], np.array([object()]), {1: Other()}, threading.Lock()):
        with pytest.raises(UnknownMessageError, match="register"):
            encode(value)
    with pytest.raises(MessagingError, match="expected a dataclass"):
        register(Other)
    with pytest.raises(MessagingError, match="expected a new name"):
        register(Model, name="test.Thing")


def changed(message: bytes, **rows: Any) -> bytes:
    """A message as another release would have written it."""
    length = struct.unpack_from("<I", message, 4)[0]
    types, arrays, tree = json.loads(message[8 : 8 + length])
    types = {
        rows.get("name", n): [rows.get("version", v), rows.get("mark", m)]
        for n, (v, m) in types.items()
    }
    tree = rows.get("tree", tree)
    head = json.dumps([types, rows.get("arrays", arrays), tree]).encode()
    head += b" " * (-(len(head) + 8) % 16)
    return codec._START.pack(b"LA", rows.get("form", 1), len(head)) + head + message[8 + length :]


def test_another_version_says_what_was_expected_and_what_came() -> None:
    message = encode(Thing("cup", (1.0, 2.0)))
    with pytest.raises(MessageVersionError, match=r"expected test.Thing version 3, got version 4"):
        decode(changed(message, version=4))
    with pytest.raises(MessageVersionError, match="got other fields"):
        decode(changed(encode(Model()), mark=1))
    with pytest.raises(MessageVersionError, match="form 1, got form 2"):
        decode(changed(message, form=2))
    with pytest.raises(UnknownMessageError, match=r"'test\.New' "):
        decode(changed(encode(Model()), name="test.New"))


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        (
            ["d", "test.Thing", 5, ["t", 1.0, 2.0], None, None, ["t"]],
            "Thing.name as str, got int: 5",
        ),
        (
            ["d", "test.Thing", "cup", ["t", 1.0], ["e", "test.Colour", "RED"], None, ["t"]],
            "Thing.at",
        ),
        (["d", "test.Thing", "cup"], "fit their types"),
        (["e", "test.Colour", "GREEN"], "expected Colour of RED, BLUE, got 'GREEN'"),
        (["p", "test.Model", {"n": "many"}], "expected a Model, got n:"),
        (["zip", 1], "expected a known kind of value, got 'zip'"),
        (["a", 7], "fit their types"),
        ({"n": 1}, "bare object"),
    ],
)
def test_values_that_do_not_fit_their_types(tree: Any, words: str) -> None:
    message = encode([Thing("cup", (1.0, 2.0)), Model()])
    with pytest.raises(MessagingError, match=words):
        decode(changed(message, tree=tree))


def test_arrays_that_are_none() -> None:
    message = encode(np.zeros((2, 2), np.uint8))
    for rows in (
        [["|O", [1]]],
        [["|u1", [2, -2]]],
        [["|u1", [1 << 40]]],
        [["|u1", ["2"]]],
        [["<U1", [1]]],
    ):
        with pytest.raises(MessagingError, match="expected a whole message"):
            decode(changed(message, arrays=rows))
