"""Whether two corpora are drawn alike: shares of plan structures, first words and plan words.

    python -m training.corpus.build --out before.jsonl --n 20000 --check static      # before a change
    python -m training.corpus.build --out after.jsonl --n 20000 --start 100000 --check static
    python -m training.corpus.compare before.jsonl after.jsonl

Knows: counting, and the chance that equal corpora differ so much. Does not know: what is drawn.
Take other seeds for the second one: the same seeds share draws and look more alike than chance.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.corpus.build import structure

#: Counts below this, of both together, are put together into one.
RARE = 20


@dataclass(frozen=True)
class Difference:
    """Of one kind of thing. z: how many standard deviations chi² is above what chance gives;
    most, name: the greatest single deviation in standard deviations, and of what."""

    what: str
    chi2: float
    degrees: int
    most: float
    name: str

    @property
    def z(self) -> float:
        """How many standard deviations chi-squared lies above what equal distributions give."""
        return (self.chi2 - self.degrees) / (2.0 * max(self.degrees, 1)) ** 0.5


def counts(path: Path) -> dict[str, Counter[str]]:
    """Structures, first words and plan words of a shard. Raises ValueError for another file."""
    out: dict[str, Counter[str]] = {
        "structures": Counter(),
        "first words": Counter(),
        "words": Counter(),
    }
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            _, _, target = json.loads(line)
            words = target.split()
        except (ValueError, AttributeError) as error:
            raise ValueError(
                f"{path}:{number}: expected [command, question, plan]: {error}"
            ) from error
        out["structures"][" ".join(structure(tuple(words)))] += 1
        out["first words"][words[0]] += 1
        out["words"].update({w for w in words if not w.startswith("@")})
    return out


def difference(what: str, a: Counter[str], b: Counter[str]) -> Difference:
    """Chi² of two samples' counts, for samples of any size."""
    na, nb = max(a.total(), 1), max(b.total(), 1)
    pooled: dict[str, tuple[int, int]] = {}
    for name in a.keys() | b.keys():
        key = name if a[name] + b[name] >= RARE else "(rare)"
        x, y = pooled.get(key, (0, 0))
        pooled[key] = x + a[name], y + b[name]
    chi2, most = 0.0, (0.0, "")
    for name, (x, y) in pooled.items():
        one = (x * (nb / na) ** 0.5 - y * (na / nb) ** 0.5) ** 2 / (x + y)
        chi2 += one
        most = max(most, (one**0.5, f"{name}: {x} and {y}"))
    return Difference(what, chi2, max(len(pooled) - 1, 1), *most)


def differences(a: Path, b: Path) -> Iterator[Difference]:
    """A row for each thing that `counts` counts: plan structures, first words, plan words."""
    one, other = counts(a), counts(b)
    for what in one:
        yield difference(what, one[what], other[what])


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m training.corpus.compare`."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    args = parser.parse_args(argv)
    for d in differences(args.before, args.after):
        print(
            f"{d.what:12} chi² {d.chi2:.0f} on {d.degrees} degrees of freedom ({d.z:+.1f} standard "
            f"deviations); most: {d.most:.1f}, {d.name}"
        )


if __name__ == "__main__":
    main()
