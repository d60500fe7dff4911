"""An engine from another package, without editing the core: registered, and by an entry point."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lab import own_engine
from lab.engine_contract import CONTRACT, Check, shipped
from lab.own_engine import ENGINE, RereadingEngine

from llm_edge import manage
from llm_edge.engines import select, table
from llm_edge.engines.table import EngineSpec, LoadOptions, register_engine, unregister_engine
from llm_edge.llm import LLM
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import MissingDependencyError, ModelError
from llmagentos.ports.modules import PlanRequest
from llmagentos.types import Scene

COMMAND = "put the red block into the blue bowl"


@pytest.fixture
def registered() -> Iterator[None]:
    register_engine(ENGINE)
    yield
    unregister_engine("mine")


@pytest.mark.parametrize("check", CONTRACT, ids=lambda check: check.__name__)
def test_it_keeps_the_contract(check: Check) -> None:
    case = shipped()
    check(RereadingEngine(case.folder, case.config, LoadOptions()), case)


def test_it_writes_a_plan_of_the_shipped_model(registered: None) -> None:
    llm = LLM(DEFAULT_MODEL, engine="mine")
    request = PlanRequest(COMMAND, Scene())
    assert llm.info.backend == "rereading" and llm.skipped == ()
    assert llm.plan(request).plan == LLM(DEFAULT_MODEL, engine="onnx-cpu").plan(request).plan


def test_it_is_built_measured_and_listed(registered: None) -> None:
    assert manage.build(DEFAULT_MODEL, "mine")["engine"] == "rereading"
    assert manage.bench(DEFAULT_MODEL, "mine", runs=1)["engine"] == "rereading"
    assert manage.info(DEFAULT_MODEL)["engines"]["mine"] == "there"
    assert manage.engines()[-1] == {"name": "mine", "needs": "ONNX Runtime", "state": "there"}
    with pytest.raises(ModelError, match=r"of auto, tensorrt, cuda, onnx-cpu, mine or .* 'npu'"):
        LLM(DEFAULT_MODEL, engine="npu")


def test_auto_takes_built_in_engines_alone(registered: None) -> None:
    llm = LLM(DEFAULT_MODEL)
    assert llm.info.backend != "rereading" and not any("mine" in s for s in llm.skipped)


def test_what_it_lacks_is_said() -> None:
    register_engine(replace(ENGINE, why_not=lambda: "no NPU"))
    try:
        assert manage.engines()[-1]["state"] == "no NPU"
        with pytest.raises(MissingDependencyError, match="expected engine mine, got none: no NPU"):
            LLM(DEFAULT_MODEL, engine="mine")
    finally:
        unregister_engine("mine")


@pytest.mark.parametrize("name", ["auto", "", "cuda", "cpu", "http://npu", "my engine"])
def test_a_name_that_cannot_be(name: str) -> None:
    with pytest.raises(ModelError, match="expected a new, plain name for an engine, got"):
        register_engine(replace(ENGINE, name=name))
    with pytest.raises(ModelError, match="expected the name of a registered engine, got"):
        unregister_engine(name)


def test_a_name_is_taken_once(registered: None) -> None:
    with pytest.raises(ModelError, match="expected a new, plain name for an engine, got 'mine'"):
        register_engine(replace(ENGINE))


def test_what_is_no_engine_is_said() -> None:
    nothing: Any = object()
    with pytest.raises(ModelError, match="expected an EngineSpec, got object"):
        register_engine(nothing)
    register_engine(EngineSpec("mine", lambda folder, config, options: nothing, "nothing"))
    try:
        with pytest.raises(
            ModelError, match=r"expected an Engine with .* from engine mine, got ob"
        ):
            LLM(DEFAULT_MODEL, engine="mine")
    finally:
        unregister_engine("mine")


def test_aliases_are_names_too() -> None:
    register_engine(replace(ENGINE, aliases=("reread",)))
    try:
        assert select.named("reread") == "mine"
        with pytest.raises(ModelError, match="got 'reread'"):
            register_engine(replace(ENGINE, name="reread"))
    finally:
        unregister_engine("mine")
    assert "mine" not in table.names()


# --- installed --------------------------------------------------------------------------------


def install(folder: Path, points: str) -> dict[str, str]:
    """The engine as pip leaves it, with these entry points; the environment that sees it."""
    (folder / "my_engine.py").write_text(Path(own_engine.__file__).read_text(encoding="utf-8"))
    info = folder / "my_engine-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my_engine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[llmagentos.engines]\n{points}\n")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}


run = partial(subprocess.run, capture_output=True, text=True)
LLMAGENTOS = (sys.executable, "-m", "llmagentos")


def test_a_package_brings_an_engine_by_an_entry_point(tmp_path: Path) -> None:
    env = install(tmp_path, "mine = my_engine:ENGINE")
    program = f"""
from llm_edge.llm import LLM
from llmagentos.ports.modules import PlanRequest
from llmagentos.types import Scene
result = LLM({DEFAULT_MODEL!r}, engine="mine").plan(PlanRequest({COMMAND!r}, Scene()))
print(result.engine["backend"], result.text)
"""
    done = run([sys.executable, "-c", program], env=env)
    assert done.stdout == "rereading put [ the red block ] in [ the blue bowl ]\n", done.stderr

    done = run([*LLMAGENTOS, "plan", COMMAND, "--engine", "mine", "--json"], env=env)
    assert json.loads(done.stdout)["steps"][0]["op"] == "put", done.stderr
    done = run([*LLMAGENTOS, "model", "engines", "--json"], env=env)
    assert json.loads(done.stdout)[-1]["name"] == "mine", done.stderr
    done = run([*LLMAGENTOS, "plan", COMMAND, "--engine", "npu"], env=env)
    assert done.returncode == 2
    assert "auto, tensorrt, cuda, onnx-cpu, mine or a server's" in " ".join(done.stderr.split())


def test_an_installed_engine_that_is_broken_is_said_when_it_is_asked_for(tmp_path: Path) -> None:
    points = "mine = nowhere:ENGINE\nother = my_engine:ENGINE\nclass = my_engine:RereadingEngine"
    env = install(tmp_path, points)
    program = """
from llm_edge.engines import table
from llm_edge.llm import LLM
print(LLM(engine="onnx-cpu").info.backend)
for row in table.listed()[3:]:
    print(row["name"], "-", row["state"])
"""
    done = run([sys.executable, "-c", program], env=env)
    lines = done.stdout.splitlines()
    assert lines[0] == "onnxruntime-cpu", done.stderr
    states = dict(line.split(" - ", 1) for line in lines[1:])
    assert states["mine"].startswith(
        "cannot load the engine of entry point 'mine' (nowhere:ENGINE)"
    )
    assert states["other"].endswith("expected an EngineSpec named 'other' at my_engine:ENGINE, got one named 'mine'")  # fmt: skip
    assert states["class"].endswith("at my_engine:RereadingEngine, got type")
