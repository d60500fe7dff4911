"""Every public function, class, method and property says what it is for; files that a module's
docstring names are there.

Public: no part of the qualified name begins with an underscore. Left out: functions inside
functions, setters and deleters, and overloads, whose first form speaks for all.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
#: The ROS package is read, not imported: this needs no ROS.
PACKAGES = (
    *("llmagentos", "llm_edge", "sim", "benchmarks", "training"),
    "ros_ws/src/llmagentos_ros",
)
#: Where files stand that a module's docstring may name.
_HOMES = (*PACKAGES, "launch", "tests", "examples")
_FILE = re.compile(r"[\w/]+\.py\b")
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


def _missing(docstring: str, there: frozenset[str]) -> list[str]:
    """Python files that a docstring names, alone or after folders, and no path ends with."""
    named = _FILE.findall(docstring)
    return [name for name in named if not any(path.endswith(f"/{name}") for path in there)]


@pytest.fixture(scope="module")
def files() -> frozenset[str]:
    found = (path for home in _HOMES for path in (ROOT / home).rglob("*.py"))
    return frozenset(f"/{path.relative_to(ROOT)}" for path in found)


@pytest.mark.parametrize("package", PACKAGES)
def test_files_in_module_docstrings_exist(package: str, files: frozenset[str]) -> None:
    told = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in _missing(ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "", files)
    ]
    assert told == []


def test_a_missing_file_is_found(files: frozenset[str]) -> None:
    text = "Does not know: the gate (gate.py), a place (no_such_part.py) or skills/gate.py."
    assert _missing(text, files) == ["no_such_part.py", "skills/gate.py"]
