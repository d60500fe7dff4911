# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""ROS 2 nodes around the core modules; each node only converts."""
