"""`llmagentos command --to URL`: one sentence to an agent behind a gateway.

Knows: printing, where a token is. Does not know: HTTP (llmagentos.client).
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from llmagentos.client import Client
from llmagentos.command import check_command
from llmagentos.errors import ConfigError, LLMAgentOSError
from llmagentos.files import read_text


def command(
    text: str, url: str, agent: str, token_file: Path | None, ca: Path | None, as_json: bool
) -> bool:
    """Say it, follow what it does, print the result; whether it succeeded or was answered. Ctrl-C
    cancels it: the arm ends what it does and holds. Raises what the client raises, FileError."""
    check_command(text)
    token = "" if token_file is None else read_text(token_file, "a token").strip()
    client = Client(url, token, ca=ca or "")
    name = agent or _only(client)
    console = Console(stderr=as_json)
    client = Client(url, token, name, ca=ca or "")
    mark = client.events_from()
    call = client.submit(text)
    if not as_json:
        threading.Thread(target=_follow, args=(client, mark, name, console), daemon=True).start()
    try:
        result = client.result(call["number"])
    except KeyboardInterrupt:
        client.cancel(call["number"])
        result = client.result(call["number"])
    if as_json:
        print(json.dumps(result), flush=True)
    else:
        good = result.get("status") in ("succeeded", "answered")
        style = "bold green" if good else "bold yellow"
        words = escape(str(result.get("reply")))
        console.print(f"[{style}]{result.get('status')}[/]  {words}", highlight=False)
    return result.get("status") in ("succeeded", "answered")


def _only(client: Client) -> str:
    names = [each["name"] for each in client.agents()]
    if len(names) != 1:
        raise ConfigError(f"expected --agent, one of {', '.join(names) or 'none'}, got none")
    return str(names[0])


def _follow(client: Client, mark: str, name: str, console: Console) -> None:
    with suppress(LLMAgentOSError):
        for told in client.events(mark, name):
            words: Any = told.get("words")
            if told.get("kind") == "event" and told.get("event") == "step_started" and words:
                console.print(f"[dim]{escape(str(words))}[/]", highlight=False)
