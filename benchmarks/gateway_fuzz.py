"""Malformed requests and frames at a real gateway before a simulated robot: `--requests 100000`.

    python -m benchmarks.gateway_fuzz --requests 100000

Knows: how requests and WebSocket frames are spoilt, by a seed. Does not know: how the gateway reads them.
Counts what must be none: crashes (another process), answers with 500, calls, joints that moved; and says
how much memory it took. Whatever could be a command by accident has a viewer's token; an operator's goes
with what can be none.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import random
import struct
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from sim.faults.door import AGENT, Door

ONE = f"/v1/agents/{AGENT}"
_POSTS = tuple(
    f"{ONE}/{end}"
    for end in ("commands", "undo", "confirm", "plan", "reset", "life/pause", "life/end")
)
_GETS = ("/v1/agents", ONE, f"{ONE}/scene", f"{ONE}/state", f"{ONE}/commands?last=5", "/v1/events",
         "/v1/me", f"{ONE}/recordings", "/openapi.json", "/v1/commands/1", "/")  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, 2**64, "", "x" * 2000, "\ud800", "\0", "\u202e", [], {}, [[]], {"a": {}},
)  # fmt: skip
#: Under way at a time; an answer that takes longer is not waited for, seconds: half a request has none.
_AT_ONCE, _WAIT_S = 32, 1.0


@dataclass
class Came:
    """What came of it. answers: by status, 0 for a closed connection, "ws N" for a close code."""

    answers: Counter[str] = field(default_factory=Counter)
    crashes: int = 0
    broken: int = 0
    calls: int = 0
    moved_rad: float = 0.0
    growth_mb: float = 0.0
    took_s: float = 0.0


class Fuzz:
    """door: at whose gateway. seed: of all that is drawn."""

    def __init__(self, door: Door, seed: int = 0) -> None:
        self._door, self._rng = door, random.Random(seed)
        self._makers: tuple[Callable[[], bytes], ...] = (
            self._spoilt, self._spoilt, self._bodies, self._bodies, self._odd_heads, self._frames,
            self._frames, self._noise,
        )  # fmt: skip

    def run(self, count: int, told: Callable[[int], None] = lambda _: None) -> Came:
        """So many requests and frames."""
        door, came = self._door, Came()
        asyncio.run(self._all(min(500, count), Came(), told))  # what grows once has grown
        pid, memory_mb, began_s = door.gateway(), self.memory_mb(), time.monotonic()
        calls, joints = door.calls(), door.joints()
        asyncio.run(self._all(count, came, told))
        came.took_s = time.monotonic() - began_s
        came.crashes = int(door.gateway() != pid) + int(not self.lives())
        came.broken = sum(n for status, n in came.answers.items() if status.startswith("5"))
        came.calls = door.calls() - calls
        came.moved_rad = max(abs(a - b) for a, b in zip(door.joints(), joints, strict=True))
        came.growth_mb = self.memory_mb() - memory_mb
        return came

    @property
    def address(self) -> tuple[str, int]:
        """Where it is asked."""
        return self._door.address

    def memory_mb(self) -> float:
        """Of who is asked."""
        return self._door.memory_mb()

    def lives(self) -> bool:
        """Whether it answers still."""
        return self._door.ask("GET", "/v1/health").status == 200

    async def _all(self, count: int, came: Came, told: Callable[[int], None]) -> None:
        left = iter(range(count))

        async def work() -> None:
            for number in left:
                came.answers[await self._one(self._rng.choice(self._makers)())] += 1
                if number % 1000 == 0:
                    told(number)

        await asyncio.gather(*(work() for _ in range(_AT_ONCE)))

    async def _one(self, sent: bytes) -> str:
        try:
            reader, writer = await asyncio.open_connection(*self.address)
        except OSError:
            return "none"
        try:
            writer.write(sent)
            if self._rng.random() < 0.2:  # who says no more is not waited for by the server either
                with contextlib.suppress(OSError):
                    writer.write_eof()
            data = await asyncio.wait_for(reader.read(1 << 16), _WAIT_S)
        except (OSError, asyncio.TimeoutError):
            return "0"
        finally:
            writer.close()
        return data[9:12].decode("latin-1") if data.startswith(b"HTTP/1.1 ") else "0"

    # --- what is sent -------------------------------------------------------------------------

    def _token(self, who: str) -> str:
        return self._rng.choice((self._door.tokens[who], self._door.tokens[who], "x" * 32, ""))

    def _request(
        self, method: str, path: str, body: bytes = b"", who: str = "viewer", more: str = ""
    ) -> bytes:
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            f"Authorization: Bearer {self._token(who)}\r\n{more}"
        )
        if body or method == "POST":
            key = f"Idempotency-Key: {self._rng.getrandbits(64):x}\r\n"
            head += f"Content-Type: application/json\r\n{key}Content-Length: {len(body)}\r\n"
        return head.encode("latin-1", "replace") + b"\r\n" + body

    def _any(self) -> bytes:
        rng = self._rng
        if rng.random() < 0.5:
            return self._request("GET", rng.choice(_GETS))
        body = json.dumps({"text": "go home", "question": "x", "yes": True}).encode()
        return self._request("POST", rng.choice(_POSTS), body)

    def _spoilt(self) -> bytes:
        """A viewer's request with bytes flipped, cut out, doubled, put in."""
        rng, data = self._rng, bytearray(self._any())
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(len(data))
            way = rng.randrange(4)
            if way == 0:
                data[at] = rng.randrange(256)
            elif way == 1:
                del data[at : at + rng.randint(1, 20)]
            elif way == 2:
                data[at:at] = data[at : at + rng.randint(1, 50)]
            else:
                data[at:at] = rng.randbytes(rng.randint(1, 12))
            if not data:
                return b"\r\n"
        return bytes(data)

    def _bodies(self) -> bytes:
        """An operator's, with a body that can be no command: a field that is always there is wrong."""
        rng = self._rng
        body = {
            rng.choice(("text", "wait_s", "priority", "more")): rng.choice(VALUES) for _ in range(3)
        }
        body["never"] = rng.choice(VALUES)
        text = json.dumps(body).encode()
        way = rng.randrange(6)
        if way == 0:
            text = text[: rng.randrange(len(text))]
        elif way == 1:
            text = b"[" * rng.randint(33, 5000)
        elif way == 2:
            text = text.replace(b"null", b"NaN") + b"}"
        elif way == 3:
            text = rng.randbytes(rng.randint(1, 300))
        more = rng.choice(
            ("", "", "Transfer-Encoding: gzip\r\n", "Content-Encoding: gzip\r\n", "Expect: x\r\n")
        )
        return self._request("POST", rng.choice(_POSTS[:4]), text, "operator", more)

    def _odd_heads(self) -> bytes:
        rng = self._rng
        odd = rng.choice((
            "Host: evil.example\r\n", "Content-Length: -1\r\n", "Content-Length: 9\r\nContent-Length: 8\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", f"X: {'y' * 20000}\r\n",
            "Origin: null\r\n", "Upgrade: websocket\r\nConnection: Upgrade\r\n", "X\x00: y\r\n", ": x\r\n",
            "Range: bytes=0-1,5-\r\n", "Expect: 100-continue\r\n", "Authorization: Bearer\r\n",
            "Content-Length: 999999999999999999999999\r\n",
        ))  # fmt: skip
        method = rng.choice(
            ("GET", "POST", "PUT", "DELETE", "TRACE", "CONNECT", "OPTIONS", "G\tET")
        )
        path = rng.choice(
            (
                "/v1/agents",
                "//v1",
                "/v1/../x",
                "*",
                "http://evil.example/",
                "/%00",
                "/v1/agents?" + "a&" * 900,
            )
        )
        return self._request(method, path, b"", "viewer", odd)

    def _frames(self) -> bytes:
        """A listener's handshake, and frames that are none after it."""
        rng = self._rng
        key = base64.b64encode(rng.randbytes(16)).decode()
        head = self._request(
            "GET", rng.choice(("/v1/events", "/v1/events?since=x", "/v1/events?since=0-99999999999999")),
            more=f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            f"Sec-WebSocket-Version: {rng.choice((13, 13, 13, 8))}\r\n",
        ).replace(b"Connection: close\r\n", b"")  # fmt: skip
        out = head
        for _ in range(rng.randint(1, 6)):
            first, length = rng.randrange(256), rng.choice((0, 1, 125, 126, 127))
            mask = rng.choice((0x80, 0x80, 0))
            out += struct.pack("!BB", first, mask | length)
            if length == 126:
                out += struct.pack("!H", rng.choice((0, 5, 5000, 65535)))
            elif length == 127:
                out += struct.pack("!Q", rng.choice((1, 1 << 20, 1 << 62, (1 << 64) - 1)))
            out += rng.randbytes(rng.randint(0, 140))
        return out

    def _noise(self) -> bytes:
        return self._rng.randbytes(self._rng.randint(1, 400))


def main() -> None:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    console = Console()
    door = Door({"scene": "demo"}, ("--rate", "1000000"))
    try:
        with console.status("asking") as status:
            came = Fuzz(door, options.seed).run(
                options.requests, lambda n: status.update(f"{n} of {options.requests}")
            )
    finally:
        door.close()
    console.print(said(options.requests, came))


def said(count: int, came: Came) -> str:
    """What came of so many, in words."""
    answers = ", ".join(f"{n} times {s}" for s, n in came.answers.most_common())
    return (
        f"{count} in {came.took_s:.0f} s: {came.crashes} crashes, {came.broken} answers with 5xx, "
        f"{came.calls} calls, joints moved {came.moved_rad:.2g} rad, memory {came.growth_mb:+.1f} MB\n"
        f"answers: {answers}"
    )


if __name__ == "__main__":
    main()
