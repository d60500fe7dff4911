"""A person who talks to the page: Chromium's microphone is a file, the gateway hears it for real."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab.pages import expect_or_skip
from lab.spoken import needs_speech, spoken

from benchmarks.browser import launched
from llmagentos.speech.audio import RATE_HZ, wav_bytes
from sim.faults.door import AGENT, Door

pytestmark = pytest.mark.slow
expect = expect_or_skip()


@pytest.fixture
def talking_page(robot: Door, chromium: Any, tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    """Opens the page in a browser whose microphone hears a sentence over and over."""
    robot.ready()
    ends = []

    def open_with(text: str) -> Any:
        file = tmp_path / "said.wav"
        pause = np.zeros(RATE_HZ, np.int16)
        file.write_bytes(wav_bytes(np.concatenate([pause, spoken(text), pause])))
        browser = launched(
            chromium.browser_type, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-audio-capture={file}",
        )  # fmt: skip
        ends.append(browser)
        page = browser.new_page()
        page.set_default_timeout(60_000)
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: "Content Security" in said.text and wrong.append(said.text))
        page.goto(f"{robot.url}/#token={robot.tokens['operator']}")
        page.wait_for_selector("#link[data-tone=good]", state="attached")
        page.wrong = wrong
        return page

    yield open_with
    for browser in ends:
        browser.close()


def test_without_something_that_hears_there_is_no_button(
    page_of: Callable[..., Any], robot: Door
) -> None:
    page = page_of("viewer")
    expect(page.locator("#say")).to_be_disabled()
    expect(page.locator("#talk")).to_be_hidden()  # a viewer gives no commands


@needs_speech
def test_what_is_said_while_the_button_is_held_is_shown_and_done(
    robot: Door, talking_page: Callable[[str], Any]
) -> None:
    page = talking_page("How many blocks are there?")
    page.evaluate(
        "() => { window.spoken = []; speechSynthesis.speak = (said) => spoken.push(said.text); }"
    )
    button = page.get_by_label("Hold to talk")
    expect(button).to_be_visible()
    box = button.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    expect(button).to_have_attribute("aria-pressed", "true")
    time.sleep(len(spoken("How many blocks are there?")) / RATE_HZ + 1.5)
    page.mouse.up()
    expect(page.locator("#heard")).to_contain_text("I heard: How many blocks are there?")
    expect(page.locator("#log .mine p").last).to_have_text("How many blocks are there?")
    expect(page.locator("#log .theirs > p").last).to_contain_text("4")
    assert page.evaluate("spoken") == []  # not switched on
    page.get_by_role("button", name="Replies aloud").click()
    page.get_by_label("Say something to the robot").fill("how many bowls are there?")
    page.keyboard.press("Enter")
    expect(page.locator("#log .theirs > p").last).to_contain_text("2")
    page.wait_for_function("spoken.length === 1")
    assert "2" in page.evaluate("spoken[0]")
    assert page.wrong == []


@needs_speech
def test_stop_said_into_the_page_stops_the_arm_while_the_button_is_held(
    robot: Door, talking_page: Callable[[str], Any]
) -> None:
    robot.anew()  # a quick machine has put every block in the bowl by now
    page = talking_page("Robot, stop!")
    button = page.get_by_label("Hold to talk")
    expect(button).to_be_enabled()
    robot.move()
    button.focus()
    page.keyboard.press("Enter")  # by keys it is pressed before and after
    expect(page.locator("#stop[data-phase=stopped]")).to_be_visible()
    page.keyboard.press("Enter")
    robot.until(lambda: robot.rates() < 0.01, 30.0)
    assert robot.ask("GET", f"/v1/agents/{AGENT}/state", who="viewer").json()["safety"] == "stopped"
    expect(page.locator("#held-words")).to_contain_text("Stopped")
    assert page.wrong == []
