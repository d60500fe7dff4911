"""A small real server on a port of its own that answers with bytes as they are given.

Knows: sockets, one scripted answer a connection. Does not know: the client.
"""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Script:
    """`answers`: bytes of whole responses, each for one request; `requests`: bodies that came;
    `url`: where it listens."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.requests: list[dict[str, Any]] = []
        self.url = ""


def response(status: int, body: bytes | dict[str, Any], headers: str = "", cut: int = 0) -> bytes:
    """A whole response; cut: so many bytes of the body are announced and never sent."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} X\r\nContent-Length: {len(raw)}\r\nConnection: close\r\n{headers}\r\n"
    )
    return head.encode() + raw[: len(raw) - cut]


def chunked(parts: list[bytes], whole: bool = True) -> bytes:
    """A chunked response; not whole: the last chunk is announced longer than it is."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    body = b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in parts)
    return head + body + (b"0\r\n\r\n" if whole else b"ff\r\ndata: ")


@contextmanager
def serving() -> Iterator[Script]:
    """The server, until the block ends."""
    script = Script()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            length = 0
            while (line := self.rfile.readline()).strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if length:
                script.requests.append(json.loads(self.rfile.read(length)))
            if script.answers:
                self.wfile.write(script.answers.pop(0))

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        script.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield script
        finally:
            server.shutdown()
