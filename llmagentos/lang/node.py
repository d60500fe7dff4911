"""What everything in a plan is built of: frozen data with a notation, and unions that can grow.

Knows: how a field says where it stands in compact notation (`Slot`), how a union picks a model by
its tag. Does not know: the models (descriptions.py, conditions.py, steps.py), nor how notation is
written, read or made a grammar (codec.py, grammar.py walk the slots).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError, core_schema

from llmagentos.errors import EntryPointError, PlanError


class Node(BaseModel):
    """Base of everything in a plan: immutable, unknown fields are errors.

    The fields stand in the order in which compact notation has them. brackets: around all of it.
    said: a step for people, its fields in braces ("pick up {obj}"); "" where that needs more.
    like: for a step that models learn later, known words that its word's row begins between.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    brackets: ClassVar[tuple[str, str] | None] = None
    said: ClassVar[str] = ""
    like: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True)
class Slot:
    """How a field is written, where its type alone does not say so.

    word: the word before the value. flag: the value that the word alone stands for. always: written
    even where the value is the default. turn: an angle, cw or ccw and degrees.
    after: the field whose word decides whether this one follows: behind the words of `must` it
    has to, behind those of `may` it can, behind others not; with neither it can behind all.
    missing: what is written where it has to follow and is not there.
    instead_of: the field whose place it can take; needed: one of the two has to be there.
    since: a word that it came with: models that do not know that word do not know the slot.
    like: for a new word before the value, known words that its row begins between.
    """

    word: str = ""
    flag: Any = None
    always: bool = False
    turn: bool = False
    after: str = ""
    must: Callable[[], Collection[str]] | None = None
    may: Callable[[], Collection[str]] | None = None
    missing: str = ""
    instead_of: str = ""
    needed: bool = False
    since: str = ""
    like: tuple[str, ...] = ()


class OneOf(Mapping[str, type[Node]]):
    """The type of a field that holds one of several models, told apart by their tag's value.

    what: for "expected a step"; tag: the field whose default names a model ("op"). group: of the
    entry points whose functions add models from outside; called when the table is first read.
    `Annotated[Any, STEPS]` is a discriminated union that grows with its table.
    """

    def __init__(self, what: str, tag: str, models: Iterable[type[Node]], group: str = ""):
        self.what, self.tag, self._group = what, tag, group
        self._models: dict[str, type[Node]] = {}
        self._is_described = False
        for model in models:
            self.add(model)

    def __getitem__(self, word: str) -> type[Node]:
        return self._rows()[word]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows())

    def __len__(self) -> int:
        return len(self._rows())

    def _rows(self) -> dict[str, type[Node]]:
        group, self._group = self._group, ""
        for point in entry_points(group=group) if group else ():
            try:
                point.load()()
            except Exception as exc:  # whatever a package from outside does
                raise EntryPointError(
                    f"cannot load the {self.what} of entry point {point.name!r} ({point.value}): {exc}"
                ) from exc
        return self._models

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def add(self, model: type[Node]) -> None:
        """One more model. Raises PlanError where its tag is missing or taken."""
        info = model.model_fields.get(self.tag)
        word = info.default if info is not None else None
        if not isinstance(word, str):
            raise PlanError(f"expected {model.__name__}.{self.tag} to name the {self.what}")
        if word in self._models:
            raise PlanError(f"expected a new {self.what}, got '{word}' again")
        self._models[word] = model

    def remove(self, word: str) -> None:
        """Take a model out again (tests do). Raises KeyError for one that is not there."""
        del self._models[word]

    def _check(self, value: Any) -> Node:
        if isinstance(value, Node) and self._rows().get(getattr(value, self.tag, "")) is type(
            value
        ):
            return value
        word = value.get(self.tag) if isinstance(value, Mapping) else None
        model = self._models.get(word) if isinstance(word, str) else None
        if model is None:
            raise PydanticCustomError(
                "union_tag_invalid",
                "expected {tag} to be one of {known}, got {word}",
                {"tag": self.tag, "known": ", ".join(self._models), "word": repr(word)},
            )
        return model.model_validate(value)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self._check)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        choices: dict[Any, Any] = {w: m.__pydantic_core_schema__ for w, m in self._rows().items()}
        inner, self._is_described = self._is_described, True
        if inner:  # a model of this union holds the union again: it is described already
            choices = {
                w: core_schema.definition_reference_schema(_ref(c)) for w, c in choices.items()
            }
        try:
            return dict(handler(core_schema.tagged_union_schema(choices, self.tag)))
        finally:
            self._is_described = inner


def _ref(schema: Any) -> str:
    """The name under which pydantic keeps a model's schema."""
    while schema["type"] == "definitions":
        schema = schema["schema"]
    return str(schema.get("ref") or schema["schema_ref"])
