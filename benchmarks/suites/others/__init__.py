"""Other people's commands, read at run time, and their published figures."""
