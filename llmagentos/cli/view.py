"""What a person sees in the terminal while a command runs.

Knows: the events of a running command (llmagentos.events) and how to draw them: the plan as a
tree whose nodes turn green or red, what each reference resolved to, and what changed.
Does not know: the robot, the model or the scene's meaning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from llmagentos import events
from llmagentos.command import CommandResult
from llmagentos.events import Event
from llmagentos.lang.wording import describe_step
from llmagentos.ports.modules import CONCEPTS

_MARK = {
    "waiting": ("○", "dim"),
    "running": ("▶", "bold cyan"),
    "succeeded": ("✔", "green"),
    "failed": ("✘", "red"),
    "skipped": ("–", "dim"),
}
_STATUS_STYLE = {
    "succeeded": "bold green",
    "answered": "bold green",
    "failed": "bold red",
    "refused": "bold yellow",
    "cannot": "bold yellow",
    "question": "bold blue",
}
#: Motion below this is the camera's noise, not a change worth a line, metres.
MOVED_M = 0.01


class View:
    """Draws one command after another. `event` is the agent's event sink."""

    def __init__(self, console: Console):
        self._console = console
        self._live: Live | None = None
        self._steps: Any = ()
        self._states: dict[str, str] = {}
        self._notes: dict[str, list[str]] = {}
        self._now = ""

    def skipped(self, reasons: Sequence[str]) -> None:
        """Why better engines for the language model are not used, one sentence each."""
        if reasons:
            self._console.print(
                f"[dim]faster engines, none needed: {escape('; '.join(reasons))}[/]",
                highlight=False,
            )

    def trouble(self, sentence: str) -> None:
        """Something that a person should know, but that stops nothing; "" for nothing."""
        if sentence:
            self._console.print(f"[yellow]{escape(sentence)}[/]", highlight=False)

    def event(self, event: Event) -> None:
        """One event of the running command."""
        match event:
            case events.CommandRead(command):
                self._begin(command)
            case events.SceneSeen(objects):
                self._now = f"sees {objects} objects; planning"
            case events.PlanWritten(plan, plan_s):
                self._steps = plan.steps
                self._now = f"plan after {plan_s:.2f} s"
            case events.StepStarted(path):
                self._states[path] = "running"
            case events.Grounded(path, words):
                self._note(path, words)
            case events.ActionStarted(words=words):
                self._now = words
            case events.ActionDone(path, "failed", reason, words):
                self._note(path, f"{words} {reason}".strip())
            case events.StepDone(path, status):
                self._states[path] = status
            case events.Degraded(source=source, words=words) if source in CONCEPTS:
                self._console.print(Text(words, style="yellow"))
        if self._live is not None:
            self._live.update(self._drawing(running=True))

    def result(self, result: CommandResult) -> None:
        """The end of a command: the final tree, what changed, and the reply."""
        self.end()
        changes = changes_table(result)
        if changes is not None:
            self._console.print(changes)
        style = _STATUS_STYLE.get(result.status, "bold")
        self._console.print(f"[{style}]{result.status}[/]  {escape(result.reply)}")
        self._console.print(Text(timings_line(result), style="dim"))

    def _begin(self, command: str) -> None:
        self._steps, self._states, self._notes = (), {}, {}
        self._now = "looking"
        self._console.print(f"\n[bold]› {escape(command)}[/]")
        self._live = Live(
            self._drawing(running=True),
            console=self._console,
            refresh_per_second=8,
            transient=self._console.is_terminal,
        )
        if self._console.is_terminal:
            self._live.start()

    def end(self) -> None:
        """Draw it for the last time."""
        if self._live is not None and self._live.is_started:
            self._live.stop()
        self._live = None
        if self._steps:
            self._console.print(self._drawing(running=False))

    def _note(self, path: str, words: str) -> None:
        notes = self._notes.setdefault(path, [])
        if words and words not in notes:
            notes.append(words)

    def _drawing(self, running: bool) -> Group | Tree:
        tree = Tree("plan", guide_style="dim", hide_root=True)
        self._grow(tree, self._steps, "")
        if not running:
            return tree
        return Group(tree, Spinner("dots", text=Text(self._now, style="cyan")))

    def _grow(self, tree: Tree, steps: Sequence[Any], prefix: str) -> None:
        for index, step in enumerate(steps):
            path = f"{prefix}{index}"
            mark, style = _MARK[self._states.get(path, "waiting")]
            node = tree.add(Text(f"{mark} {describe_step(step)}", style=style))
            for note in self._notes.get(path, ()):
                node.add(Text(note, style="dim"))
            children: list[Any] = [*getattr(step, "then", ()), *getattr(step, "otherwise", ())]
            self._grow(node, children or list(getattr(step, "body", ())), f"{path}.")


def timings_line(result: CommandResult) -> str:
    """One line of figures: plan, first motion, simulated and wall time, engine."""
    t = result.timings
    motion = "no motion" if t.first_motion_s is None else f"first motion {t.first_motion_s:.2f} s"
    engine = " ".join(str(v) for v in result.engine.values())
    return (
        f"plan {t.plan_s * 1000:.0f} ms ({t.tokens} tokens) · {motion} · "
        f"{t.sim_s:.1f} s of robot time in {t.wall_s:.1f} s · {engine}"
    )


def changes_table(result: CommandResult) -> Table | None:
    """What changed: every object that moved by more than a centimetre, or None."""
    before = {o["id"]: o for o in result.initial_objects}
    rows = []
    for now in result.objects:
        was = before.get(now["id"])
        if was is None:
            continue
        moved = max(abs(a - b) for a, b in zip(was["position"], now["position"], strict=True))
        if moved > MOVED_M:
            rows.append((now["id"].replace("_", " "), was["position"], now["position"]))
    if not rows:
        return None
    table = Table("moved", "from (x, y, z) m", "to (x, y, z) m", box=None, header_style="dim")
    for name, was_at, is_at in rows:
        table.add_row(name, _xyz(was_at), _xyz(is_at))
    return table


def objects_table(objects: Sequence[Mapping[str, Any]]) -> Table:
    """A scene as a table."""
    table = Table("id", "kind", "color", "size m", "x, y, z m", "yaw rad", box=None)
    for o in objects:
        table.add_row(
            str(o["id"]),
            str(o["kind"]),
            str(o["color"]),
            f"{float(o['size']):.3f}",
            _xyz(o["position"]),
            f"{float(o['yaw']):.2f}",
        )
    return table


def _xyz(position: Sequence[float]) -> str:
    return ", ".join(f"{v:6.3f}" for v in position)
