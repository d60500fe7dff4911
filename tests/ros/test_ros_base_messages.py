"""What drivers of scanners and wheels send, and what a base makes of it; headers from public reports."""

from __future__ import annotations

import math

import numpy as np
import pytest
from geometry_msgs.msg import Twist, TwistStamped
from llmagentos_ros.base_messages import (
    grid_from_msg,
    grid_to_msg,
    odometry_from_msg,
    odometry_to_msg,
    planar,
    pose_from_msg,
    pose_to_msg,
    twist_of,
    velocity_of,
)
from llmagentos_ros.convert import to_time
from llmagentos_ros.scan_messages import scan_from_msg, scan_to_msg
from nav_msgs.msg import Odometry as OdometryMsg
from sensor_msgs.msg import LaserScan as LaserScanMsg

from llmagentos.errors import DriverError, NavigationError
from llmagentos.navigation.frame import GridFrame
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.ports.driving import LaserScan, Odometry, Velocity
from llmagentos.types import MapPose

HERE = np.eye(4)


def mounted(x: float, y: float, yaw: float, upside_down: bool = False) -> np.ndarray:
    """A scanner's pose on a base."""
    pose, c, s = np.eye(4), math.cos(yaw), math.sin(yaw)
    up = -1.0 if upside_down else 1.0
    pose[:3, :3] = [[c, -s * up, 0], [s, c * up, 0], [0, 0, up]]
    pose[:2, 3] = x, y
    return pose


def message(
    first: float, last: float, step: float, ranges, least: float = 0.1, most: float = 10.0
) -> LaserScanMsg:
    out = LaserScanMsg(angle_min=first, angle_max=last, angle_increment=step)
    out.range_min, out.range_max = least, most
    out.ranges = [float(r) for r in ranges]
    return out


def seen(
    points: np.ndarray, first: float, step: float, count: int, pose: np.ndarray
) -> list[float]:
    """Ranges of a scanner at a pose that meets small things at points of the base's frame."""
    ranges = np.full(count, np.inf)
    inside = (
        np.linalg.inv(pose)
        @ np.column_stack([points, np.zeros(len(points)), np.ones(len(points))]).T
    )
    for x, y in inside[:2].T:
        ray = round((math.remainder(math.atan2(y, x) - first, 2 * math.pi)) / step) % count
        ranges[ray] = math.hypot(x, y)
    return list(ranges)


# Where things stand about the base: left ahead, right, behind.
THINGS = np.array([[1.5, 0.7], [0.2, -1.1], [-2.0, 0.4]])


@pytest.mark.parametrize("step", [0.01, -0.01], ids=["counter-clockwise", "clockwise"])
@pytest.mark.parametrize("upside_down", [False, True])
@pytest.mark.parametrize("at", [(0.0, 0.0, 0.0), (0.1, -0.05, 2.0), (-0.2, 0.0, math.pi)])
def test_a_scanner_may_turn_and_hang_as_it_likes(step, upside_down, at) -> None:
    pose, count = mounted(*at, upside_down), 629
    first = -math.pi if step > 0 else math.pi
    ranges = seen(THINGS, first, step, count, pose)
    scan = scan_from_msg(message(first, first + step * (count - 1), step, ranges), pose, 10.0)
    assert scan.step_rad > 0
    points = scan.points_m()
    assert len(points) == len(THINGS)
    for thing in THINGS:
        assert np.hypot(*(points - thing).T).min() < 0.02


