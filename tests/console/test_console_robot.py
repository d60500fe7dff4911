"""A person at the page and a simulated robot behind it: said, asked, allowed, undone, stopped."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from lab.pages import expect_or_skip

from sim.faults.door import AGENT, LONG, Door

pytestmark = pytest.mark.slow
expect = expect_or_skip()
Open = Callable[..., Any]
Put = Callable[[str], None]


def _at(robot: Door, words: str) -> list[float]:
    rows = robot.ask("GET", f"/v1/agents/{AGENT}/scene", who="viewer").json()["objects"]
    return next(list(o["position"][:2]) for o in rows if f"{o['color']} {o['kind']}" == words)


def _moved(before: list[float], after: list[float]) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(before, after, strict=True)) ** 0.5)


def _say(page: Any, text: str) -> None:
    page.get_by_label("Say something to the robot").fill(text)
    page.keyboard.press("Enter")


def _reply(page: Any) -> Any:
    return page.locator("#log .theirs > p").last


def _moving(robot: Door, page: Any) -> None:
    expect(page.locator("#log .theirs.open")).to_have_count(1)

    def moves() -> bool:
        call = robot.daemon.ask("calls", name=AGENT, last=1)[0]
        assert call["state"] in ("queued", "begun"), call["result"]
        return robot.rates() > 0.1

    robot.until(moves, 60.0)


def test_a_command_moves_the_arm_and_undo_moves_it_back(
    robot: Door, as_it_was: Put, page_of: Open
) -> None:
    as_it_was("red block")
    page = page_of()
    expect(page.locator("#frames g.thing[data-id^=red_block]")).to_have_count(1)
    before = _at(robot, "red block")
    _say(page, "put the red block in the blue bowl")
    step = page.locator("#tree li")
    expect(step).to_have_class("running")
    expect(page.locator("#frames g.touched, #frames g.now").first).to_be_visible()
    expect(_reply(page)).to_have_text("I put the red block in the blue bowl.")
    expect(step).to_have_class("succeeded")
    expect(step).to_contain_text("the red block: the only red block")
    assert _moved(before, _at(robot, "red block")) > 0.05
    live = step.inner_text()
    page.reload()  # the same plan, now of the kept result
    expect(step).to_have_class("succeeded")
    assert step.inner_text() == live
    with page.expect_download() as download:
        page.get_by_label("Download the recording").first.click()
    assert download.value.suggested_filename.endswith("put-the-red-block-in-the-blue-bowl.mcap")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#log .mine").last).to_contain_text("undo that")
    expect(page.locator("#log .theirs").last).to_have_class("theirs succeeded")
    assert _moved(before, _at(robot, "red block")) < 0.05


def test_its_question_is_answered_by_a_button(robot: Door, as_it_was: Put, page_of: Open) -> None:
    as_it_was("yellow block")
    page = page_of()
    before = _at(robot, "yellow block")
    _say(page, "put the block in the green bowl")
    card = page.get_by_role("group", name="A question of the robot")
    expect(card).to_contain_text("Which block do you mean")
    expect(card.get_by_role("button")).to_have_count(4)
    card.get_by_role("button", name="the yellow block").click()
    expect(_reply(page)).to_have_text("I put the yellow block in the green bowl.")
    expect(card).to_be_hidden()
    assert _moved(before, _at(robot, "yellow block")) > 0.05


def test_a_risky_step_needs_a_persons_yes_at_the_page(
    robot: Door, as_it_was: Put, page_of: Open
) -> None:
    as_it_was("red block")
    page, program = page_of(), page_of("program")
    before = _at(robot, "red block")
    _say(page, "push the red block to the left")
    card = page.get_by_role("group", name="A question of the robot")
    expect(card).to_contain_text("Your yes is needed")
    theirs = program.get_by_role("group", name="A question of the robot")
    expect(theirs).to_contain_text("a person has to say yes")
    for name in ("Yes, do it", "No, leave it"):
        expect(theirs.get_by_role("button", name=name)).to_be_disabled()
    card.get_by_role("button", name="No, leave it").click()
    expect(_reply(page)).to_have_text("All right, I'll leave it.")
    assert _moved(before, _at(robot, "red block")) < 0.01
    _say(page, "push the red block to the left")
    card.get_by_role("button", name="Yes, do it").click()
    expect(_reply(page)).to_contain_text("I pushed the red block")
    assert _moved(before, _at(robot, "red block")) > 0.03


def test_a_stop_in_mid_motion_and_then_again_commands(robot: Door, page_of: Open) -> None:
    page = page_of()
    _say(page, LONG)
    _moving(robot, page)
    page.get_by_role("button", name="STOP").click()
    expect(page.locator("#stop-words")).to_contain_text("at rest")
    assert robot.rates() < 0.05
    expect(page.locator("#safety")).to_have_text("Stopped")
    expect(page.locator("#held-words")).to_have_text("Stopped by operator.")
    expect(_reply(page)).to_contain_text("I stopped")
    expect(page.locator("#tree > ol > li")).to_have_class("failed")
    page.get_by_role("button", name="Take commands again").click()
    expect(page.locator("#safety")).to_have_text("Ready")
    _say(page, "go home")
    expect(page.locator("#log .theirs").last).to_have_class("theirs succeeded")


def test_a_stop_comes_through_where_the_daemon_hangs_and_all_else_with_it(
    robot: Door, page_of: Open
) -> None:
    page = page_of()
    _say(page, LONG)
    _moving(robot, page)
    os.kill(robot.process.pid, signal.SIGSTOP)
    try:
        # whatever the page may have under way hangs as well
        page.evaluate("""async () => {
            const { ask } = await import("/api.js");
            for (let i = 0; i < 20; i += 1) void ask("GET", "/v1/agents").catch(() => undefined);
        }""")
        page.get_by_role("button", name="STOP").click()
        expect(page.locator("#stop-words")).to_contain_text("The daemon hangs; stopped past it.")
        expect(page.locator("#stop-words")).to_contain_text("at rest")
    finally:
        os.kill(robot.process.pid, signal.SIGCONT)
    robot.until(lambda: robot.rates() < 0.05)
    expect(page.locator("#safety")).to_have_text("Stopped")


def test_a_stop_that_is_not_delivered_says_so_and_is_tried_on(robot: Door, page_of: Open) -> None:
    page = page_of()
    page.route("**/v1/stop", lambda route: route.abort())
    page.get_by_role("button", name="STOP").click()
    words = page.get_by_role("alert").filter(has_text="NOT delivered")
    expect(words).to_contain_text("Use the robot's own emergency stop")
    expect(words).to_contain_text("Still trying")
    page.unroute("**/v1/stop")
    expect(page.locator("#stop-words")).to_contain_text("at rest")
    expect(page.locator("#safety")).to_have_text("Stopped")


def test_it_comes_back_after_the_gateway_was_killed_and_knows_what_happened_meanwhile(
    robot: Door, page_of: Open
) -> None:
    page = page_of()
    said = page.locator("#log .mine").filter(has_text="what do you see")
    count = said.count()
    os.kill(robot.gateway(), signal.SIGKILL)
    robot.daemon.agent(AGENT).command("what do you see")
    expect(said).to_have_count(count + 1)
    expect(page.locator("#link")).to_have_text("Connected")
    page.get_by_role("button", name="STOP").click()
    expect(page.locator("#stop-words")).to_contain_text("at rest")
