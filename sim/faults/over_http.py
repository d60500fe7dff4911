"""Rows 5 and 35 to 40: the gateway killed, and requests that it must refuse.

Knows: which requests, and which answers each must get. Does not know: how the gateway refuses. Each row
counts the agent's calls and looks at its joints before and after: a right status is not enough.
"""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.faults.door import AGENT, Answer, Door
from sim.faults.fault import Fault, Found, Needs
from sim.faults.lab import Lab

_REQUIRED = "401, 401/409, 403, 400, 1009, 403; nothing executed"
_NOTHING = {"calls": 0.0, "moved rad": 1e-3, "other answers": 0.0}
_COMMAND = {"text": "put the red block in the blue bowl"}
_COMMANDS = f"/v1/agents/{AGENT}/commands"
_STILL_RADPS, _STILL_RAD = 0.01, 0.005


@contextmanager
def _nothing_done(door: Door, figures: dict[str, float]) -> Iterator[None]:
    """How many calls more there are afterwards, and how far joints are from where they were."""
    door.ready()
    calls, joints = door.calls(), door.joints()
    yield
    time.sleep(0.3)
    figures["calls"] = float(door.calls() - calls)
    figures["moved rad"] = max(abs(a - b) for a, b in zip(door.joints(), joints, strict=True))


def _others(answers: list[Answer], *wanted: int) -> float:
    return float(sum(answer.status not in wanted for answer in answers))


def _told(answers: list[Answer]) -> str:
    return "answers: " + ", ".join(str(answer.status) for answer in answers)


def killed(lab: Lab) -> Found:
    """kill -9 of the gateway while a command that came through it moves the arm."""
    door = lab.door()
    door.ready()
    number = door.move()
    pid, killed_s = door.gateway(), time.monotonic()
    os.kill(pid, signal.SIGKILL)

    def over() -> bool:
        state = door.daemon.ask("result", number=number, wait=False)["state"]
        return state not in ("queued", "begun") and door.rates() < _STILL_RADPS

    door.until(over, 20.0)
    hold_s = time.monotonic() - killed_s
    joints = door.joints()
    answer = door.ask("GET", "/v1/me", who="viewer")
    restart_s = time.monotonic() - killed_s
    time.sleep(0.5)
    moved = max(abs(a - b) for a, b in zip(door.joints(), joints, strict=True))
    call = door.daemon.ask("result", number=number, wait=False)
    follows = door.say("go home", wait_s=30.0)
    return Found(
        {
            "hold s": hold_s,
            "restart s": restart_s
            if answer.status == 200 and door.gateway() != pid
            else float("inf"),
            "resumed": float(moved > _STILL_RAD),
            "next command refused": float(follows.status != 200),
        },
        f"{call['state']}: {call['result']}",
    )


def no_token(lab: Lab) -> Found:
    """Commands without a token, and with ones that were never granted, are over, or revoked."""
    door, figures = lab.door(), dict[str, float]()
    over, revoked = door.grant("over", "operator", expires_s=0.05), door.grant("gone", "operator")
    door.daemon.ask("revoke", name="gone")
    time.sleep(0.1)
    with _nothing_done(door, figures):
        bad = ("", "x" * 32, over, revoked, "a b", "é" * 20)
        answers = [door.ask("POST", _COMMANDS, _COMMAND, _latin(who)) for who in bad]
        answers += [door.ask("POST", _COMMANDS, _COMMAND, Authorization="Basic YTpi")]
        answers += [door.ask("POST", f"{_COMMANDS}?ticket=none", _COMMAND)]
        answers += [door.ask("POST", f"/v1/agents/{AGENT}/stop"), door.ask("GET", "/v1/agents")]
        answers += [door.ask("GET", f"/v1/agents/{AGENT}/picture", who=over)]
    figures["other answers"] = _others(answers, 401)
    return Found(figures, _told(answers))


def _latin(text: str) -> str:
    return text.encode().decode("latin-1")


def replayed(lab: Lab) -> Found:
    """A command's bytes sent five times; its key with another command; a ticket, used twice."""
    door, figures = lab.door(), dict[str, float]()
    door.ready()
    calls = door.calls()
    key = os.urandom(8).hex()
    said = {"text": "go home", "wait_s": 30}
    same = [door.ask("POST", _COMMANDS, said, "operator", Idempotency_Key=key) for _ in range(5)]
    numbers = {answer.json().get("number") for answer in same}
    other = door.ask("POST", _COMMANDS, _COMMAND, "operator", Idempotency_Key=key)
    without = door.raw(
        f"POST {_COMMANDS} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
        f"{door.tokens['operator']}\r\nContent-Type: application/json\r\nConnection: close\r\n"
        'Content-Length: 18\r\n\r\n{"text":"go home"}'.encode()
    )
    ticket = door.ask("POST", "/v1/tickets", who="operator").json()["ticket"]
    used = [door.ask("GET", f"/v1/agents?ticket={ticket}") for _ in range(2)]
    figures["executions"] = float(door.calls() - calls)
    figures["other answers"] = (
        _others(same, 200) + _others([other], 409) + float(len(numbers) != 1)
        + _others(used[:1], 200) + _others(used[1:], 401) + float(b" 400 " not in without[:20])
    )  # fmt: skip
    return Found(figures, f"{_told([*same, other, *used])}; without a key: {without[9:12]!r}")


