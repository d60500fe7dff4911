"""The kinds of objects there are: one row a kind, everything else follows from it.

Knows: the rows, the category words that stand for several of them, and how a kind from outside is
added. Does not know: scenes, pictures, plans; they ask here.

A new kind is one row here, or outside of this package

    register_kind(Kind("bottle", "cylinder", 0.06, sizes_m=(0.04, 0.07), height_ratio=2.6))

or an entry point of the group `llmagentos.kinds` that names a `Kind` or several. Kinds from
outside are scanned for when the table is first read. The shipped language model writes the names
of the rows below; other kinds reach a plan through the words that people use for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from llmagentos.errors import KindError
from llmagentos.objects.kind import Kind, MeshFile
from llmagentos.objects.kind_fields import check_fields

__all__ = [
    "CATEGORIES",
    "KINDS",
    "THING",
    "Category",
    "Kind",
    "MeshFile",
    "extents_m",
    "members",
    "named",
    "noun",
    "register_kind",
    "size_range_m",
    "traits",
    "unregister_kind",
]

ENTRY_POINTS = "llmagentos.kinds"

# fmt: off
_ROWS: tuple[Kind, ...] = (
    Kind("block", "cuboid", 0.04, (0.02, 0.07), (0.03, 0.04, 0.05), 0.38, mass_kg=0.0576,
         materials=("wood", "plastic", "foam"), words=("cube", "brick", "dice"),
         mixed_up_with=("lego", "jenga"), mixed_up_by_color=("zone",)),
    Kind("bowl", "round_shell", 0.12, (0.08, 0.20), (0.11, 0.12, 0.14, 0.16), 0.12,
         height_ratio=0.42, wall_m=0.005, floor_m=0.006, upright=0.5, foot_ratio=0.6, mass_kg=0.1296,
         materials=("ceramic", "plastic", "metal", "glass"), words=("pot",),
         categories=("dish", "round"), asked_instead=("plate",), attributes=("fragile",)),
    Kind("plate", "round_shell", 0.14, (0.08, 0.24), (0.12, 0.14, 0.16), 0.08,
         height_ratio=0.14, wall_m=0.005, floor_m=0.005, upright=0.75, mass_kg=0.1176, things_go_on=True,
         materials=("ceramic", "plastic", "glass"), words=("saucer",),
         categories=("dish", "round"), asked_instead=("bowl",), attributes=("fragile",)),
    Kind("cup", "round_shell", 0.07, (0.05, 0.10), (0.06, 0.065, 0.07, 0.075), 0.08,
         height_ratio=1.15, wall_m=0.004, floor_m=0.006, upright=0.9, mass_kg=0.0784,
         materials=("ceramic", "plastic", "paper", "glass"), words=("beaker", "teacup"),
         categories=("dish", "round"), mixed_up_with=("mug",), attributes=("liquid", "fragile")),
    Kind("can", "cylinder", 0.06, (0.03, 0.075), (0.05, 0.055, 0.06, 0.066), 0.08,
         height_ratio=1.6, mass_kg=0.1899072, materials=("metal",), words=("tin", "cylinder"),
         categories=("round",)),
    Kind("ball", "sphere", 0.045, (0.03, 0.075), (0.035, 0.04, 0.045, 0.05), 0.08,
         mass_kg=0.04297455, materials=("rubber", "plastic", "foam"), words=("sphere", "marble"),
         categories=("toy", "round"), mixed_up_with=("soccerball",)),
    Kind("box", "square_shell", 0.14, (0.10, 0.24), (0.12, 0.14, 0.16), 0.06,
         height_ratio=0.42, wall_m=0.005, floor_m=0.005, upright=0.9, mass_kg=0.1568,
         materials=("paper", "wood", "plastic"), plural="boxes",
         words=("basket", "crate", "carton", "bin"), mixed_up_with=("tray",),
         mixed_up_by_color=("block",)),
    Kind("tray", "square_shell", 0.18, (0.12, 0.30), (0.16, 0.18, 0.20), 0.05,
         height_ratio=0.14, wall_m=0.006, floor_m=0.005, upright=0.8, mass_kg=0.162,
         materials=("plastic", "metal", "wood"), mixed_up_with=("box", "plate")),
    Kind("zone", "flat", 0.12, (0.06, 0.30), (0.10, 0.12, 0.15), 0.07, floor_m=0.002,
         mass_kg=0.0, materials=("paper", "cloth"),
         words=("square", "area", "mat", "pad", "patch")),
    # Things that pybullet_data brings, scaled to be held by a gripper that opens 8 cm.
    Kind("mug", "mesh", 0.1034, (0.07238, 0.11374), extents_m=(0.0697, 0.1034, 0.0850),
         wall_m=0.006, floor_m=0.01, upright=0.8, mass_kg=0.15, color="red", seen_by="detector",
         mesh=MeshFile("objects/mug.obj", "cup"),  # the file's own collision shape is closed on top
         materials=("ceramic",), categories=("dish", "round"), mixed_up_with=("cup",),
         attributes=("liquid", "fragile")),
    Kind("duck", "mesh", 0.0745, (0.05215, 0.08195), extents_m=(0.0745, 0.0521, 0.0695),
         round_top=True, mass_kg=0.05, color="yellow", paintable=False, seen_by="detector",
         mesh=MeshFile("duck.obj", "duck_vhacd.obj", y_up=True),
         materials=("rubber", "plastic"), categories=("toy",)),
    Kind("teddy", "mesh", 0.05, round_top=True, materials=("cloth",), seen_by="nothing", word="teddy bear",
         words=("bear",), categories=("toy",)),
    Kind("lego", "mesh", 0.0400, (0.028, 0.044), extents_m=(0.0400, 0.0400, 0.0290),
         mass_kg=0.03, color="yellow", mesh=MeshFile("lego/lego.obj", "box", y_up=True),
         materials=("plastic",), word="lego brick", words=("lego brick",), categories=("toy",),
         mixed_up_with=("block",)),
    Kind("jenga", "mesh", 0.0900, (0.063, 0.099), extents_m=(0.0900, 0.0300, 0.0180),
         mass_kg=0.03, color="tan", paintable=False, seen_by="detector",
         mesh=MeshFile("jenga/jenga.obj", "box"), materials=("wood",), word="jenga block",
         words=("jenga block",), categories=("toy",), mixed_up_with=("block",)),
    Kind("domino", "cuboid", 0.05, extents_m=(0.05, 0.025, 0.01), materials=("wood", "plastic"),
         seen_by="nothing", words=("dominoe",), categories=("toy",), mixed_up_with=("block",)),
    Kind("soccerball", "sphere", 0.0600, (0.042, 0.066), mass_kg=0.06, color="white",
         paintable=False, seen_by="detector", mesh=MeshFile("soccerball.obj", "sphere"),
         materials=("rubber", "plastic"), word="soccer ball", words=("football", "soccer ball"),
         categories=("toy", "round"), mixed_up_with=("ball",)),
)
#: Kinds that the shipped model has no word for: its plans keep the person's noun. A new row goes
#: here; a model that is to write its name is trained with the row moved to the end of _ROWS.
_MORE_ROWS: tuple[Kind, ...] = (
    Kind("pan", "round_shell", 0.16, height_ratio=0.25, wall_m=0.005, floor_m=0.005, mass_kg=0.4,
         seen_by="nothing", materials=("metal",), categories=("dish", "round"),
         attributes=("hot", "liquid")),
)
# fmt: on


@dataclass(frozen=True)
class Category:
    """A word that stands for objects of several kinds. The other fields are as a Kind's."""

    name: str
    word: str = ""
    plural: str = ""
    words: tuple[str, ...] = ()
    mixed_up_with: tuple[str, ...] = ()

    def noun(self, plural: bool = False) -> str:
        """ "round thing", "dishes"."""
        word = self.word or self.name
        return (self.plural or word + "s") if plural else word


