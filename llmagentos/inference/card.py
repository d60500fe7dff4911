"""The card beside a network of one's own: what it is for, what it wants, what it gives.

Knows: the fields of a card, and that each is named where it can't be. Does not know: pictures,
boxes, how a network is run (network.py).

A card is a YAML file beside the ONNX file. Three tasks have a slot in our perception: a `segmenter`
(picture to masks), a `detector` (picture to boxes with labels) and an `embedder` (crops to
vectors). docs/networks.md has one example of each.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from llmagentos.errors import FileError, ModelError
from llmagentos.files import is_there, read_text, read_yaml
from llmagentos.inference.network import OnnxNetwork

Task = Literal["segmenter", "detector", "embedder"]
#: Which layouts a task's outputs may have; the first one is the default.
LAYOUTS: dict[str, tuple[str, ...]] = {
    "segmenter": ("labels", "masks", "votes"),
    "detector": ("yolo", "end_to_end", "detr"),
    "embedder": ("vectors",),
}
P = TypeVar("P", bound="_Part")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputCard(_Part):
    """What the network is fed with.

    size: rows and columns; without it the network's own fixed ones. fit: how a picture gets there.
    scale, mean, std: (value / scale - mean) / std, a channel each, in the order of `color`.
    shows: what the channels are; depth is in metres divided by depth_m, xyz the points of the
    camera's frame in metres, form the twelve planes of form.py.
    """

    name: str = ""
    size: tuple[int, int] | None = None
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    color: Literal["RGB", "BGR"] = "RGB"
    fit: Literal["stretch", "letterbox", "crop"] = "stretch"
    fill: int = Field(114, ge=0, le=255)
    scale: float = Field(255.0, gt=0)
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    shows: Literal["rgb", "depth", "rgbd", "xyz", "rgb_xyz", "form"] = "rgb"
    depth_m: float = Field(1.0, gt=0)
    sizes: str = Field("", description="an input for the picture's rows and columns, if any")

    @field_validator("size")
    @classmethod
    def _of_a_picture(cls, value: tuple[int, int] | None) -> tuple[int, int] | None:
        if value is not None and not all(8 <= side <= 4096 for side in value):
            raise ValueError(f"expected rows and columns of 8 to 4096, got {value}")
        return value

    @field_validator("std")
    @classmethod
    def _no_zero(cls, value: tuple[float, float, float]) -> tuple[float, float, float]:
        if not all(value):
            raise ValueError(f"expected three numbers other than 0, got {value}")
        return value


class OutputCard(_Part):
    """What comes out.

    layout: a family of outputs, see LAYOUTS; boxes, scores, labels, masks, vectors, votes: names of
    outputs, where the family has several or the network gives more than it needs. masks: of a
    detector, one plane a find, or the prototypes that a find's last values are factors of. objectness: a
    YOLO head with one score for "anything" before those of the labels. no_object: a DETR head whose
    last label is "nothing" (softmax; without it a sigmoid a label). normalized: boxes from 0 to 1. Of
    votes: cut: what they take from regions that shape alone cuts: their edges, or they decide
    about these parts, too; joins, apart: when two parts are two
    things (parting.py).
    """

    layout: str = ""
    boxes: str = ""
    scores: str = ""
    labels: str = ""
    masks: str = ""
    vectors: str = ""
    votes: str = ""
    objectness: bool = False
    no_object: bool = False
    normalized: bool | None = None
    cut: Literal["", "edges", "parts"] = ""
    joins: tuple[float, float, float, float, float, float] | None = None
    apart: float = 4.0


class TextCard(_Part):
    """An open vocabulary, stored: one vector a label.

    vectors: an .npy file [labels, length] beside the card. A box's score for a label is
    sigmoid(scale * cosine + bias).
    """

    vectors: str
    scale: float = 1.0
    bias: float = 0.0


class NetworkCard(_Part):
    """One network with everything that must be known to run it.

    file: the ONNX file, relative to the card. sha256: of it. labels: words for what it finds, in
    its order, or a text file with one a line; nouns that commands can use. ignore: labels that are
    no thing on a table. threshold: scores from which on a find counts; overlap: the most that two
    boxes of one label may overlap (IoU). threads: of the CPU.
    """

    task: Task
    file: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    licence: str = Field(min_length=1)
    source: str = ""
    input: InputCard = InputCard()
    output: OutputCard = OutputCard()
    labels: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    text: TextCard | None = None
    threshold: float = Field(0.3, ge=0, le=1)
    overlap: float = Field(0.5, ge=0, le=1)
    most: int = Field(100, ge=1, le=1000, description="finds a picture, the surest first")
    threads: int = Field(1, ge=1, le=64)
    folder: Path = Path()

    @field_validator("labels", mode="before")
    @classmethod
    def _words(cls, value: Any) -> Any:
        return value if isinstance(value, str) else [str(label) for label in value or ()]

    @model_validator(mode="after")
    def _fits_its_task(self) -> NetworkCard:
        known = LAYOUTS[self.task]
        if self.output.layout and self.output.layout not in known:
            raise ValueError(
                f"output.layout: expected one of {', '.join(known)} for a {self.task}, "
                f"got {self.output.layout!r}"
            )
        if self.task == "detector" and not self.labels:
            raise ValueError("labels: expected the words for what the detector finds, got none")
        if self.task != "segmenter" and self.input.shows != "rgb":
            raise ValueError(
                f"input.shows: expected rgb for a {self.task}, got {self.input.shows!r}"
            )
        if (self.layout == "votes") != (self.input.shows == "form"):
            raise ValueError(
                f"input.shows: expected form with output.layout votes and nowhere else, "
                f"got {self.input.shows!r} with {self.layout!r}"
            )
        if unknown := sorted(set(self.ignore) - set(self.labels)):
            raise ValueError(f"ignore: expected some of the labels, got {', '.join(unknown)}")
        if self.text is not None and self.output.layout != "detr":
            raise ValueError(
                "text: expected output.layout detr (a vector a box), "
                f"got {self.output.layout or known[0]!r}"
            )
        return self

    @property
    def layout(self) -> str:
        """The family of its outputs."""
        return self.output.layout or LAYOUTS[self.task][0]


def user_networks() -> Path:
    """The folder of networks that were added by name: XDG_DATA_HOME, else ~/.local/share."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "llmagentos" / "networks"


