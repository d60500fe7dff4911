"""`llmagentos --help` and what is loaded for which command."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from llmagentos.cli.main import HOMES, Home, app, build


def _lines(shown: typer.Typer) -> str:
    return CliRunner().invoke(shown, ["--help"], env={"COLUMNS": "200"}).output


def test_the_list_says_of_each_command_what_the_command_itself_says() -> None:
    assert _lines(build("")) == _lines(app)
    assert all(home.help in _lines(app) for home in HOMES)


@pytest.mark.parametrize("home", HOMES, ids=lambda home: home.name)
def test_a_command_loaded_alone_is_the_same_as_among_all(home: Home) -> None:
    alone, among = (
        CliRunner().invoke(one, [home.name, "--help"]) for one in (build(home.name), app)
    )
    assert alone.exit_code == 0 and alone.output == among.output


def test_help_loads_neither_planner_nor_arm() -> None:
    heavy = "numpy, pinocchio, pydantic, cv2, onnxruntime, llmagentos.agent"
    code = (
        "import sys\nfrom llmagentos.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy.split(', ')!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