#: Category words, besides a kind's name. "object": everything movable; "container": what has an
#: inside; "stack": the top of each stack; the others: kinds whose rows name them.
CATEGORIES: dict[str, Category] = {
    c.name: c
    for c in (
        Category("object"),
        Category("container"),
        Category("toy", mixed_up_with=("block",)),
        Category("dish", plural="dishes"),
        Category("round", word="round thing"),
        Category("stack", words=("tower", "pile")),
    )
}


class _Table(Mapping[str, Kind]):
    """Kinds by name; reads kinds from outside when it is first looked at."""

    def __init__(self, rows: Iterable[Kind]) -> None:
        self._rows = {kind.name: kind for kind in rows}
        self._scanned = False

    def rows(self) -> dict[str, Kind]:
        """Every row by name."""
        if not self._scanned:
            self._scanned = True
            for point in entry_points(group=ENTRY_POINTS):
                for kind in _loaded(point):
                    self._add_from(point, kind)
        return self._rows

    def __getitem__(self, name: str) -> Kind:
        return self.rows()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows())

    def __len__(self) -> int:
        return len(self.rows())

    def add(self, kind: Kind) -> None:
        if not isinstance(kind, Kind):
            raise KindError(f"expected a Kind, got {type(kind).__name__}")
        if not kind.name.isidentifier() or kind.name != kind.name.lower():
            raise KindError(f"expected a kind's name of small letters, got {kind.name!r}")
        if self._rows.get(kind.name, kind) != kind or kind.name in (*CATEGORIES, THING):
            raise KindError(f"expected a new name for a kind, got {kind.name!r}, which is taken")
        _check(kind)
        self._rows[kind.name] = kind

    def _add_from(self, point: EntryPoint, kind: Kind) -> None:
        try:
            self.add(kind)
        except KindError as exc:
            raise KindError(f"entry point {point.name!r} ({point.value}): {exc}") from exc

    def drop(self, name: str) -> None:
        if self._rows.get(name) in (None, *_ROWS, *_MORE_ROWS):
            raise KindError(f"expected a kind that was registered, got {name!r}")
        del self._rows[name]


