"""Mutation tests of the supervisor and the gate: does a test fail for each small change of them?

    python -m benchmarks.mutants                       # every mutant of every file, minutes
    python -m benchmarks.mutants llmagentos/safety/gate.py --list
    python -m benchmarks.mutants --sample 12           # a fixed few, what CI runs

Knows: how a source is changed (one comparison, constant, operator, argument, condition or call at a
time) and which tests judge it. Does not know: what the code is for. Messages' wording, annotations,
docstrings and zip's `strict` are not changed. Mutants that no test kills are printed; those that change nothing
anybody could see are listed with the reason in docs/safety.md, and are left out.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]
_SUPERVISOR = ("test_safety_supervisor.py", "test_safety_supervisor_properties.py")
_GATE = (
    "test_safety_gate.py",
    "test_safety_gate_figures.py",
    "test_safety_lease.py",
    "test_safety_contact.py",
    "test_safety_contact_figures.py",
)
#: Each file with the tests that judge it, of tests/safety.
TARGETS = {
    "llmagentos/safety/supervisor.py": _SUPERVISOR,
    "llmagentos/safety/states.py": _SUPERVISOR,
    "llmagentos/safety/gate.py": _GATE,
    "llmagentos/safety/contact.py": _GATE,
    "llmagentos/safety/gated_driver.py": _GATE,
}
#: Tests of them that are left out: they drive whole arms.
_QUICK = "not passes_its_own_gate and not holds_where_nobody_says_otherwise"
#: Who may have imported what is changed.
_USERS = ("llmagentos", "test_", "tests", "lab")
#: A test that runs longer than this hangs, seconds of a busy computer.
_LIMIT_S = 20
_PHASES = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
}  # fmt: skip
#: What becomes None: a call whose result nobody takes, and what is returned.
_BLANKED: dict[type[ast.stmt], Any] = {
    ast.Expr: ast.Call, ast.Return: (ast.Compare, ast.BoolOp, ast.Name),
}  # fmt: skip
_CALLED = {"min": "max", "max": "min", "all": "any", "any": "all"}


@dataclass(frozen=True)
class Mutant:
    """One change: the number-th of what can be changed at a place (in the order of ast.walk)."""

    file: str
    place: int
    number: int

    def __str__(self) -> str:
        return f"{self.file}:{getattr(_nodes(self.file)[self.place], 'lineno', 0)}: {self.what}"

    @property
    def what(self) -> str:
        """The change, as a person reads it."""
        node = copy.deepcopy(_nodes(self.file)[self.place])
        before = _first_line(ast.unparse(node))
        list(_changes(node))[self.number]()
        return f"{before} -> {_first_line(ast.unparse(node))}"

    @property
    def code(self) -> str:
        """The whole module with it."""
        tree = ast.parse(_source(self.file))
        list(_changes(list(ast.walk(tree))[self.place]))[self.number]()
        return ast.unparse(ast.fix_missing_locations(tree))


@cache
def _source(file: str) -> str:
    return (ROOT / file).read_text("utf-8")


@cache
def _nodes(file: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(_source(file))))


def mutants(file: str) -> list[Mutant]:
    """Every mutant of a file (a path from the repository's root), in the order of its lines."""
    skipped = _not_code(file)
    found = [
        (getattr(node, "lineno", 0), Mutant(file, place, number))
        for place, node in enumerate(_nodes(file))
        if place not in skipped
        for number in range(len(list(_changes(node))))
    ]
    return [mutant for _, mutant in sorted(found, key=lambda row: row[0])]


def _changes(node: ast.AST) -> Iterator[Callable[[], object]]:
    """Functions that each change the node in one way."""
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            if type(op) in _COMPARED:
                yield partial(node.ops.__setitem__, i, _COMPARED[type(op)]())
    elif isinstance(node, ast.BoolOp):
        yield partial(setattr, node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.BinOp) and type(node.op) in _COMPUTED:
        yield partial(setattr, node, "op", _COMPUTED[type(node.op)]())
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield partial(setattr, node, "test", ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool):
            yield partial(setattr, node, "value", not value)
        elif isinstance(value, int | float):
            yield partial(setattr, node, "value", value + 1)
            if value:
                yield partial(setattr, node, "value", value * 0.5)
    elif isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in _CALLED:
            yield partial(setattr, node.func, "id", _CALLED[name])
        for i in range(len(node.keywords) if name != "zip" else 0):
            yield partial(node.keywords.pop, i)
    elif isinstance(node, ast.Expr | ast.Return) and isinstance(node.value, _BLANKED[type(node)]):
        yield partial(setattr, node, "value", ast.Constant(None))


def _not_code(file: str) -> set[int]:
    """Places inside of annotations, f-strings and docstrings, and of log calls."""
    inside: set[ast.AST] = set()
    for node in _nodes(file):
        outer: list[ast.AST | None] = []
        if isinstance(node, ast.JoinedStr):
            outer = [node]
        elif isinstance(node, ast.AnnAssign | ast.arg):
            outer = [node.annotation]
        elif isinstance(node, ast.FunctionDef):
            outer = [node.returns, *node.decorator_list]
        elif isinstance(node, ast.ClassDef):
            outer = list(node.decorator_list)
        elif isinstance(node, ast.Expr) and ast.unparse(node).startswith("_log."):
            outer = [node]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "zip":
            outer = list(node.keywords)
        for top in outer:
            if top is not None:
                inside.update(ast.walk(top))
    return {i for i, node in enumerate(_nodes(file)) if node in inside}


def _first_line(code: str) -> str:
    return code.splitlines()[0][:70] if code else ""


class _Loop:
    """A pytest plugin: the tests are collected once, and run for each mutant in a process of its
    own, until one fails."""

    def __init__(self, mutants: Sequence[Mutant]) -> None:
        self._mutants = mutants
        self.alive: list[Mutant] = []

    def pytest_runtestloop(self, session: Any) -> bool:
        """Instead of the tests as they are."""
        for mutant in self._mutants:
            child = os.fork()
            if child == 0:
                os._exit(_judged(mutant, session))
            if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
                self.alive.append(mutant)
                print(f"survived: {mutant}", flush=True)
        return True


def _judged(mutant: Mutant, session: Any) -> int:
    """0 where every test passes with the mutant."""
    with suppress(BaseException):
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        _put_in(mutant)
        for item in session.items:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            if session.testsfailed:
                return 1
        return 0
    return 1


def _put_in(mutant: Mutant) -> None:
    """The mutant's functions and classes instead of the module's, wherever they were imported."""
    module = sys.modules[mutant.file.removesuffix(".py").replace("/", ".")]
    before = {name: value for name, value in vars(module).items() if not name.startswith("__")}
    exec(compile(mutant.code, mutant.file, "exec"), vars(module))
    after = vars(module)
    for user in tuple(sys.modules.values()):
        if user is not module and getattr(user, "__name__", "").startswith(_USERS):
            for name, value in before.items():
                if vars(user).get(name) is value:
                    setattr(user, name, after[name])


def survivors(file: str, found: Sequence[Mutant]) -> list[Mutant]:
    """Those of a file's mutants that no test kills; they are printed as they are found."""
    tests = [str(ROOT / "tests/safety" / name) for name in TARGETS[file]]
    loop = _Loop(found)
    # The first failure is enough: nobody reads a smaller one.
    hypothesis.settings.register_profile("mutants", phases=_PHASES, database=None)
    hypothesis.settings.load_profile("mutants")
    options = [
        "-o",
        f"timeout={_LIMIT_S}",
        "-s",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        "-qq",
        "--no-header",
        "-k",
        _QUICK,
    ]
    pytest.main([*options, *tests], plugins=[loop])
    return loop.alive


def argued() -> set[tuple[str, str]]:
    """File and change of the mutants that docs/safety.md says nobody can see."""
    text = (ROOT / "docs/safety.md").read_text("utf-8")
    return set(re.findall(r"^\| `(llmagentos/safety/\w+\.py)` \| `([^`]+)` \| .+ \|$", text, re.M))


def sample(found: Sequence[Mutant], count: int) -> list[Mutant]:
    """So many of them, evenly over the lines: always the same ones."""
    return [found[i * len(found) // count] for i in range(min(count, len(found)))]


def main() -> int:
    """Run, and print what survives; 0 where nothing does."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", default=list(TARGETS), help="of the files above")
    parser.add_argument("--sample", type=int, default=0, help="only so many of them")
    parser.add_argument("--list", action="store_true", help="print them, run nothing")
    asked = parser.parse_args()
    let_be = argued()
    every = [mutant for file in asked.files for mutant in mutants(file)]
    chosen = sample(every, asked.sample) if asked.sample else every
    found = [m for m in chosen if (m.file, m.what) not in let_be]
    if asked.list:
        print(*found, sep="\n")
        return 0
    alive = []
    for file in asked.files:
        alive += survivors(file, [mutant for mutant in found if mutant.file == file])
    print(f"{len(found) - len(alive)} of {len(found)} mutants killed")
    return int(bool(alive))


if __name__ == "__main__":
    sys.exit(main())
