"""A socket that listens for other programs.

Knows: addresses, IPv4 and IPv6. Does not know: who serves what there.
"""

from __future__ import annotations

import socket

from llmagentos.errors import ConfigError


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises ConfigError for an address that can't be had."""
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(128)
    except (OSError, OverflowError) as exc:
        found.close()
        raise ConfigError(f"expected a free address, got {host} port {port}: {exc}") from exc
    return found
