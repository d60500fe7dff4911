#!/usr/bin/env bash
# Runs a command with the workspace that build_wheels.sh has built:
#   ros_ws/run_wheels.sh jazzy python -m pytest tests/ros
set -euo pipefail
distribution="${1:?expected jazzy or kilted}"
shift
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
venv="${LLMAGENTOS_ROS_VENV:-$(dirname "$here")/.venv-ros-$distribution}"
overlay="$here/.wheels/$distribution/install"
[[ -x "$venv/bin/python" && -d "$overlay" ]] || {
  echo "expected the workspace built for $distribution, got none: make ros ROS=$distribution" >&2
  exit 2
}
site="$(echo "$venv"/lib/python3.*/site-packages)"
libraries="$overlay/lib:$venv/lib"
for folder in "$site"/ros_*.libs; do
  libraries="$libraries:$folder"
done
export PATH="$venv/bin:$PATH"
export PYTHONPATH="$(echo "$overlay"/lib/python3.*/site-packages)${PYTHONPATH:+:$PYTHONPATH}"
export AMENT_PREFIX_PATH="$overlay:$venv"
export LD_LIBRARY_PATH="$libraries"
export _ROS_WHEELS_BOOTSTRAP_COMPLETE=1 ROS_DISTRO="$distribution"
export RMW_IMPLEMENTATION="${RMW_IMPLEMENTATION:-rmw_fastrtps_cpp}"
exec "$@"
