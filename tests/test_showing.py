"""A person shows a thing, and commands name it: shipped model, camera and physics, over a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from llmagentos import Agent
from llmagentos.config import AgentConfig

ROWS = [
    {"kind": "can", "color": "green", "position": [0.45, 0.15], "id": "fizz"},
    {"kind": "can", "color": "red", "position": [0.42, -0.12], "id": "other"},
    {"kind": "block", "color": "blue", "position": [0.36, 0.02], "id": "lucky"},
    {"kind": "block", "color": "red", "position": [0.56, 0.02], "id": "block"},
    {"kind": "box", "color": "white", "position": [0.60, -0.2], "id": "box"},
]


def _agent(folder: Path, rows: list[dict[str, Any]]) -> Agent:
    scene = folder / "scene.yaml"
    scene.write_text(str({"objects": rows}), "utf-8")
    config = AgentConfig(scene=str(scene), taught={"folder": str(folder)}, memory={"keep": False})
    return Agent.from_config(config)


def _where(agent: Agent, thing: str) -> tuple[float, float]:
    robot: Any = agent.robot
    row = next(o for o in robot.simulation.objects() if o["id"] == thing)
    return row["position"][0], row["position"][1]


def test_a_shown_thing_is_moved_by_its_name_in_the_next_session(tmp_path: Path) -> None:
    with _agent(tmp_path, ROWS) as agent:
        asked = agent.command("this is my fizz")
        assert asked.status == "question" and "Which one is your fizz" in asked.reply
        told = agent.command("the green can is my fizz")
        assert told.status == "answered" and told.reply.startswith(
            "I'll know your fizz from now on"
        )
        assert agent.command("the blue block is my lucky cube").status == "answered"
    elsewhere = [{**row, "position": list(place)} for row, place in zip(
        ROWS, [(0.36, -0.05), (0.55, 0.2), (0.50, 0.06), (0.40, 0.2), (0.60, -0.2)], strict=True
    )]  # fmt: skip
    with _agent(tmp_path, elsewhere) as agent:
        assert agent.command("what have I shown you?").reply == (
            "You have shown me your fizz and your lucky cube."
        )
        done = agent.command("put my fizz in the box")
        assert done.status == "succeeded", done.reply
        x, y = _where(agent, "fizz")
        assert abs(x - 0.60) < 0.08 and abs(y + 0.2) < 0.08
        # "cube" is a word for block: hers is the blue one
        done = agent.command("put my lucky cube in the box")
        assert done.status == "succeeded", done.reply
        assert abs(_where(agent, "lucky")[1] + 0.2) < 0.08
        assert agent.command("put my torch on the left").status != "succeeded"
        told = agent.command("forget my fizz")
        assert told.reply == "I have forgotten what your fizz looks like."
        assert agent.command("put my fizz on the left").status != "succeeded"