def viewer(lab: Lab) -> Found:
    """A viewer asks for all that does something; and stops the arm, which it may."""
    door, figures = lab.door(), dict[str, float]()
    one = f"/v1/agents/{AGENT}"
    with _nothing_done(door, figures):
        number = door.daemon.ask("calls", name=AGENT, last=1)
        asked = [
            (_COMMANDS, _COMMAND), (f"{one}/undo", {}), (f"{one}/plan", _COMMAND),
            (f"{one}/confirm", {"question": "x", "yes": True}), (f"{one}/reset", None),
            (f"{one}/life/pause", None), (f"{one}/life/end", None),
        ]  # fmt: skip
        if number:
            asked.append((f"/v1/commands/{number[0]['number']}/cancel", None))
        answers = [door.ask("POST", path, body, "viewer") for path, body in asked]
        program = door.ask("POST", f"{one}/confirm", {"question": "x", "yes": True}, "program")
        stops = door.ask("POST", f"{one}/stop", who="viewer")
    figures["other answers"] = _others([*answers, program], 403)
    figures["stops refused"] = float(stops.status != 200)
    door.ready()
    return Found(figures, _told([*answers, program, stops]))


def traversal(lab: Lab) -> Found:
    """Paths that climb, in all spellings, where agents and recordings are named."""
    door, figures = lab.door(), dict[str, float]()
    climbs = (
        "../../state.sqlite", "..%2f..%2fstate.sqlite", "%2e%2e/%2e%2e/state.sqlite", "..\\..\\x",
        "%2e%2e%5c..%5cx", "%252e%252e%252fetc", "/etc/passwd", "....//....//x.mcap", "x%00.mcap",
        "..%c0%af..%c0%afx", "./x.mcap", "%2e/x.mcap",
    )  # fmt: skip
    paths = [f"/v1/agents/{AGENT}/recordings/{climb}" for climb in climbs]
    paths += [f"/v1/agents/{climb}/scene" for climb in climbs] + [f"/{climb}" for climb in climbs]
    leaked, answers = 0.0, []
    with _nothing_done(door, figures):
        for path in paths:
            came = door.raw(
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                f"{door.tokens['admin']}\r\nConnection: close\r\n\r\n".encode("latin-1")
            )
            answers.append(Answer(int(came[9:12] or 0)))
            leaked += b"SQLite format" in came or b"root:" in came
    figures["other answers"] = _others(answers, 400)
    figures["files read"] = leaked
    return Found(figures, f"{len(paths)} paths")


def _upgraded(door: Door, path: str = "/v1/events", **headers: str) -> tuple[socket.socket, bytes]:
    key = base64.b64encode(os.urandom(16)).decode()
    sent = {
        "Host": f"127.0.0.1:{door.address[1]}", "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13",
        "Authorization": f"Bearer {door.tokens['viewer']}", **headers,
    }  # fmt: skip
    link = socket.create_connection(door.address, timeout=20.0)
    head = f"GET {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in sent.items()) + "\r\n"
    link.sendall(head.encode("latin-1"))
    came = b""
    while b"\r\n\r\n" not in came:
        part = link.recv(4096)
        if not part:
            break
        came += part
    return link, came


def _close_code(link: socket.socket) -> int:
    """Of the close frame that comes; 0 for none. Frames of a server have no mask."""
    came = b""
    with contextlib.suppress(OSError):
        while part := link.recv(1 << 16):
            came += part
    index = 0
    while index + 2 <= len(came):
        size, at = came[index + 1] & 127, index + 2
        if size == 126:
            size, at = struct.unpack_from("!H", came, at)[0], at + 2
        elif size == 127:
            size, at = struct.unpack_from("!Q", came, at)[0], at + 8
        if came[index] & 15 == 8 and size >= 2:
            return int(struct.unpack_from("!H", came, at)[0])
        index = at + size
    return 0


