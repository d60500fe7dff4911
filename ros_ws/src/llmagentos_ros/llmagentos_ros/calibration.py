# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Takes a calibration's pictures from topics: `python -m llmagentos_ros.calibration FOLDER`.

Knows: pictures, lens and joint states as they come, the folder of a calibration session
(llmagentos.perception.calibration_files). Does not know: boards, how a pose follows.

Each line of standard input is one view: {"board": [x, y, yaw]} of one that lies on the table, or
{"joints": true} of one that the arm holds at rest. Each is answered by a line of JSON: picture,
or error. The session is written anew with each view, so that none is lost.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
import json
from pathlib import Path
import sys
import time
from typing import Any

import cv2
from llmagentos.errors import LLMAgentOSError, PerceptionError
from llmagentos.files import make_folder, write_text
from llmagentos.perception.calibration_files import SESSION
from llmagentos.perception.lens import Calibration
from llmagentos.robots import ArmSpec, load
from llmagentos_ros import interface as table
from llmagentos_ros.convert import JointStateReader, to_seconds
from llmagentos_ros.images import calibration_from_info, color_from_msg
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image, JointState
import yaml

#: Joints that turn faster than this while a view is taken blur it, rad/s.
_REST_RADPS = 0.01


class Taker:
    """
    Hears a camera and an arm, and keeps views in a folder.

    board: its fields of the session's file. rectified: pictures are undistorted already. wait_s:
    for messages that are newer than the question.
    """

    def __init__(
        self,
        node: Node,
        folder: Path,
        arm: ArmSpec,
        board: dict[str, Any],
        rectified: bool,
        wait_s: float,
    ) -> None:
        self._node, self._folder, self._wait_s = node, folder, wait_s
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(node)
        self._reader, self._board, self._rectified = JointStateReader(arm), board, rectified
        self._views: list[dict[str, Any]] = []
        self._asked_s = 0.0
        self._picture: Image | None = None
        self._info: CameraInfo | None = None
        self._joints: tuple[tuple[float, ...], tuple[float, ...]] | None = None
        for topic, heard in (
            (table.COLOR, self._on_picture),
            (table.CAMERA_INFO, self._on_info),
            (table.JOINT_STATES, self._on_joints),
        ):
            node.create_subscription(topic.kind, topic.name, heard, topic.qos)

    def _on_picture(self, msg: Image) -> None:
        if to_seconds(msg.header.stamp) >= self._asked_s:
            self._picture = msg

    def _on_info(self, msg: CameraInfo) -> None:
        self._info = msg

    def _on_joints(self, msg: JointState) -> None:
        state = self._reader.read(msg)
        if state is not None and state.stamp_s >= self._asked_s:
            self._joints = state.positions, state.velocities

    def take(self, asked: dict[str, Any]) -> str:
        """
        Take one view; return the picture's name. Raises PerceptionError, FileError.

        What is stamped after the question counts, by this node's clock: the board was just moved.
        """
        in_hand = bool(asked.get('joints'))
        if in_hand == ('board' in asked):
            raise PerceptionError(f'expected one of board and joints, got {sorted(asked)}')
        self._asked_s = self._node.get_clock().now().nanoseconds / 1e9
        self._picture = self._joints = None
        self._wait(lambda: self._picture is not None, table.COLOR.name)
        self._wait(lambda: self._info is not None, table.CAMERA_INFO.name)
        view: dict[str, Any] = {'picture': f'view_{len(self._views) + 1:02d}.png'}
        if in_hand:
            self._wait(lambda: self._joints is not None, table.JOINT_STATES.name)
            assert self._joints is not None
            positions, rates = self._joints
            if any(abs(rate) > _REST_RADPS for rate in rates):
                raise PerceptionError(
                    'expected an arm at rest, got one that moves at '
                    f'{max(map(abs, rates)):.3f} rad/s'
                )
            view['joints'] = [round(float(q), 6) for q in positions]
        else:
            view['board'] = [float(v) for v in asked['board']]
        assert self._picture is not None and self._info is not None
        rgb = color_from_msg(self._picture)
        make_folder(self._folder, 'a folder for a calibration')
        cv2.imwrite(str(self._folder / view['picture']), rgb[:, :, ::-1])
        self._views.append(view)
        told = {'camera': self._camera(self._info), 'board': self._board, 'views': self._views}
        write_text(self._folder / SESSION, yaml.safe_dump(told, sort_keys=False))
        return str(view['picture'])

    def _camera(self, info: CameraInfo) -> dict[str, Any]:
        lens: Calibration = calibration_from_info(info)
        if any(lens.roi) or max(lens.binning) > 1:
            raise PerceptionError(
                f'expected the whole picture of the sensor, got a part of it (roi {lens.roi}, '
                f'binning {lens.binning})'
            )
        camera: dict[str, Any] = {'width': lens.width, 'height': lens.height}
        if self._rectified:
            p = lens.projection
            return {**camera, 'matrix': [*p[0:3], *p[4:7], *p[8:11]]}
        coefficients = [float(v) for v in lens.coefficients]
        return {
            **camera,
            'matrix': list(lens.matrix),
            'distortion': lens.distortion if any(coefficients) else '',
            'coefficients': coefficients if any(coefficients) else [],
        }

    def _wait(self, there: Callable[[], bool], topic: str) -> None:
        give_up = time.monotonic() + self._wait_s
        while not there():
            if time.monotonic() > give_up:
                name = self._node.resolve_topic_name(topic)
                raise PerceptionError(
                    f'expected messages of now on {name}, got none in {self._wait_s:.0f} s'
                )
            self._executor.spin_once(timeout_sec=0.05)


def main(args: list[str] | None = None) -> int:
    """Take a view for each line; exit with 0 when the last one was taken."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('folder', type=Path)
    parser.add_argument('--namespace', default='/')
    parser.add_argument('--robot', default='panda')
    parser.add_argument('--board', type=json.loads, default={}, help='fields, as JSON')
    parser.add_argument('--rectified', action='store_true')
    parser.add_argument('--wait', type=float, default=5.0)
    options = parser.parse_args(args)
    rclpy.init(args=[])
    node = rclpy.create_node('calibration', namespace=options.namespace)
    last = False
    try:
        taker = Taker(
            node,
            options.folder,
            load(options.robot),
            options.board,
            options.rectified,
            options.wait,
        )
        for line in sys.stdin:
            try:
                told = {'picture': taker.take(json.loads(line))}
            except (LLMAgentOSError, ValueError, TypeError) as exc:
                told = {'error': str(exc)}
            last = 'picture' in told
            print(json.dumps(told), flush=True)
    finally:
        node.destroy_node()
        rclpy.shutdown()
    return 0 if last else 1


if __name__ == '__main__':
    raise SystemExit(main())
