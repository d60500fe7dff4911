"""Trained policies that correct skills: an ONNX network with a card each, checked when loaded.

Knows: cards, which arm and skill a policy is for, the shipped ones. Does not know: PyTorch, how a
policy was trained (its card names the command), what a skill does with a correction.

A card beside its network (docs/extending.md has the recipe):

    name: push-mine1
    skill: push
    arms: [panda]
    file: push.onnx
    sha256: ...
    features: [way_m, ...]         # the skill's, in its order
    adjustables: {end_m: 0.06}     # the skill's, with its bounds, in its order
    trained_by: python -m ...
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from llmagentos.errors import FileError, SkillError
from llmagentos.files import is_there, read_yaml
from llmagentos.inference import OnnxNetwork
from llmagentos.skills.catalog import skills
from llmagentos.skills.residual import SCRIPTED, Policies, Residual

#: In the place of a folder: the policies that come with this package.
LEARNED = "learned"
_SHIPPED = Path(__file__).parent / "policies"


class Card(BaseModel):
    """What is said of a policy beside its network."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    skill: str = Field(min_length=1)
    arms: tuple[str, ...] = Field(min_length=1)
    file: str = Field(min_length=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    features: tuple[str, ...]
    adjustables: dict[str, float]
    normalization: str = ""
    trained_by: str = ""
    seed: int | None = None
    figures: dict[str, Any] = {}


class LearnedPolicy:
    """One policy, ready to be asked; implements residual.ResidualPolicy.

    card_file: YAML. Raises SkillError for a card that can't be or is for another version of its
    skill, FileError where there is none, ModelError for the network (also of another SHA-256).
    """

    def __init__(self, card_file: str | Path) -> None:
        path = Path(card_file)
        self.card = _card(path)
        residual = _declared(self.card, path)
        self._network = OnnxNetwork(
            path.parent / self.card.file,
            sha256=self.card.sha256,
            providers=("CPUExecutionProvider",),  # a row of numbers: no GPU is as fast
        )
        self._check(residual, path)

    @property
    def name(self) -> str:
        """As reports name it."""
        return self.card.name

    def __call__(self, features: Sequence[float]) -> Sequence[float]:
        """Corrections in the adjustables' units, not yet clipped. Raises ModelError."""
        row = np.array([features], dtype=np.float32)
        (answer,) = self._network(row).values()
        return [float(v) for v in np.ravel(answer)]

    def _check(self, residual: Residual, path: Path) -> None:
        """That the network takes and gives what its skill declares."""
        inputs, outputs = self._network.inputs, self._network.outputs
        if len(inputs) != 1 or len(outputs) != 1:
            raise SkillError(
                f"{path}: expected a network with one input and one output, got "
                f"{sorted(inputs)} and {sorted(outputs)}"
            )
        given = self(np.zeros(len(residual.features)).tolist())  # ModelError for another width
        if len(given) != len(residual.adjustables):
            raise SkillError(
                f"{path}: expected {len(residual.adjustables)} corrections, got {len(given)}"
            )


def _card(path: Path) -> Card:
    data = read_yaml(path, "a policy's card")
    try:
        return Card.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "card"
        raise SkillError(f"{path}: {where}: {first['msg']}") from error


def _declared(card: Card, path: Path) -> Residual:
    """What the card's skill offers to policies; the card must say the same."""
    skill = skills().get(card.skill)
    if skill is None or skill.residual is None:
        able = sorted(s.name for s in skills().values() if s.residual is not None)
        raise SkillError(f"{path}: expected a skill of {', '.join(able)}, got {card.skill!r}")
    residual = skill.residual
    names = tuple(f.name for f in residual.features)
    if card.features != names:
        raise SkillError(f"{path}: expected features {list(names)}, got {list(card.features)}")
    bounds = {a.name: a.most for a in residual.adjustables}
    if list(card.adjustables.items()) != list(bounds.items()):
        raise SkillError(f"{path}: expected adjustables {bounds}, got {card.adjustables}")
    return residual


def policies_for(arm: str, which: str | Path = LEARNED) -> Policies:
    """The policies of an arm, by its name. which: "scripted" (none), "learned" (those that come
    with this package and are for the arm; maybe none), or a folder with cards of one's own.

    Raises as LearnedPolicy does; SkillError too for a folder without any for the arm, or with two
    for one skill.
    """
    if str(which) == SCRIPTED:
        return Policies()
    folder = _SHIPPED if str(which) == LEARNED else Path(which)
    if not is_there(folder):
        raise FileError(f"expected {SCRIPTED}, {LEARNED} or a folder with policies, got '{which}'")
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yaml")):
        policy = LearnedPolicy(path)
        if arm not in policy.card.arms:
            continue
        if policy.card.skill in found:
            raise SkillError(f"{folder}: expected one policy for {policy.card.skill}, got two")
        found[policy.card.skill] = policy
    if not found and folder != _SHIPPED:
        raise SkillError(f"expected a policy for {arm}, got none in {folder}")
    return Policies(found)
