"""Options that several commands take, and the exit codes of all.

Knows: their words. Does not know: what is done with a value.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

#: Exit codes of the contract: all well, a command did not succeed, wrong usage.
OK, NOT_DONE, USAGE = 0, 1, 2

SceneOption = Annotated[
    str | None,
    typer.Option(
        "--scene",
        metavar="FILE",
        help="YAML scene or flat, or 'random'; the demo scene without it.",
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The agent as YAML; options go over it."),
]
RobotOption = Annotated[
    str | None,
    typer.Option(
        "--robot",
        metavar="NAME",
        help="The arm (in a flat: the base): a name, or a folder; over the scene's own.",
    ),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", help="Seeds the noise, the light and random scenes.")
]
NoiseOption = Annotated[
    str | None,
    typer.Option(
        "--noise",
        metavar="NAME",
        help="How badly the simulated camera sees: none, mild, typical, bad; or such-tof.",
    ),
]
TableOption = Annotated[
    str | None,
    typer.Option(
        "--table",
        metavar="NAME",
        help="The simulated table: mat, wood, black, white, green, cloth, random; or such:seed.",
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="Shipped model's name, a folder, or a server's http address."),
]
EngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="ENGINE",
        help="auto, a name of `llmagentos model engines`, or a server's http address.",
    ),
]
SkillsOption = Annotated[
    str | None,
    typer.Option(
        "--skills",
        metavar="WHICH",
        help="learned (trained policies), scripted, or a folder.",
    ),
]
RayOption = Annotated[
    bool,
    typer.Option("--ray", help="Over Ray: the cluster that runs here, else one on this machine."),
]
RayAddressOption = Annotated[
    str | None,
    typer.Option("--ray-address", metavar="HOST:PORT", help="Over the Ray cluster there."),
]
RehearsalOption = Annotated[
    bool | None,
    typer.Option(
        "--rehearsal/--no-rehearsal",
        help="Try each plan out in simulated copies of what was seen before anything moves "
        "(default: in simulation).",
        show_default=False,
    ),
]
ViewOption = Annotated[
    bool | None, typer.Option("--view", help="Open PyBullet's window; `k` in it stops.")
]
RecordOption = Annotated[
    Path | None,
    typer.Option("--record", metavar="DIR", help="Keep video, pictures, plan and trace there."),
]
RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", metavar="FILE", help="The plan guard's settings as YAML."),
]
FlightOption = Annotated[
    Path | None,
    typer.Option(
        "--flight", metavar="DIR", help="Where each command's flight recording goes (replay)."
    ),
]
NoFlightOption = Annotated[
    bool,
    typer.Option("--no-flight", help="Keep none, but for the last minute before a fault."),
]

AudioOption = Annotated[
    Path | None,
    typer.Option("--audio", metavar="FILE.wav", help="A WAV file instead of the microphone."),
]
DeviceOption = Annotated[
    str, typer.Option("--microphone", metavar="DEVICE", help="Which one, as the system names it.")
]


def cluster(ray: bool, address: str | None) -> str | None:
    """The cluster that options mean: an address, "" for the one here, None for no Ray."""
    if address == "":
        raise typer.BadParameter("expected HOST:PORT for --ray-address, got nothing")
    return address or ("" if ray else None)
