"""The fault harness: rows that are cheap, injected for real; and what it must never call held."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmagentos.agent import Agent
from llmagentos.composition import load_planner, model_manager
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import DriverError, FileError
from sim.faults import (
    FAULTS,
    Fault,
    Found,
    GraphLab,
    Lab,
    Verdict,
    chosen,
    run,
    verdicts,
    write_section,
)
from sim.faults.fault import Needs
from sim.faults.report import BEGIN, END
from sim.faults.running import ROWS
from sim.physics_log import rest_after_s

#: Cheap rows of every group.
CHEAP = (9, 12, 16, 17, 23, 24, 29, 34, 42)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    folder = Path(str(model_manager().info(DEFAULT_MODEL)["folder"]))
    made = Lab(Agent.in_simulation, load_planner, folder, whole=False)
    yield made
    made.close()


@pytest.mark.parametrize("number", CHEAP)
def test_a_row_is_as_required(number: int, lab: Lab) -> None:
    rows = run(chosen([number], quick=True), lab)
    assert rows and all(row.verdict is Verdict.AS_REQUIRED for row in rows), rows


def test_an_injection_that_breaks_is_a_failure_and_the_next_row_runs(lab: Lab) -> None:
    def breaks(_: Lab) -> Found:
        raise ZeroDivisionError("oh")

    def passes(given: Lab) -> Found:
        return Found({"moved rad": given.fresh().moved_rad(given.fresh().joints())})

    rows = run(
        [
            Fault(1, "a", "b", "c", {"x": 1.0}, breaks),
            Fault(2, "a", "b", "c", {"moved rad": 0.0}, passes),
        ],
        lab,
    )
    assert [row.verdict for row in rows] == [Verdict.FAILED, Verdict.AS_REQUIRED]
    assert rows[0].measured == "broke: ZeroDivisionError: oh"


def test_every_row_of_the_specification_is_there_and_what_is_absent_is_never_held() -> None:
    assert {fault.number for fault in FAULTS} == set(ROWS)
    for fault in FAULTS:
        assert bool(fault.absent) is (fault.inject is None)
        assert fault.inject is None or fault.limits, "what has no limit can't fail"
    with pytest.raises(ValueError, match="expected a row from 1 to 47, got 48"):
        chosen([48])
    assert {f.number for f in chosen(quick=True)} >= set(CHEAP)


def test_figures_are_compared_with_their_limits() -> None:
    fault = Fault(1, "a", "b", "c", {"ms": 150.0})
    assert fault.judged(Found({"ms": 150.0}))[0] is Verdict.AS_REQUIRED
    for bad in (151.0, math.inf, math.nan):
        assert fault.judged(Found({"ms": bad}))[0] is Verdict.FAILED
    with pytest.raises(KeyError):
        fault.judged(Found({}))


def test_rest_is_the_begin_of_100_ms_below_the_bound() -> None:
    slow, fast = 0.009, 0.011
    log = [(i / 240, fast if i < 12 or i == 20 else slow) for i in range(80)]
    assert rest_after_s(log, 0.0) == pytest.approx(21 / 240)
    assert rest_after_s(log, 30 / 240) == 0.0
    assert rest_after_s(log[:40], 0.0) == math.inf


def test_the_table_is_written_between_its_marks(tmp_path: Path) -> None:
    rows = run([Fault(5, "gateway killed", "b", "", absent="none yet")], lab=None)  # type: ignore[arg-type]
    assert verdicts(rows) == {Verdict.NOT_THERE_YET: 1}
    path = tmp_path / "doc.md"
    path.write_text("before\n")
    with pytest.raises(FileError, match="expected '<!-- faults: begin"):
        write_section(path, rows)
    path.write_text(f"before\n{BEGIN}\nstale\n{END}\nafter\n")
    write_section(path, rows)
    write_section(path, rows)
    text = path.read_text()
    assert text.startswith("before\n") and text.endswith(f"Rows: 1 not there yet.\n{END}\nafter\n")
    assert "stale" not in text and text.count("| 5 | gateway killed |") == 1


#: Speaks as the process with ROS does: says what it was asked, breaks, or ends.
SPEAKS = """
import json, sys
print("noise")
for line in sys.stdin:
    name = json.loads(line)["fault"]
    if name == "ends": sys.exit(3)
    said = {"error": "DriverError: oh"} if name == "breaks" else {"figures": {"x": 1.5}, "words": name}
    print(json.dumps(said), flush=True)
"""


@pytest.fixture
def graphs() -> Iterator[GraphLab]:
    made = GraphLab([sys.executable, "-c", SPEAKS], {})
    yield made
    made.close()


def test_a_process_with_ros_is_asked_fault_by_fault(graphs: GraphLab) -> None:
    assert graphs.inject("planner killed") == Found({"x": 1.5}, "planner killed")
    with pytest.raises(DriverError, match="DriverError: oh"):
        graphs.inject("breaks")
    with pytest.raises(DriverError, match="got the end of"):
        graphs.inject("ends")
    assert graphs.inject("again").words == "again"  # a new process


def test_rows_over_ros_are_not_run_without_it_and_never_held() -> None:
    over_ros = [f for f in FAULTS if f.needs is Needs.ROS]
    assert {f.number for f in over_ros} >= {1, 2, 3, 32, 33, 34, 41, 47}

    class Without:
        graphs = None

    rows = run(over_ros, Without())  # type: ignore[arg-type]
    assert {row.verdict for row in rows} == {Verdict.NOT_RUN}


def test_rows_of_one_turn_run_together_and_are_told_in_the_tables_order() -> None:
    done: list[int] = []

    def fault(number: int, turn: int) -> Fault:
        def inject(_: Lab) -> Found:
            done.append(number)
            return Found({"x": 0.0})

        return Fault(number, "a", "b", "c", {"x": 0.0}, inject, turn=turn)

    rows = run([fault(1, 2), fault(2, 0), fault(3, 2), fault(4, 1)], lab=None)  # type: ignore[arg-type]
    assert done == [2, 4, 1, 3]
    assert [row.fault.number for row in rows] == [1, 2, 3, 4]


def test_without_ros_the_command_says_so() -> None:
    env = {**os.environ, "LLMAGENTOS_ROS_DISTRO": "nowhere"}
    argv = [sys.executable, "-m", "llmagentos", "faults", "--ros", "--row", "5"]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=250)
    assert done.returncode == 2, done.stderr
    assert "expected ROS 2 with llmagentos_ros, got none" in " ".join(done.stderr.split())
