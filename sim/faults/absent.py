"""Rows that nothing is injected for yet, with what is missing.

Knows: why. Does not know: when. They are listed and counted apart, never as passed.
"""

from __future__ import annotations

from sim.faults.fault import Fault, Needs

_GATEWAY = "401, 401/409, 403, 400, 1009, 403; nothing executed"
_NO_GATEWAY = "there is no gateway yet"

FAULTS = (
    Fault(
        5, "gateway killed", "hold ≤ 1 s, restart ≤ 5 s", "", needs=Needs.GATEWAY,
        absent=_NO_GATEWAY,
    ),
    *(
        Fault(number, fault, _GATEWAY, "", needs=Needs.GATEWAY, absent=_NO_GATEWAY)
        for number, fault in (
            (35, "no or expired token"),
            (36, "replayed request"),
            (37, "viewer actuating"),
            (38, "path traversal"),
            (39, "huge or slow frames"),
            (40, "foreign origin"),
        )
    ),
)  # fmt: skip
