"""`llmagentos config`, and how the options of a command go over a configuration file.

Knows: files and options. Does not know: what the settings do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from llmagentos.config import AgentConfig
from llmagentos.errors import ConfigError
from llmagentos.files import make_folder

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The configuration of an agent."""


@app.command()
def show(
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="The agent as YAML.")
    ] = None,
    comments: Annotated[
        bool, typer.Option("--comments", help="With what every field means.")
    ] = False,
) -> None:
    """Print the effective configuration as YAML: the file's values, and all defaults."""
    print(effective(config).to_yaml(comments), end="")


def effective(
    file: Path | None,
    scene: str | None = None,
    seed: int | None = None,
    model: str | None = None,
    engine: str | None = None,
    view: bool | None = None,
    recording: Path | None = None,
    voice: str | None = None,
    robot: str | None = None,
    skills: str | None = None,
    rules: Path | None = None,
    rehearsal: bool | None = None,
    noise: str | None = None,
    table: str | None = None,
) -> AgentConfig:
    """The file's configuration (all defaults without one) under the options that were given.

    Raises ConfigError.
    """
    base = AgentConfig() if file is None else AgentConfig.load(file)
    folder = None if recording is None else str(recording)
    return base.with_(
        scene=scene, seed=seed, model=model, engine=engine, view=view, recording=folder,
        voice=voice, robot=robot, skills=skills, rules=None if rules is None else str(rules),
        rehearsal=rehearsal, noise=noise, table=table,
    )  # fmt: skip


def with_flights(config: AgentConfig, folder: Path | None, only_faults: bool) -> AgentConfig:
    """The configuration with the options of the flight recorder over it. Raises ConfigError, and
    FileError for a folder that can't be made: before anything else begins."""
    if folder is not None and only_faults:
        raise ConfigError("expected one of --flight and --no-flight, got both")
    changes: dict[str, str] = {}
    if folder is not None:
        made = make_folder(folder, "a folder for flight recordings")
        changes = {"keeps": "commands", "folder": str(made)}
    elif only_faults and config.recorder.keeps == "commands":
        changes = {"keeps": "faults"}
    return config.with_(recorder=config.recorder.model_copy(update=changes)) if changes else config
