"""The validator: what is refused, asked or impossible before anything moves."""

from __future__ import annotations

import pytest
from lab.notation import ctx

from llmagentos.lang import codec as compact
from llmagentos.tasks.validation import Issue, validate, walk


def issues(text: str) -> list[Issue]:
    return validate(compact.parse(text), ctx())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("refuse harm_person", "refused"),
        ("pick [ the red block ] ; refuse fire", "refused"),
        ("if exists [ a cup ] { refuse blade }", "refused"),
        ("cannot cut", "cannot"),
        ("put [ the blue block ] at left ; cannot pour", "cannot"),
        ("ask where [ the blue block ]", "question"),
        ("place at left", "cannot"),
        ("put [ the blue bowl ] in [ the blue bowl ]", "cannot"),
        ("repeat 20 { repeat 20 { look } }", "cannot"),
    ],
)
def test_first_issue(text: str, kind: str) -> None:
    found = issues(text)
    assert found
    assert found[0].kind == kind
    assert found[0].words.endswith((".", "?"))


def test_a_refusal_comes_before_everything_else() -> None:
    assert issues("cannot cut ; ask what ; refuse poison")[0].kind == "refused"


def test_nesting_is_bounded() -> None:
    text = "look"
    for _ in range(5):
        text = f"repeat 1 {{ {text} }}"
    assert issues(text)[0].kind == "cannot"


def test_good_plans_pass() -> None:
    assert not issues("pick [ the blue block ] ; place in [ the green bowl ]")
    assert not issues("repeat 3 { move [ the blue block ] left }")


def test_paths_of_branches() -> None:
    plan = compact.parse("if exists [ a cup ] { look ; home } else { wait 1 }")
    assert [path for path, _ in walk(plan)] == ["0", "0.0", "0.1", "0.2"]
