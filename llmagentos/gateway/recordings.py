"""Recorded flights of an agent: a list, and each as a file.

Knows: an agent's folder of flights. Does not know: what is in a flight (llmagentos.recorder). A name is
one of the list or nothing: no path is ever made of what a client says.
"""

from __future__ import annotations

import asyncio
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import FileResponse, Response

from llmagentos.daemon.async_client import AsyncDaemonClient
from llmagentos.gateway.agents import Name
from llmagentos.gateway.callers import Looks, gateway
from llmagentos.gateway.problems import Problem, documented

router = APIRouter(prefix="/v1", responses=documented())
_MOST = 1000
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    }
}
File = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,120}\.mcap$")]


class Recording(BaseModel):
    """One recorded command (MCAP; Foxglove and `llmagentos replay` read it)."""

    name: str
    bytes: int
    at_s: float = Field(description="when it was written last, seconds since the epoch")


@router.get("/agents/{name}/recordings")
async def recordings(request: Request, caller: Looks, name: Name) -> list[Recording]:
    """The newest recordings, oldest first."""
    found = await flights(gateway(request).link, caller.token, name)
    return [Recording(name=f.name, bytes=size, at_s=at) for f, size, at in found]


@router.get("/agents/{name}/recordings/{file}", responses=_FILE, response_class=Response)
async def recording(request: Request, caller: Looks, name: Name, file: File) -> Response:
    """One recording."""
    for found, _, _ in await flights(gateway(request).link, caller.token, name):
        if found.name == file:
            return FileResponse(found, media_type="application/octet-stream", filename=file)
    raise Problem(404, "NoSuchRecordingError", f"expected a recording of {name}, got {file!r}")


async def flights(
    link: AsyncDaemonClient, token: str, name: str
) -> list[tuple[FilePath, int, float]]:
    """An agent's newest recordings, oldest first: file, bytes, when it was written last."""
    told = await link.ask("show", token=token, name=name)
    chosen = (told["spec"].get("recorder") or {}).get("folder")
    folder = FilePath(chosen) if chosen else FilePath(told["folder"]) / "kept" / "flights"
    return await asyncio.to_thread(_listed, folder)


def _listed(folder: FilePath) -> list[tuple[FilePath, int, float]]:
    out = []
    try:
        for found in folder.iterdir():
            if found.suffix == ".mcap" and found.is_file() and not found.is_symlink():
                about = found.stat()
                out.append((found, about.st_size, about.st_mtime))
    except OSError:  # nothing was recorded yet
        return []
    return sorted(out, key=lambda row: row[2])[-_MOST:]
