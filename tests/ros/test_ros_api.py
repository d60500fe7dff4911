"""The nodes keep to the rclpy that Humble, Jazzy, Kilted and Rolling have in common.

Without rclpy what the code names is held against the table; with it (make test-ros) the table is
held against that distribution's rclpy too, and no method of rclpy is used that is not in the table.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rclpy_api import EITHER, IMPORTS, METHODS

NODES = Path(__file__).resolve().parents[2] / "ros_ws/src/llmagentos_ros/llmagentos_ros"
FILES = sorted(NODES.glob("*.py"))
#: So many things are called what a method of rclpy is called, too, that a name alone says nothing.
COMMON = {
    "abort", "accepted", "add", "call", "callback", "cancel", "cancelled", "clear", "close", "destroy",
    "done", "error", "execute", "get", "handle", "info", "is_active", "is_ready", "item", "match",
    "log", "name", "now", "ok", "publish", "remove", "reset", "result", "set", "sleep", "spin", "start",
    "shutdown", "status", "stop", "succeed", "take", "time", "timers", "trigger", "value", "wait",
    "wait_for", "warning", "debug", "exception", "set_result", "to_msg", "init", "try_shutdown",
}  # fmt: skip
needs_rclpy = pytest.mark.skipif(
    importlib.util.find_spec("rclpy") is None, reason="rclpy is not here: make test-ros"
)


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in FILES:
        yield path.name, ast.parse(path.read_text(encoding="utf-8"))


def test_every_import_is_one_that_all_four_have() -> None:
    known = {**IMPORTS, **EITHER}
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rclpy"):
                taken = {alias.name for alias in node.names}
                assert node.module in known, f"{name}: {node.module} is not in rclpy_api.py"
                assert taken <= known[node.module], f"{name}: {taken - known[node.module]}"
            elif (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "rclpy"
            ):
                assert node.attr in IMPORTS["rclpy"], f"{name}: rclpy.{node.attr}"


def test_every_keyword_is_one_that_all_four_take() -> None:
    for name, tree in trees():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            method, known = node.func.attr, METHODS.get(node.func.attr)
            if known is not None:
                given = {k.arg for k in node.keywords if k.arg}
                assert given <= known, f"{name}: {method}({', '.join(given - known)}=)"


def rclpy_methods() -> dict[str, list[Any]]:
    """Functions by name of all of rclpy that the table's imports bring with them."""
    found: dict[str, list[Any]] = {}
    for module in IMPORTS:
        importlib.import_module(module)
    for module in [m for name, m in sys.modules.items() if name.split(".")[0] == "rclpy"]:
        for thing in vars(module).values():
            home = str(getattr(thing, "__module__", ""))
            if inspect.isclass(thing) and home.startswith("rclpy"):
                for name in dir(thing):
                    member = inspect.getattr_static(thing, name)
                    if inspect.isfunction(member) and member.__module__.startswith("rclpy"):
                        found.setdefault(name, []).append(member)
            elif inspect.isfunction(thing) and home.startswith("rclpy"):
                found.setdefault(thing.__name__, []).append(thing)
    return found


@needs_rclpy
def test_no_method_is_used_that_the_table_does_not_have() -> None:
    theirs = set(rclpy_methods()) - COMMON
    for name, tree in trees():
        own = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        used = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        new = {n for n in (used & theirs) - own - set(METHODS) if not n.startswith("__")}
        assert not new, f"{name}: {new}; look them up in all four, then add them to rclpy_api.py"


@needs_rclpy
def test_the_table_is_true_of_this_distribution() -> None:
    for module, names in IMPORTS.items():
        made = importlib.import_module(module)
        missing = {n for n in names if not hasattr(made, n) and f"{module}.{n}" not in sys.modules}
        assert not missing, (module, missing)
    methods = rclpy_methods()
    for name, keywords in METHODS.items():
        assert name in methods, name
        for keyword in keywords:
            taking = [inspect.signature(m).parameters for m in methods[name]]
            assert any(
                keyword in p or any(v.kind is v.VAR_KEYWORD for v in p.values()) for p in taking
            ), f"{name}({keyword}=)"
