# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Camera frames to image messages and back, without cv_bridge.

Knows: the encodings that depth cameras use and how to copy a picture only once.
Does not know: topics, what is in a picture, lenses (llmagentos.perception.lens).
"""

from __future__ import annotations

from array import array
from typing import Any

from builtin_interfaces.msg import Time
from llmagentos.errors import PerceptionError
from llmagentos.perception.depth import metres
from llmagentos.perception.lens import Calibration
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image

_COLOR_CHANNELS = {'rgb8': 3, 'bgr8': 3, 'rgba8': 4, 'bgra8': 4}
#: By encoding: the type of a value and what one is in metres (REP 118). mono16 is what 16UC1
#: becomes in nodes that know grey pictures only.
_DEPTH_TYPES: dict[str, tuple[np.dtype[Any], float]] = {
    '32FC1': (np.dtype(np.float32), 1.0),
    '64FC1': (np.dtype(np.float64), 1.0),
    '16UC1': (np.dtype(np.uint16), 0.001),
    'mono16': (np.dtype(np.uint16), 0.001),
    '16SC1': (np.dtype(np.int16), 0.001),
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
        # Red or blue first: that would be a guess, and the wrong one swaps them on the table.
        why = ', which does not say if red comes first' if msg.encoding.startswith('8UC') else ''
        raise PerceptionError(
            f'expected colour as {", ".join(_COLOR_CHANNELS)}, got {msg.encoding!r}{why}'
        )
    pixels = _rows(msg, np.dtype(np.uint8), channels)[:, :, :3]
    if msg.encoding.startswith('bgr'):
        pixels = pixels[:, :, ::-1]
    return np.ascontiguousarray(pixels)


def depth_from_msg(msg: Image, unit_m: float = 0.0) -> NDArray[np.float32]:
    """
    float32 [H, W], metres, 0 where unknown; PerceptionError for other encodings or a wrong size.

    unit_m: what one is in metres where the driver keeps to no convention; 0: the encoding's own.
    """
    found = _DEPTH_TYPES.get(msg.encoding)
    if found is None:
        raise PerceptionError(f'expected depth as {", ".join(_DEPTH_TYPES)}, got {msg.encoding!r}')
    kind, own_m = found
    return metres(_rows(msg, kind, 1)[:, :, 0], unit_m or own_m)


def _rows(msg: Image, kind: np.dtype[Any], channels: int) -> NDArray[Any]:
    row = msg.width * channels * kind.itemsize
    if row == 0 or msg.height == 0:
        raise PerceptionError(f'expected a picture, got {msg.width}x{msg.height} pixels')
    if msg.step < row or len(msg.data) != msg.step * msg.height:
        raise PerceptionError(
            f'expected {msg.height} rows of at least {row} bytes, '
            f'got step {msg.step} and {len(msg.data)} bytes'
        )
    raw = np.frombuffer(msg.data, dtype=np.uint8)
    rows = np.ascontiguousarray(raw.reshape(msg.height, msg.step)[:, :row])
    sent = kind.newbyteorder('>' if msg.is_bigendian else '<')
    # What comes out is native.
    return rows.view(sent).reshape(msg.height, msg.width, channels).astype(kind, copy=False)


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


def calibration_from_info(msg: CameraInfo) -> Calibration:
    """Take over what the driver says of its lens; whether that can be, the lens tells."""
    return Calibration(
        width=msg.width,
        height=msg.height,
        matrix=tuple(map(float, msg.k)),
        distortion=msg.distortion_model,
        coefficients=tuple(map(float, msg.d)),
        binning=(msg.binning_x, msg.binning_y),
        roi=(msg.roi.x_offset, msg.roi.y_offset, msg.roi.width, msg.roi.height),
        projection=tuple(map(float, msg.p)),
    )
