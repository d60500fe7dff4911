"""Messages between agents and modules: published to whoever listens, and calls that are answered.

from llmagentos.messaging import open_bus
with open_bus("robot") as bus:
    with bus.subscribe("pictures", keep=1) as pictures: ...
    scene = bus.call("perception", observation, timeout_s=2.0)
"""

from llmagentos.messaging.bus import Bus
from llmagentos.messaging.calls import Call, Pending
from llmagentos.messaging.codec import decode, encode, register
from llmagentos.messaging.local import LocalNet
from llmagentos.messaging.opening import BusSettings, open_bus
from llmagentos.messaging.queues import Subscription

__all__ = [
    "Bus",
    "BusSettings",
    "Call",
    "LocalNet",
    "Pending",
    "Subscription",
    "decode",
    "encode",
    "open_bus",
    "register",
]
