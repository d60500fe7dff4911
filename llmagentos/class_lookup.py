"""Classes by name: built in, installed from outside, or "package.module:Class".

Knows: how a name becomes a class, and what to say where it does not. Does not know: what the
classes are for.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from llmagentos.errors import ConfigError


def load_named(name: str) -> Any:
    """What "package.module:name" names. Raises ConfigError where there is no such thing."""
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        raise ConfigError(f"expected package.module:Class, got '{name}'")
    try:
        return getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as exc:
        here = Path.cwd()
        where = f"looked for in {here} and" if {str(here), ""} & set(sys.path) else "looked for"
        where += " among installed packages; PYTHONPATH=FOLDER adds a folder"
        raise ConfigError(f"expected '{attribute}' in {module}, got: {exc} ({where})") from exc
    except (ImportError, AttributeError) as exc:
        raise ConfigError(f"expected '{attribute}' in {module}, got: {exc}") from exc


def find(concept: str, name: str, builtin: Mapping[str, Any]) -> Any:
    """A class by its name: one of `builtin`, an entry point of the group llmagentos.<concept>, or
    "package.module:Class". Raises ConfigError that names the concept and what there is."""
    if name in builtin:
        return builtin[name]
    installed = {point.name: point for point in entry_points(group=f"llmagentos.{concept}")}
    try:
        if name in installed:
            return installed[name].load()
        if ":" in name:
            return load_named(name)
    except ConfigError as exc:
        raise ConfigError(f"{concept}: {exc}") from exc
    except Exception as exc:  # whatever a package from outside does as it is imported
        raise ConfigError(f"{concept}: expected the class of '{name}', got: {exc}") from exc
    names = ", ".join([*builtin, *installed])
    known = " or ".join(filter(None, (names, "package.module:Class")))
    raise ConfigError(f"{concept}: expected {known}, got '{name}'")


def make(concept: str, name: str, options: Mapping[str, Any], **given: Any) -> Any:
    """What the class of that name (no built-in one) makes of given arguments and options. Raises
    ConfigError, also for options that it does not take."""
    return made_by(find(concept, name, {}), concept, name, options, given)


def made_by(
    maker: Any, concept: str, name: str, options: Mapping[str, Any], given: Mapping[str, Any]
) -> Any:
    """What a class that was found makes. Raises ConfigError for options that it does not take."""
    try:
        return maker(**given, **options)
    except TypeError as exc:
        raise ConfigError(f"{concept}: expected options that {name} takes, got: {exc}") from exc
