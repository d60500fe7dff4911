# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Camera frames to image messages and back, without cv_bridge.

Knows: the encodings that depth cameras use and how to copy a picture only once.
Does not know: topics, what is in a picture.
"""

from __future__ import annotations

from array import array
from typing import Any

from builtin_interfaces.msg import Time
from llmagentos.errors import PerceptionError
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image

_COLOR_CHANNELS = {'rgb8': 3, 'bgr8': 3, 'rgba8': 4, 'bgra8': 4}
_DEPTH_TYPES: dict[str, np.dtype[Any]] = {
    '32FC1': np.dtype(np.float32),
    '16UC1': np.dtype(np.uint16),
}


def image_to_msg(
    picture: NDArray[np.uint8] | NDArray[np.float32], encoding: str, stamp: Time, frame_id: str
) -> Image:
    """rgb8 from uint8 [H, W, 3], or 32FC1 (metres) from float32 [H, W]."""
    pixels: NDArray[Any] = np.ascontiguousarray(picture)
    msg = Image()
    msg.header.stamp, msg.header.frame_id = stamp, frame_id
    msg.height, msg.width = pixels.shape[:2]
    msg.encoding, msg.is_bigendian = encoding, 0
    msg.step = int(pixels.strides[0])
    # An array of bytes is taken over as it is; bytes would be checked one by one.
    data = array('B')
    data.frombytes(pixels.reshape(-1).view(np.uint8).data)
    msg.data = data
    return msg


def color_from_msg(msg: Image) -> NDArray[np.uint8]:
    """uint8 [H, W, 3], RGB. PerceptionError for other encodings or a wrong size."""
    channels = _COLOR_CHANNELS.get(msg.encoding)
    if channels is None:
        raise PerceptionError(
            f'expected colour as {", ".join(_COLOR_CHANNELS)}, got {msg.encoding!r}'
        )
    pixels = _rows(msg, np.dtype(np.uint8), channels)[:, :, :3]
    if msg.encoding.startswith('bgr'):
        pixels = pixels[:, :, ::-1]
    return np.ascontiguousarray(pixels)


def depth_from_msg(msg: Image) -> NDArray[np.float32]:
    """float32 [H, W], metres, 0 where unknown; 16UC1 is millimetres (REP 118)."""
    kind = _DEPTH_TYPES.get(msg.encoding)
    if kind is None:
        raise PerceptionError(f'expected depth as {", ".join(_DEPTH_TYPES)}, got {msg.encoding!r}')
    depth = _rows(msg, kind, 1)[:, :, 0]
    if msg.encoding == '16UC1':
        return depth.astype(np.float32) * np.float32(0.001)
    return np.nan_to_num(depth, nan=0.0, posinf=0.0, neginf=0.0)


def _rows(msg: Image, kind: np.dtype[Any], channels: int) -> NDArray[Any]:
    row = msg.width * channels * kind.itemsize
    if msg.step < row or len(msg.data) < msg.step * msg.height:
        raise PerceptionError(
            f'expected {msg.height} rows of at least {row} bytes, '
            f'got step {msg.step} and {len(msg.data)} bytes'
        )
    raw = np.frombuffer(msg.data, dtype=np.uint8)[: msg.step * msg.height]
    rows = np.ascontiguousarray(raw.reshape(msg.height, msg.step)[:, :row])
    kind = kind.newbyteorder('>' if msg.is_bigendian else '<')
    return rows.view(kind).reshape(msg.height, msg.width, channels)


def info_to_msg(
    intrinsics: NDArray[np.float64], width: int, height: int, stamp: Time, frame_id: str
) -> CameraInfo:
    """Describe a pinhole camera without distortion."""
    msg = CameraInfo()
    msg.header.stamp, msg.header.frame_id = stamp, frame_id
    msg.width, msg.height = width, height
    msg.distortion_model, msg.d = 'plumb_bob', [0.0] * 5
    k = [float(v) for v in np.asarray(intrinsics).ravel()]
    msg.k = k
    msg.r = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
    msg.p = [*k[0:3], 0.0, *k[3:6], 0.0, *k[6:9], 0.0]
    return msg


def intrinsics_from_info(msg: CameraInfo) -> NDArray[np.float64]:
    """3x3 matrix in pixels. PerceptionError when the camera is not calibrated."""
    matrix = np.array(msg.k, dtype=np.float64).reshape(3, 3)
    if matrix[0, 0] <= 0 or matrix[1, 1] <= 0:
        raise PerceptionError('expected a calibrated camera, got CameraInfo without focal length')
    return matrix
