"""`llmagentos model`: list, info, build, verify, bench, serve and add language models; list engines.

Knows: printing and options. Does not know: models (asked through llmagentos.composition).
"""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from llmagentos.composition import model_manager, serve_models
from llmagentos.default_model import DEFAULT_MODEL

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A model's name or folder.")]
Engine = Annotated[
    str, typer.Option("--engine", help="auto, or a name of `llmagentos model engines`.")
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]


def _print(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(facts))
        return
    console = Console(highlight=False)
    for key, value in facts.items():
        if isinstance(value, float):
            value = f"{value:.4g}"
        elif key.endswith("bytes"):
            value = f"{value / 1e6:.1f} MB"
        elif isinstance(value, dict):
            value = ", ".join(f"{k} {v}" for k, v in value.items())
        console.print(f"{key:24} {value}", markup=False)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Models that have a name: shipped ones and added ones."""
    rows = model_manager().models()
    if as_json:
        print(json.dumps(rows))
        return
    table = Table("name", "kind", "quantization", "MB", "where")
    for r in rows:
        table.add_row(
            r["name"], r["kind"], r["quantization"], f"{r['bytes'] / 1e6:.1f}", r["folder"]
        )
    Console().print(table)


@app.command()
def info(name: Name = DEFAULT_MODEL, as_json: AsJson = False) -> None:
    """What a model is, the memory it needs, which engines are there; its card."""
    facts = model_manager().info(name)
    card = "" if as_json else facts.pop("card", "")
    _print(facts, as_json)
    if card:
        print()
        print(card)


@app.command()
def engines(as_json: AsJson = False) -> None:
    """What can run a model: each engine, what it needs, whether it is there or why not."""
    rows = model_manager().engines()
    if as_json:
        print(json.dumps(rows))
        return
    table = Table("engine", "needs", "state")
    for r in rows:
        table.add_row(*(escape(r[key]) for key in ("name", "needs", "state")))
    Console().print(table)


@app.command()
def build(name: Name = DEFAULT_MODEL, engine: Engine = "auto") -> None:
    """Make a model ready for an engine; TensorRT plans are built on this device and gated."""
    console = Console(stderr=True)
    last = ""

    def progress(words: str, share: float) -> None:
        nonlocal last
        if words != last:
            console.print(f"{words} {share:.0%}", highlight=False)
            last = words

    _print(model_manager().build(name, engine, progress), False)


@app.command()
def verify(name: Name = DEFAULT_MODEL) -> None:
    """Check the SHA-256 of every file of a model."""
    count = model_manager().verify(name)
    print(f"{name}: {count} files are as the manifest says")


@app.command()
def bench(
    name: Name = DEFAULT_MODEL,
    engine: Engine = "auto",
    threads: Annotated[int, typer.Option("--threads", help="For CPU engines.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Measure a model here: loading, reading, writing, memory."""
    _print(model_manager().bench(name, engine, threads), as_json)


@app.command()
def serve(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Models; the shipped planner.")
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Another than 127.0.0.1 needs a key.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", help="0: any that is free.")] = 8080,
    key_env: Annotated[
        str,
        typer.Option("--key-env", metavar="NAME", help="Environment variable with clients' key."),
    ] = "",
    engine: Engine = "auto",
    threads: Annotated[int, typer.Option("--threads", help="For CPU engines.")] = 1,
    hang: Annotated[
        float,
        typer.Option(
            "--hang", min=0.5, help="Seconds without a token until an engine is restarted."
        ),
    ] = 60.0,
) -> None:
    """Answer other programs by OpenAI's protocol until Ctrl-C; needs the extra `serve`."""
    console = Console(highlight=False)
    served = names or [DEFAULT_MODEL]

    def ready(address: str) -> None:
        console.print(f"{', '.join(served)} at {address}", soft_wrap=True)
        console.print("POST /chat/completions, GET /models; Ctrl-C ends it")

    serve_models(served, host=host, port=port, key_env=key_env, engine=engine, threads=threads, hang_s=hang,
                 ready=ready)  # fmt: skip


@app.command()
def add(
    source: Annotated[str, typer.Argument(help="Hugging Face or model folder, or an address.")],
    name: Annotated[str, typer.Option("--name", help="Its name; the folder's without it.")] = "",
    quantize: Annotated[
        str, typer.Option("--quantize", help="For Hugging Face folders: none, int8, int4.")
    ] = "int8",
    positions: Annotated[
        int, typer.Option("--positions", help="Longest context of an exported model.")
    ] = 4096,
    model: Annotated[
        str | None, typer.Option("--model", help="For an address: the model on that server.")
    ] = None,
) -> None:
    """Add a model under a name: export a checkpoint, copy a model folder, or keep an address."""
    path = model_manager().add(source, name, quantize, positions, model)
    print(f"added {path.name} ({path})")
