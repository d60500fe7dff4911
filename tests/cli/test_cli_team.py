"""`llmagentos run` with a scene of several robots: one JSON object, which robot did each action."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from llmagentos.cli.main import app

SCENE = """
robots:
  - {name: anna}
  - {name: bert, position: [0, -0.68]}
objects:
  - {kind: block, color: red, position: [0.45, 0.12]}
"""


def test_one_sentence_for_several(tmp_path: Path) -> None:
    scene = tmp_path / "table.yaml"
    scene.write_text(SCENE)
    done = CliRunner().invoke(
        app, ["run", "--json", "--scene", str(scene), "anna picks up the red block"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["status"] == "succeeded"
    assert told["reply"].endswith("Anna picked up the red block.")
    assert [a["robot"] for a in told["steps"][0]["actions"]] == ["anna"]
    assert told["held"] == "red_block"
