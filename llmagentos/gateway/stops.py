"""A stop: to the daemon and, where that does not answer soon, past it.

Knows: how long the daemon is waited for, and whom to ask then. Does not know: HTTP, what a stop does.
Where the daemon is silent the sessions of this user are asked as `llmagentos stop` asks them, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from llmagentos.daemon.async_client import AsyncDaemonClient
from llmagentos.errors import DaemonError
from llmagentos.runtime.sessions import ask_all

#: An answer of the daemon to a stop that takes longer is not waited for alone, seconds.
_SOON_S, _STOP_S = 0.7, 8.0


async def stop_arms(
    stops: AsyncDaemonClient, token: str, name: str, known: Callable[[], str]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Stop an agent's arm, or all ("" as name), now: what was measured by agent, and sessions that were
    asked directly. stops: a way to the daemon for stops alone. known: who that is, where the daemon
    can't be asked. Raises what the daemon answers, and what `known` raises."""
    asked = asyncio.ensure_future(stops.ask("halt", token=token, timeout_s=_STOP_S, name=name))
    done, _ = await asyncio.wait({asked}, timeout=_SOON_S)
    if done and asked.exception() is None:
        return asked.result(), []
    if done and type(asked.exception()) is not DaemonError:
        asked.result()  # raises
    if not done and await _answers(stops):
        return await asked, []
    who = known()
    heard = await asyncio.to_thread(
        ask_all, {"do": "stop", "source": f"{who}, past the daemon"}, _STOP_S
    )
    if not done:
        asked.cancel()
    return {}, [{"session": h.session, "error": h.error, **h.told} for h in heard]


async def _answers(stops: AsyncDaemonClient) -> bool:
    try:
        await stops.ask("whoami", timeout_s=_SOON_S)
    except DaemonError:
        return False
    return True
