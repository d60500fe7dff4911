"""The robot's agent in simulation: a command, its events, and the four verbs one by one."""

from llmagentos import Agent
from llmagentos.events import Event, StepDone

SCENE = {
    "objects": [
        {"kind": "block", "color": "red", "position": [0.45, 0.15]},
        {"kind": "bowl", "color": "blue", "position": [0.50, -0.15]},
    ]
}


def watch(event: Event) -> None:
    if isinstance(event, StepDone):
        print(f"  step {event.path} {event.status}: {event.words}")


with Agent.in_simulation(SCENE, seed=1, on_event=watch) as agent:
    result = agent.command("put the red block in the blue bowl")
    print(result.status, "-", result.reply)

    # The same by hand: what is observed becomes a plan, whose effect is observed again.
    agent.reset()
    assert agent.robot is not None
    observation = agent.robot.observe("pick up the red block")
    action = agent.act(observation)
    observation, reward = agent.step(action)
    print(action.text, "- reward", reward, "- holding", agent.robot.held())
