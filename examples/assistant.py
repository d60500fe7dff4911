"""An assistant with a memory: it learns where a person wants things, and knows it after a restart.

    python examples/assistant.py ada.sqlite       # answer its questions, or tell it things
    python examples/assistant.py ada.sqlite       # the next day: it greets by name, and asks less

Type "tidy up", and for each thing on the table whose place it does not know it asks where that belongs.
Anything else is a sentence for the agent, which remembers by itself: "my name is Ada", "remember that the
key is in the drawer", "where is the key?", "where did you last see the ball?", "forget my name". An empty
line ends the day. Without a file's name nothing is kept.
"""

import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from llmagentos import Agent
from llmagentos.memory.long_term import LongTermMemory
from llmagentos.types import SceneObject

CONTAINERS = [
    {"kind": "bowl", "color": "blue", "position": [0.58, -0.18]},
    {"kind": "tray", "color": "gray", "position": [0.55, 0.22]},
]
THINGS = [
    {"kind": "cup", "color": "red", "position": [0.42, 0.08]},
    {"kind": "block", "color": "green", "position": [0.40, -0.04]},
    {"kind": "ball", "color": "orange", "position": [0.48, -0.02]},
]


class Assistant:
    """agent: with a long-term memory. memory: the same one, to look things up in."""

    def __init__(self, agent: Agent, memory: LongTermMemory) -> None:
        self._agent, self._memory = agent, memory

    def greets(self) -> str:
        names = (re.fullmatch(r"my name is (.+)", f.text, re.I) for f in self._memory.facts())
        name = next((found[1] for found in names if found), "")
        return f"Hello {name}! What can I do?" if name else "Hello! I don't know your name yet."

    def tidies_up(self, answers: Iterator[str]) -> Iterator[str]:
        """Each thing to where this person wants it; what it says meanwhile. answers: theirs, where
        it has to ask."""
        for thing in self._loose():
            if self._memory.usual(thing.id, thing.kind, thing.color).place is None:
                yield f"Where does the {thing.label} belong?"
                where = next(answers, "").strip()
                if not where:
                    yield "I leave it where it is."
                    continue
                yield f"> {where}"
                self._agent.command(f"remember that the {thing.label} belongs {where}")
            yield self._agent.command(f"put the {thing.label} where it belongs").reply
        left = self._loose()
        yield f"{len(left)} left on the table." if left else "Everything is where you want it."

    def hears(self, said: str) -> str:
        return self._agent.command(said).reply

    def _loose(self) -> list[SceneObject]:
        """What could be tidied up: small things that lie on the table itself."""
        return [o for o in self._agent.look().objects
                if o.support == "table" and o.kind not in ("bowl", "tray")]  # fmt: skip


def day(file: Path, things: list[dict[str, object]], lines: Iterable[str]) -> None:
    """One run of the assistant: its agent, and its memory in that file."""
    memory = LongTermMemory(file)
    with Agent.in_simulation({"objects": [*things, *CONTAINERS]}, seed=1, past=memory) as agent:
        assistant, said = Assistant(agent, memory), iter(lines)
        print(assistant.greets(), flush=True)
        for line in said:
            if not line.strip():
                break
            print(f"> {line.strip()}")
            tidy = line.strip().lower().rstrip(".!") == "tidy up"
            for reply in assistant.tidies_up(said) if tidy else [assistant.hears(line.strip())]:
                print(reply, flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as nowhere:
        day(Path(sys.argv[1] if len(sys.argv) > 1 else f"{nowhere}/memory.sqlite"), THINGS, sys.stdin)  # fmt: skip
