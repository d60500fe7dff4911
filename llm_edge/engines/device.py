"""Device memory, streams and copies behind one small class.

Knows: pycuda (and only here). Does not know: TensorRT, models. In a worker thread pycuda needs its
context pushed: every call does so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import MissingDependencyError, ModelError

#: TensorRT wants tensor addresses to be multiples of this.
ALIGNMENT = 256


class Device(Protocol):
    """What the TensorRT engine needs. Addresses are integers, sizes in bytes."""

    @property
    def stream(self) -> int:
        """Handle of the CUDA stream that all work is queued on, as TensorRT wants it."""
        ...

    @property
    def sm(self) -> str:
        """Compute capability without the dot: "87" is an Orin."""
        ...

    def allocate(self, size: int) -> int:
        """Address of `size` bytes, aligned to ALIGNMENT, contents undefined. Raises ModelError."""
        ...

    def free(self, address: int) -> None:
        """Give back what `allocate` returned; the address is of no use afterwards."""
        ...

    def zero(self, address: int, size: int) -> None:
        """Set `size` bytes at an address to 0, in the stream's order."""
        ...

    def upload(self, address: int, values: NDArray[Any]) -> None:
        """Copy an array's bytes to the device; the array must stay until `synchronize`."""
        ...

    def download(self, values: NDArray[Any], address: int) -> None:
        """Fill an array from the device and wait until it is filled."""
        ...

    def copy_2d(
        self, target: int, target_pitch: int, source: int, source_pitch: int, width: int, rows: int
    ) -> None:
        """Copy `rows` rows of `width` bytes inside the device; the pitches are bytes from one row
        to the next."""
        ...

    def synchronize(self) -> None:
        """Wait until everything that was queued is done."""
        ...

    def capture(self, work: Callable[[], None]) -> Callable[[], None] | None:
        """The work as a CUDA graph to launch again and again; None where that isn't possible."""
        ...


class PycudaDevice:
    """One GPU through pycuda. Raises MissingDependencyError without pycuda, ModelError without a GPU."""

    def __init__(self, index: int = 0):
        try:
            import pycuda.driver as cuda
        except ImportError as exc:
            raise MissingDependencyError(
                "expected package 'pycuda' for TensorRT, got none: pip install pycuda (needs CUDA headers)"
            ) from exc
        try:
            cuda.init()
            self._device = cuda.Device(index)
        except cuda.Error as exc:
            raise ModelError(f"expected an NVIDIA GPU, got: {exc}") from exc
        self._cuda = cuda
        self._context = self._device.retain_primary_context()
        self._lock = threading.RLock()
        self._held: dict[int, Any] = {}
        with self._here():
            self._stream = cuda.Stream()

    @contextmanager
    def _here(self) -> Iterator[None]:
        with self._lock:
            self._context.push()
            try:
                yield
            finally:
                self._cuda.Context.pop()

    @property
    def stream(self) -> int:
        """Handle of this device's own CUDA stream."""
        return int(self._stream.handle)

    @property
    def sm(self) -> str:
        """Compute capability without the dot, from the driver."""
        major, minor = self._device.compute_capability()
        return f"{major}{minor}"

    def allocate(self, size: int) -> int:
        """See `Device.allocate`; kept here until freed. Raises ModelError where memory is short."""
        with self._here():
            try:
                block = self._cuda.mem_alloc(max(size, ALIGNMENT))
            except self._cuda.Error as exc:
                raise ModelError(
                    f"expected {size / 1e6:.0f} MB of device memory, got: {exc}"
                ) from exc
        address = int(block)
        if address % ALIGNMENT:
            raise ModelError(f"expected memory aligned to {ALIGNMENT} bytes, got {address}")
        self._held[address] = block
        return address

    def free(self, address: int) -> None:
        """See `Device.free`. KeyError for an address that is not ours."""
        with self._here():
            self._held.pop(address).free()

    def zero(self, address: int, size: int) -> None:
        """See `Device.zero`; asynchronous."""
        with self._here():
            self._cuda.memset_d8_async(address, 0, size, self._stream)

    def upload(self, address: int, values: NDArray[Any]) -> None:
        """See `Device.upload`; an array that is not contiguous is copied first."""
        with self._here():
            self._cuda.memcpy_htod_async(address, np.ascontiguousarray(values), self._stream)

    def download(self, values: NDArray[Any], address: int) -> None:
        """See `Device.download`; the array must be contiguous."""
        with self._here():
            self._cuda.memcpy_dtoh_async(values, address, self._stream)
            self._stream.synchronize()

    def copy_2d(
        self, target: int, target_pitch: int, source: int, source_pitch: int, width: int, rows: int
    ) -> None:
        """See `Device.copy_2d`; asynchronous."""
        with self._here():
            copy = self._cuda.Memcpy2D()
            copy.set_src_device(source)
            copy.set_dst_device(target)
            copy.src_pitch, copy.dst_pitch = source_pitch, target_pitch
            copy.width_in_bytes, copy.height = width, rows
            copy(self._stream)

    def synchronize(self) -> None:
        """Wait for the stream."""
        with self._here():
            self._stream.synchronize()

    def capture(self, work: Callable[[], None]) -> Callable[[], None] | None:
        """Record what `work` queues as a CUDA graph; a call that replays it, None where pycuda
        cannot."""
        begin = getattr(self._stream, "begin_capture", None)
        if begin is None:
            return None
        with self._here():
            mode = getattr(getattr(self._cuda, "capture_mode", None), "THREAD_LOCAL", None)
            begin(mode) if mode is not None else begin()
            try:
                work()
            finally:
                graph = self._stream.end_capture()
            ready = graph.instantiate()

        def launch() -> None:
            with self._here():
                ready.launch(self._stream)

        return launch
