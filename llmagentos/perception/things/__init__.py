"""From maps to things: kinds, sizes, what is hidden."""
