# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A recording by Rerun's official SDK, of any version from 0.28, with all that readers have to know:

    sdk-recording.py OUT.rrd RECORDING-ID

Entities of every archetype that holds pictures, video or text, rows without some components, several rows a chunk, out of
order, static data, a clear, components of every Arrow type, a blueprint in the same file."""
import sys

import numpy as np
import pyarrow as pa
import rerun as rr
import rerun.blueprint as rrb

T0 = 1_760_000_000_000_000_000
PERIOD = 33_333_333

ARROW = {  # name: values of one type each, with nulls where the type has them
    "int8": pa.array([1, None, -128], pa.int8()),
    "int16": pa.array([-32768, 32767], pa.int16()),
    "int32": pa.array([-(2**31), None], pa.int32()),
    "int64": pa.array([-(2**63), 2**63 - 1], pa.int64()),
    "uint8": pa.array([0, None, 255], pa.uint8()),
    "uint16": pa.array([65535], pa.uint16()),
    "uint32": pa.array([2**32 - 1], pa.uint32()),
    "uint64": pa.array([2**64 - 1, 0], pa.uint64()),
    "float16": pa.array(np.array([1.5, -0.0, 65504, 6e-8], np.float16)),
    "float32": pa.array([1.1, None, float("inf")], pa.float32()),
    "float64": pa.array([1.1, float("nan"), -float("inf")], pa.float64()),
    "bool": pa.array([True, None, False] * 5),
    "binary": pa.array([b"ab", None, b""], pa.binary()),
    "large_binary": pa.array([b"ab", None, b"\x00\xff"], pa.large_binary()),
    "string": pa.array(["\u00e9", None, '"\\\n', ""], pa.string()),
    "large_string": pa.array(["ab", None, ""], pa.large_string()),
    "string_view": pa.array(["short", None, "more than twelve bytes", "twelve bytes"], pa.string_view()),
    "binary_view": pa.array([b"short", None, b"more than twelve bytes"], pa.binary_view()),
    "list": pa.array([[1, None], None, []], pa.list_(pa.int32())),
    "large_list": pa.array([[1, 2], None, []], pa.large_list(pa.int32())),
    "list_of_lists": pa.array([[["a"], [], None], None], pa.list_(pa.list_(pa.string()))),
    "fixed_size_list": pa.array([[1.0, 2.0], None], pa.list_(pa.float32(), 2)),
    "fixed_size_binary": pa.array([b"abc", None], pa.binary(3)),
    "struct": pa.array([{"a": 1, "b": None, "c": ["x"]}, None], pa.struct({"a": pa.int64(), "b": pa.null(), "c": pa.list_(pa.string())})),
    "timestamp": pa.array([1, None], pa.timestamp("us", tz="UTC")),
    "duration": pa.array([-1], pa.duration("ms")),
    "date32": pa.array([-1], pa.date32()),
    "time64": pa.array([1], pa.time64("ns")),
    "decimal": pa.array([-12345], pa.decimal128(10, 2)),
    "map": pa.array([[("a", 1), ("b", None)], []], pa.map_(pa.string(), pa.int32())),
    "dictionary": pa.array(["x", "y", "x", None]).dictionary_encode(),
    "null": pa.nulls(3),
}


def at(stream, i, *timelines):
    stream.reset_time()
    if "frame" in timelines:
        stream.set_time("frame", sequence=i)
    if "pts" in timelines:
        stream.set_time("pts", duration=np.timedelta64(i * PERIOD, "ns"))
    if "capture_time" in timelines:
        stream.set_time("capture_time", timestamp=np.datetime64(T0 + i * PERIOD, "ns"))


def log_pictures(stream, noise):
    blobs = [noise.bytes(300 + 7 * i) for i in range(5)]
    stream.log("world/camera/depth", rr.EncodedDepthImage.from_fields(media_type="application/rvl", depth_range=[300.0, 4000.0]), static=True)
    for i, blob in enumerate(blobs):
        at(stream, i, "frame", "pts", "capture_time")
        stream.log("world/camera/depth", rr.EncodedDepthImage.from_fields(blob=blob, meter=1000.0 if i != 2 else None))
        stream.log("rig/colour", rr.Image(noise.integers(0, 256, (4, 6, 3), np.uint8)))
        stream.log("rig/raw\\ depth", rr.DepthImage(noise.integers(0, 65536, (4, 6), np.uint16), meter=1000.0))
        stream.log("rig/jpeg", rr.EncodedImage(contents=blob, media_type="image/jpeg"))
        stream.log("video", rr.VideoStream.from_fields(sample=blob))
    stream.log("video", rr.VideoStream(codec=rr.VideoCodec.H264), static=True)
    stream.log("rig/still", rr.EncodedImage(contents=blobs[0], media_type="image/png"), static=True)
    at(stream, 9, "frame")
    stream.log("rig/colour", rr.Clear(recursive=False))


def log_the_rest(stream, noise):
    for i in range(4):
        at(stream, i, "frame", "pts")
        stream.log("log", rr.TextLog(f"h\u00e9llo {i}", level="INFO") if i % 2 else rr.TextLog("no level"))
        stream.log("points", rr.Points3D(noise.random((i, 3)), colors=[[255, 0, 0]] * i))
        stream.log("scalars", rr.Scalars(np.arange(i + 1) * 0.5))
    stream.log("rig", rr.Transform3D(translation=[1, 2, 3], quaternion=rr.Quaternion(xyzw=[0, 0, 0, 1])))
    stream.log("rig/camera", rr.Pinhole(focal_length=(500, 501), principal_point=(320, 240), resolution=(640, 480)))
    for name, values in ARROW.items():
        stream.log(f"arrow/{name}", rr.AnyValues(**{name: values}))
    stream.log("arrow/static", rr.AnyValues(text="t", number=1), static=True)


def send_columns(stream):
    times = [rr.TimeColumn("frame", sequence=np.arange(10)), rr.TimeColumn("pts", duration=np.arange(10) * np.timedelta64(PERIOD, "ns"))]
    rr.send_columns("columns/sorted", indexes=times, columns=rr.Scalars.columns(scalars=np.arange(10) * 1.5), recording=stream)
    times = [rr.TimeColumn("frame", sequence=np.array([3, 1, 2]))]
    columns = rr.Scalars.columns(scalars=np.arange(6) * 1.5).partition([2, 0, 4])
    rr.send_columns("columns/unsorted", indexes=times, columns=columns, recording=stream)


def main(path, recording):
    noise = np.random.default_rng(1)
    stream = rr.RecordingStream("everything", recording_id=recording)
    stream.save(path)
    log_pictures(stream, noise)
    log_the_rest(stream, noise)
    send_columns(stream)
    stream.send_recording_name("a name")
    stream.send_blueprint(rrb.Blueprint(rrb.Spatial2DView(origin="/", name="view")))
    stream.disconnect()


main(*sys.argv[1:])
