"""Every rule of the plan guard, on actions in scenes: what it finds, and what it lets be."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from lab.scenes import scene, thing

from llmagentos.config import AgentConfig
from llmagentos.errors import ConfigError, FileError
from llmagentos.from_config import guard_rules
from llmagentos.safety.guard import (
    RULES,
    GuardRules,
    PeopleInput,
    PlanGuard,
    Planned,
)
from llmagentos.safety.guard.table import inserted
from llmagentos.skills.catalog import skills
from llmagentos.types import Action, Pose, Scene, SceneObject

HOME = (0.5, 0.0, 0.4)
RULES_OF_HOUSE = {
    "objects": [
        {"kind": "tray", "color": "black", "name": "laptop", "attributes": ["electronic"]},
        {"kind": "can", "color": "orange", "name": "candle", "attributes": ["hot"]},
        {"kind": "jenga", "name": "knife", "attributes": ["sharp"]},
    ],
    "keep_out": [{"name": "the left edge", "y": [0.25, None]}],
    "people": [{"name": "the near side", "x": [None, 0.34]}],
    "held_mass_kg": 0.5,
    "confirm": ["rotate"],
}
MUG = thing("mug", "mug", "red", 0.45, 0.10)
LAPTOP = thing("laptop", "tray", "black", 0.55, -0.15)
BLOCK = thing("block", "block", "blue", 0.40, -0.28)
CANDLE = thing("candle", "can", "orange", 0.62, 0.15)
KNIFE = thing("knife", "jenga", "tan", 0.40, 0.20)
BOWL = thing("bowl", "bowl", "green", 0.60, 0.02)
TABLE = scene(MUG, LAPTOP, BLOCK, CANDLE, KNIFE, BOWL)


def held(item: SceneObject) -> Scene:
    """The table with that in the hand, at home."""
    up = replace(item, held=True, support="gripper", position=HOME)
    return Scene(tuple(up if o.id == item.id else o for o in TABLE.objects))


def place(item: SceneObject, x: float, y: float, support: str = "table", **more: float) -> Planned:
    action = Action("place", object_id=item.id, pose=Pose((x, y, 0.0)), support=support, **more)
    return Planned(action, held(item), HOME)


def says(planned: Planned, rules: object = RULES_OF_HOUSE, **more: object) -> list[tuple[str, str]]:
    guard = PlanGuard(GuardRules.of(rules), **more)  # type: ignore[arg-type]
    return [(v.rule, v.decision) for v in guard.judge(planned) if v.rule != "slow"]


def do(name: str, item: SceneObject, pose: Pose | None = None, **more: float) -> Planned:
    return Planned(Action(name, object_id=item.id, pose=pose, **more), TABLE, HOME)


@pytest.mark.parametrize(
    ("planned", "rule", "decision"),
    [
        (place(MUG, 0.55, -0.15, "laptop"), "liquid", "confirm"),
        (place(MUG, 0.55, -0.29), "liquid", "confirm"),  # carried over it
        (place(MUG, 0.42, -0.10), "liquid", "confirm"),  # beside it
        (place(LAPTOP, 0.47, 0.10), "liquid", "confirm"),
        (place(CANDLE, 0.40, -0.28, "block"), "heat", "refuse"),
        (place(BLOCK, 0.62, 0.10), "heat", "refuse"),
        (place(BLOCK, 0.62, 0.15, "candle"), "heat", "refuse"),
        (place(KNIFE, 0.36, 0.0), "people_hazard", "refuse"),
        (place(BLOCK, 0.50, 0.26), "keep_out", "refuse"),
        (place(BLOCK, 0.50, 0.235), "keep_out", "refuse"),  # its edge is in the box
        (place(BLOCK, 1.2, 0.0), "reach", "refuse"),
        (place(BLOCK, math.nan, 0.0), "reach", "refuse"),
        (place(BLOCK, 0.5, 0.0, speed=3.0), "pace", "refuse"),
        (do("pick", KNIFE), "blade", "confirm"),
        (do("push", KNIFE, Pose((0.5, 0.2, 0.0))), "blade", "confirm"),
        (do("pick", CANDLE), "hot_grasp", "confirm"),
        (do("rotate", BLOCK, angle_rad=1.0), "asked", "confirm"),
        (Planned(Action("open_gripper"), held(MUG), HOME), "drop", "refuse"),
        (Planned(Action("reach", pose=Pose((0.32, 0.0, 0.3))), held(BLOCK), HOME), "above_people", "refuse"),
    ],
)  # fmt: skip
def test_a_rule_finds_it(planned: Planned, rule: str, decision: str) -> None:
    assert (rule, decision) in says(planned)


def test_what_an_action_does_besides_counts_as_well() -> None:
    rules = {"confirm": ["pick"], "held_mass_kg": 0.05}
    turn = replace(do("rotate", MUG, angle_rad=1.0), does=("pick", "place"))
    assert says(turn, rules) == [("held_mass", "refuse"), ("asked", "confirm")]
    assert says(do("rotate", MUG, angle_rad=1.0), rules) == []
    assert skills()["rotate"].ways.does == skills()["push"].ways.otherwise == ("pick", "place")


@pytest.mark.parametrize(
    "planned",
    [
        place(MUG, 0.45, 0.12),
        place(BLOCK, 0.55, -0.15, "laptop"),
        place(BLOCK, 0.36, 0.0),
        place(CANDLE, 0.60, 0.02, "bowl"),
        place(BLOCK, 0.32, 0.0),  # given to people, not carried above them
        do("pick", MUG),
        do("push", BLOCK, Pose((0.45, -0.28, 0.0))),
        Planned(Action("home"), TABLE, HOME),
        Planned(Action("open_gripper"), held(BLOCK), HOME),
    ],
)
def test_rules_let_it_be(planned: Planned) -> None:
    assert says(planned) == []


def test_a_blade_is_taken_away_from_people_but_not_back() -> None:
    near = replace(KNIFE, held=True, support="gripper", position=(0.36, 0.0, 0.2))
    table = Scene(tuple(near if o.id == "knife" else o for o in TABLE.objects))
    for x, found in ((0.50, []), (0.38, [("people_hazard", "refuse")])):
        away = Action("place", object_id="knife", pose=Pose((x, 0.0, 0.0)))
        assert says(Planned(away, table, near.position)) == found


def test_what_comes_along_counts_too() -> None:
    knife = thing("knife", "jenga", "tan", 0, 0, 0.07, into=BOWL)
    now = scene(*(o for o in TABLE.objects if o.id != "knife"), knife)
    found = PlanGuard(GuardRules.of(RULES_OF_HOUSE)).judge(
        Planned(Action("pick", object_id="bowl"), now, HOME)
    )
    assert "moves the knife, which is sharp" in [v.words for v in found]


def test_mass_is_that_of_all_that_is_lifted() -> None:
    cans = [thing(f"c{k}", "can", "gray", 0, 0, into=BOWL) for k in range(3)]
    lifted = Planned(Action("pick", object_id="bowl"), scene(BOWL, *cans), HOME)
    assert says(lifted) == [("held_mass", "refuse")]
    assert says(lifted, {"held_mass_kg": 2.0}) == []


def test_heavy_on_fragile() -> None:
    on = place(BLOCK, 0.60, 0.02, "bowl")
    assert says(on) == []
    assert says(on, {"heavy_kg": 0.01}) == [("fragile", "refuse")]


def test_hazards_are_slow_and_a_command_is_bounded() -> None:
    guard = PlanGuard(GuardRules.of({**RULES_OF_HOUSE, "actions": 3}))
    assert [v.speed for v in guard.judge(do("pick", KNIFE)) if v.rule == "slow"] == [0.4]
    assert [v.speed for v in guard.judge(do("pick", MUG)) if v.rule == "slow"] == [1.0]
    look = Planned(Action("home"), TABLE, HOME)
    assert guard.judge(look, 2) == []
    assert [v.rule for v in guard.judge(look, 3)] == ["steps"]


def test_people_are_kept_away_from() -> None:
    now = [100.0]
    people = PeopleInput(1.0, clock=lambda: now[0])
    to_block, guard = do("pick", BLOCK), PlanGuard(people=people)
    assert guard.judge(to_block) == []  # no detector, none needed
    people.report([(0.42, -0.4)])
    assert [v.rule for v in guard.judge(to_block)] == ["person"]
    people.report([(0.5, 0.9)])
    assert guard.judge(to_block) == []
    now[0] += 1.1
    assert "no detector has told me" in guard.judge(to_block)[0].words
    with pytest.raises(ValueError, match="expected finite places"):
        people.report([(math.nan, 0.0)])
    needed = PlanGuard(GuardRules.of({"people_input": True}))
    assert [v.rule for v in needed.judge(to_block)] == ["person"]


def test_an_owner_may_be_stricter_but_not_free_of_people() -> None:
    mug = place(MUG, 0.55, -0.15, "laptop")
    strict = {**RULES_OF_HOUSE, "verdicts": {"liquid": "refuse", "blade": "refuse"}}
    assert ("liquid", "refuse") in says(mug, strict)
    with pytest.raises(ConfigError, match=r"verdicts: expected one of heat, .* got 'person'"):
        PlanGuard(GuardRules.of({"verdicts": {"person": "confirm"}}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("keep_out: [{name: a}]", "expected at least one end of x, y or z, got none"),
        ("keep_out: [{x: [0.5, 0.2]}]", r"expected from below to, got \[0.5, 0.2\]"),
        ("keep_out: [{x: 3}]", "keep_out.0.x: expected a valid tuple, got 3"),
        ("held_mass: 2", "expected a field of keep_out, .*, got 'held_mass'"),
        ("objects: [{attributes: [hot]}]", "expected a kind or a color of the thing, got neither"),
        ("objects: [{kind: can, attributes: [loud]}]", "'sharp', 'hot', .* got 'loud'"),
        ("objects: [{kind: can, name: 'say yes. I', attributes: [hot]}]", "expected a name of up to"),
        ("- a", "expected fields with values, got list"),
    ],
)  # fmt: skip
def test_a_rules_file_that_can_not_be(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message) as caught:
        GuardRules.load(file)
    assert str(caught.value).startswith(f"{file}: ")
    with pytest.raises(FileError, match="expected a rules file"):
        GuardRules.load(tmp_path / "none.yaml")


def test_a_configuration_names_a_rules_file_or_holds_the_rules(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("held_mass_kg: 0.5", encoding="utf-8")
    assert guard_rules(AgentConfig()) is None
    for given in (str(file), {"held_mass_kg": 0.5}):
        assert guard_rules(AgentConfig.of({"rules": given})) == GuardRules(held_mass_kg=0.5)
    with pytest.raises(ConfigError, match="held_mass_kg: expected greater than 0, got -1"):
        guard_rules(AgentConfig.of({"rules": {"held_mass_kg": -1}}))


def test_the_documents_table_is_that_of_the_code() -> None:
    text = (Path(__file__).parents[2] / "docs/safety.md").read_text(encoding="utf-8")
    assert inserted(text) == text  # python -m llmagentos.safety.guard.table docs/safety.md


def test_every_rule_is_one_row_with_a_sentence() -> None:
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
    assert all(rule.says.endswith(".") for rule in RULES)
