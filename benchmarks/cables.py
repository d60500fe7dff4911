"""Machines with a cable to this one that can be cut: network namespaces.

Knows: `ip`. Does not know: what goes over a cable.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path


def ip(*words: str) -> None:
    """Raises OSError with what `ip` said."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode:
        raise OSError(done.stderr.strip() or f"ip {' '.join(words)}")


class Cables:
    """So many machines, each with a cable: 10.net.n.1 here, 10.net.n.2 there. A context manager, which raises
    OSError where the machine lets nobody make network namespaces."""

    def __init__(self, count: int, net: int) -> None:
        self._count, self._net = count, net
        self._names = [f"lf{os.getpid()}n{n}" for n in range(count)]

    def __enter__(self) -> Cables:
        _sweep()
        try:
            for n, name in enumerate(self._names):
                ip("netns", "add", name)
                ip(
                    "link",
                    "add",
                    self._here(n),
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "there0",
                    "netns",
                    name,
                )
                ip("addr", "add", f"{self.here(n)}/24", "dev", self._here(n))
                ip("link", "set", self._here(n), "up")
                ip("-n", name, "addr", "add", f"10.{self._net}.{n}.2/24", "dev", "there0")
                ip("-n", name, "link", "set", "there0", "up")
                ip("-n", name, "link", "set", "lo", "up")
        except OSError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        for n, name in enumerate(self._names):
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
            subprocess.run(["ip", "link", "del", self._here(n)], capture_output=True)

    def _here(self, n: int) -> str:
        return f"lf{os.getpid()}h{n}"

    def here(self, n: int) -> str:
        """Address of this machine at a cable."""
        return f"10.{self._net}.{n}.1"

    def inside(self, n: int) -> tuple[str, ...]:
        """What begins a command that runs on that machine."""
        return ("ip", "netns", "exec", self._names[n])

    def cut(self, n: int) -> None:
        """Nothing gets through."""
        ip("link", "set", self._here(n), "down")

    def mend(self, n: int) -> None:
        """It does again."""
        ip("link", "set", self._here(n), "up")


def _sweep() -> None:
    """Take away what killed programs have left: their addresses would be in the way."""
    for path in (Path("/run/netns"), Path("/sys/class/net")):
        for name in (p.name for p in path.glob("lf*")):
            found = re.fullmatch(r"lf(\d+)[nh]\d+", name)
            if found and not Path(f"/proc/{found[1]}").exists():
                kind = ("netns", "del") if path.name == "netns" else ("link", "del")
                subprocess.run(["ip", *kind, name], capture_output=True)
