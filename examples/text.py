"""An agent that has only a language model.

The shipped model is a planner: it writes nothing but plan notation. A folder in Hugging Face
layout or a server's address gives one that writes text: `python examples/text.py ADDRESS`.
"""

import sys

from llmagentos import LLM, Agent

llm = LLM(sys.argv[1]) if len(sys.argv) > 1 else LLM()
agent = Agent(llm)
print(agent.generate_text("put the red block in the blue bowl"))