#: Names of the first rows: what the shipped language model writes.
BUILT_IN: tuple[str, ...] = tuple(kind.name for kind in _ROWS)
#: Every kind by name, those from outside last.
KINDS: Mapping[str, Kind]
KINDS = _TABLE = _Table((*_ROWS, *_MORE_ROWS))
#: The kind of what fits no row: its sides are measured and its outline is seen, nothing else is
#: known. It is no row of the table.
THING = "thing"
_UNKNOWN = Kind(THING, "mesh", 0.05, seen_by="nothing")


def register_kind(kind: Kind) -> None:
    """Make a kind known to scenes, simulation, camera, grounding and skills of this process.

    KindError for a name that is taken, numbers that cannot be, or anything that is no Kind.
    """
    _TABLE.add(kind)


def unregister_kind(name: str) -> None:
    """Forget a kind that `register_kind` made known. KindError for any other."""
    _TABLE.drop(name)


def traits(name: str) -> Kind:
    """The row of a kind; for an unknown name one without any property but a size."""
    return _TABLE.rows().get(name, _UNKNOWN)


def size_range_m(name: str) -> tuple[float, float]:
    """Smallest and largest size of a kind in scenes, metres. KeyError where there is none."""
    sizes = KINDS[name].sizes_m
    if sizes is None:
        raise KeyError(f"expected a kind that scenes may hold, got {name!r}")
    return sizes


def extents_m(name: str) -> tuple[float, float, float]:
    """x, y, z of a kind at its usual size, standing at yaw 0, metres. KeyError as in KINDS."""
    return KINDS[name].extents_at(KINDS[name].size_m)


def members(category: str) -> tuple[str, ...]:
    """Kinds that a category word stands for; () for what is no category, and for stacks."""
    return tuple(k.name for k in KINDS.values() if k.belongs_to(category))


def noun(name: str, plural: bool = False) -> str:
    """ "block", "boxes", "soccer ball", "round things": a kind or category as people say it."""
    if name in CATEGORIES:
        return CATEGORIES[name].noun(plural)
    return KINDS[name].noun(plural) if name in KINDS else name + "s" * plural


def named(word: str) -> str | None:
    """The kind or category that a person's word names, singular and in small letters.

    None for other words, and for what neither scenes hold nor the shipped model writes (a pan).
    """
    if word in CATEGORIES:
        return word
    known = [k for k in KINDS.values() if k.in_scenes or k.name in BUILT_IN]
    everything: Iterable[Kind | Category] = (*known, *CATEGORIES.values())
    own = (entry.name for entry in everything if word == entry.name)
    return next(own, next((entry.name for entry in everything if word in entry.words), None))


def _loaded(point: EntryPoint) -> list[Kind]:
    """The kinds that an entry point names. KindError where it can't be loaded."""
    try:
        found = point.load()
        return [found] if isinstance(found, Kind) else list(found)
    except Exception as exc:  # whatever a package from outside does
        raise KindError(
            f"cannot load the kinds of entry point {point.name!r} ({point.value}): {exc}"
        ) from exc


def _check(kind: Kind) -> None:
    """KindError for fields that no object can have."""
    check_fields(kind)
    low, high = kind.sizes_m or (kind.size_m, kind.size_m)
    if not 0 < low <= kind.size_m <= high:
        raise KindError(
            f"expected {kind.name}'s usual size between {low} and {high} m, got {kind.size_m}"
        )
    if kind.is_shell and not (kind.wall_m > 0 and kind.floor_m > 0):
        raise KindError(f"expected a wall and a floor of {kind.name}, a {kind.shape}, got none")
    if kind.shape == "mesh" and kind.in_scenes and (kind.mesh is None or kind.extents_m is None):
        raise KindError(f"expected a mesh file and extents of {kind.name}, a mesh, got none")
    if not kind.in_scenes and kind.seen_by != "nothing":
        raise KindError(f"expected sizes that scenes may ask for {kind.name}, got none")
