"""Python's client and the command line, at a real gateway."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from gateway.conftest import ROOT

from llmagentos import AsyncClient, Client
from llmagentos.errors import (
    AccessError,
    CallError,
    ConfigError,
    GatewayError,
    KeyReusedError,
    NoSuchAgentError,
    TokenError,
)
from sim.faults.door import AGENT, Door


@pytest.fixture
def client(door: Door) -> Client:
    """An operator's."""
    return Client(door.url, door.tokens["operator"], AGENT)


def test_a_command_and_what_came_of_it(client: Client) -> None:
    assert client.command("tidy up")["reply"] == "did: tidy up"
    call = client.submit("again", key="mine", priority=70)
    assert client.result(call["number"])["reply"] == "did: again"
    assert client.submit("again", key="mine", priority=70)["number"] == call["number"]
    with pytest.raises(KeyReusedError, match="expected the same call for the key 'mine'"):
        client.submit("other", key="mine")
    assert [a["name"] for a in client.agents()] == [AGENT]
    assert client.stop()["agents"][AGENT]["words"]


def test_errors_are_those_of_the_other_end(door: Door, client: Client) -> None:
    with pytest.raises(NoSuchAgentError, match="expected an agent of arm, got 'nobody'"):
        client.command("x", agent="nobody")
    with pytest.raises(TokenError):
        Client(door.url, "x" * 32).agents()
    with pytest.raises(AccessError, match="viewer is viewer and may not call"):
        Client(door.url, door.tokens["viewer"], AGENT).command("x")
    with pytest.raises(GatewayError, match=r"ValueRefusedError: .*body.text"):
        client.command("")
    with pytest.raises(CallError, match="something that this agent shows"):
        client.scene()
    with pytest.raises(GatewayError, match=r"expected an answer of 127.0.0.1:9, got"):
        Client("http://127.0.0.1:9").agents()
    with pytest.raises(
        ConfigError, match=r"expected a gateway as http://127.0.0.1:8420, got 'ftp:x'"
    ):
        Client("ftp:x")
    with pytest.raises(ConfigError, match="expected an agent's name"):
        Client(door.url).scene()


def test_events_go_on_and_a_killed_gateway_is_not_noticed(door: Door, client: Client) -> None:
    mark = client.events_from()
    number = client.submit("one")["number"]
    happened = client.events(mark)
    assert next(e for e in happened if e.get("number") == number)["agent"] == AGENT
    os.kill(door.gateway(), signal.SIGKILL)
    assert client.command("two")["reply"] == "did: two"
    assert any(e.get("result", {}) == {"status": "succeeded", "reply": "did: two"}
               for e in (next(happened) for _ in range(12)))  # fmt: skip


def test_the_same_with_await(door: Door) -> None:
    async def talk() -> tuple[str, int]:
        client = AsyncClient(door.url, door.tokens["operator"], AGENT)
        both = await asyncio.gather(client.command("a"), client.command("b"))
        mark = await client.events_from()
        call = await client.submit("c")
        async for told in client.events(mark):
            if told.get("number") == call["number"]:
                return both[1]["reply"], told["number"]
        raise AssertionError("events never end")

    assert asyncio.run(talk())[0] == "did: b"
    with pytest.raises(AttributeError, match="a client has no 'dance'"):
        _ = AsyncClient(door.url).dance


def test_the_command_line_says_it_and_a_token_may_be_in_a_file(door: Door, tmp_path: Path) -> None:
    def cli(*words: str, token: str = "") -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "LLMAGENTOS_TOKEN": token}
        argv = [sys.executable, "-m", "llmagentos", "command", "tidy up", "--to", door.url, *words]
        return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=100)

    done = cli("--json", token=door.tokens["operator"])
    assert (done.returncode, done.stdout.strip()) == (
        0, '{"status": "succeeded", "reply": "did: tidy up"}',
    ), done.stderr  # fmt: skip
    (tmp_path / "token").write_text(door.tokens["operator"] + "\n")
    done = cli("--agent", AGENT, "--token-file", str(tmp_path / "token"))
    assert done.stdout.strip() == "succeeded  did: tidy up", done.stderr
    done = cli("--agent", AGENT)
    assert done.returncode == 1 and "TokenError" in done.stderr, done.stderr


def test_over_tls_the_certificate_is_checked(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)],
        capture_output=True,
    )  # fmt: skip
    if made.returncode:
        pytest.skip("no openssl to make a certificate")
    door = Door(None, ("--tls-cert", str(cert), "--tls-key", str(key)), ca=cert)
    try:
        assert door.url.startswith("https://")
        token = door.tokens["viewer"]
        assert Client(door.url, token, ca=cert).agents() == []
        with pytest.raises(GatewayError, match="CERTIFICATE_VERIFY_FAILED"):
            Client(door.url, token).agents()
    finally:
        door.close()


def test_a_command_in_typescript(door: Door, tmp_path: Path) -> None:
    """Compiled by tsc, or run as it is by a Node that knows types; this needs one of them."""
    program, node = ROOT / "examples/command.mts", shutil.which("node")
    if node is None:
        pytest.skip("no Node.js")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    argv = [node, "--experimental-strip-types", str(program)]
    if int(version.strip("v\n").split(".")[0]) < 23:
        tsc = shutil.which("tsc")
        if tsc is None:
            pytest.skip("no tsc, and a Node that does not know types")
        options = ["--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck"]
        # `process` is Node's: @types/node, installed beside tsc
        roots = Path(tsc).absolute().parents[1] / "@types"
        options += ["--types", "node", "--typeRoots", str(roots)] if roots.is_dir() else []
        made = [tsc, *options, "--outDir", str(tmp_path), str(program)]
        done = subprocess.run(made, capture_output=True, text=True, timeout=100)
        assert done.returncode == 0, done.stdout
        argv = [node, str(tmp_path / "command.mjs")]
    env = {**os.environ, "LLMAGENTOS_TOKEN": door.tokens["operator"], "LLMAGENTOS_URL": door.url}
    done = subprocess.run(
        [*argv, AGENT, "tidy up"], env=env, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "did: tidy up\n", done.stderr
