"""A dialogue about a table: the agent asks back with numbered choices, and keeps what was said in mind.

    python examples/dialogue.py

Type a sentence a line. A number, or the words, answer a question; "it", "the other one" and "a bit more"
mean what was talked about before. "so far" sums up what came of this dialogue, "start over" undoes all
of it, "that's all" or an empty line ends it.
"""

import math
import re
import sys
from collections.abc import Iterable

from llmagentos import Agent, CommandResult

SCENE = {
    "objects": [
        {"kind": "block", "color": "red", "position": [0.42, 0.12]},
        {"kind": "block", "color": "green", "position": [0.42, -0.02]},
        {"kind": "cup", "color": "purple", "position": [0.50, 0.05]},
        {"kind": "bowl", "color": "blue", "position": [0.58, -0.18]},
        {"kind": "bowl", "color": "green", "position": [0.60, 0.22]},
    ]
}


class Dialogue:
    """One conversation with an agent. done: what came of it, newest last."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._choices: list[str] = []
        self.done: list[CommandResult] = []

    def answer(self, said: str) -> str:
        """What the agent says to a sentence, when it has done what was asked for."""
        said = said.strip().rstrip(".!")
        if said.lower() == "so far":
            return self.so_far()
        if said.lower() == "start over":
            return self.start_over()
        if said.isdigit() and self._choices:
            number = int(said)
            if not 1 <= number <= len(self._choices):
                return f"Please say a number from 1 to {len(self._choices)}, or the words."
            said = self._choices[number - 1]
        result = self._agent.command(said)
        self._choices = choices_of(result)
        if result.status == "succeeded" and changed(result):
            if ops(result) == ["correct"] and self.done:
                self.done.pop()  # this was meant instead
            self.done.append(result)
        numbered = "".join(f"\n   {n}. {c}" for n, c in enumerate(self._choices, 1))
        return result.reply + numbered

    def so_far(self) -> str:
        if not self.done:
            return "So far nothing has changed."
        return "So far:" + "".join(f"\n   - {each.reply}" for each in self.done)

    def start_over(self) -> str:
        """Undo, newest first, until nothing of this dialogue is left."""
        self._choices, self.done, undone = [], [], 0
        while self._agent.command("undo that").status == "succeeded":
            undone += 1
        return "Everything is as it was." if undone else "There is nothing to put back."


def changed(result: CommandResult) -> bool:
    """Whether anything stands elsewhere than before."""
    before, after = ({o["id"]: o["position"] for o in objects}
                     for objects in (result.initial_objects, result.objects))  # fmt: skip
    return any(math.dist(after[name], place) > 0.005 for name, place in before.items())


def ops(result: CommandResult) -> list[str]:
    """What its plan's steps do."""
    return [step["op"] for step in (result.plan or {}).get("steps", ())]


def choices_of(result: CommandResult) -> list[str]:
    """What a question lets one choose from: "Which ... do you mean: the red block or the cup?"."""
    asked = re.search(r": (.+)\?$", result.reply) if result.status == "question" else None
    return re.split(r", or | or |, ", asked[1]) if asked else []


def talk(lines: Iterable[str]) -> None:
    with Agent.in_simulation(SCENE, seed=1) as agent:
        dialogue = Dialogue(agent)
        seen = ", ".join(o.label for o in agent.look().objects)
        print(f"What shall I do with these things? {seen}.", flush=True)
        for line in (each.strip() for each in lines):
            print(f"> {line}" if line else "")
            if not line or line.lower().rstrip(".!") == "that's all":
                break
            print(dialogue.answer(line), flush=True)
        print(f"{dialogue.so_far()}\nGoodbye!")


if __name__ == "__main__":
    talk(sys.stdin)
