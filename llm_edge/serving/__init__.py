"""Models on board for other programs, by the protocol that most of them speak (OpenAI's chat completions).

Knows: HTTP, who is next, what a request may ask. Does not know: agents, scenes, robots.
"""
