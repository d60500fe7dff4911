"""A low battery: warned of at 20 %, nothing new from 10 % on, parked from 5 % on."""

from __future__ import annotations

import math

import pytest

from llmagentos.safety.battery import Battery


def told(*charges: float) -> tuple[bool, bool, bool]:
    battery = Battery()
    for charge in charges:
        battery.take(charge)
    return bool(battery.warning), bool(battery.refusal), bool(battery.parks)


@pytest.mark.parametrize(
    ("charges", "expected"),
    [
        ((), (False, False, False)),
        ((0.201,), (False, False, False)),
        ((0.20,), (True, False, False)),
        ((0.101,), (True, False, False)),
        ((0.10,), (True, True, False)),
        ((0.051,), (True, True, False)),
        ((0.05,), (True, True, True)),
        ((0.0,), (True, True, True)),
        ((0.04, 0.06), (True, True, True)),  # batteries tell unsteadily
        ((0.04, 0.08), (True, True, False)),
        ((0.09, 0.5), (False, False, False)),
        ((0.5, math.nan, -1.0, 40.0), (False, False, False)),
        ((0.04, math.nan), (True, True, True)),
    ],
)
def test_limits(charges: tuple[float, ...], expected: tuple[bool, bool, bool]) -> None:
    assert told(*charges) == expected


def test_words_say_the_charge() -> None:
    battery = Battery()
    battery.take(0.07)
    assert battery.warning == "My battery is at 7 %."
    assert battery.refusal.startswith("My battery is at 7 %: I begin nothing new")
    battery.take(0.03)
    assert battery.parks == "My battery is at 3 %, so I stopped and go home."
