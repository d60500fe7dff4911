"""What goes into the wheel and the image: the product, not its workshop."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from setuptools import find_packages

from llmagentos.cli import bench as bench_command
from llmagentos.cli.main import main
from llmagentos.errors import MissingDependencyError

tomllib = pytest.importorskip("tomllib")  # Python 3.11

ROOT = Path(__file__).resolve().parents[1]
#: The workshop: what makes and measures the product.
WORKSHOP = ("training", "benchmarks", "tests", "examples", "docs", "ros_ws", "launch", "docker")


@pytest.fixture(scope="module")
def packages() -> list[str]:
    """The wheel's packages, as setuptools finds them."""
    found = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return find_packages(
        str(ROOT), include=found["tool"]["setuptools"]["packages"]["find"]["include"]
    )


def test_the_wheel_holds_the_product_alone(packages: list[str]) -> None:
    assert {name.partition(".")[0] for name in packages} == {"llmagentos", "llm_edge", "sim"}


def test_the_wheel_holds_every_module_of_the_product(packages: list[str]) -> None:
    """A folder without __init__.py would be missing from the robot and nowhere else."""
    listed = ["git", "ls-files", "llmagentos/**.py", "llm_edge/**.py", "sim/**.py"]
    files = subprocess.run(
        listed, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    folders = {str(Path(name).parent).replace("/", ".") for name in files}
    assert folders
    assert folders <= set(packages)


def test_the_wheel_holds_the_web_console() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    package = ROOT / "llmagentos/gateway"
    patterns = told["tool"]["setuptools"]["package-data"]["llmagentos.gateway"]
    held = {file.name for pattern in patterns for file in package.glob(pattern)}
    assert {"index.html", "main.js", "console.css"} <= held
    assert {file.name for file in (package / "console").iterdir()} == held


def test_nothing_of_the_workshop_lies_inside_a_package(packages: list[str]) -> None:
    inside = [name for name in packages if set(name.split(".")) & {"corpus", *WORKSHOP}]
    assert inside == []


def test_the_image_copies_the_product_alone() -> None:
    text = (ROOT / "Dockerfile.jetson").read_text(encoding="utf-8")
    copied = [
        name
        for words in re.findall(r"^COPY ((?:--\S+ )*)(.+) \S+$", text, re.MULTILINE)
        for name in words[1].split()
    ]
    assert {"llmagentos", "llm_edge", "ros_ws", "launch", "pyproject.toml"} <= set(copied)
    assert {"training", "benchmarks", "tests", "sim", "."}.isdisjoint(copied)


def test_bench_outside_a_checkout_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    installed = tmp_path / "site-packages" / "llmagentos" / "cli" / "bench.py"
    monkeypatch.setattr(bench_command, "__file__", str(installed))
    with pytest.raises(
        MissingDependencyError, match="expected a checkout with the folder 'benchmarks'"
    ):
        bench_command.bench(list_only=True)
    with pytest.raises(SystemExit, match="2"):
        main(["bench", "--list"])
    assert "clone the repository" in capsys.readouterr().err
