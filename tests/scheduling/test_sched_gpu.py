"""GPU memory, by what machines of three sorts say (recorded)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from llmagentos.scheduling.gpu import Gpu, free_gb, gpus

MIB = 2**20


def no_tool() -> str:
    raise FileNotFoundError("nvidia-smi")


def laid_out(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_cards_by_their_tool(tmp_path: Path) -> None:
    said = "NVIDIA H200, 143771, 143152\nNVIDIA GeForce RTX 3090, 24576, 1024\n"
    assert gpus(tmp_path, lambda: said) == [
        Gpu("NVIDIA H200", 143771 * MIB, 143152 * MIB),
        Gpu("NVIDIA GeForce RTX 3090", 24576 * MIB, 1024 * MIB),
    ]
    assert free_gb(tmp_path, lambda: said) == pytest.approx(143152 * MIB / 1e9)


def test_a_card_that_does_not_say_and_a_tool_that_fails(tmp_path: Path) -> None:
    assert gpus(tmp_path, lambda: "NVIDIA GB10, [N/A], [N/A]\n") == [Gpu("NVIDIA GB10")]
    assert gpus(tmp_path, lambda: "No devices were found\n") == []

    def hangs() -> str:
        raise subprocess.TimeoutExpired("nvidia-smi", 10.0)

    card = tmp_path / "proc/driver/nvidia/gpus/0000:01:00.0"
    card.mkdir(parents=True)
    (card / "information").write_text("Model: \t\t NVIDIA RTX A2000\nIRQ:   \t\t 168\n")
    assert gpus(tmp_path, hangs) == [Gpu("NVIDIA RTX A2000")]
    assert free_gb(tmp_path, hangs) == 0.0


def test_a_jetson_shares_its_memory(tmp_path: Path) -> None:
    root = laid_out(
        tmp_path,
        **{
            "proc__device-tree__model": "NVIDIA Jetson Orin Nano Developer Kit\0",
            "proc__device-tree__compatible": "nvidia,p3768-0000+p3767-0005\0nvidia,tegra234\0",
            "proc__meminfo": "MemTotal:        7802064 kB\nMemFree:  210000 kB\n"
            "MemAvailable:    5123456 kB\n",
        },
    )
    (found,) = gpus(root, no_tool)
    assert found.name == "NVIDIA Jetson Orin Nano Developer Kit" and found.shared
    assert free_gb(root, no_tool) == pytest.approx(5123456 * 1024 / 1e9)


def test_where_there_is_none(tmp_path: Path) -> None:
    laid_out(tmp_path, **{"proc__device-tree__compatible": "raspberrypi,5-model-b\0brcm,bcm2712\0"})
    assert gpus(tmp_path, no_tool) == [] and free_gb(tmp_path, no_tool) == 0.0
