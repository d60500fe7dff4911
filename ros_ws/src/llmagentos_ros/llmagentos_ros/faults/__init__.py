# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Faults injected into a real graph of processes: `llmagentos faults --ros`.

Knows: how a simulated robot's graph is started, disturbed and measured. Does not know: which row
of the table a fault belongs to, nor what it must come to (sim.faults.over_ros).
"""
