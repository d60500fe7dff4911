"""A subclass of Agent with a program of its own, which runs in a thread until it is stopped."""

import time

from llmagentos import Agent
from llmagentos.errors import AgentFailedError


class Counter(Agent):
    def __init__(self, stumbles_at: int = 0) -> None:
        super().__init__()
        self.count, self.stumbles_at = 0, stumbles_at

    def run(self) -> None:
        while not self.wait(0.001):  # sleeps until stop() is called, at most so long
            self.count += 1
            if self.count == self.stumbles_at:
                raise RuntimeError(f"stumbled at {self.count}")


def main() -> None:
    agent = Counter()
    print(agent.state.value)
    agent.start()
    while agent.count < 10:
        time.sleep(0.001)
    print(agent.state.value)
    agent.stop()
    agent.join()
    print(agent.state.value, "after at least 10 counts")

    with Counter(stumbles_at=3) as clumsy:
        clumsy.start()
        try:
            clumsy.join()
        except AgentFailedError as error:
            print(clumsy.state.value, "-", error)


if __name__ == "__main__":
    main()
