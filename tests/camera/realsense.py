# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The extension unit of a RealSense D400, and the ways in which it may fail.
Layouts: see codecs/realsense/realsense.h."""
import math
import struct
import zlib

from usbip import NOTHING, STALL

GUID = struct.pack("<IHH", 0xC9606CCB, 0x594C, 0x4D25) + bytes.fromhex("af47ccc496435995")
GET_LEN, GET_INFO = 0x85, 0x86
RESOLUTIONS = [
    (1920, 1080), (1280, 720), (640, 480), (848, 480), (640, 360), (424, 240), (320, 240), (480, 270),
    (1280, 800), (960, 540), (0, 0), (0, 0), (640, 400), (576, 576), (720, 720), (1152, 1152),
]  # fmt: skip
FIRMWARE = bytes([0, 1, 15, 5])


def lens(width, height, shift=0.0):
    """fx, fy, cx, cy of a size; different in the list and in the table, so that one sees which was read."""
    return width * 0.6, width * 0.601, width / 2 - 0.5 + 1.25 + shift, height / 2 - 0.5 - 2.5 + shift


def table(change=""):
    body = b"".join(struct.pack("<9f", 0.5, 0.6, 0.5, 0.5, *[0] * 5) for _ in range(4))
    body += struct.pack("<fI", -50.0, 0) + bytes(88)
    for width, height in RESOLUTIONS:
        body += struct.pack("<4f", *([math.nan] * 4 if change == "nan" else lens(width, height)))
    body += bytes(64)
    crc = zlib.crc32(body) ^ (change == "checksum")
    if change == "short":
        body = body[:100]
    size = 5000 if change == "length" else len(body)
    return struct.pack(">H", 0x0100) + struct.pack("<HIII", 25, size, 0, crc) + body


def intrinsics_list():
    return b"".join(struct.pack("<HH4f", w, h, *lens(w, h, 0.75)) for w, h in RESOLUTIONS if w)


def details():
    """GVD: firmware, serial numbers."""
    data = bytearray(256)
    data[2], data[12:16], data[48:54], data[64:70] = 4, FIRMWARE, bytes(range(1, 7)), bytes(range(2, 8))
    return bytes(data)


class ExtensionUnit:
    """change: "" (a healthy camera), checksum, length, short, nan, refuse (an error code in the answer), stall, timeout.
    listed: whether the firmware has the list of intrinsics. unit: micrometres, None = no advanced mode."""

    lengths = {1: 1024, 3: 4, 4: 2, 9: 2, 14: 2, 16: 2}  # bytes a control, else 1

    def __init__(self, change="", listed=False, unit=1000):
        self.change, self.listed, self.unit = change, listed, unit
        self.answer, self.values = bytes(1024), {}

    def control(self, request, selector, data):
        if request == GET_INFO:
            return b"\x03"
        length = self.lengths.get(selector, 1)
        if request == GET_LEN:
            return struct.pack("<H", length)
        if selector != 1:
            if not request & 0x80:
                self.values[selector] = data
            return {0x81: self.values.get(selector, b""), 0x83: b"\xff", 0x84: b"\x01"}.get(request, b"").ljust(length, b"\0")
        if self.change == "stall":
            return STALL
        if self.change == "timeout":
            return NOTHING
        if request & 0x80:
            return self.answer
        opcode, parameter = struct.unpack_from("<II", data, 4)
        self.answer = self.answer_to(opcode, parameter)
        return b""

    def answer_to(self, opcode, parameter):
        data = {
            (0x10, 0): details(),
            (0x15, 25): table(self.change),
            (0x2C, 9): struct.pack("<IiiiI", self.unit or 0, 0, 65535, 0, 0),
            (0x30, 0): bytes([self.unit is not None, 0, 0, 0]),
            (0x7E, 0): intrinsics_list() if self.listed else b"",
        }.get((opcode, parameter), bytes(4))
        if self.change == "refuse":
            opcode, data = -6 & 0xFFFFFFFF, b""
        return (struct.pack("<I", opcode) + data).ljust(1020, b"\0") + struct.pack("<I", len(data))
