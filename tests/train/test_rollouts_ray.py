"""Jobs over Ray, on a cluster of two nodes on this machine: the contract of every executor, runs and
evaluations that are the same bits, and what is said where there is no cluster."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault(
    "RAY_AUTH_MODE", "disabled"
)  # a token of this machine's user is not for tests
ray = pytest.importorskip("ray", reason="extra 'ray'")

from lab.jobs import Draw, Job  # noqa: E402
from lab.jobs_contract import MortalContract  # noqa: E402
from ray.cluster_utils import Cluster  # noqa: E402

import llmagentos.skills  # noqa: E402
from benchmarks import residual  # noqa: E402
from benchmarks.suites.case_run import CaseResult  # noqa: E402
from benchmarks.suites.run import Settings, draw_jobs, run_jobs  # noqa: E402
from llmagentos.cli.main import main  # noqa: E402
from llmagentos.errors import JobError  # noqa: E402
from llmagentos.scheduling import Node, Scheduler, run_graph  # noqa: E402
from sim.jobs import Elsewhere, Executor, executor  # noqa: E402
from sim.rl.evaluate import evaluate  # noqa: E402
from sim.rl.hindsight import Collector, Practice  # noqa: E402
from sim.rl.runs import read_progress  # noqa: E402

#: Of a node; the least that Ray takes is 75 MB.
_STORE = 100 * 2**20


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two nodes with a core each, whose workers find what this process finds."""
    was = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    node = {"num_cpus": 1, "object_store_memory": _STORE, "include_dashboard": False}
    made = Cluster(initialize_head=True, head_node_args=node)
    try:
        made.add_node(num_cpus=1, object_store_memory=_STORE)
        yield made
    finally:
        made.shutdown()
        os.environ.pop("PYTHONPATH") if was is None else os.environ.update(PYTHONPATH=was)


@pytest.fixture(scope="module")
def over_ray(cluster: Cluster) -> Iterator[Executor]:
    with executor(ray=cluster.address) as both:
        assert both.workers == 2
        yield both


class TestOverRay(MortalContract):
    fixture = "over_ray"

    def test_both_nodes_take_part(self, executor: Executor) -> None:
        nodes = executor.run(_Where(), [Job(number) for number in range(12)])
        assert len(set(nodes)) == 2


class _Where:
    """Which node plays."""

    def __call__(self, job: Job) -> Any:
        Draw()(job)
        return ray.get_runtime_context().get_node_id()


def test_a_run_and_its_evaluation_are_the_same_over_ray(
    cluster: Cluster, over_ray: Executor, tmp_path: Path
) -> None:
    """From the command line, in a program that has joined the cluster already."""
    words = ["train", "table", "--algo", "q", "--steps", "600", "--every", "300", "--episodes", "4"]
    for name, how in (("here", []), ("there", ["--ray-address", cluster.address])):
        _run([*words, *how, "--out", str(tmp_path / name)])
    drop = {"seconds"}
    here, there = (
        [{k: v for k, v in row.items() if k not in drop} for row in read_progress(tmp_path / name)]
        for name in ("here", "there")
    )
    assert here == there and [row["steps"] for row in here] == [300, 600]
    (one,) = evaluate([tmp_path / "here"], episodes=6)
    (two,) = evaluate([tmp_path / "here"], episodes=6, ray=cluster.address)
    assert one == two
    assert ray.is_initialized()  # whoever joined before keeps the connection


def test_the_language_benchmark_is_the_same_over_ray(cluster: Cluster, over_ray: Executor) -> None:
    jobs = draw_jobs(["places", "questions"], 2, 5, None, "dev")
    settings = Settings(oracle=True)
    seen: list[CaseResult] = []
    here = run_jobs(jobs, settings, 1)
    there = run_jobs(jobs, settings, 1, seen.append, cluster.address)
    assert [_timeless(r) for r in here] == [_timeless(r) for r in there]
    assert len(seen) == len(jobs) == 4


def _timeless(result: CaseResult) -> CaseResult:
    turns = tuple(replace(t, plan_s=0.0, first_motion_s=None) for t in result.turns)
    return replace(result, turns=turns)


def _run(words: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert not end.value.code


def test_where_no_cluster_is_a_sentence_comes() -> None:
    """In a process of its own: Ray joins one cluster at a time."""
    code = (
        "from llmagentos.cli.main import main\n"
        "main(['evaluate', 'nothing', '--ray-address', '127.0.0.1:1'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert "expected a Ray cluster at 127.0.0.1:1 (HOST:PORT), got: " in said


def test_the_pieces_of_a_graph_run_on_both_nodes(over_ray: Executor) -> None:
    def where(split: list[int], part: int) -> tuple[str, int]:
        Draw()(Job(part))
        return ray.get_runtime_context().get_node_id(), sum(split[part::6])

    nodes: dict[str, Node] = {"split": Node(lambda: list(range(60)))}
    for part in range(6):
        nodes[f"part{part}"] = Node(partial(where, part=part), ("split",))
    nodes["collect"] = Node(
        lambda **parts: sum(total for _, total in parts.values()), tuple(nodes)[1:]
    )
    with Scheduler({}) as scheduler:
        found = run_graph(nodes, scheduler, remote=Elsewhere(over_ray))
        assert found["collect"] == sum(range(60))
        assert len({found[f"part{part}"][0] for part in range(6)}) == 2
        bad = {"bad": Node(lambda: 1 / 0), "after": Node(lambda bad: bad, ("bad",))}
        with pytest.raises(JobError, match="ZeroDivisionError"):
            run_graph(bad, scheduler, remote=Elsewhere(over_ray))


def test_corrected_skills_are_the_same_over_ray(
    cluster: Cluster, over_ray: Executor, tmp_path: Path
) -> None:
    """Scripted and by a policy whose folder is only here; and practice trials of one that learns."""
    folder = tmp_path / "policies"
    shutil.copytree(Path(llmagentos.skills.__file__).parent / "policies", folder)
    words = ["--skill", "push", "--suites", "tough", "--episodes", "2", "--quick", "--policies"]
    for name, how in (
        ("here", ["--processes", "1"]),
        ("there", ["--ray-address", cluster.address]),
    ):
        residual.main([*words, str(folder), *how, "--out", str(tmp_path / name)])
    here, there = (json.loads((tmp_path / name).read_text("utf-8")) for name in ("here", "there"))
    assert here == there and [row["which"] for row in here] == 2 * ["scripted"] + 2 * [str(folder)]
    practice = [Practice((1,)), Practice((9,))]
    with executor() as alone:
        rows = alone.run(collector := Collector("push"), practice)
    collector.close()
    assert rows[0] and str(rows) == str(over_ray.run(Collector("push"), practice))
