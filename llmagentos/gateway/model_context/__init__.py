"""A model's way to one agent: `llmagentos mcp`, by the Model Context Protocol (extra `mcp`).

Knows: tools, resources and prompts, how a call is watched over. Does not know: which rules hold for whom
(the daemon's own), how anything is done. A model is a program whatever its token says: no yes of it
counts as a person's.

robot.py     an agent, asked through the daemon    tools.py     tools: their schemas, what each does
shown.py     resources and prompts                 server.py    the protocol's server, errors, limits
http.py      streamable HTTP                       told.py      what a model is told, data marked as such
"""
