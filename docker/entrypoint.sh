#!/usr/bin/env bash
# Entry point of the Jetson image: sources ROS and the workspace, then runs what it is given;
# `health` says whether the agent is active.
set -eo pipefail
# ROS's own setup files read variables that may be unset.
source "/opt/ros/${ROS_DISTRO}/setup.bash"
source /opt/llmagentos/install/setup.bash
if [[ "${1:-}" == "health" ]]; then
  exec grep -q "active" <(timeout 8 ros2 lifecycle get "${LLMAGENTOS_NAMESPACE:-}/agent")
fi
exec "$@"
