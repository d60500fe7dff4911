"""What the page makes of events: those of real plans on a table in memory, and of sources that fall silent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lab.pages import expect_or_skip
from lab.session import Table

from llmagentos.events import CommandEnded, Degraded, PlanWritten
from llmagentos.lang import codec as compact
from llmagentos.lang.wording import outline
from sim.faults.door import AGENT

pytestmark = pytest.mark.slow
expect = expect_or_skip()
Open = Callable[..., Any]
FOLLOW = """async (told) => {
    const { beginRun, follow } = await import("/run.js");
    const run = beginRun(1, "as written");
    const begun = told.map((event) => (follow(run, { kind: "event", ...event }), structuredClone(run)));
    return { run, begun };
}"""


def _followed(page: Any, text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    table, plan = Table(rehearses=False), compact.parse(text)
    outcome = table.do(text)
    events = [PlanWritten(plan, 0.1, outline(plan)), *table.events]
    events.append(CommandEnded(outcome.status, outcome.reply))
    told = page.evaluate(FOLLOW, [event.to_json() for event in events])
    return told["run"], told["begun"]


def test_a_loop_is_gone_through_round_by_round_and_a_branch_that_was_not_taken_is_not_done(
    page_of: Open,
) -> None:
    said = (
        "for_each [ all block ] { put [ the this object ] in [ the red bowl ] } ; "
        "if exists [ a green cup ] { home } else { point above [ the blue bowl ] }"
    )
    run, begun = _followed(page_of("viewer"), said)
    steps = {step["path"]: step for step in run["steps"]}
    assert {path: step["mark"] for path, step in steps.items()} == {
        "0": "succeeded", "0.0": "succeeded", "1": "succeeded", "1.0": "skipped", "1.1": "succeeded",
    }  # fmt: skip
    blocks = len([o for o in Table().skills.scene().objects if o.kind == "block"])
    assert steps["0.0"]["rounds"] == blocks > 1
    assert steps["1.1"]["branch"] == "otherwise"
    assert steps["1"]["why"] == ["there is no green cup"]
    first = {step["path"]: step["mark"] for step in begun[0]["steps"]}
    assert set(first.values()) == {"waiting"} and set(first) == set(steps)
    assert any(
        {s["path"]: s["mark"] for s in each["steps"]}["0.0"] == "running" and each["now"]
        for each in begun
    )


def test_a_step_that_fails_is_red_with_the_reason_and_what_comes_after_it_waits(
    page_of: Open,
) -> None:
    said = "home ; put [ the purple ball ] in [ the red bowl ] ; home"
    run, _ = _followed(page_of("viewer"), said)
    assert [step["mark"] for step in run["steps"]] == [
        "succeeded",
        "failed",
        "waiting",
    ]  # its answer goes on
    assert "purple ball" in run["steps"][1]["wrong"]
    assert run["over"] and run["status"] == "question"


def test_a_source_that_falls_silent_is_told_until_it_is_back(page_of: Open) -> None:
    page = page_of("viewer")
    silent = Degraded("camera", "no grips", "I can't see, so I won't grip anything new.")
    back = Degraded("camera", "no grips", "The camera came back; a new command is needed to go on.")
    words = page.evaluate(
        """async ([agent, ...told]) => {
            const { Model } = await import("/model.js");
            const model = new Model();
            model.name = agent;
            return told.map((event) => {
                model.hear({ kind: "event", agent, ...event });
                return model.alerts.map((alert) => alert.words);
            });
        }""",
        [AGENT, silent.to_json(), back.to_json()],
    )
    assert words == [[silent.words], []]
