"""Files and folders that a person names: read, written, made, or one sentence that says why not.

Knows: how the operating system refuses, text that is no UTF-8, JSON or YAML, and how to leave
nothing half-written. Does not know: what a file means; its reader checks that.

`what` in all functions is the noun of the sentence: "a scene file", "a folder for the recording".
Every function raises FileError: "expected <what> at <path>, got <reason>".
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from llmagentos.errors import FileError

AnyPath = str | os.PathLike[str]

#: The largest vocabularies of tokenizers are half of it; a device such as /dev/zero never ends.
MAX_TEXT_BYTES = 64_000_000
_REASONS = {
    errno.ENOENT: "no such file or folder",
    errno.EISDIR: "a folder",
    errno.ENOTDIR: "a path that leads through a file",
    errno.EEXIST: "a file",
    errno.EACCES: "no permission",
    errno.EPERM: "no permission",
    errno.EROFS: "a read-only file system",
    errno.ENOSPC: "a full disk",
    errno.EDQUOT: "a full quota",
    errno.EFBIG: "a file larger than the system allows",
    errno.ENAMETOOLONG: "a name that is too long",
    errno.ELOOP: "a link that leads to itself",
}


def shown(path: AnyPath) -> str:
    """A path as it can be printed anywhere: bytes that are no UTF-8 become \\xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


@contextlib.contextmanager
def refusing(path: AnyPath, what: str) -> Iterator[None]:
    """Turn what the operating system refuses inside the block into a FileError about `path`."""
    try:
        yield
    except OSError as exc:
        reason = _REASONS.get(exc.errno or 0) or (exc.strerror or str(exc)).lower()
        if exc.errno == errno.ENOTDIR and is_there(path):
            reason = "a file"
        raise FileError(f"expected {what} at {shown(path)}, got {reason}") from exc


def is_there(path: AnyPath) -> bool:
    """Whether a file or folder is there; False too for names that the system does not take."""
    try:
        return Path(path).exists()
    except OSError:
        return False


def read_text(path: AnyPath, what: str = "a text file") -> str:
    """The whole UTF-8 text, with line ends as \\n; at most MAX_TEXT_BYTES."""
    with refusing(path, what), Path(path).open("rb") as file:
        data = file.read(MAX_TEXT_BYTES + 1)
    if len(data) > MAX_TEXT_BYTES:
        limit = f"{MAX_TEXT_BYTES / 1e6:.0f} MB"
        raise FileError(f"expected {what} at {shown(path)}, got more than {limit}")
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as exc:
        byte = f"byte 0x{data[exc.start]:02x} at position {exc.start}"
        raise FileError(f"expected {what} in UTF-8 at {shown(path)}, got {byte}") from exc


class _OnceLoader(yaml.SafeLoader):
    """Refuses a key that is there twice, of which YAML would keep the last."""

    def compose_mapping_node(self, anchor: Any) -> Any:
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if (key.tag, key.value) in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key.value!r} twice", problem_mark=key.start_mark
                )
            seen.add((key.tag, key.value))
        return node


def _as_list(loader: _OnceLoader, node: yaml.SequenceNode) -> list[Any]:
    return list(loader.construct_sequence(node, deep=True))


#: ROS's launch writes a parameter that is a list as a Python tuple.
_OnceLoader.add_constructor("tag:yaml.org,2002:python/tuple", _as_list)


def read_yaml(path: AnyPath, what: str = "a YAML file") -> Any:
    """The file's content as plain Python values; None for an empty file. A key that is given twice
    in one mapping is refused."""
    text = read_text(path, what)
    try:
        return yaml.load(text, _OnceLoader)  # a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        raise FileError(f"expected {what} in YAML at {shown(path)}, got {_first(exc)}") from exc


def read_json(path: AnyPath, what: str = "a JSON file") -> Any:
    """The file's content as plain Python values."""
    text = read_text(path, what)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise FileError(f"expected {what} in JSON at {shown(path)}, got {_first(exc)}") from exc


def read_json_lines(path: AnyPath, what: str = "a file of JSON lines") -> list[Any]:
    """One value a line; empty lines are left out. The FileError names the line."""
    out = []
    for number, line in enumerate(read_text(path, what).splitlines(), 1):
        if line.strip():
            try:
                out.append(json.loads(line))
            except (ValueError, RecursionError) as exc:
                where = f"{shown(path)}, line {number}"
                raise FileError(f"expected {what} in JSON at {where}, got {_first(exc)}") from exc
    return out


@contextlib.contextmanager
def written(path: AnyPath, what: str = "a file that can be written") -> Iterator[Path]:
    """A path to write to inside the block; `path` is replaced only when the block ends well.

    The yielded name has the same ending, for libraries that choose a format by it. A device is
    written directly. Parent folders must be there.
    """
    target = Path(os.path.realpath(path))
    with refusing(path, what):
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a directory")
        if target.exists() and not target.is_file():
            yield target
            return
        part = target.with_name(f".part-{os.getpid()}{target.suffix}")
        try:
            yield part
            part.replace(target)
        finally:
            with contextlib.suppress(OSError):
                part.unlink()


def write_text(path: AnyPath, text: str, what: str = "a file that can be written") -> None:
    """Write UTF-8, whole or not at all."""
    with written(path, what) as part, part.open("w", encoding="utf-8") as file:
        file.write(text)


def make_folder(path: AnyPath, what: str = "a folder that can be written") -> Path:
    """Make a folder with its parents, unless it is there, and prove that it takes a file."""
    folder = Path(path)
    with refusing(path, what):
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".part-{os.getpid()}"
        probe.touch()
        probe.unlink()
    return folder


def need_folder(path: AnyPath, what: str = "a folder") -> Path:
    """A folder that is there and can be listed."""
    with refusing(path, what):
        os.scandir(path).close()
    return Path(path)


def _first(exc: Exception) -> str:
    """A parser's complaint on one line."""
    if isinstance(exc, RecursionError):
        return "too many levels"
    return " ".join(str(exc).split())
