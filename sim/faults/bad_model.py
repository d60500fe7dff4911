"""A language model that answers nonsense: a real HTTP server with one answer for everything.

Knows: the answer of an OpenAI-compatible server. Does not know: plans.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class BadModel:
    """answer: what it writes to whatever it is asked; asked: how often it was; url: where."""

    def __init__(self, url: str, answer: str) -> None:
        self.url, self.answer, self.asked = url, answer, 0


@contextmanager
def answering(answer: str) -> Iterator[BadModel]:
    """That server on a port of its own, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            model.asked += 1
            message = {"role": "assistant", "content": model.answer}
            body = json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        model = BadModel(f"http://127.0.0.1:{server.server_address[1]}/v1", answer)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield model
        finally:
            server.shutdown()
            thread.join()
