"""HTTP's way to the daemon: `llmagentos serve --http`, a process without motion rights of its own.

Knows: HTTP, who asks by which token, limits. Does not know: how anything is done, which rules hold for
whom (the daemon's own: llmagentos.daemon.access), robots, skills, models.

__main__.py   the process                        app.py        resources put together, OpenAPI
entry.py      what is refused before any of it   callers.py    tokens, tickets, rates
protocol.py   slow and too many connections      problems.py   errors as documents
agents.py, commands.py, feed.py, pictures.py, recordings.py   resources
"""
