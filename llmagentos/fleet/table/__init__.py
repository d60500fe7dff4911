"""Several arms at one table: who reaches what, where things change hands, who does which errand.

seats.py    where each arm stands and works     errands.py   grounded actions as errands, and their order
handing.py  spots at which things change hands  sharing.py   errands to arms, by a policy
"""

from llmagentos.fleet.table.errands import Errand, errands_of
from llmagentos.fleet.table.seats import Seat, whole_table
from llmagentos.fleet.table.sharing import Job, Shared, share

__all__ = ["Errand", "Job", "Seat", "Shared", "errands_of", "share", "whole_table"]
