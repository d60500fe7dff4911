"""What the documents name exists: modules, files, commands and their options."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import typer

from llmagentos.cli.main import app
from sim.envs import ENVIRONMENTS

ROOT = Path(__file__).resolve().parents[1]
TRACKED = frozenset(
    subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split("\n")
)  # fmt: skip
DOCUMENTS = sorted(ROOT / name for name in TRACKED if name.endswith(".md"))
TEXTS = [*DOCUMENTS, ROOT / "Makefile", ROOT / "Dockerfile.jetson"]
#: Ids that `gymnasium.make` takes.
_ENVIRONMENTS = frozenset(entry.id for entry in ENVIRONMENTS)
#: Files of others: realsense2_camera's launch file.
_FOREIGN = frozenset({"rs_launch.py"})
#: Where a document may start a path from: the repository, its own folder, the two packages.
_HOMES = (ROOT, ROOT / "llmagentos", ROOT / "ros_ws/src/llmagentos_ros", ROOT / "ros_ws/src")
_OURS = ("llmagentos", "llm_edge", "sim", "training", "benchmarks", "tests", "llmagentos_ros")
_FOLDERS = frozenset(name.split("/")[0] for name in TRACKED if "/" in name)
_CODE = re.compile(r"```.*?\n(.*?)```|`([^`\n]+)`", re.DOTALL)
_PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*\.(?:py|sh)\b|[\w.-]+(?:/[\w.*-]+)+/?")
_COMMAND = re.compile(r"(?<![\w./=-])llmagentos((?: [a-z][a-z-]*)+)([^\n|]*)")


def _code(path: Path) -> Iterator[str]:
    """Every line of code of a document; of other files, every line."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".md":
        yield from text.splitlines()
        return
    for block, span in _CODE.findall(text):
        yield from (block or span).splitlines()


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEXTS, ids=_name)
def test_every_module_that_is_run_exists(path: Path) -> None:
    for module in re.findall(r"python3? -m ([\w.]+)", path.read_text(encoding="utf-8")):
        parts = module.rstrip(".").split(".")
        if parts[0] not in _OURS:
            continue  # pip, pytest, colcon
        roots = (ROOT, ROOT / "ros_ws/src/llmagentos_ros")
        places = [root.joinpath(*parts) for root in roots]
        files = [f for p in places for f in (p.with_suffix(".py"), p / "__main__.py")]
        found = next((f for f in files if f.exists()), None)
        assert found is not None, f"python -m {module}: no such module"
        runs = found.name == "__main__.py" or "__main__" in found.read_text(encoding="utf-8")
        assert runs, f"python -m {module} does nothing"


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_file_that_is_named_exists(path: Path) -> None:
    for line in _code(path):
        if path.name == "CONTRIBUTING.md" and line.startswith(" "):
            continue  # the tree, see below
        for name in _PATH.findall(line):
            if not _exists(name, path.parent):
                pytest.fail(f"{name}: no such file, in {line!r}")


def _exists(name: str, folder: Path) -> bool:
    """Whether it is there; True for what is no path of ours ("runs/x", "rad/s")."""
    if name in _ENVIRONMENTS:
        return True
    if "/" not in name:
        return name in _FOREIGN or any(fnmatch(t.rpartition("/")[2], name) for t in TRACKED)
    if name.split("/")[0] not in _FOLDERS and not name.endswith(".py"):
        return True
    return any(any(home.glob(name.rstrip("/"))) for home in (*_HOMES, folder))


def test_the_tree_in_contributing_is_the_tree() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tree = text.partition("## The tree\n\n```\n")[2].partition("```")[0].splitlines()
    folder, named = ROOT, set()
    for line in tree:
        names = re.split(r"\s{2,}", line.strip())[0].split(", ")
        home = folder if line.startswith("  ") else ROOT
        for name in names:
            assert (home / name).exists(), f"{name}: not in {home.relative_to(ROOT)}, in {line!r}"
            named.add(str((home / name).relative_to(ROOT)))
        if home == ROOT:
            folder = ROOT / names[0]
    rooms = {f"llmagentos/{p.name}" for p in (ROOT / "llmagentos").iterdir() if p.is_dir()}
    assert {r for r in rooms if f"{r}/__init__.py" in TRACKED} <= named


@pytest.mark.parametrize("path", TEXTS, ids=_name)
def test_every_command_and_option_exists(path: Path) -> None:
    for line in _code(path):
        if line.startswith(("from ", "import ", "COPY ")):
            continue  # Python, or a folder of that name
        for words, rest in _COMMAND.findall(line.partition("  #")[0]):
            _check_command(words.split(), rest)


def _check_command(words: list[str], rest: str) -> None:
    command: Any = typer.main.get_command(app)
    for word in words:
        inner: Mapping[str, Any] = getattr(command, "commands", {})
        if not inner:
            break  # the words of the command itself
        assert word in inner, f"llmagentos has no command {' '.join(words)!r}"
        command = inner[word]
    known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
    for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest):
        assert option in known, f"llmagentos {' '.join(words)} has no option {option}"
