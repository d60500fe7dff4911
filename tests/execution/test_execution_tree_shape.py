"""The behaviour tree as py_trees' own tools see it: every step that is under way or done."""

from __future__ import annotations

from lab.session import Table
from py_trees.common import Status
from py_trees.display import unicode_tree

from llmagentos.lang import codec as compact

LOOP = (
    "repeat 2 { for_each [ all block ] { put [ the this object ] in [ the red bowl ] } } ; "
    "if exists [ a bowl ] { home }"
)


def names(table: Table) -> list[str]:
    root = table.executor.tree
    assert root is not None
    return [b.name for b in root.iterate()]


def test_subtrees_are_children_and_grow_as_their_turn_comes() -> None:
    t = Table()
    t.executor.start(compact.parse(LOOP))
    assert sorted(names(t)) == ["0 repeat", "1 if", "plan"], "nothing is known before it begins"
    assert t.executor.tick() is None
    root = t.executor.tree
    assert root is not None
    assert [n for n in names(t) if n.endswith("put")] == ["0.0.0 put"]
    assert root.tip().name == "0.0.0 put" and root.tip().status is Status.RUNNING
    drawn = unicode_tree(root, show_status=True)
    assert "0.0.0 put [*]" in drawn and "0 repeat [*]" in drawn and "1 if [-]" in drawn
    while t.executor.tick() is None:
        last = names(t)
    puts = [n for n in last if n.endswith("put")]
    assert len(puts) == 6, "two passes over three blocks, all of them to be seen"
    assert t.executor.tree is None
    assert root.status is Status.SUCCESS
    assert all(b.status is Status.SUCCESS for b in root.iterate())


def test_every_behaviour_has_its_parent() -> None:
    t = Table()
    t.executor.start(compact.parse(LOOP))
    t.executor.tick()
    root = t.executor.tree
    assert root is not None
    for behaviour in root.iterate():
        assert behaviour is root or behaviour in behaviour.parent.children


def test_a_stop_reaches_every_level_and_is_recorded_there() -> None:
    t = Table()
    t.executor.start(compact.parse(LOOP))
    t.executor.tick()
    root = t.executor.tree
    assert root is not None
    out = t.executor.stop()
    assert all(b.status is Status.INVALID for b in root.iterate())
    assert [(s["path"], s["status"], s["reason"]) for s in out.steps] == [
        (path, "failed", "stopped") for path in ("0", "0.0", "0.0.0")
    ]


def test_a_failure_inside_ends_every_level() -> None:
    t = Table(rehearses=False)
    out = t.do("repeat 2 { until exists [ a cup ] { look } }")
    assert out.status == "failed" and "nothing changes" in out.reply
    assert [s["status"] for s in out.steps if s["op"] in ("repeat", "until")] == ["failed"] * 2
