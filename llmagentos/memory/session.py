"""What one session remembers: mentions, what was moved from where to where, names, commands.

Knows: everything that later commands may refer to, and how to make a `Context` of it.
Does not know: files (what outlives a session is long_term.py's), plans' meaning, motion.

How the executor uses it, per command:

    memory.begin_command(text)
    ctx = memory.context(scene, this=..., moving=...)      # before each grounding
    memory.note_mention(landmark_ids)                      # landmarks first,
    memory.note_mention((moved_id,))                       # what is handled last: "it"
    memory.note_event(before, after, "put the red block in the bowl")
    memory.end_command(status, reply, steps, scene)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from llmagentos.grounding.context import Context, Event, Look, Travels
from llmagentos.grounding.filters import choice_key
from llmagentos.grounding.refs import normal_name, really_changed
from llmagentos.lang import plan as p
from llmagentos.memory.habits import placed_in
from llmagentos.memory.long_term import LongTermMemory
from llmagentos.memory.record import CommandRecord, SessionFacts, StepFact
from llmagentos.types import MapPose, Scene, SceneObject, Status

__all__ = ["Aside", "CommandRecord", "SessionFacts", "SessionMemory", "StepFact"]

MAX_MENTIONS = 64
#: Commands that are set aside have indices from here down.
_ASIDE = -10
#: The command of mentions that none has handled.
_ONLY_SPOKEN_OF = -2


@dataclass(frozen=True)
class Aside:
    """A command in the middle, that others come before: its record, what was chosen for it, the
    words of its steps to come."""

    index: int
    record: CommandRecord
    chosen: tuple[tuple[str, tuple[str, ...]], ...]
    next_steps: tuple[str, ...]


class SessionMemory:
    """The memory of one session; `reset` begins another. past: what is remembered over restarts;
    it gets every command and what was seen at its end. None: nothing is."""

    def __init__(self, robot_name: str = "LLMAgentOS", past: LongTermMemory | None = None):
        self.robot_name, self.past = robot_name, past
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.initial: Scene | None = None
        self.records: list[CommandRecord] = []
        self.events: list[Event] = []
        self.names: dict[str, str] = {}
        self.name_places: dict[str, tuple[float, float]] = {}
        self.pattern: tuple[str, ...] = ()
        self.answer: tuple[str, ...] = ()
        self.last_spot: tuple[float, float] | None = None
        self.last_distance_m = 0.10
        self.speed = 1.0
        self.travels = Travels()
        self.pending_question = ""
        self.next_steps: tuple[str, ...] = ()
        #: What to ask instead of a plan's own question, by what is remembered; "": that.
        self.asks_instead = ""
        self._mentions: list[tuple[int, tuple[str, ...]]] = []
        self._chosen: list[tuple[str, tuple[str, ...]]] = []
        self._taken_back: frozenset[int] = frozenset()
        self._asides = 0

    # --- commands ---------------------------------------------------------------------------

    @property
    def command_index(self) -> int:
        """Index of the running (or last) command; -1 before the first."""
        return len(self.records) - 1

    def begin_command(
        self,
        text: str,
        scene: Scene | None = None,
        plan: p.Plan | None = None,
        *,
        continues: bool = False,
    ) -> int:
        """A new command; returns its index. The first scene given is the session's initial one.

        continues: it answers the robot's question, so the person's choices stay in force.
        """
        if self.initial is None:
            self.initial = scene
        if self.travels.start is None and scene is not None and scene.base is not None:
            self.travels = replace(self.travels, start=scene.base.pose)
        if not continues:
            self._chosen.clear()
        self.next_steps = ()
        self.records.append(CommandRecord(len(self.records), text, plan))
        return self.command_index

    def end_command(
        self,
        status: Status,
        reply: str = "",
        steps: Iterable[StepFact] = (),
        scene: Scene | None = None,
        plan: p.Plan | None = None,
        question: str = "",
    ) -> CommandRecord:
        """Close the running command. What it handled becomes one plural mention ("them")."""
        last = self.records[-1] if self.records else CommandRecord(0, "")
        record = replace(
            last,
            status=status,
            reply=reply,
            steps=tuple(steps),
            plan=plan or last.plan,
            chosen=tuple(self._chosen),
        )
        self.records[-1:] = [record]
        if self.past is not None:
            own = [e for e in self.events if e.command == record.index]
            done = status == "succeeded" and not record.is_undo
            placed = list(placed_in(record.plan, own, scene)) if done else []
            deed = self.past.did(record.text, status, reply, scene, placed)
            record = self.records[-1] = replace(record, deed=deed)
            if undone := [r.deed for r in self.records if r.undone]:
                self.past.taken_back(undone)
        self.pending_question = question
        self.next_steps = ()
        moved = self._handled_in(record.index, mentions=False)
        if len(moved) > 1:
            self._mentions.insert(max(0, len(self._mentions) - 1), (record.index, moved))
        return record

    def set_aside(self) -> Aside:
        """The running command waits while others are carried out; what it has done stays its own."""
        record = self.records.pop()
        self._asides += 1
        index = _ASIDE - self._asides
        self._renumber(record.index, index)
        aside = Aside(index, record, tuple(self._chosen), self.next_steps)
        self._chosen.clear()
        self.next_steps = ()
        return aside

    def take_up(self, aside: Aside) -> None:
        """It goes on, as the newest command."""
        index = len(self.records)
        self._renumber(aside.index, index)
        self.records.append(replace(aside.record, index=index))
        self._chosen, self.next_steps = list(aside.chosen), aside.next_steps

    def _renumber(self, old: int, new: int) -> None:
        self._mentions = [(new if c == old else c, ids) for c, ids in self._mentions]
        self.events = [replace(e, command=new) if e.command == old else e for e in self.events]

    def note_next(self, steps: Sequence[str]) -> None:
        """Words of the steps still to come, for "what will you do next?"."""
        self.next_steps = tuple(steps)

    # --- what happened ----------------------------------------------------------------------

    def note_mention(self, ids: Iterable[str], handles: bool = True) -> None:
        """These were just spoken of or handled together; the newest single mention is "it".

        handles: whether "the rest" leaves them out from now on.
        """
        command = self.command_index if handles else _ONLY_SPOKEN_OF
        mention = (command, tuple(dict.fromkeys(ids)))
        if mention[1] and (not self._mentions or self._mentions[-1] != mention):
            self._mentions.append(mention)
            del self._mentions[:-MAX_MENTIONS]

    def note_event(
        self, before: SceneObject, after: SceneObject | None, step: str, turned_rad: float = 0.0
    ) -> Event:
        """The robot changed an object; `after` is None when it is gone from view.

        Note the way from its old to its new place as one event, not each half.
        """
        event = Event(before.id, before, after, max(0, self.command_index), step, turned_rad)
        self.events.append(event)
        if after is not None and not after.held:
            self.last_spot = (after.position[0], after.position[1])
        return event

    def note_pattern(self, ids: Iterable[str]) -> None:
        """The objects of the arrangement or stack just made: "it" as a whole, "the circle"."""
        self.pattern = tuple(ids)

    def note_answer(self, ids: Iterable[str]) -> None:
        """The objects that the last answer named; they count as mentioned too."""
        self.answer = tuple(ids)
        self.note_mention(self.answer)

    def note_distance(self, distance_m: float) -> None:
        """The distance that was just moved by, metres, for "again, as far"."""
        self.last_distance_m = distance_m

    def note_drive(self, before: MapPose, goal: MapPose) -> None:
        """The base has driven from one pose to another, for "back" and "there"."""
        self.travels = replace(
            self.travels, before=before, goal=goal, command=self.command_index, round=()
        )

    def note_round(self, looks: Iterable[Look]) -> None:
        """What the base saw at each place where it went to be able to answer, for the answer."""
        self.travels = replace(self.travels, round=tuple(looks))

    def note_spot(self, x: float, y: float) -> None:
        """The spot that was just used, base frame, metres, for "there"."""
        self.last_spot = (x, y)

    def note_choice(self, obj: p.Obj, ids: Iterable[str]) -> None:
        """The person said which ones `obj` means, for as long as the command continues."""
        self._chosen.append((choice_key(obj), tuple(ids)))

    def recall_choices(self, record: CommandRecord) -> None:
        """What was chosen for an earlier command holds again, for its correction."""
        self._chosen = list(record.chosen)

    def remember(self, name: str, target: str | tuple[float, float]) -> None:
        """Give a name to an object (its id) or to a place (x, y); an older meaning goes."""
        key = normal_name(name)
        self.names.pop(key, None)
        self.name_places.pop(key, None)
        if isinstance(target, str):
            self.names[key] = target
        else:
            self.name_places[key] = target

    # --- reading ----------------------------------------------------------------------------

    def context(self, scene: Scene, this: str | None = None, moving: str | None = None) -> Context:
        """Everything a description may refer to now, in the scene as seen now."""
        return Context(
            scene=scene,
            initial=self.initial or scene,
            mentioned=tuple(ids for _, ids in self._mentions),
            events=tuple(self.events),
            names=dict(self.names),
            name_places=dict(self.name_places),
            this=this,
            moving=moving,
            last_spot=self.last_spot,
            pattern=self.pattern,
            answer=self.answer,
            last_distance_m=self.last_distance_m,
            chosen=tuple(self._chosen),
            command=max(0, self.command_index),
            handled=self._handled(),
            travels=self.travels,
        )

    def _handled_in(self, command: int, mentions: bool = True) -> tuple[str, ...]:
        ids = [e.object_id for e in self.events if e.command == command]
        if mentions:
            ids += [i for c, mention in self._mentions if c == command for i in mention]
        return tuple(dict.fromkeys(ids))

    def _handled(self) -> tuple[str, ...]:
        """Of this command; while it has moved nothing, of the newest one before that did, too."""
        handled: tuple[str, ...] = ()
        for command in range(self.command_index, -1, -1):
            handled += self._handled_in(command)
            if self._handled_in(command, mentions=False):
                return tuple(dict.fromkeys(handled))
        return self._handled_in(self.command_index)

    def facts(self) -> SessionFacts:
        """For answers about the robot's doings: the newest command that had steps to carry out."""
        kept = self._remembered()
        done = [r for r in kept if r.status not in (None, "answered")]
        acted = [r for r in done[:-1] if any(s.status == "succeeded" for s in r.steps)]
        return SessionFacts(
            robot_name=self.robot_name,
            last=done[-1] if done else None,
            before=acted[-1] if acted else None,
            next_steps=self.next_steps,
            commands=len(self.records),
            pending_question=self.pending_question,
            past=self.past,
            text=self.records[-1].text if self.records else "",
        )

    def _remembered(self) -> list[CommandRecord]:
        """The records but for those that the person had forgotten since."""
        if self.past is None:
            return self.records
        kept = self.past.kept([r.deed for r in self.records])
        return [r for r in self.records if not r.deed or r.deed in kept]

    def last_plan(self) -> CommandRecord | None:
        """The newest command with a plan that moved something or tried to, for "again"."""
        for record in reversed(self.records):
            done = record.status in ("succeeded", "failed") and not record.is_undo
            if record.plan is not None and done:
                return record
        return None

    # --- undo -------------------------------------------------------------------------------

    def moves_to_undo(self, n: int = 1) -> tuple[Event, ...]:
        """What to take back for the last `n` commands that moved anything, newest move first.

        One event per object and command run: its `before` is where it must go, its `turned_rad` all
        that it was turned on the spot. Commands already
        undone, and the undoing itself (see mark_undone), don't count: a command that corrected
        another one is undone to what was before both.
        """
        commands: list[int] = []
        events = [e for k, e in enumerate(self.events) if k not in self._taken_back]
        for event in reversed(events):
            record = self._record(event.command)
            hidden = record is not None and (record.undone or record.is_undo)
            if hidden or not really_changed(event):
                continue
            if event.command not in commands:
                if len(commands) == n:
                    break
                commands.append(event.command)
        earliest: dict[str, Event] = {}
        for event in reversed(events):
            if event.command in commands and really_changed(event):
                kept = earliest.pop(event.object_id, None)
                newest = kept.after if kept is not None else event.after
                turned = event.turned_rad + (kept.turned_rad if kept is not None else 0.0)
                earliest[event.object_id] = replace(event, after=newest, turned_rad=turned)
        return tuple(earliest.values())

    def mark_undone(self, moves: Iterable[Event]) -> None:
        """These commands were taken back by the running one; neither is undone again."""
        for command in {e.command for e in moves} - {self.command_index}:
            if self._record(command) is not None:
                self.records[command] = replace(self.records[command], undone=True)
        if self.records:
            self.records[-1] = replace(self.records[-1], is_undo=True)
        own = (k for k, e in enumerate(self.events) if e.command == self.command_index)
        self._taken_back = self._taken_back.union(own)

    def places_at_start(self, ids: Iterable[str] | None = None) -> tuple[SceneObject, ...]:
        """Objects as they were when the session began (all, or these), lowest first."""
        wanted = None if ids is None else set(ids)
        objs = self.initial.objects if self.initial is not None else ()
        chosen = [o for o in objs if wanted is None or o.id in wanted]
        return tuple(sorted(chosen, key=lambda o: (round(o.bottom_z, 2), o.id)))

    def _record(self, index: int) -> CommandRecord | None:
        return self.records[index] if 0 <= index < len(self.records) else None
