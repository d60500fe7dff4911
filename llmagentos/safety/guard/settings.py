"""What the owner of a robot tells its guard: boxes, people's places, limits, hazardous things.

Knows: every setting with its default, and how a rules file is read (`--rules rules.yaml`). Does
not know: the rules that use them (rules.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from llmagentos.errors import ConfigError
from llmagentos.files import read_yaml
from llmagentos.objects.kind import Attribute
from llmagentos.types import SceneObject, Vec3

#: What a rule that may be set does with what it finds: never, or after a person's yes.
Choice = Literal["refuse", "confirm"]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 '-]{0,39}")


def _named(name: str) -> str:
    """Names are said to people: a few plain words, so that none reads as a sentence of ours."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"expected a name of up to 40 letters, digits and blanks, got {name!r}")
    return name


Name = Annotated[str, AfterValidator(_named)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Zone(_Part):
    """A box in the base frame, metres. x, y, z: from and to; none of either: without end there."""

    name: Name = Field("that place", description="what people call it")
    x: tuple[float | None, float | None] | None = None
    y: tuple[float | None, float | None] | None = None
    z: tuple[float | None, float | None] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Zone:
        ends = [pair for pair in (self.x, self.y, self.z) if pair is not None]
        if not any(end is not None for pair in ends for end in pair):
            raise ValueError("expected at least one end of x, y or z, got none")
        for low, high in ends:
            if low is not None and high is not None and low >= high:
                raise ValueError(f"expected from below to, got [{low:g}, {high:g}]")
        return self

    def has(self, point: Vec3, margin_m: float = 0.0) -> bool:
        """Whether a point is in the box or within a margin of it."""
        for value, pair in zip(point, (self.x, self.y, self.z), strict=True):
            low, high = pair or (None, None)
            if low is not None and value < low - margin_m:
                return False
            if high is not None and value > high + margin_m:
                return False
        return True


class Thing(_Part):
    """What the owner knows of things of a kind and colour that a camera cannot tell."""

    kind: str = Field("", description="of these kinds only; empty: of any")
    color: str = Field("", description="of this colour only; empty: of any")
    name: Name | None = Field(None, description="what people call it")
    attributes: tuple[Attribute, ...] = Field(min_length=1, description="besides its kind's own")

    @model_validator(mode="after")
    def _tells_which(self) -> Thing:
        if not (self.kind or self.color):
            raise ValueError("expected a kind or a color of the thing, got neither")
        return self

    def is_it(self, item: SceneObject) -> bool:
        """Whether an object fits."""
        return self.kind in ("", item.kind) and self.color in ("", item.color)


class GuardRules(_Part):
    """All that can be set. `GuardRules.load(file)`; the defaults are those without a file."""

    keep_out: tuple[Zone, ...] = Field(
        (), description="boxes that neither the finger tips nor what they hold may be in"
    )
    people: tuple[Zone, ...] = Field(
        (), description="places where people are or reach in; nothing is carried above them"
    )
    clearance_m: float = Field(
        0.3, ge=0.05, le=2.0, description="kept from a person that a detector reports, metres"
    )
    people_input: bool = Field(
        False, description="nothing moves without a detector's report of people that is new enough"
    )
    people_timeout_s: float = Field(
        1.0, gt=0.0, le=60.0, description="a detector's report is old after so long, seconds"
    )
    held_mass_kg: float = Field(2.0, gt=0.0, le=100.0, description="the most that is lifted")
    heavy_kg: float = Field(
        0.3, gt=0.0, le=100.0, description="the most that is put on something fragile"
    )
    speed: float = Field(
        1.6, gt=0.0, le=2.0, description="the fastest pace that may be asked for, of the usual one"
    )
    hazard_speed: float = Field(
        0.4, gt=0.0, le=1.0, description="how fast sharp and hot things are carried at most"
    )
    actions: int = Field(200, ge=1, le=2000, description="the most actions of one command")
    confirm: tuple[str, ...] = Field(
        (), description="actions that are done only after a person's yes: pick, push, reach ..."
    )
    verdicts: Mapping[str, Choice] = Field(
        {}, description="refuse or confirm, for rules that may be set (docs/safety.md)"
    )
    objects: tuple[Thing, ...] = Field((), description="things that are more than they look like")

    @classmethod
    def load(cls, path: str | Path) -> GuardRules:
        """Read a rules file. Raises FileError, or ConfigError that names the file and the field."""
        data = read_yaml(path, "a rules file")
        return cls.of({} if data is None else data, str(path))

    @classmethod
    def of(cls, data: Any, where: str = "rules") -> GuardRules:
        """From plain data. where: what an error names. Raises ConfigError."""
        if not isinstance(data, Mapping):
            raise ConfigError(f"{where}: expected fields with values, got {type(data).__name__}")
        try:
            return cls.model_validate(dict(data))
        except ValidationError as exc:
            wrong = exc.errors()[0]
            field = ".".join(map(str, wrong["loc"]))
            says = str(wrong["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
            if wrong["type"] == "extra_forbidden":
                says = f"expected a field of {', '.join(cls.model_fields)}, got '{field}'"
            elif not says.startswith("expected"):
                says = f"{field}: expected {says}, got {wrong['input']!r}"
            raise ConfigError(f"{where}: {says}") from exc
