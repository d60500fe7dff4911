"""What an agent of the daemon is made of, as a YAML file: a configuration, and what it may use.

Knows: every field with its default and what it may be. Does not know: what is made of it
(worker.py), nor what is left on this machine (budgets.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from llmagentos.config import AgentConfig, Part
from llmagentos.errors import ConfigError

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,40}")


class BudgetsConfig(Part):
    """How much of the machine an agent may use; none: no limit, and nothing is kept for it."""

    memory_mb: float | None = Field(
        None, gt=0.0, description="memory of all its processes, megabytes"
    )
    cores: float | None = Field(
        None, gt=0.0, le=1024.0, description="processor cores, on the average of ten seconds"
    )
    disk_mb: float | None = Field(None, gt=0.0, description="its folder of files, megabytes")
    needs: Mapping[str, float] = Field(
        {},
        description="what it takes of that the daemon was told there is: {gpu_gb: 1.5, arm: 1}",
    )


class RestartConfig(Part):
    """What happens when its process ends."""

    policy: Literal["always", "on-failure", "never"] = Field(
        "on-failure", description="on-failure: not where its own program came to its end"
    )
    most: int = Field(
        5, ge=0, le=1000, description="deaths within window_s after which it is given up"
    )
    window_s: float = Field(60.0, gt=0.0, description="seconds")


class PermissionsConfig(Part):
    """What it may do; by default it calls nobody, and has its own files."""

    calls: tuple[str, ...] = Field(
        (), description="agents that it may call and look at; '*' for all"
    )
    read: tuple[str, ...] = Field(
        (), description="files that it may read beside its own: WHOSE/NAME, as bob/shared/*"
    )
    write: tuple[str, ...] = Field((), description="files that it may write beside its own")


class ExampleConfig(Part):
    """How one thing is said to this agent, and what is meant."""

    say: str = Field(min_length=1, description="a phrase or a name, as people say it")
    mean: str = Field(min_length=1, description="what it stands for, in words that robots know")

    _said = field_validator("say", "mean")(lambda value: _sayable(value))


def _sayable(value: str) -> str:
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") for c in value):
        raise ValueError("text without control characters")
    if value and not any(c.isalnum() for c in value):
        raise ValueError("words")
    return value


class PersonaConfig(Part):
    """Who this agent is to the people around it."""

    role: str = Field("", max_length=500, description="in a sentence; answers 'who are you?'")
    examples: tuple[ExampleConfig, ...] = Field(
        (), max_length=50, description="a few things that people say to it, and what they mean"
    )
    tone: Literal["plain", "brief", "polite"] = Field("plain", description="of its replies")

    _role = field_validator("role")(_sayable)


class AgentSpec(AgentConfig):
    """One agent. `AgentSpec.load(file)`; every configuration file is one, too."""

    _file: ClassVar[str] = "an agent's specification"
    _called: ClassVar[str] = "specification"

    program: str | None = Field(
        None,
        description="package.module:Class with a run() of its own; none: takes commands for a robot",
    )
    options: Mapping[str, Any] = Field({}, description="keyword arguments of that class")
    serves: Literal["perception", "planning", "learning"] | None = Field(
        None,
        description="it is no robot but this module of others: planning: {runs: {service: ITS NAME}}; "
        "one process with one model for all of them",
    )
    at_once: int = Field(
        1, ge=1, le=64, description="calls of a program that are carried out side by side"
    )
    queue: int = Field(1000, ge=1, description="so many calls may be in line for it")
    budgets: BudgetsConfig = Field(BudgetsConfig(), description="what it may use of the machine")
    restart: RestartConfig = Field(RestartConfig(), description="when its process ends")
    permissions: PermissionsConfig = Field(
        PermissionsConfig(), description="what it may do beyond itself"
    )
    persona: PersonaConfig = Field(PersonaConfig(), description="who it is to the people around it")

    @field_validator("program")
    @classmethod
    def _names_a_class(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[\w.]+:\w+", value):
            raise ValueError("package.module:Class")
        return value

    @model_validator(mode="after")
    def _program_or_robot(self) -> AgentSpec:
        if self.serves is not None and self.program is not None:
            raise ValueError("expected serves or program, got both")
        if self.options and self.program is None:
            raise ValueError("expected a program for options, got none")
        return self

    @property
    def config(self) -> AgentConfig:
        """What of it is a configuration."""
        return AgentConfig.of(
            {k: v for k, v in self.to_json().items() if k in AgentConfig.model_fields}
        )

    def with_kept(self, folder: Path) -> AgentSpec:
        """With all that this agent learns, remembers and records in a folder of its own, but where
        the specification says where."""
        out = self
        for part, where in (("taught", "learning"), ("memory", "memory"), ("recorder", "flights")):
            chosen = getattr(out, part)
            if not chosen.folder:
                changes: dict[str, Any] = {"folder": str(folder / where)}
                if part == "memory" and chosen.keep is None:
                    changes["keep"] = True
                if part == "recorder" and chosen.limit_mb is None:
                    changes["limit_mb"] = 200.0
                out = out.model_copy(update={part: chosen.model_copy(update=changes)})
        return out

    def to_json(self) -> dict[str, Any]:
        """Plain data that `of` reads again."""
        return self.model_dump(mode="json", exclude_unset=True)


def check_name(name: object) -> str:
    """An agent's name. Raises ConfigError."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name == "self":
        raise ConfigError(
            "expected an agent's name of small letters, digits, '-', '_' and '.', at most 41, "
            f"got {name!r}"
        )
    return name
