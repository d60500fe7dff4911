"""The driving suites: their own plans do them, wrong plans do not, other people's are read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.driving import main
from benchmarks.suites import sentences
from benchmarks.suites.driving import suites
from benchmarks.suites.driving.development import FLAT, ROWS
from benchmarks.suites.driving.house import HERE, Row, Wanted, play, row, without_base

OWN = suites(None)
EVERY = [pytest.param(r, id=f"{name}: {r.says[-1]}") for name, rows in OWN.items() for r in rows]


@pytest.mark.parametrize("one", EVERY)
def test_a_rows_own_plans_do_it(one: Row) -> None:
    assert len(one.oracle) == len(one.says)
    ended = play(one, None)
    assert ended.why == "", (ended.why, ended.reply)


@pytest.mark.parametrize(
    ("plan", "wanted", "why"),
    [
        ('goto "hall"', Wanted(at="kitchen"), "place"),
        ('goto "kitchen"', Wanted(visits=("bedroom", "kitchen")), "not at bedroom"),
        ('goto "kitchen"', Wanted(stays=True), "drove"),
        ("steer forward", Wanted(stays=True), "drove"),
        ('bring [ the red cup ] to "sofa"', Wanted(lies={"red cup": HERE}), "red cup not at here"),
        ("pick [ the green ball ]", Wanted(holds="yellow box"), "hand"),
        ('goto "kitchen"', Wanted(status=("cannot",)), "status succeeded"),
        ("answer whereabouts", Wanted(says="kitchen"), "reply"),
        ('goto "kitchen"', Wanted(does="follow"), "no follow"),
        ("look", Wanted(named="lab"), "name"),
    ],
)
def test_what_went_wrong_is_named(plan: str, wanted: Wanted, why: str) -> None:
    assert play(row(FLAT, "do it", wanted, plan), None).why == why


def test_without_wheels_it_goes_nowhere() -> None:
    drive = replace(ROWS[0], house=without_base(FLAT))
    assert play(drive, None).why == "status cannot"


def test_other_peoples_sentences_are_read_and_can_be_done(tmp_path: Path) -> None:
    """Of their form; their words stay where they are."""
    plan = "1. find a coke can, 2. pick up the coke can, 3. bring it to you, 4. put down the coke can, 5. done."
    gone = "1. find an apple, 2. pick up the apple, 3. go to the trash, 4. put down the apple, 5. done."
    opened = "1. go to the drawer, 2. open the drawer, 3. pick up the apple, 4. done."
    rows = [("a coke can for me", plan), ("something fizzy for me", plan), ("bin the apple", gone),
            ("the apple in the drawer", opened)]  # fmt: skip
    lines = [{"instruction": s, "notes": f"reference_plan={p}"} for s, p in rows]
    (tmp_path / "saycan_plan_examples.jsonl").write_text("\n".join(map(json.dumps, lines)))
    skeletons = (
        "carry a <obj> from the <plcmtLoc> to me",
        "go to the <loc> then meet <name> and follow them to the <loc2>",
        "guide <name> from the <loc> to the <loc>",
        "tell me how many <plurCat> there are on the <plcmtLoc>",
    )
    told = [{"instruction": s} for s in skeletons]
    (tmp_path / "gpsr.jsonl").write_text("\n".join(map(json.dumps, told)))
    found = suites(tmp_path)
    assert [r.tags for r in found["saycan"]] == [("named",), ("knowledge",), ("named",), ("named",)]
    assert found["saycan"][2].wanted.lies == {"apple": "trash"}
    assert found["saycan"][3].wanted.status == ("cannot",)
    assert len(found["gpsr"]) == 2 * len(skeletons)
    for one in (*found["saycan"], *found["gpsr"]):
        assert "<" not in one.says[0]
        ended = play(one, None)
        assert ended.why == "", (one.says, ended)


def test_fresh_sentences_are_kept_out_of_the_corpus() -> None:
    said = {text for _, text in sentences(None)}
    assert {r.says[0] for r in OWN["fresh_drive"]} <= said


def test_the_program_prints_a_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    main(["--oracle", "--suites", "drive", "--out", str(out)])
    assert "drive" in capsys.readouterr().out
    assert all(not r["why"] for r in json.loads(out.read_text())["drive oracle"])
    with pytest.raises(SystemExit):
        main(["--suites", "nowhere"])
