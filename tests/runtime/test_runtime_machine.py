"""What is said of machines on which something is wrong; each is laid out in a folder."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from llmagentos.runtime import machine, parts
from llmagentos.runtime.machine import Finding, Machine

PLENTY = 100 * 10**9
MEMINFO = "MemTotal: 16000000 kB\nMemAvailable: {} kB\nSwapTotal: {} kB\nSwapFree: 0 kB\n"


def no_tool() -> str:
    raise FileNotFoundError("nvidia-smi")


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Machine]:
    """A machine on which all is well, but for what is given."""

    def made(**given: Any) -> Machine:
        (tmp_path / "proc/self").mkdir(parents=True, exist_ok=True)
        (tmp_path / "proc/meminfo").write_text(MEMINFO.format(8_000_000, 0))
        (tmp_path / "proc/self/cgroup").write_text("0::/user/me\n")
        own = tmp_path / "sys/fs/cgroup/user/me"
        own.mkdir(parents=True, exist_ok=True)
        (tmp_path / "sys/fs/cgroup/cgroup.controllers").write_text("cpu memory pids\n")
        (own / "cgroup.controllers").write_text("cpu memory pids\n")
        (own / "cgroup.subtree_control").write_text("")
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        ready: dict[str, Any] = {
            "root": tmp_path,
            "places": machine.places_of({"HOME": str(home), "XDG_RUNTIME_DIR": str(home)}),
            "sleep": lambda s: None,
            "synchronised": lambda: True,
            "disk_free": lambda path: PLENTY,
            "ask_gpus": no_tool,
        }
        return Machine(**{**ready, **given})

    return made


def found(checked: Iterable[str | Finding]) -> list[Finding]:
    return [f for f in checked if isinstance(f, Finding)]


def test_a_machine_on_which_all_is_well(make: Callable[..., Machine]) -> None:
    said = list(machine.look(make()))
    assert found(said) == []
    assert "memory: 8.2 of 16.4 GB free" in said and "clock: set, kept right" in said
    assert any("is delegated" in str(line) for line in said)


def test_little_memory(make: Callable[..., Machine]) -> None:
    one = make()
    for free, swap, wrong in (
        (300_000, 0, [True]),
        (900_000, 0, [False]),
        (8_000_000, 5_000_000, [False]),
    ):
        (one.root / "proc/meminfo").write_text(MEMINFO.format(free, swap))
        assert [f.wrong for f in found(machine.memory(one))] == wrong


def test_a_disk_that_is_nearly_full(make: Callable[..., Machine]) -> None:
    (one, *_) = found(machine.disk(make(disk_free=lambda path: 200_000_000)))
    assert one.wrong and "0.2 GB are free for state" in one.words and one.what_to_do


def test_clocks(make: Callable[..., Machine]) -> None:
    (never,) = found(machine.clock(make(wall=lambda: 3600.0)))
    assert "never set: it says 1970-01-01" in never.words
    walls = iter((time.time(), time.time() + 5.0, time.time(), time.time()))
    (jumped,) = found(machine.clock(make(wall=lambda: next(walls), monotonic=lambda: 7.0)))
    assert "it was set by +" in jumped.words
    (alone,) = found(machine.clock(make(synchronised=lambda: False)))
    assert not alone.wrong and "NTP" in alone.words
    one = make()
    one.places["state"].mkdir(parents=True)
    kept = one.places["state"] / "audit.sqlite"
    kept.touch()
    os.utime(kept, (time.time() + 86400, time.time() + 86400))
    (back,) = found(machine.clock(one))
    assert back.wrong and "it was set back" in back.words


def test_the_kernel_is_asked_about_its_clock() -> None:
    assert machine._synchronised() in (True, False, None)


def test_folders_of_others(make: Callable[..., Machine]) -> None:
    one = make(user=os.getuid() + 1)
    for place in one.places.values():
        place.mkdir(parents=True, exist_ok=True)
    one.places["data"].chmod(0o777)
    words = [f.words for f in found(machine.folders(one))]
    assert len(words) == len(one.places) and all("not yours" in w for w in words)
    open_to_all = make()
    (anybody,) = found(machine.folders(open_to_all))
    assert "anybody may write to" in anybody.words and "chmod o-w" in anybody.what_to_do
    bare = make(places=machine.places_of({"HOME": str(one.root / "home")}))
    bare.places["data"].chmod(0o700)
    (none,) = found(machine.folders(bare))
    assert not none.wrong and "XDG_RUNTIME_DIR" in none.words


def test_groups_that_hold_no_budget(make: Callable[..., Machine]) -> None:
    one = make()
    own = one.root / "sys/fs/cgroup/user/me"
    (own / "cgroup.controllers").write_text("cpu pids\n")
    (lacks,) = found(machine.cgroups(one))
    assert (
        not lacks.wrong and "without memory" in lacks.words and "Delegate=yes" in lacks.what_to_do
    )
    (one.root / "proc/self/cgroup").write_text("4:memory:/x\n")
    (old,) = found(machine.cgroups(one))
    assert "no cgroup v2" in old.words


def test_little_shared_memory_and_a_dead_gpu(make: Callable[..., Machine]) -> None:
    one = make(disk_free=lambda path: 2**20)
    (one.root / "dev/shm").mkdir(parents=True)
    (shm,) = found(machine.shared_memory(one))
    assert "1 MiB are free in /dev/shm" in shm.words
    (one.root / "dev/nvidia0").touch()
    (gpu,) = found(machine.gpu(one))
    assert gpu.wrong and "driver does not answer" in gpu.words
    (silent,) = found(machine.gpu(make(ask_gpus=lambda: "NVIDIA X, [N/A], [N/A]")))
    assert "does not say what memory" in silent.words
    assert list(machine.gpu(make(ask_gpus=lambda: "NVIDIA X, 1000, 500"))) == [
        "GPU: NVIDIA X, 0.5 of 1.0 GB of memory free"
    ]


def test_extras_and_what_they_lack() -> None:
    needs = ["numpy", "torch==2 ; extra == 'rl'", 'pybullet ; python_version < "3.0" and extra == "sim"',
             "av>=13; extra == 'sim'", "pytest; extra == 'dev'"]  # fmt: skip
    whole, rest = parts.extras(needs, installed=lambda name: name == "av")
    assert whole == "extras: sim" and "rl (needs torch)" in str(rest) and "pytest" not in str(rest)


def test_a_renderer_that_draws_crashes_or_hangs() -> None:
    assert list(parts.renderer()) == ["simulator: PyBullet draws"]
    (crash,) = found(parts.renderer("import os; os.abort()"))
    assert "does not draw: exit code -6" in crash.words
    (hangs,) = found(parts.renderer("while True: pass", timeout_s=0.5))
    assert "no picture within" in hangs.words
