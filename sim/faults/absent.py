"""Rows that nothing is injected for yet, with what is missing.

Knows: why. Does not know: when. They are listed and counted apart, never as passed.
"""

from __future__ import annotations

from sim.faults.fault import Fault, Needs

_PLANNER = "step ends or STOP ≤ 250 ms; respawn ≤ 10 s; no resume by itself"
_GATEWAY = "401, 401/409, 403, 400, 1009, 403; nothing executed"
_NO_GATEWAY = "there is no gateway yet"

FAULTS = (
    *(
        Fault(number, fault, _PLANNER, "", needs=Needs.ROS, absent=why)
        for number, fault, why in (
            (1, "planner killed mid-motion", "held by tests/ros/test_ros_faults.py, not timed yet"),
            (2, "planner frozen mid-motion", "no test freezes it yet"),
        )
    ),
    Fault(
        3, "executor killed", "STOP ≤ 250 ms", "", needs=Needs.ROS,
        absent="held by tests/ros/test_ros_faults.py, not timed yet",
    ),
    Fault(
        5, "gateway killed", "hold ≤ 1 s, restart ≤ 5 s", "", needs=Needs.GATEWAY,
        absent=_NO_GATEWAY,
    ),
    Fault(
        32, "slow subscriber", "control jitter < 20 %", "", needs=Needs.ROS,
        absent="nothing measures it yet",
    ),
    Fault(
        33, "network partition", "STOP ≤ 250 ms", "", needs=Needs.ROS,
        absent="nothing measures it yet",
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
    Fault(
        41, "battery low", "20 % warn, 10 % refuse, 5 % park", "",
        absent="no driver tells its battery yet",
    ),
    Fault(
        47, "memory limit", "only the planner dies", "", needs=Needs.ROS,
        absent="nothing measures it yet",
    ),
)  # fmt: skip
