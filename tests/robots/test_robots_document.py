"""The driver in docs/robot.md keeps the promises of a driver as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from lab.arms import ARMS

from llmagentos.robots import ArmSpec
from llmagentos.robots.conformance import conform
from llmagentos.robots.promises import NO_COMMANDS

PAGE = Path(__file__).parents[2] / "docs" / "robot.md"


def test_the_document_says_what_is_no_command_as_drivers_are_asked() -> None:
    assert (
        f"clipped to the ranges; {', '.join(NO_COMMANDS)}: refused, and nothing moves"
        in PAGE.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("arm", ARMS, ids=lambda arm: str(arm.name))
def test_the_driver_in_the_document_keeps_every_promise(
    arm: ArmSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    names: dict[str, Any] = {"__name__": "my_driver"}
    exec(code, names)  # the page is ours
    monkeypatch.setattr(names["time"], "sleep", lambda _: None)
    verdicts = list(conform(names["MyDriver"](arm), arm, whole_range=True))
    assert [v.why for v in verdicts if not v.kept] == []
