"""The audit record: who asked what, what was allowed, what was done; no row changes unnoticed.

Knows: one hash-chained record in SQLite, written before anything moves. Does not know: rules,
plans, robots.
"""

from llmagentos.audit.chain import Row
from llmagentos.audit.folder import default_folder
from llmagentos.audit.log import AuditLog
from llmagentos.audit.reading import Findings, rows_of, verify

__all__ = ["AuditLog", "Findings", "Row", "default_folder", "rows_of", "verify"]
