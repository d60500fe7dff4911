"""The web console's files, each under its own address: no path is made of what a client says.

Knows: the folder `console`, how browsers are told of its files. Does not know: what is in them, tokens:
whoever gets here may load the page, which shows nothing without a token.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.responses import FileResponse, Response

#: The page and what it loads; nothing of it is made by a build.
CONSOLE = Path(__file__).parent / "console"
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def add_to(app: FastAPI) -> None:
    """Serve the page at `/`, and every file of it by name."""
    for file in sorted(CONSOLE.iterdir()):
        if file.suffix in _KINDS:
            name = "" if file.name == "index.html" else file.name
            app.get(f"/{name}", include_in_schema=False, response_model=None)(_sender(file))


def _sender(file: Path) -> Callable[[], Coroutine[Any, Any, Response]]:
    async def send() -> Response:
        """One file, asked for again each time: a page is never older than the gateway."""
        headers = {"cache-control": "no-cache"}
        return FileResponse(file, media_type=_KINDS[file.suffix], headers=headers)

    return send
