"""Whether a pair may be used: its plan is carried out in memory, its words compared."""
