"""Agents that live: kept by a daemon, each in a process of its own, found again after a crash.

    llmagentos serve                                       # the daemon
    llmagentos agent create tidy --spec agent.yaml --start # in another terminal
    llmagentos agent command tidy "put the red block in the blue bowl"

Knows: agents by name, their processes and calls, who may ask for what. Does not know: how a command
is carried out (llmagentos.agent), ROS, or HTTP.
"""