def card_file(named: str | Path) -> Path:
    """Where a card is: the path itself, or that of a network that was added under this name
    (`llmagentos model add`)."""
    path = Path(named)
    added = user_networks() / path / "card.yaml"
    return added if len(path.parts) == 1 and not is_there(path) and is_there(added) else path


def read_card(path: str | Path, task: str) -> NetworkCard:
    """The card at `path`, or of a network that was added by that name. FileError where it can't be
    read, ModelError with the field's name where it can't be, or is one for another task."""
    path = card_file(path)
    raw = read_yaml(path, "a network's card")
    if not isinstance(raw, dict):
        raise ModelError(f"expected a network's card at {path}, got {type(raw).__name__}")
    labels = raw.get("labels")
    if isinstance(labels, str):
        lines = read_text(path.parent / labels, "a network's labels").splitlines()
        raw = {**raw, "labels": [line.strip() for line in lines if line.strip()]}
    if "folder" in raw:
        raise ModelError(
            f"{path}: folder: expected nothing, got {raw['folder']!r}: it is the card's"
        )
    try:
        card = NetworkCard(**raw, folder=path.parent)
    except (ValidationError, TypeError) as exc:
        raise ModelError(f"{path}: {_first(exc)}") from exc
    if card.task != task:
        raise ModelError(f"{path}: task: expected {task}, got {card.task}")
    return card


def _first(exc: ValidationError | TypeError) -> str:
    if isinstance(exc, TypeError):
        return str(exc)
    found = exc.errors()[0]
    where = ".".join(str(part) for part in found["loc"])
    text = found["msg"].removeprefix("Value error, ")
    got = "" if found["type"] in ("missing", "value_error") else f", got {found['input']!r}"
    return (f"{where}: " if where else "") + text + got


def network_of(card: NetworkCard) -> OnnxNetwork:
    """Its network, the file checked by its digest. Raises ModelNotFoundError, ModelIntegrityError,
    ModelError."""
    return OnnxNetwork(card.folder / card.file, sha256=card.sha256, threads=card.threads)


def text_vectors(card: NetworkCard) -> NDArray[np.float32] | None:
    """The stored vectors of its labels [labels, length], of length 1 each; None without."""
    if card.text is None:
        return None
    path = card.folder / card.text.vectors
    try:
        vectors = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as exc:
        raise FileError(f"text.vectors: expected an .npy file at {path}, got: {exc}") from exc
    if vectors.ndim != 2 or len(vectors) != len(card.labels):
        raise ModelError(
            f"text.vectors: expected {len(card.labels)} vectors, one a label, got shape "
            f"{list(vectors.shape)}"
        )
    return normal(vectors.astype(np.float32))


def normal(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same directions [N, D] with length 1; zeros stay."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def output_named(card: NetworkCard, network: OnnxNetwork, field: str, number: int) -> str:
    """The name of an output: the one that the card has for it, else the number-th. ModelError where
    the network has no such output."""
    name: str = getattr(card.output, field)
    if name:
        if name not in network.outputs:
            raise ModelError(
                f"output.{field}: expected one of {', '.join(network.outputs)}, got {name!r}"
            )
        return name
    if number >= len(network.outputs):
        raise ModelError(
            f"output.{field}: expected an output of the network, got {len(network.outputs)} "
            f"({', '.join(network.outputs)})"
        )
    return network.outputs[number]
