"""Words from outside the package: a region, a material and a relation, without editing the core."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lab.session import Table

from llm_edge.constraint import PlanConstraint
from llm_edge.tokenization import PlanVocabulary
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import PlanError
from llmagentos.lang import codec, grammar
from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.lang.wording import describe_plan
from llmagentos.lang.words.places import Region, Relation
from llmagentos.world.regions import SIGNS

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "llm_edge" / "models" / DEFAULT_MODEL / "plan_vocabulary.json"
TEXT = "put [ the wicker block where leaning_on [ the bowl ] ] at aisle"


@pytest.fixture
def words() -> Iterator[None]:
    aisle = Region("aisle", "the aisle", ("middle", "side"), link="in", sign=(0, 0.5))
    w.register_word("region", aisle)
    w.register_word("material", w.Word("wicker", like=("wood",)))
    w.register_word("spatial", Relation("leaning_on", "leaning on", like=("next_to", "on")))
    yield
    for role, word in (("region", "aisle"), ("material", "wicker"), ("spatial", "leaning_on")):
        w.ROLES[role].remove(word)


def taken(text: str, vocabulary: PlanVocabulary) -> bool:
    matcher = PlanConstraint(vocabulary).matcher()
    known = all(word in vocabulary.ids for word in text.split())
    return known and all(matcher.take(i) for i in vocabulary.encode(text.split()))


@pytest.mark.usefixtures("words")
def test_they_are_read_written_and_told() -> None:
    plan = codec.parse(TEXT)
    assert codec.write(plan) == TEXT
    assert p.Plan.model_validate(plan.to_json()) == plan
    assert describe_plan(plan) == ["Put the wicker block leaning on the bowl in the aisle."]
    schema = json.dumps(p.Plan.model_json_schema())
    assert '"aisle"' in schema and '"leaning_on"' in schema


@pytest.mark.usefixtures("words")
def test_the_grammar_of_a_model_has_them_if_the_model_knows_them() -> None:
    assert {"aisle", "wicker", "leaning_on"} <= set(grammar.plan_words())
    assert taken(TEXT, PlanVocabulary())
    shipped = PlanVocabulary(tuple(json.loads(SHIPPED.read_text())))
    assert not taken(TEXT, shipped)
    assert taken("put [ the wood block where on [ the bowl ] ] at middle", shipped)
    assert "aisle" not in grammar.lark_grammar(shipped.ids)


@pytest.mark.usefixtures("words")
def test_a_new_model_begins_them_like_the_words_that_they_name() -> None:
    torch = pytest.importorskip("torch", reason="extra 'train'")
    from training.planner.warm import with_words

    table = "decoder.lm_head.weight"
    old, new = ("middle", "side", "wood", "left"), ("aisle", "middle", "side", "wicker", "wood")
    rows = torch.arange(10.0).reshape(5, 2)  # the end, then a row a word
    begun = with_words({table: rows}, old, new)[table]
    assert torch.equal(begun[1], (rows[1] + rows[2]) / 2)
    assert torch.equal(begun[4], rows[3])


@pytest.mark.usefixtures("words")
@pytest.mark.parametrize(
    "plan",
    [
        "put [ the red block ] at aisle",
        "put [ the red block ] at aisle dist 5 cm",
        "arrange [ all block ] line at aisle",
        "put [ the red block ] at aisle ; clear at aisle",
        "put [ the red block ] at aisle ; pick [ the block where at aisle ]",
    ],
)
def test_a_plan_with_a_region_is_carried_out(plan: str) -> None:
    table = Table()
    out = table.do(plan)
    assert out.status == "succeeded", out.reply
    if plan == "put [ the red block ] at aisle":
        ws, at = table.skills.scene().workspace, table.get("red_block").position
        y = ws.y_min + 0.75 * (ws.y_max - ws.y_min)
        assert math.dist(at[:2], ((ws.x_min + ws.x_max) / 2, y)) < 0.1


@pytest.mark.parametrize("sign", [None, (0, 2), (0.5,), "left", (0, float("nan"))])
def test_a_region_without_a_place_is_refused(sign: Any) -> None:
    with pytest.raises(PlanError, match=r"expected sign=\(x, y\) of region 'nook'"):
        w.register_word("region", Region("nook", sign=sign))
    assert "nook" not in w.REGIONS and "nook" not in SIGNS


def test_a_region_taken_out_leaves_no_place(words: None) -> None:
    assert SIGNS["aisle"] == (0, 0.5)
    w.REGIONS.remove("aisle")
    assert "aisle" not in SIGNS
    w.register_word("region", Region("aisle", "the aisle", sign=(0, 0.5)))


def test_without_them_nothing_is_known_of_them() -> None:
    with pytest.raises(PlanError, match="expected a kind, got 'wicker'"):
        codec.parse(TEXT)


def test_an_installed_package_brings_words_by_an_entry_point(tmp_path: Path) -> None:
    (tmp_path / "my_words.py").write_text(
        "from llmagentos.lang.words import register_word\n"
        "from llmagentos.lang.words.places import Region\n"
        "def add():\n"
        "    register_word('region', Region('aisle', 'the aisle', sign=(0, 0.5), link='in'))\n"
    )
    info = tmp_path / "my_words-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-words\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[llmagentos.words]\nmine = my_words:add\n")
    program = (
        "from llmagentos.lang import codec, wording\n"
        "print(*wording.describe_plan(codec.parse('put [ the block ] at aisle')))"
    )
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    out = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert out.stdout == "Put the block in the aisle.\n"
