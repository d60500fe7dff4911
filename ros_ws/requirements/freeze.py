"""
Prints a requirements file's whole closure with the versions that are installed here.

Run it with the environment's Python: `freeze.py jazzy.in > jazzy.txt`. Knows: installed
distributions. Does not know: indexes. With the closure written down pip need not find it out again,
which is half of the installation, and every machine gets the same wheels.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
import sys

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

#: What a new venv brings.
_NOT_OURS = {'pip', 'setuptools'}


def closure(wanted: list[str]) -> dict[str, str]:
    """Name and version of `wanted` requirements and of everything they need."""
    found: dict[str, str] = {}
    todo = [Requirement(line) for line in wanted]
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        if name in found and not requirement.extras:
            continue
        distribution = metadata.distribution(name)
        found[name] = distribution.version
        for line in distribution.requires or []:
            needed = Requirement(line)
            extras = {'', *requirement.extras}
            if needed.marker is None or any(needed.marker.evaluate({'extra': e}) for e in extras):
                todo.append(needed)
    return found


def main() -> None:
    """Print the lock file."""
    path = Path(__file__).parent / sys.argv[1]
    lines = [line.split('#')[0].strip() for line in path.read_text().splitlines()]
    print(f'# Made by freeze.py from {path.name}; installed with --no-deps.')
    for name, version in sorted(closure([line for line in lines if line]).items()):
        if name not in _NOT_OURS:
            print(f'{name}=={version}')


if __name__ == '__main__':
    main()
