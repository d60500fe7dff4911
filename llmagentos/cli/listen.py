"""`llmagentos listen`: what is said, as text; nothing moves.

Knows: printing. Does not know: how speech is heard (llmagentos.speech).
"""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from llmagentos.cli.options import AudioOption, DeviceOption


def listen(
    audio: AudioOption = None,
    microphone: DeviceOption = "",
    scene: Annotated[
        str | None,
        typer.Option("--scene", metavar="FILE", help="Expect the words of this scene."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object an utterance on standard output.")
    ] = False,
    about: Annotated[
        bool, typer.Option("--about", help="What speech needs, with licences and sizes, instead.")
    ] = False,
) -> None:
    """Print what is said, from the microphone or a WAV file; nothing moves.

    Ctrl-C ends it.
    """
    if about:
        _about(Console())
        return
    from llmagentos.composition import load_scene
    from llmagentos.speech.expected import expected
    from llmagentos.speech.hearing import Hearing, Said
    from llmagentos.speech.sources import source_of

    things = [] if scene is None else load_scene(scene).objects
    labels = [f"{o.color} {o.kind}".replace("_", " ").strip() for o in things]
    words = expected(taught=labels)
    source = source_of(audio, microphone)
    hearing = Hearing(lambda: words)
    console = Console(stderr=as_json)
    if audio is None:
        console.print("[dim]listening; Ctrl-C ends[/]")

    def tell(said: Said) -> None:
        if as_json:
            print(json.dumps(_as_data(said)), flush=True)
            return
        for index, reading in enumerate(said.heard.readings[:3]):
            text = escape(reading.text)
            line = text if index == 0 else f"[dim]  or, {reading.confidence:.2f}: {text}[/]"
            console.print(line, highlight=False, soft_wrap=True)

    heard = 0
    try:
        for said in hearing.said(source):
            heard += bool(said.heard.readings)
            tell(said)
        if not heard:
            Console(stderr=True).print("[dim]nobody said anything[/]")
    except KeyboardInterrupt:
        console.print()
    finally:
        source.close()


def _as_data(said: object) -> dict[str, object]:
    from llmagentos.speech.hearing import Said

    assert isinstance(said, Said)
    return {
        "text": said.heard.text,
        "heard": [
            {"text": r.text, "confidence": round(r.confidence, 3), "sure": round(r.sure, 3)}
            for r in said.heard.readings
        ],
        "begin_s": round(said.utterance.begin_s, 2),
        "end_s": round(said.utterance.end_s, 2),
        "took_s": round(said.heard.took_s, 3),
    }


def _about(console: Console) -> None:
    from llmagentos.speech.packages import INSTALL, installed

    for found in installed():
        p = found.package
        here = f"here {found.version}" if found.version else "not here"
        line = f"{p.name} {p.version}  {p.mb:.1f} MB, {p.licence}, for {p.wheels}; {here}"
        console.print(f"{line}\n    {p.does}", markup=False, highlight=False, soft_wrap=True)
    total = sum(f.package.mb for f in installed())
    console.print(f"{total:.0f} MB of wheels; all of it: {INSTALL}", markup=False, highlight=False)
