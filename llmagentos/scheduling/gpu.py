"""How much GPU memory there is, by what the machine itself says.

Knows: NVIDIA's `nvidia-smi`, the kernel's files of its driver, and Jetsons, whose GPU shares the
machine's memory. Does not know: other makers' GPUs, nor who uses what.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_SMI = ("nvidia-smi", "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits")
_MIB = 2**20
#: A driver that hangs is not waited for.
_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Gpu:
    """total_bytes, free_bytes: 0 where the machine does not say. shared: it has no memory of its own
    but takes of the machine's."""

    name: str
    total_bytes: int = 0
    free_bytes: int = 0
    shared: bool = False


def gpus(root: Path = Path("/"), ask: Callable[[], str] | None = None) -> list[Gpu]:
    """Every GPU of NVIDIA's that is found. root: where the machine's files are; ask: gives what
    nvidia-smi prints (OSError where there is none)."""
    if board := _jetson(root):
        total, free = _memory(root)
        return [Gpu(board, total, free, shared=True)]
    try:
        found = [gpu for line in (ask or _smi)().splitlines() if (gpu := _of_smi(line))]
    except (OSError, subprocess.SubprocessError):
        found = []
    return found or _of_driver(root)


def free_gb(root: Path = Path("/"), ask: Callable[[], str] | None = None) -> float:
    """What is free on the GPU that has most, GB (10^9 bytes): a model has to fit into one. 0 without
    a GPU, or where nobody says."""
    return max((gpu.free_bytes for gpu in gpus(root, ask)), default=0) / 1e9


def _smi() -> str:
    return subprocess.run(
        _SMI, capture_output=True, text=True, timeout=_TIMEOUT_S, check=True
    ).stdout


def _of_smi(line: str) -> Gpu | None:
    """ "NVIDIA H200, 143771, 143152": in MiB, "[N/A]" where it does not know."""
    name, *sizes = (part.strip() for part in line.rsplit(",", 2))
    if len(sizes) != 2 or not name:
        return None
    total, free = (int(s) * _MIB if s.isdecimal() else 0 for s in sizes)
    return Gpu(name, total, free)


def _of_driver(root: Path) -> list[Gpu]:
    """The driver is loaded, but its tool is not here, or not willing: names only."""
    out = []
    for facts in sorted(root.glob("proc/driver/nvidia/gpus/*/information")):
        rows = dict(row.split(":", 1) for row in _read(facts).splitlines() if ":" in row)
        out.append(Gpu(rows.get("Model", "NVIDIA").strip()))
    return out


def _jetson(root: Path) -> str:
    """The board's name; "" for any other machine."""
    model = _read(root / "proc/device-tree/model").strip("\0 \n")
    chips = _read(root / "proc/device-tree/compatible")
    is_one = "nvidia,tegra" in chips or (root / "etc/nv_tegra_release").exists()
    return (model or "NVIDIA Jetson") if is_one else ""


def _memory(root: Path) -> tuple[int, int]:
    rows = (row.split() for row in _read(root / "proc/meminfo").splitlines())
    sizes = {row[0]: int(row[1]) * 1024 for row in rows if len(row) > 1 and row[1].isdecimal()}
    return sizes.get("MemTotal:", 0), sizes.get("MemAvailable:", 0)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