def huge(lab: Lab) -> Found:
    """Frames of 1 MB, and that claim 2^62 bytes; bodies that are too large; requests and bodies that
    never end, 100 at once, while a viewer's stop is asked for."""
    door, figures = lab.door(), dict[str, float]()
    memory_mb = door.memory_mb()
    with _nothing_done(door, figures):
        codes = []
        for head in (
            struct.pack("!BBQ", 0x81, 255, 1 << 20),
            struct.pack("!BBQ", 0x82, 255, 1 << 62),
        ):
            link, came = _upgraded(door)
            with link, contextlib.suppress(OSError):
                if b" 101 " in came[:20]:
                    link.sendall(head + b"\0\0\0\0" + b"x" * 8192)
                codes.append(_close_code(link))
        large = door.raw(
            f"POST {_COMMANDS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            "Content-Length: 1000000000\r\n\r\n{".encode()
        )
        links = [socket.create_connection(door.address, timeout=30.0) for _ in range(100)]
        began_s = time.monotonic()
        frame, _ = _upgraded(door)
        frame.sendall(b"\x81\xfe\x01")
        for index, link in enumerate(links):
            half = f"POST {_COMMANDS} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            body = "Content-Type: application/json\r\nContent-Length: 90\r\n\r\n{"
            link.sendall((half + (body if index % 2 else "")).encode())
        stop_s = time.monotonic()
        stops = door.ask("POST", f"/v1/agents/{AGENT}/stop", who="viewer")
        stop_s = time.monotonic() - stop_s
        for link in [*links, frame]:
            with link, contextlib.suppress(OSError):
                while link.recv(4096):
                    pass
        open_s = time.monotonic() - began_s
    figures["other answers"] = float(
        sum(code != 1009 for code in codes) + (b" 413 " not in large[:20]) + (stops.status != 200)
    )
    figures["kept open s"] = open_s
    figures["memory MB"] = door.memory_mb() - memory_mb
    door.ready()
    return Found(figures, f"codes {codes}; body {large[9:12]!r}; stop after {1000 * stop_s:.0f} ms")


def foreign(lab: Lab) -> Found:
    """Pages of other origins, a null origin, names that are not ours, over HTTP and WebSocket."""
    door, figures = lab.door(), dict[str, float]()
    port = door.address[1]
    others = ("http://evil.example", "null", f"http://localhost.evil.example:{port}",
              f"https://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}")  # fmt: skip
    answers = list[Answer]()
    with _nothing_done(door, figures):
        for origin in others:
            answers.append(door.ask("POST", _COMMANDS, _COMMAND, "operator", Origin=origin))
            answers.append(door.ask("GET", "/v1/agents", who="operator", Origin=origin))
            link, came = _upgraded(door, Origin=origin)
            link.close()
            answers.append(Answer(int(came[9:12] or 0)))
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example"):
            answers.append(door.ask("POST", _COMMANDS, _COMMAND, "operator", Host=host))
        answers.append(door.ask("GET", "/v1/agents", who="viewer", Sec_Fetch_Site="cross-site"))
        own = door.ask("GET", "/v1/agents", who="viewer", Origin=f"http://127.0.0.1:{port}")
    figures["other answers"] = _others(answers, 403) + _others([own], 200)
    return Found(figures, f"{len(answers)} requests, and one of its own page")


def _row(
    number: int, fault: str, injected: str, inject: Callable[[Lab], Found],
    required: str = _REQUIRED, limits: dict[str, float] = _NOTHING,
) -> Fault:  # fmt: skip
    return Fault(number, fault, required, injected, limits, inject, Needs.GATEWAY)


FAULTS = (
    _row(
        5, "gateway killed", "kill -9 of its process while a command of its own moves the arm", killed,
        "hold ≤ 1 s, restart ≤ 5 s",
        {"hold s": 1.0, "restart s": 5.0, "resumed": 0.0, "next command refused": 0.0},
    ),
    _row(35, "no or expired token", "11 requests without a token that holds", no_token),
    _row(
        36, "replayed request", "one command sent 5 times; its key with another; a ticket twice",
        replayed, limits={"executions": 1.0, "other answers": 0.0},
    ),
    _row(
        37, "viewer actuating", "a viewer asks for all that does something; a program says yes", viewer,
        limits={**_NOTHING, "stops refused": 0.0},
    ),
    _row(
        38, "path traversal", "12 climbing paths at three places", traversal,
        limits={**_NOTHING, "files read": 0.0},
    ),
    _row(
        39, "huge or slow frames", "frames of 1 MB and 2^62 bytes, 100 requests and a frame that never end", huge,
        limits={**_NOTHING, "kept open s": 20.0, "memory MB": 20.0},
    ),
    _row(40, "foreign origin", "19 requests of other pages and names", foreign),
)  # fmt: skip
