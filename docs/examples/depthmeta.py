#!/usr/bin/env python3
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Says with each frame what its numbers mean, and reads it after a pipeline.

attach() and read() may be taken as they are.
"""
import array
import ctypes
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GObject, Gst

_gst = ctypes.CDLL("libgstreamer-1.0.so.0")
_gst.gst_custom_meta_get_structure.restype = ctypes.c_void_p
_gst.gst_custom_meta_get_structure.argtypes = [ctypes.c_void_p]
_gst.gst_structure_set_value.restype = None
_gst.gst_structure_set_value.argtypes = [
    ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


def attach(buffer, name, **fields):
    """Add a meta to a buffer that nobody else holds yet, or change its fields.

    meta.get_structure() gives Python a copy, and what is set there is lost, so
    this goes to the structure itself. The hash of PyGObject's wrappers is the
    address of what they wrap.
    """
    meta = buffer.get_custom_meta(name) or buffer.add_custom_meta(name)
    if meta is None:
        raise RuntimeError(f"{name}: load the rvldepth plugin first")
    structure = _gst.gst_custom_meta_get_structure(hash(meta))
    for field, number in fields.items():
        whole = field in ("width", "height")
        value = GObject.Value(GObject.TYPE_UINT if whole else GObject.TYPE_DOUBLE, number)
        _gst.gst_structure_set_value(
            structure, field.replace("_", "-").encode(), hash(value))


def read(buffer, name):
    """The fields of a buffer's meta, none if it has no such meta."""
    meta = buffer.get_custom_meta(name)
    if meta is None:
        return {}
    structure = meta.get_structure()
    names = [structure.nth_field_name(i) for i in range(structure.n_fields())]
    return {n: structure.get_value(n) for n in names}


def take_picture(width, height):
    """What an application gets from a camera."""
    pixels = array.array("H", range(2000, 2000 + 5 * width * height, 5))
    if sys.byteorder == "big":
        pixels.byteswap()
    buffer = Gst.Buffer.new_wrapped(pixels.tobytes())
    attach(buffer, "GstDepthMeta", meter=5000, range_min=2000, range_max=20000)
    attach(buffer, "GstPinholeMeta", fx=50, fy=50, cx=32, cy=24,
           width=width, height=height)
    return buffer


def main():
    Gst.init(None)
    plugin = Gst.Plugin.load_by_name("rvldepth")
    if plugin is None:
        sys.exit("the rvldepth plugin is missing")
    # Half the size: the intrinsics follow.
    pipeline = Gst.parse_launch(
        "appsrc name=src format=time caps=video/x-raw,format=GRAY16_LE,"
        "width=64,height=48,framerate=30/1 ! rvldepthenc ! rvldepthdec "
        "! videoscale method=nearest-neighbour ! video/x-raw,width=32,height=24 "
        "! appsink name=sink")
    pipeline.set_state(Gst.State.PLAYING)
    src, sink = pipeline.get_by_name("src"), pipeline.get_by_name("sink")
    src.emit("push-buffer", take_picture(64, 48))
    src.emit("end-of-stream")
    while (sample := sink.emit("pull-sample")) is not None:
        depth = read(sample.get_buffer(), "GstDepthMeta")
        camera = read(sample.get_buffer(), "GstPinholeMeta")
        meter = depth["meter"]
        print(f"{meter:g} units a metre, {depth['range-min'] / meter:g} to "
              f"{depth['range-max'] / meter:g} m")
        print(f"fx {camera['fx']:g}, fy {camera['fy']:g}, cx {camera['cx']:g}, "
              f"cy {camera['cy']:g} at {camera['width']}x{camera['height']}")
    pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    main()
