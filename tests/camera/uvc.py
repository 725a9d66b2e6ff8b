# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An emulated depth camera: a UVC device (USB Video Class 1.1, bulk) of one or more
streams, with a RealSense's extension unit."""
import struct
import threading
import time

import realsense
from pictures import picture
from usbip import NOTHING, STALL, Device

SET_CUR, GET_LEN, GET_INFO = 0x01, 0x85, 0x86
GUID_TAIL = bytes.fromhex("000010008000 00aa00389b71")
REALSENSE_UNIT = 3
PAYLOAD = 16384
FID, EOF, ERROR, END_OF_HEADER = 1, 2, 0x40, 0x80
NARROW = {"Y800": 8}  # bits a pixel, where they are not 16

SIZES = [(424, 240), (480, 270), (640, 360), (640, 480), (848, 480), (1280, 720)]
RATES = [90, 60, 30, 15, 6, 5]


def descriptor(kind, *fields):
    body = bytes([kind]) + b"".join(field if isinstance(field, bytes) else bytes([field]) for field in fields)
    return bytes([len(body) + 1]) + body


def u16(value):
    return struct.pack("<H", value)


def u32(value):
    return struct.pack("<I", value)


class Stream:
    """One streaming interface: formats = {fourcc: [(width, height), ...]}, rates, faults = {frame: fault}. Frames are
    counted from the start of a stream for faults, and from the start of the camera for pictures. Faults: short, error,
    half (the second half and the end of the frame are missing), empty, skip (not sent, but counted), stall (and nothing
    after it until the attribute stalled is set to false), unplug."""

    def __init__(self, camera, interface, formats=None, rates=RATES, faults=None):
        self.camera, self.interface, self.endpoint = camera, interface, interface
        self.formats = {k: [tuple(size) for size in sizes] for k, sizes in (formats or {"Z16 ": SIZES}).items()}
        self.rates, self.faults = rates, faults or {}
        self.stalled, self.generation = False, 0
        self.fid = 0
        self.settings = self.negotiate(bytes(34))

    def descriptors(self):
        formats = b""
        for i, (fourcc, sizes) in enumerate(self.formats.items()):
            bits = NARROW.get(fourcc, 16)
            formats += descriptor(0x24, 4, i + 1, len(sizes), fourcc.encode(), GUID_TAIL, bits, 1, 0, 0, 0, 0)
            for k, (width, height) in enumerate(sizes):
                intervals = [10_000_000 // rate for rate in self.rates]
                size = width * height * bits // 8
                formats += descriptor(
                    0x24, 5, k + 1, 0, u16(width), u16(height), u32(size * 8), u32(size * 8 * 90), u32(size),
                    u32(intervals[0]), len(intervals), *map(u32, intervals),
                )  # fmt: skip
        count = len(self.formats)
        header_size = 13 + count
        header = descriptor(0x24, 1, count, u16(header_size + len(formats)), 0x80 | self.endpoint, 0, 10 + self.interface, 0, 0, 0, 1, bytes(count))
        assert len(header) == header_size
        return (
            descriptor(4, self.interface, 0, 1, 0x0E, 2, 0, 0) + header + formats
            + descriptor(5, 0x80 | self.endpoint, 2, u16(512), 0)
        )  # fmt: skip

    def negotiate(self, wanted):
        """Probe and commit: what the host wants, bent to what there is."""
        form, frame, interval = struct.unpack_from("<BBI", wanted, 2)
        form = min(max(form, 1), len(self.formats))
        self.fourcc, sizes = list(self.formats.items())[form - 1]
        frame = min(max(frame, 1), len(sizes))
        self.width, self.height = sizes[frame - 1]
        intervals = [10_000_000 // rate for rate in self.rates]
        interval = min(intervals, key=lambda i: abs(i - interval))
        self.interval = interval / 1e7
        self.size = self.width * self.height * NARROW.get(self.fourcc, 16) // 8
        return struct.pack("<HBBIHHHHHIIIBBBB", 1, form, frame, interval, 0, 0, 0, 0, 0, self.size, PAYLOAD, 48_000_000, 0, 0, 0, 0)

    def control(self, request, selector, data):
        if request == GET_INFO:
            return b"\x03"
        if request == GET_LEN:
            return u16(34)
        if request & 0x80:
            return self.settings
        self.settings = self.negotiate(data.ljust(34, b"\0"))
        if selector == 2:
            if self.camera.unplug_at_commit:
                self.camera.unplug()
                return NOTHING
            self.start()
        return b""

    def start(self):
        self.stop()
        threading.Thread(target=self.run, args=(self.generation,), daemon=True).start()

    def stop(self):
        with self.camera.changed:
            self.generation += 1
            self.camera.changed.notify_all()

    def alive(self, generation):
        return self.generation == generation and not self.camera.gone

    def run(self, generation):
        begin, count = time.monotonic(), 0
        while self.alive(generation):
            time.sleep(max(0, begin + count * self.interval - time.monotonic()))
            while self.stalled and self.alive(generation):
                time.sleep(0.01)
            fault = self.faults.get(count)
            self.send(generation, fault)
            count += 1
            self.stalled |= fault == "stall"
            if fault == "unplug":
                self.camera.unplug()

    def payload(self, generation, flags, data):
        request = self.camera.next_request(self.endpoint, lambda: self.generation == generation)
        if request is not None:
            self.camera.reply(request, bytes([2, END_OF_HEADER | flags | self.fid]) + data)
        return request is not None

    def send(self, generation, fault):
        number = self.camera.number
        self.camera.number += 1
        data = self.camera.picture(number, self)
        if fault in ("short", "half"):
            data = data[: len(data) // 2]
        if fault in ("empty", "skip", "stall", "unplug"):
            data = b""
        step = PAYLOAD - 2
        first = time.monotonic_ns()
        for start in range(0, max(len(data), 1), step):
            last = start + step >= len(data)
            flags = EOF if last and fault != "half" else 0
            flags |= ERROR if fault == "error" else 0
            if not self.payload(generation, flags, data[start : start + step]):
                return
        self.fid ^= FID
        self.camera.log(number, self, fault, first)


class Camera(Device):
    """vendor, product: USB ids; name; streams: a list of Stream's arguments; unit: ExtensionUnit's arguments, None = there
    is none; unplug_at_commit. sent: what each frame was, and when its first and last bytes were sent, by CLOCK_MONOTONIC in ns."""

    def __init__(self, vendor=0x8086, product=0x0B07, name="Emulated depth camera", streams=({},), unit=None):
        super().__init__()
        self.vendor, self.product, self.name = vendor, product, name
        self.number, self.unplug_at_commit = 0, False
        self.unit = realsense.ExtensionUnit(**unit) if unit is not None else None
        self.streams = [Stream(self, i + 1, **arguments) for i, arguments in enumerate(streams)]
        self.sent = []

    def picture(self, number, stream):
        data = picture(number, stream.width, stream.height)
        return data[: stream.size]

    def log(self, number, stream, fault, first):
        self.sent.append(dict(number=number, stream=stream.interface, width=stream.width, height=stream.height, fault=fault, first=first, last=time.monotonic_ns()))

    def configuration(self):
        count = len(self.streams)
        terminals = descriptor(0x24, 2, 1, u16(0x0201), 0, 0, u16(0), u16(0), u16(0), 3, bytes(3))
        source = 1
        if self.unit is not None:
            terminals += descriptor(0x24, 6, REALSENSE_UNIT, realsense.GUID, 16, 1, 1, 2, 0xFF, 0xFF, 0)
            source = REALSENSE_UNIT
        for stream in self.streams:
            terminals += descriptor(0x24, 3, 10 + stream.interface, u16(0x0101), 0, source, 0)
        header_size = 12 + count
        header = descriptor(0x24, 1, u16(0x0110), u16(header_size + len(terminals)), u32(48_000_000), count, bytes(range(1, count + 1)))
        assert len(header) == header_size
        body = descriptor(0x0B, 0, count + 1, 0x0E, 3, 0, 0) + descriptor(4, 0, 0, 0, 0x0E, 1, 0, 0) + header + terminals
        body += b"".join(stream.descriptors() for stream in self.streams)
        return descriptor(2, u16(9 + len(body)), count + 1, 1, 0, 0x80, 250) + body

    def get_descriptor(self, kind, index):
        if kind == 1:
            return descriptor(1, u16(0x0200), 0xEF, 2, 1, 64, u16(self.vendor), u16(self.product), u16(0x0100), 1, 2, 0, 1)
        if kind == 2:
            return self.configuration()
        if kind == 3:
            return b"\x04\x03\x09\x04" if index == 0 else descriptor(3, ("Emulated", self.name)[index - 1].encode("utf-16le"))
        return STALL

    def control(self, setup, data):
        kind, request, value, index, _ = setup
        if kind & 0x60 == 0x20:
            return self.class_request(request, value >> 8, index >> 8, index & 0xFF, data)
        if kind == 0x80 and request == 6:
            return self.get_descriptor(value >> 8, value & 0xFF)
        if kind == 0x80 and request == 0:
            return bytes(2)
        if kind == 2 and request == 1:  # a halt that is cleared: how uvcvideo ends a stream
            self.streams[(index & 0x0F) - 1].stop()
        return b"" if request in (1, 9, 11) else STALL

    def class_request(self, request, selector, unit, interface, data):
        if interface > 0:
            return self.streams[interface - 1].control(request, selector, data)
        if unit == REALSENSE_UNIT and self.unit is not None:
            return self.unit.control(request, selector, data)
        return STALL
