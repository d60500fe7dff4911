"""Who is at the page, and with what: a viewer, a phone, a keyboard, a screen reader, light and dark."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab.pages import expect_or_skip

from sim.faults.door import AGENT, Door

pytestmark = pytest.mark.slow
expect = expect_or_skip()
Open = Callable[..., Any]
#: axe-core's file, where it is there (.ci/console gets it from npm).
AXE = os.environ.get("LLMAGENTOS_AXE", "")


def test_a_viewer_sees_everything_may_stop_and_can_not_act(robot: Door, page_of: Open) -> None:
    page, calls = page_of("viewer"), robot.calls()
    expect(page.locator("#frames g").first).to_be_visible()
    expect(page.get_by_label("Say something to the robot")).to_be_disabled()
    expect(page.locator("#note")).to_contain_text("you may stop the robot, not command it")
    for name in ("Pause", "Undo", "Cancel"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.get_by_role("button", name="STOP").click()
    expect(page.locator("#safety")).to_have_text("Stopped")
    expect(page.get_by_role("button", name="Take commands again")).to_have_count(0)
    assert robot.calls() == calls


def test_on_a_phone_all_is_there_and_the_stop_is_under_the_thumb(
    robot: Door, page_of: Open
) -> None:
    page = page_of(width=390, height=844, has_touch=True, is_mobile=True)
    for name in ("Camera", "Conversation", "Plan", "Agents", "Past commands"):
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    stop = page.get_by_role("button", name="STOP")
    for down in (0, 10_000):  # wherever one has scrolled to
        page.evaluate(f"scrollTo(0, {down})")
        box = stop.bounding_box()
        assert box["height"] >= 60 and box["width"] >= 300
        assert box["y"] >= 844 / 2 and box["y"] + box["height"] <= 844
    small = page.evaluate("""() => [...document.querySelectorAll("button:not([hidden]), input")]
        .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 28).map((e) => e.outerHTML)""")
    assert small == []
    stop.tap()
    expect(page.locator("#safety")).to_have_text("Stopped")


def test_with_a_keyboard_alone(robot: Door, page_of: Open) -> None:
    page = page_of()
    expect(page.get_by_label("Say something to the robot")).to_be_enabled()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the link past everything else
    expect(page.get_by_label("Say something to the robot")).to_be_focused()
    page.keyboard.type("go home")  # its blank is no stop
    page.keyboard.press("Enter")
    expect(page.locator("#log .mine").last).to_contain_text("go home")
    expect(page.locator("#log .theirs").last).to_have_class("theirs succeeded")
    expect(page.locator("#safety")).to_have_text("Ready")
    for key in ("Escape", "Space"):
        robot.ready()
        expect(page.locator("#safety")).to_have_text("Ready")
        if key == "Space":
            page.evaluate("document.activeElement.blur()")
        page.keyboard.press(key)
        expect(page.locator("#safety")).to_have_text("Stopped")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert {"stop", "say", "send", "names", "theme", "leave", "reset"} <= reached


def test_whoever_is_not_signed_in_is_asked_for_a_token_and_told_of_a_wrong_one(
    robot: Door, chromium: Any
) -> None:
    page = chromium.new_page()
    page.goto(robot.url)
    page.get_by_label("Token").fill("a-token-that-nobody-has")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("unknown, revoked or over")
    page.get_by_label("Token").fill(robot.tokens["viewer"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#agent-name")).to_have_text(AGENT)
    assert page.evaluate("localStorage.length") == 0  # kept for this tab alone
    page.goto(f"{robot.url}/#token={robot.tokens['operator']}")
    page.reload()
    expect(page.locator("#who")).to_have_text("operator · operator")
    assert "token" not in page.url
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Token")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('llmagentos.token')") is None
    page.close()


def test_somebody_who_may_not_come_in_any_more_is_signed_out(robot: Door, page_of: Open) -> None:
    robot.tokens["guest"] = robot.grant("guest", "viewer")
    page = page_of("guest")
    robot.daemon.ask("revoke", name="guest")
    expect(page.locator("#entry-words")).to_contain_text("token")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_people_who_hear_the_page_find_everything_by_name(
    robot: Door, page_of: Open, scheme: str
) -> None:
    page = page_of(color_scheme=scheme)
    expect(page.locator("#agents .agent")).to_have_count(1)
    for role, count in (("banner", 1), ("main", 1), ("complementary", 1), ("log", 1)):
        expect(page.get_by_role(role)).to_have_count(count)
    expect(page.get_by_role("img", name="The robot's camera. It sees: ")).to_be_visible()
    nameless = page.evaluate("""() => [...document.querySelectorAll("button, input, select, a")]
        .filter((e) => e.checkVisibility() && !(e.getAttribute("aria-label") || e.textContent.trim()
            || (e.labels && e.labels.length))).map((e) => e.outerHTML)""")
    assert nameless == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))
    if AXE:
        page.evaluate(Path(AXE).read_text(encoding="utf-8"))
        found = page.evaluate("async () => (await axe.run()).violations")
        told = [(v["id"], v["help"], [n["html"] for n in v["nodes"]][:3]) for v in found]
        assert told == []


def test_light_and_dark_by_the_system_or_the_button(robot: Door, page_of: Open) -> None:
    page = page_of(color_scheme="dark", reduced_motion="reduce")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.emulate_media(color_scheme="light")
    light = page.evaluate(ground)
    assert dark != light
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate(ground) == dark
    page.reload()
    assert page.evaluate(ground) == dark
    assert (
        page.evaluate("getComputedStyle(document.querySelector('#stop')).animationName") == "none"
    )
