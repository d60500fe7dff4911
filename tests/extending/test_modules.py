"""Modules of an agent from another package: by entry point and by class, without editing the core."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmagentos import Agent
from llmagentos.config import AgentConfig
from llmagentos.errors import ConfigError

PACKAGE = """
from llmagentos import LearningModule, PlanningModule, PlanResult
from llmagentos.lang import codec


class Parrot(PlanningModule):
    def __init__(self, model, engine, says="home"):
        self.says = says

    def plan(self, request):
        return PlanResult(codec.parse(self.says), self.says, engine={"backend": "parrot"})


class Diary(LearningModule):
    def __init__(self):
        self.pages = []

    def observe(self, episode):
        self.pages.append(episode)
"""
POINTS = """
[llmagentos.planning]
parrot = parrot_package:Parrot

[llmagentos.learning]
lost = parrot_package:Nobody
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package as pip leaves it: a module, and metadata that names its classes."""
    (tmp_path / "parrot_package.py").write_text(PACKAGE, encoding="utf-8")
    info = tmp_path / "parrot_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: parrot_package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(POINTS, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield
    sys.modules.pop("parrot_package", None)


def config(**fields: Any) -> AgentConfig:
    return AgentConfig.of({"scene": "demo", "planning": "parrot", **fields})


def test_an_installed_planner_and_a_class_by_its_path(installed: None) -> None:
    chosen = config(
        planning={"use": "parrot", "options": {"says": "answer count [ all block ]"}},
        learning="parrot_package:Diary",
    )
    with Agent.from_config(chosen) as agent:
        assert agent.command("sing").status == "answered"
        learned: Any = agent.learning
        assert learned.pages[0]["engine"] == {"backend": "parrot"}
        assert learned.pages[0]["plan"]["steps"][0]["op"] == "answer"


def test_a_name_that_is_not_installed_tells_those_that_are(installed: None) -> None:
    with pytest.raises(ConfigError, match=r"planning: expected builtin, parrot or .* got 'crow'"):
        Agent.from_config(config(planning="crow"))
    with pytest.raises(ConfigError, match="learning: expected the class of 'lost', got"):
        Agent.from_config(config(learning="lost"))
