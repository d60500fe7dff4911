"""Every public function, class, method and property says what it is for.

Public: no part of the qualified name begins with an underscore. Left out: functions inside
functions, setters and deleters, and overloads, whose first form speaks for all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
#: The ROS package is read, not imported: this needs no ROS.
PACKAGES = (
    *("llmagentos", "llm_edge", "sim", "benchmarks", "training"),
    "ros_ws/src/llmagentos_ros",
)
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _left_out(node: Definition) -> bool:
    marks = [ast.unparse(d) for d in node.decorator_list]
    return any(m.endswith((".setter", ".deleter", "overload")) for m in marks)


def _public(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            yield from _public(node.body, prefix)
        if not isinstance(node, Definition) or node.name.startswith("_") or _left_out(node):
            continue
        yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from _public(node.body, f"{prefix}{node.name}.")


def undocumented(folder: Path) -> list[str]:
    """Public names without a docstring, as "file:line name"."""
    out = []
    for path in sorted(folder.rglob("*.py")):
        where = path.relative_to(ROOT)
        if any(part.startswith("_") for part in where.with_suffix("").parts[:-1]):
            continue
        for name, node in _public(ast.parse(path.read_text(encoding="utf-8")).body, ""):
            if not ast.get_docstring(node):
                out.append(f"{where}:{node.lineno} {name}")
    return out


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_has_its_docstring(package: str) -> None:
    assert undocumented(ROOT / package) == []


def test_a_name_without_one_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "a.py").write_text(
        "def f(): ...\ndef _g(): ...\nclass C:\n '''D.'''\n def m(self):\n  def inner(): ...\n"
    )
    assert undocumented(tmp_path) == ["a.py:1 f", "a.py:5 C.m"]
