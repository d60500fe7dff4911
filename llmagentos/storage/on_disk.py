"""How an agent's files stand on the disk: what is there, its versions, and what takes how much.

Knows: `files/` with what is there now, `versions/NAME/NUMBER` with what was before (the same file
under a second name until it is replaced), `new/` with what is being written. Does not know: who
writes when, nor the quota (folder.py).
"""

from __future__ import annotations

import os
from contextlib import suppress

from llmagentos.storage.names import (
    all_of,
    files_in,
    flat,
    folder_at,
    names_in,
    open_file,
    parts_of,
)

FILES, VERSIONS, NEW = "files", "versions", "new"


class OnDisk:
    """base: a descriptor of the agent's folder. All methods raise OSError as the system does, and
    FileError for a link or what is no file. What changes something wants the folder's lock."""

    def __init__(self, base: int) -> None:
        self.base = base

    def keep_as_version(self, name: str) -> None:
        """What it holds now gets a second name among the versions; no byte is copied."""
        *above, last = parts_of(name)
        number = self.number(name)
        with (
            folder_at(self.base, [FILES, *above]) as folder,
            folder_at(self.base, [VERSIONS, flat(name)], make=True) as kept,
        ):
            with suppress(FileExistsError):  # a program was killed just here: it is kept
                os.link(last, str(number), src_dir_fd=folder, dst_dir_fd=kept)
            os.fsync(kept)

    def undo_keeping(self, name: str) -> None:
        """A version that is the same file as what is there now is none."""
        with suppress(OSError), folder_at(self.base, [VERSIONS, flat(name)]) as kept:
            for number in self.numbers(name):
                if self.is_current(name, number):
                    os.unlink(str(number), dir_fd=kept)
        self._drop_if_empty(name)

    def prune(self, name: str, keep: int) -> None:
        """All but the newest so many versions are gone."""
        with (
            suppress(FileNotFoundError),
            folder_at(self.base, [VERSIONS, flat(name)]) as kept,
        ):
            numbers = self.numbers(name)
            for number in numbers[: max(0, len(numbers) - keep)]:
                os.unlink(str(number), dir_fd=kept)
        self._drop_if_empty(name)

    def _drop_if_empty(self, name: str) -> None:
        with suppress(OSError), folder_at(self.base, [VERSIONS]) as versions:
            os.rmdir(flat(name), dir_fd=versions)

    def clean(self, keep: int) -> None:
        """What a killed program left goes: half a new file, a version that is what is there now,
        versions that are too many."""
        with folder_at(self.base, [NEW]) as new:
            for part in names_in(new):
                os.unlink(part, dir_fd=new)
        for name in self.with_versions():
            self.undo_keeping(name)
            self.prune(name, keep)

    def drop_empty(self, above: list[str]) -> None:
        """Folders in which nothing is left, from the innermost."""
        for depth in range(len(above), 0, -1):
            with suppress(OSError), folder_at(self.base, [FILES, *above[: depth - 1]]) as folder:
                os.rmdir(above[depth - 1], dir_fd=folder)

    def content(self, name: str) -> bytes:
        """What it holds now."""
        *above, last = parts_of(name)
        with folder_at(self.base, [FILES, *above]) as folder:
            return all_of(last, folder)

    def is_there(self, name: str) -> bool:
        """Whether something has that name now: a file, a folder, or what must not be there."""
        try:
            self.facts(name)
        except FileNotFoundError:
            return False
        return True

    def with_versions(self) -> list[str]:
        """Names that have older versions, of files that are gone, too."""
        with folder_at(self.base, [VERSIONS]) as versions:
            return [n.replace("%2F", "/").replace("%25", "%") for n in names_in(versions)]

    def numbers(self, name: str) -> list[int]:
        """Of its older versions, the oldest first."""
        try:
            with folder_at(self.base, [VERSIONS, flat(name)]) as kept:
                return sorted(int(n) for n in names_in(kept) if n.isdecimal())
        except FileNotFoundError:
            return []

    def version(self, name: str, number: int) -> bytes:
        """What that version holds."""
        with folder_at(self.base, [VERSIONS, flat(name)]) as kept:
            return all_of(str(number), kept)

    def facts(self, name: str, number: int | None = None) -> os.stat_result:
        """Size and time of what is there now, or of that version."""
        *above, last = parts_of(name)
        way = [FILES, *above] if number is None else [VERSIONS, flat(name)]
        with folder_at(self.base, way) as folder:
            return os.stat(
                last if number is None else str(number), dir_fd=folder, follow_symlinks=False
            )

    def number(self, name: str) -> int:
        """Of what is there now, or would be next: one more than the newest version's."""
        numbers = self.numbers(name)
        if numbers and self.is_current(name, numbers[-1]):
            return numbers[-1]
        return (numbers[-1] if numbers else 0) + 1

    def is_current(self, name: str, number: int) -> bool:
        """Whether that version is the very file that is there now."""
        try:
            return os.path.samestat(self.facts(name), self.facts(name, number))
        except FileNotFoundError:
            return False

    def used(self) -> tuple[int, int, int]:
        """Bytes of all, bytes of versions alone, and how many files."""
        sizes: dict[int, int] = {}
        kept = 0
        for inner in (FILES, VERSIONS):
            with folder_at(self.base, [inner]) as folder:
                for _, facts in files_in(folder):
                    if facts.st_ino not in sizes:
                        sizes[facts.st_ino] = facts.st_size
                        kept += facts.st_size if inner == VERSIONS else 0
        return sum(sizes.values()), kept, len(sizes)

    def write_new(self, part: str, data: bytes) -> None:
        """A new file in `new/` whose bytes are on the disk."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with (
            folder_at(self.base, [NEW]) as new,
            os.fdopen(os.open(part, flags, 0o600, dir_fd=new), "wb") as file,
        ):
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def put_in_place(self, part: str, name: str, keep: bool) -> None:
        """What was written becomes the file, in one step; keep: what it held becomes a version."""
        *above, last = parts_of(name)
        with (
            folder_at(self.base, [NEW]) as new,
            folder_at(self.base, [FILES, *above], make=True) as folder,
        ):
            if self.is_there(name):
                os.close(open_file(last, folder))  # a folder or a link is not replaced
            if keep:
                self.keep_as_version(name)
            os.replace(part, last, src_dir_fd=new, dst_dir_fd=folder)
            os.fsync(folder)

    def give_up(self, part: str, name: str) -> None:
        """A write that did not come about leaves nothing."""
        with suppress(OSError), folder_at(self.base, [NEW]) as new:
            os.unlink(part, dir_fd=new)
        self.drop_empty(list(parts_of(name)[:-1]))
        self.undo_keeping(name)

    def remove(self, name: str, keep: bool) -> None:
        """The file is gone; keep: it stays as a version."""
        *above, last = parts_of(name)
        with folder_at(self.base, [FILES, *above]) as folder:
            os.close(open_file(last, folder))
            if keep:
                self.keep_as_version(name)
            os.unlink(last, dir_fd=folder)
            os.fsync(folder)
        self.drop_empty(above)
