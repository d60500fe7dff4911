"""Modules in processes of their own: served, asked over a bus, kept alive, replaced when they fail."""

from llmagentos.services.cached import CachedPerception, CachedPlanning
from llmagentos.services.client import Client, Limits
from llmagentos.services.executing import ServedExecution, serve_execution
from llmagentos.services.keeper import Keeper
from llmagentos.services.proxies import ServedLearning, ServedPerception, ServedPlanning
from llmagentos.services.serving import serve_module

__all__ = [
    "CachedPerception",
    "CachedPlanning",
    "Client",
    "Keeper",
    "Limits",
    "ServedExecution",
    "ServedLearning",
    "ServedPerception",
    "ServedPlanning",
    "serve_execution",
    "serve_module",
]
