"""What a person at the web console waits for: from a click to rest, from a sentence to motion.

    python -m benchmarks.console --stops 50 --commands 20
    python -m benchmarks.console --pictures docs/figures

Knows: a real daemon, gateway and simulated robot, and the page in a real Chromium (extra `console`), whose
mouse and keys are pressed. Does not know: how the page works. A stop counts from when the button went down, by
the page's clock, until the page was told that the arm rests; a client's, in turn with it, tells what the page
adds. Commands are given in turn at the page, by a client that is running, and by `llmagentos agent command`, a
process of its own; each counts from the key (or the call, or the start of the process) until the arm first
moves, by the clock of this machine.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.browser import running
from sim.faults.door import AGENT, LONG, Door

#: Long ones in turn, so that there is always something to move.
_LONG = (LONG, "put every block on the tray")
_SHORT = ("point at the red block", "go home")
_MOVING_RADPS = 0.1


def _page(door: Door, browser: Any, **more: Any) -> Any:
    page = browser.new_page(**more)
    page.set_default_timeout(60_000)
    page.goto(f"{door.url}/#token={door.tokens['operator']}")
    page.wait_for_selector("#link[data-tone=good]", state="attached")
    return page


def _click(door: Door, page: Any) -> float:
    button = page.locator("#stop")
    page.evaluate("delete document.getElementById('stop').dataset.ms")
    button.hover()
    page.mouse.down()
    page.mouse.up()
    page.wait_for_selector("#stop[data-ms]")
    rests = "at rest" in page.locator("#stop-words").inner_text()
    return float(button.get_attribute("data-ms")) if rests else float("inf")


def _ask(door: Door) -> float:
    asked_s = time.monotonic()
    told = door.ask("POST", "/v1/stop", who="viewer").json()["agents"][AGENT]
    return 1000 * (time.monotonic() - asked_s) if told.get("at_rest") else float("inf")


def stops_ms(door: Door, page: Any, count: int, seed: int) -> tuple[dict[str, list[float]], int]:
    """Until it is known that the arm rests, at the page and by a client over HTTP, in turn; and how often
    nothing moved any more, so that the agent was begun anew."""
    ways = {"click": lambda: _click(door, page), "a client over HTTP": lambda: _ask(door)}
    out: dict[str, list[float]] = {name: [] for name in ways}
    anew, turn, chance = 0, 0, random.Random(seed)
    while turn < 2 * count:
        door.ready()
        door.say(_LONG[turn // 2 % 2])
        try:
            door.until(lambda: door.rates() > _MOVING_RADPS, 10.0)
            time.sleep(chance.random())
            door.until(lambda: door.rates() > _MOVING_RADPS, 2.0)
        except TimeoutError:
            anew += 1
            door.anew()
            continue
        name = list(ways)[turn % 2]
        out[name].append(ways[name]())
        turn += 1
    door.ready()
    return out, anew


def _first_motion_at(door: Door, number: int) -> tuple[float, float]:
    """When the agent took a call up, and when its arm first moved; wall time, seconds."""
    door.daemon.agent(AGENT).result(number)
    call = door.daemon.ask("result", number=number, wait=False)
    began_at = float(call["began_at"])
    moved_s = call["result"]["timings"]["first_motion_s"]
    if moved_s is None:
        raise RuntimeError(f"expected it to move, got {call['result']['reply']}")
    return began_at, began_at + float(moved_s)


def _newest(door: Door) -> int:
    found = door.daemon.ask("calls", name=AGENT, last=1)
    return int(found[0]["number"]) if found else 0


def _at_the_page(door: Door, page: Any, text: str) -> tuple[float, int]:
    last = _newest(door)
    page.fill("#say", text)
    page.evaluate("""() => document.addEventListener("keydown", (event) => {
        window.pressedAt = (performance.timeOrigin + event.timeStamp) / 1000;
    }, { once: true, capture: true })""")
    page.keyboard.press("Enter")
    door.until(lambda: _newest(door) > last)
    return float(page.evaluate("window.pressedAt")), _newest(door)


def _by_client(door: Door, text: str) -> tuple[float, int]:
    asked_at = time.time()
    return asked_at, int(door.daemon.agent(AGENT).submit("command", {"text": text}))


def _by_process(door: Door, text: str) -> tuple[float, int]:
    argv = [sys.executable, "-m", "llmagentos", "agent", "command", AGENT, text]
    asked_at = time.time()
    subprocess.run(argv, env=door.environment, check=True, stdout=subprocess.DEVNULL)
    return asked_at, _newest(door)


def later_ms(door: Door, page: Any, count: int) -> dict[str, list[tuple[float, float]]]:
    """By the way a command came: until it was taken up, and until the arm moved, ms."""
    ways: dict[str, Callable[[str], tuple[float, int]]] = {
        "the page": lambda text: _at_the_page(door, page, text),
        "a running client": lambda text: _by_client(door, text),
        "llmagentos agent command": lambda text: _by_process(door, text),
    }
    out: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for turn in range(count):
        names = list(ways)
        random.Random(turn).shuffle(names)
        for name in names:
            for text in _SHORT:
                asked_at, number = ways[name](text)
                began_at, moved_at = _first_motion_at(door, number)
                out[name].append((1000 * (began_at - asked_at), 1000 * (moved_at - asked_at)))
    return out


def pictures(folder: Path) -> None:
    """The page as people see it: at work in the light, asking for a yes in the dark, asking on a phone."""
    spec = {
        "scene": "demo",
        "rules": {"confirm": ["push"]},
        "budgets": {"memory_mb": 1500, "cores": 2},
    }
    door = Door(spec, ("--rate", "1000"))
    door.tokens["operator"] = door.grant("ada", "operator")
    at_work = "put the red block in the blue bowl, then put the yellow block in the green bowl"
    putting, wide = "#tree li:nth-child(2).running .doing:has-text('putting')", (1440, 960)
    shots = (
        ("console", at_work, putting, wide, "light"),
        ("console_dark", "push the blue block to the left", ".risky", wide, "dark"),
        ("console_phone", "put the block in the bowl", "#question:has-text('Which')", (390, 844), "light"),
    )  # fmt: skip
    try:
        with running() as browser:
            for name, text, shown, (width, height), scheme in shots:
                size = {"width": width, "height": height}
                page = _page(door, browser, viewport=size, color_scheme=scheme)
                page.wait_for_selector("#frames g")
                page.fill("#say", text)
                page.keyboard.press("Enter")
                page.wait_for_selector(shown)
                page.evaluate("document.activeElement.blur()")
                page.wait_for_timeout(300)  # the picture is as late as that
                page.screenshot(path=folder / f"{name}.png")
                page.wait_for_selector("#log .turn:last-child .theirs:not(.open)")
                page.context.close()
    finally:
        door.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stops", type=int, default=50)
    parser.add_argument("--commands", type=int, default=30, help="pairs of them, of each way")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument(
        "--pictures", type=Path, metavar="DIR", help="only make pictures of the page"
    )
    options = parser.parse_args()
    if options.pictures is not None:
        pictures(options.pictures)
        return
    console = Console()
    door = Door({"scene": "demo"}, ("--rate", "1000"))
    try:
        with running() as browser:
            page = _page(door, browser)
            later = later_ms(door, page, options.commands)
            stops, anew = stops_ms(door, page, options.stops, options.seed)
    finally:
        door.close()
    for name, ms in stops.items():
        p50, p95, p99 = np.percentile(ms, (50, 95, 99), method="higher")
        console.print(
            f"{name} to rest, and told: {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms, of {len(ms)} in "
            "mid-motion"
        )
    console.print(f"the agent was begun anew {anew} times, as nothing moved any more")
    for name, rows in later.items() if options.commands else ():
        begun, moved = np.array(rows).T
        console.print(
            f"{name}: taken up after {np.median(begun):.0f} ms (p95 {np.percentile(begun, 95):.0f}), "
            f"the arm moves after {np.median(moved):.0f} ms (p95 {np.percentile(moved, 95):.0f}), of {len(rows)}"
        )


if __name__ == "__main__":
    main()