#: (reported by, first, last, step, number of ranges): all of them are what the number says.
HEADERS = [
    ("YDLIDAR X4, slam_toolbox#63", -3.14159274101, 3.14159274101, 0.00872664619237, 720),
    ("Hokuyo, slam_karto#4", -2.27029156685, 2.2641556263, 0.00613592332229, 740),
    ("its own frame, slam_karto#4", -3.13759255409, 3.14159274101, 0.00400000018999, 1571),
    ("LDS, turtlebot3#404", 0.0, 6.26573181152, 0.0174532923847, 360),
    ("LDS, hls_lfcd_lds_driver#27", 0.0, 6.28318977355957, 0.01745329238474369, 360),
    ("VLP-16, slam_toolbox#426", -3.1415927, 3.1415927, 0.007, 898),
    ("RPLIDAR, rplidar_ros#19", 3.1415927, -3.1241393, -0.0174533, 360),
    ("angles kept within one turn", 0.0, 0.0, 0.0174533, 361),
]


@pytest.mark.parametrize(("first", "last", "step", "count"), [h[1:] for h in HEADERS],
                         ids=[h[0] for h in HEADERS])  # fmt: skip
def test_the_number_of_ranges_counts(first, last, step, count) -> None:
    ranges = np.full(count, 2.0)
    ranges[count // 4] = 1.0
    scan = scan_from_msg(message(first, last, step, ranges), HERE, 10.0)
    assert len(scan.ranges_m) == count
    near = float(scan.angles_rad[int(scan.ranges_m.argmin())])
    told = first + step * (count // 4)
    assert math.remainder(near - told, 2 * math.pi) == pytest.approx(0.0, abs=1e-4)


def test_angles_that_contradict_each_other_are_refused() -> None:
    """SICK NAV310, sick_scan_xd#159: it turns clockwise from -pi and says that it ends at pi."""
    wrong = message(-3.1415927, 3.1415927, -0.00431969, np.full(1455, 2.0))
    with pytest.raises(DriverError, match="is the scan mirrored"):
        scan_from_msg(wrong, HERE, 10.0)
    front = message(-1.57, 1.57, -0.01, np.full(315, 2.0))
    with pytest.raises(DriverError, match="is the scan mirrored"):
        scan_from_msg(front, HERE, 10.0)
    with pytest.raises(DriverError, match="angles that agree"):
        scan_from_msg(message(-1.0, 1.0, 0.01, np.full(300, 2.0)), HERE, 10.0)


@pytest.mark.parametrize(
    ("first", "last", "step", "count"),
    [(0, 1, 0.0, 10), (math.nan, 1, 0.1, 10), (0, 1, math.nan, 10), (0, 1, 0.1, 0),
     (0, math.inf, 0.1, 10), (0, 20, 0.1, 200)],
)  # fmt: skip
def test_angles_that_say_nothing_are_refused(first, last, step, count) -> None:
    with pytest.raises(DriverError, match="expected"):
        scan_from_msg(message(first, last, step, np.full(count, 2.0)), HERE, 10.0)


@pytest.mark.parametrize("free", [False, True])
def test_ranges_are_read_as_rep_117_has_them(free) -> None:
    """Nothing there, too near, no answer; and what is below range_min or over range_max."""
    ranges = [2.0, math.inf, -math.inf, math.nan, 0.0, 0.05, 11.0, 10.0]
    scan = scan_from_msg(message(0.0, 0.7, 0.1, ranges, least=0.12), HERE, 99.0, free)
    far = math.inf if free else math.nan
    wanted = [2.0, far, 0.12, math.nan, math.nan, math.nan, far, 10.0]
    np.testing.assert_allclose(scan.ranges_m, np.array(wanted, np.float32), equal_nan=True)
    assert scan.max_m == 10.0
    assert len(scan.points_m()) == 2, "what is at range_max says that nothing was met"


@pytest.mark.parametrize("most", [math.inf, math.nan, 0.0, -1.0])
def test_a_range_max_that_says_nothing_is_not_taken(most) -> None:
    ranges = [2.0, 7.0, 9.0, math.inf]
    scan = scan_from_msg(message(0.0, 0.3, 0.1, ranges, most=most), HERE, 8.0, True)
    assert scan.max_m == 8.0 and scan.points_m().shape == (2, 2)


def test_a_range_max_of_each_scan_clears_no_farther_than_it_says() -> None:
    """sick_scan_xd#509: range_max is the largest range of each scan."""
    grid = OccupancyGrid.empty(0.1, 20.0)
    free = scan_from_msg(message(-0.2, 0.2, 0.1, [math.inf] * 5, most=3.0), HERE, 10.0, True)
    grid.add(free, MapPose(0.0, 0.0))
    assert grid.free[grid.frame.cell(2.5, 0.0)]
    assert not grid.free[grid.frame.cell(3.5, 0.0)]


@pytest.mark.parametrize("value", [0.0, math.nan, 0.01])
def test_a_scanner_that_is_covered_is_no_empty_room(value) -> None:
    ranges = np.full(360, value)
    ranges[:5] = 2.0
    with pytest.raises(DriverError, match="is the scanner covered"):
        scan_from_msg(message(0.0, 6.26, 0.01745, ranges), HERE, 10.0)


def test_a_scanner_has_to_be_level() -> None:
    leaning = np.eye(4)
    c, s = math.cos(0.3), math.sin(0.3)
    leaning[:3, :3] = [[c, 0, s], [0, 1, 0], [-s, 0, c]]
    with pytest.raises(DriverError, match="leans by 17 degrees"):
        scan_from_msg(message(0.0, 0.7, 0.1, [2.0] * 8), leaning, 10.0)


@pytest.mark.parametrize(("between_s", "middle_s"), [(0.0, 0.0), (0.1 / 359, 0.05), (0.5, 0.0)])
def test_a_turn_counts_as_taken_in_its_middle(between_s, middle_s) -> None:
    """sick_scan and others give 0, urg_node the time between rays; more than a turn is neither."""
    msg = message(0.0, 6.2657, 0.0174533, np.full(360, 2.0))
    msg.header.stamp, msg.time_increment = to_time(7.0), between_s
    assert scan_from_msg(msg, HERE, 10.0).stamp_s == pytest.approx(7.0 + middle_s, abs=1e-6)


def test_our_scans_come_back_as_they_were() -> None:
    ranges = np.array([1.0, 2.5, 0.0, 10.0, math.inf, math.nan, 9.99, 3.0], np.float32)
    mount = MapPose(0.05, 0.0)
    scan = LaserScan(ranges, -math.pi, 2 * math.pi / 8, 10.0, 12.25, mount)
    msg = scan_to_msg(scan, "laser")
    assert msg.header.frame_id == "laser" and not msg.intensities
    back = scan_from_msg(msg, mounted(0.05, 0.0, 0.0), 10.0, inf_is_free=True)
    np.testing.assert_allclose(back.points_m(), scan.points_m(), atol=1e-6)
    assert (back.stamp_s, back.mount, back.max_m) == (12.25, mount, 10.0)
    assert back.step_rad == pytest.approx(scan.step_rad)
    empty = np.isinf(back.ranges_m)
    assert empty.tolist() == [False, False, False, True, True, False, False, False]


# --- odometry, velocities, poses -----------------------------------------------------------------


def test_odometry_comes_back_as_it_was() -> None:
    said = Odometry(MapPose(1.5, -2.0, -2.5), Velocity(0.3, -0.4), 3.5)
    msg = odometry_to_msg(said, "odom", "base_link")
    assert (msg.header.frame_id, msg.child_frame_id) == ("odom", "base_link")
    back = odometry_from_msg(msg)
    assert back.velocity == said.velocity and back.stamp_s == 3.5
    assert back.pose.distance_m(said.pose) < 1e-12
    assert back.pose.yaw_rad == pytest.approx(-2.5)


def test_a_turn_that_nobody_set_is_refused() -> None:
    """rbcar_sim#4, neonavigation#762: quaternions of zeros, and what becomes of them."""
    with pytest.raises(DriverError, match="unit quaternion"):
        odometry_from_msg(OdometryMsg(pose=_pose_of_zeros()))
    for spoil in ("x", "w"):
        msg = odometry_to_msg(Odometry(MapPose(0, 0), Velocity(), 1.0), "odom", "base_link")
        setattr(msg.pose.pose.orientation, spoil, math.nan)
        with pytest.raises(DriverError, match="unit quaternion"):
            odometry_from_msg(msg)
    msg = odometry_to_msg(Odometry(MapPose(0, 0), Velocity(), 1.0), "odom", "base_link")
    msg.twist.twist.linear.x = math.nan
    with pytest.raises(DriverError, match="finite velocities"):
        odometry_from_msg(msg)
    msg.twist.twist.linear.x, msg.pose.pose.position.y = 0.0, math.inf
    with pytest.raises(DriverError, match="finite position"):
        odometry_from_msg(msg)


def _pose_of_zeros():
    from geometry_msgs.msg import PoseWithCovariance

    made = PoseWithCovariance()
    made.pose.orientation.w = 0.0
    return made


def test_a_base_that_lies_on_its_side_has_no_pose_on_the_floor() -> None:
    side = np.eye(4)
    side[:3, :3] = [[1, 0, 0], [0, 0, -1], [0, 1, 0]]
    with pytest.raises(DriverError, match="leans by 90 degrees"):
        planar(side)
    pose = MapPose(1.0, 2.0, 3.0)
    assert pose_from_msg(pose_to_msg(pose)).distance_m(pose) < 1e-12


def test_velocities_of_both_kinds_and_of_no_other_base() -> None:
    wanted = Velocity(0.25, -0.5)
    assert velocity_of(twist_of(wanted)) == wanted
    assert velocity_of(TwistStamped(twist=twist_of(wanted))) == wanted
    aside = Twist()
    aside.linear.y = 0.2
    with pytest.raises(DriverError, match=r"0\.2, 0 m/s aside"):
        velocity_of(aside)


# --- maps ----------------------------------------------------------------------------------------


def test_maps_come_back_as_they_were() -> None:
    frame = GridFrame((-1.5, 2.0), 0.05, (3, 4))
    odds = np.array([[-4, 0, 4, 0], [4, -4, 0, 0], [0, 0, 0, 4]], np.float32)
    msg = grid_to_msg(OccupancyGrid(frame, odds), "map", 1.0)
    assert (msg.info.width, msg.info.height, msg.header.frame_id) == (4, 3, "map")
    assert list(msg.data) == [0, -1, 100, -1, 100, 0, -1, -1, -1, -1, -1, 100]
    back = grid_from_msg(msg)
    assert back.frame == frame
    np.testing.assert_array_equal(back.free, odds < 0)
    np.testing.assert_array_equal(back.occupied, odds > 0)


def test_per_cents_are_read_as_map_server_separates_them() -> None:
    msg = grid_to_msg(OccupancyGrid.empty(0.5, 1.5), "map", 0.0)
    msg.data = [0, 19, 20, 64, 65, 100, -1, -1, -1]
    back = grid_from_msg(msg)
    assert back.free.ravel().tolist() == [True, True] + 7 * [False]
    assert back.occupied.ravel().tolist() == 4 * [False] + [True, True] + 3 * [False]


def test_maps_that_cannot_be_are_refused() -> None:
    msg = grid_to_msg(OccupancyGrid.empty(0.5, 1.5), "map", 0.0)
    msg.info.origin.orientation = pose_to_msg(MapPose(0, 0, 0.5)).orientation
    with pytest.raises(NavigationError, match="not turned"):
        grid_from_msg(msg)
    msg.info.origin.orientation.z = msg.info.origin.orientation.w = 0.0
    assert grid_from_msg(msg).frame.shape == (3, 3), "an origin whose turn nobody set"
    msg.data = [0] * 5
    with pytest.raises(NavigationError, match="3 x 3 cells of a positive size, got 5"):
        grid_from_msg(msg)
