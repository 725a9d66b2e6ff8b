# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pictures of the emulated camera: a function of number and size, with every
16-bit value, holes, and the number in the first two samples. Plain Python: the
guest needs no numpy."""
import array
import struct
import sys

_ramp = array.array("H", (0 if i % 97 < 5 else i * 7 & 0xFFFF for i in range(65536)))
if sys.byteorder == "big":
    _ramp.byteswap()
RAMP = _ramp.tobytes() * 2


def picture(number, width, height):
    """Bytes of little-endian samples without padding."""
    rows = []
    for y in range(height):
        start = 2 * ((y * 311 + number * 1013) % 65536)
        rows.append(RAMP[start : start + 2 * width])
    rows[0] = struct.pack("<HH", number & 0xFFFF, 0xFFFF) + rows[0][4:]
    return b"".join(rows)
