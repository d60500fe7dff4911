"""docs/safety.md lists what the arms' files say, number by number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from llmagentos.robots import ArmSpec, load
from llmagentos.robots.loading import origin

DOC = Path(__file__).parents[2] / "docs" / "safety.md"
SHIPPED = [name for name, where in origin().items() if where == "shipped"]


def _listed(values: Sequence[float]) -> str:
    return "[" + ", ".join(f"{v:g}" for v in values) + "]"


def _rows(spec: ArmSpec) -> Iterator[str]:
    box = spec.keep_in
    for name, p in spec.profiles.items():
        yield (
            f"| {spec.name} | {name} | {p.velocity * 100:.0f} % | {p.acceleration * 100:.0f} % | "
            f"{p.tool_speed_mps:g} | {p.contact_n[0]:g} / {p.contact_n[1]:g} | {p.lag_rad:g} | "
            f"{_listed(box.x_m)} {_listed(box.y_m)} {_listed(box.z_m)} |"
        )
    yield (
        f"| {spec.name} | {_listed(spec.max_velocity_radps)} | "
        f"{_listed(spec.max_acceleration_radps2)} | {spec.max_tool_speed_mps:g} |"
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_the_table_has_this_arms_numbers_and_no_others(name: str) -> None:
    lines = DOC.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith(f"| {name} |")] == list(_rows(load(name)))
