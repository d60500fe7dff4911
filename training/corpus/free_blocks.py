"""A short way to write free sentences: blocks of text that become lines of a file in free/.

Knows: the notation below. Does not know: whether a line is right (free_check.py carries it out).

    python -m training.corpus.free_blocks blocks.txt --theme kitchen     # adds to free/kitchen.jsonl

    person: night nurse, first language Tagalog
    scene: red block .5 .1 | blue bowl .4 -.2 size .16 | apple in blue_bowl | spoon .6 .2 yaw 1.57
    held: red_block                                (an id of the scene; until the next scene)
    turn: put it there => put [ the it object ] there => question: Where is "there"?
    asked: Where is "there"?                       (both until the next scene, or `fresh`)
    base: hall | kitchen, dock, table              (a robot that drives: the room it is in, the
                                                    places that it knows; until the next scene or base)

    could you maybe leave the apple where it is, just hold the block up?
    = pick [ the red block ]
    ~ could you maybe leave the block where it is, just hold the apple up?
    = pick [ the object noun "apple" ]

A thing is [colour] kind, then x y in metres or `in ID` or `on ID`, then `size`, `yaw`, `id`; ids
are red_block, red_block_2 ... in order. `~` marks a twin of the sentence before it. After the plan
`?` says that it ends in a question, `!` that it ends in "I can't". `=? words` is for what today's
language can't say. Lines that begin with # are for the writer.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llmagentos.lang import codec as compact
from llmagentos.objects.colors import COLORS
from training.corpus.free_lines import FOLDER, read


def thing(text: str) -> dict[str, Any]:
    """One thing of a scene line as free_lines reads it. ValueError for what is no thing."""
    words = text.split()
    marks = [i for i, w in enumerate(words) if w in ("in", "on", "size", "yaw", "id") or _number(w)]
    if not marks or marks[0] == 0:
        raise ValueError(f"expected a kind and a place, got {text!r}")
    named, rest = words[: marks[0]], words[marks[0] :]
    out: dict[str, Any] = {}
    if len(named) > 1 and named[0] in COLORS:
        out["color"] = named.pop(0)
    out["kind"] = " ".join(named)
    while rest:
        if _number(rest[0]):
            if len(rest) < 2 or not _number(rest[1]):
                raise ValueError(f"expected x and y, got {text!r}")
            out["position"] = [float(rest[0]), float(rest[1])]
        elif len(rest) < 2:
            raise ValueError(f"expected a value after {rest[0]!r} in {text!r}")
        else:
            value = rest[1]
            out[rest[0]] = float(value) if rest[0] in ("size", "yaw") else value
        rest = rest[2:]
    return out


def _number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def lines(text: str, theme: str, first: int = 1) -> Iterator[dict[str, Any]]:
    """The sentences of a block file as lines. ValueError naming the line that is wrong."""
    person, scene, more = "", [], {}  # type: str, list[dict[str, Any]], dict[str, Any]
    command, twin_of, last = "", "", ""
    base: dict[str, Any] = {}
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        key, _, value = line.partition(":")
        try:
            if not line or line.startswith("#"):
                continue
            if line.startswith("=") and command:
                row = {
                    "id": f"{theme}-{first:04d}",
                    "person": person,
                    "scene": scene,
                    **base,
                    **more,
                }
                row |= {"command": command, **_plan(line[1:].strip())}
                if twin_of:
                    row["twin"] = twin_of
                read(row)
                yield row
                last, first, command, twin_of = row["id"], first + 1, "", ""
            elif command:
                raise ValueError(f"expected '= plan' after {command!r}")
            elif key == "person":
                person = value.strip()
            elif key == "scene":
                scene, more = [thing(t) for t in value.split("|") if t.strip()], {}
                base = {}
            elif key == "base":
                room, _, known = value.partition("|")
                names = [name.strip() for name in known.split(",") if name.strip()]
                base = {"base": {"room": room.strip(), "places": names}} if value.strip() else {}
            elif key in ("held", "asked"):
                more[key] = value.strip()
            elif key == "turn":
                parts = [p.strip() for p in value.split("=>")]
                turn = {"command": parts[0], "plan": parts[1]}
                turn |= {"outcome": parts[2]} if len(parts) > 2 else {}
                more["turns"] = [*more.get("turns", ()), turn]
            elif line == "fresh":
                more = {}
            else:
                twin_of = last if line.startswith("~") else ""
                command = line.removeprefix("~").strip()
        except (ValueError, KeyError, IndexError) as exc:
            raise ValueError(f"line {number}: {exc} | {line}") from exc
        except Exception as exc:
            raise ValueError(f"line {number}: {type(exc).__name__}: {exc} | {line}") from exc
    if command:
        raise ValueError(f"expected '= plan' after {command!r}, got the end")


def _plan(text: str) -> dict[str, Any]:
    if text.startswith("?"):
        return {"plan": None, "wants": text[1:].strip()}
    ends = {"?": "question", "!": "cannot"}.get(text[-1:])
    body = text[:-1].strip() if ends else text
    # as it is written again, so that spaces and spellings of numbers agree
    return {"plan": compact.write(compact.parse(body)), **({"ends": ends} if ends else {})}


def main() -> None:
    """Entry point of `python -m training.corpus.free_blocks`."""
    parser = argparse.ArgumentParser(description="Adds blocks of free sentences to a theme's file.")
    parser.add_argument("blocks", type=Path)
    parser.add_argument("--theme", required=True)
    args = parser.parse_args()
    target = FOLDER / f"{args.theme}.jsonl"
    before = target.read_text(encoding="utf-8").splitlines() if target.exists() else []
    new = list(lines(args.blocks.read_text(encoding="utf-8"), args.theme, len(before) + 1))
    with target.open("a", encoding="utf-8") as f:
        for row in new:
            f.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(f"{len(new)} sentences added to {target}, {len(before) + len(new)} in all")


if __name__ == "__main__":
    main()
