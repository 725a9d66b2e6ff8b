# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the conformance tests share: frames, recordings by our pipeline and by
Rerun's official SDK, Rerun's program, and plain readers of the formats, written
from their descriptions and sharing no code with the elements."""
import io
import os
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import gi
import lz4.block
import numpy as np
import pyarrow.ipc
import rerun as rr
from PIL import Image

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

Gst.init(None)

SHARED = Path(os.environ["DEPTH_SHARED"])
VENV = Path(os.environ["DEPTH_VENV"])
VENV_OLD = Path(os.environ["DEPTH_VENV"] + "-0.31")
FPS = 30
WHOLE = "--max-size", "4GiB", "--max-rows", 10**9, "--max-rows-if-unsorted", 10**9  # one chunk of what can be one
PICTURES = {"EncodedDepthImage:blob", "DepthImage:buffer", "EncodedImage:blob", "VideoStream:sample"}
T0 = 1_760_000_000_000_000_000  # Unix time of the first frame, ns


def program(venv):
    """Rerun's program itself: the script in bin/ would start it as a child."""
    found = sorted(venv.glob("lib/python*/site-packages/**/rerun_cli/rerun"))
    return found[0] if found else None


RERUN = program(VENV)
RERUN_OLD = program(VENV_OLD)


class Test(unittest.TestCase):
    """A test with a temporary folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="depth-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def verify(self, path, judges=(RERUN, RERUN_OLD)):
        """Rerun's judgement of a whole recording, footer included."""
        for judge in filter(None, judges):
            done = rerun("rrd", "verify", path, judge=judge)
            self.assertEqual(done.returncode, 0, f"{judge}: {done.stdout}{done.stderr}")
            self.assertNotIn("WARN", done.stdout + done.stderr, judge)

    def difference(self, ours, theirs):
        """What Rerun finds different in two recordings, "" where they hold the same data however it is cut into chunks."""
        paths = []
        for path in ours, theirs:
            paths.append(self.folder / f"{path.stem}-optimized.rrd")
            self.must("rrd", "optimize", *WHOLE, path, "-o", paths[-1])
        done = rerun("rrd", "compare", "--unordered", "--ignore-timeline", "log_tick", *paths)
        return "" if done.returncode == 0 else done.stdout + done.stderr or "differs"

    def must(self, *arguments):
        done = rerun(*arguments)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stdout}{done.stderr}")
        return done


def shared(test):
    """For a test that needs ../shared. Those run alone, with the argument "shared", and are skipped together."""
    test.needs_shared = True
    return test


class Loader(unittest.TestLoader):
    wanted = "shared" in sys.argv[1:]

    def getTestCaseNames(self, case):
        return [name for name in super().getTestCaseNames(case) if hasattr(getattr(case, name), "needs_shared") == self.wanted]


def main():
    if Loader.wanted:
        sys.argv.remove("shared")
        if not SHARED.exists():
            skip(f"there is no {SHARED}")
    named = any(not word.startswith("-") for word in sys.argv[1:])  # whoever names tests gets them
    unittest.main(verbosity=2, testLoader=unittest.TestLoader() if named else Loader())


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def rerun(*arguments, judge=RERUN):
    environment = dict(os.environ, NO_COLOR="1", RUST_LOG="warn")
    return subprocess.run([judge, *map(str, arguments)], capture_output=True, text=True, timeout=180, env=environment)


def load(path):
    return np.array(Image.open(path)).astype("<u2")


def real_frames(count, sensor="realsense_d4xx_640x480", stand_in=None):
    """Real frames where ../shared is, else those of stand_in, else pictures that have every 16-bit value, holes and noise."""
    paths = sorted((SHARED / "data" / sensor).glob("*.png"))[:count]
    if paths:
        return [load(path) for path in paths]
    print(f"{SHARED} is not there: made-up frames stand in")
    return (stand_in or made_frames)(count)


def made_surfaces(count, width=640, height=480):
    """Hills of 0.7 to 3.3 m in millimetres, with a hole: something to look at."""
    v, u = np.indices((height, width))
    frames = []
    for i in range(count):
        frame = 2000 + 900 * np.sin(u / 70 + i / 5) * np.cos(v / 60) + 400 * np.sin(v / 90)
        frame[200:260, 300:380] = 0
        frames.append(frame.astype("<u2"))
    return frames


def made_frames(count, width=640, height=480):
    noise = np.random.default_rng(1)
    frames = []
    for i in range(count):
        frame = (np.arange(width * height, dtype=np.uint32).reshape(height, width) * 7 + 5000 * i) % 65536
        frame[:: 5 + i, ::3] = 0
        block = frame[height // 3 : height // 2]
        block[:] = 800 + noise.integers(0, 9, block.shape)
        frame[-1, -1] = 65535
        frames.append(frame.astype("<u2"))
    return frames


def pts(i):
    return i * 1_000_000_000 // FPS


def record(tail, frames, caps=""):
    """Pushes depth frames through `appsrc ! tail`."""
    height, width = frames[0].shape
    play(tail, f"video/x-raw,format=GRAY16_LE,width={width},height={height},framerate={FPS}/1{caps}", map(padded, frames))


def play(tail, caps, buffers):
    """Pushes bytes through `appsrc ! tail` until EOS, as a camera of 30 frames a second that knows its capture time would."""
    pipeline = Gst.parse_launch(f"appsrc name=source format=time ! {tail}")
    source = pipeline.get_by_name("source")
    source.set_property("caps", caps if isinstance(caps, Gst.Caps) else Gst.Caps.from_string(caps))
    pipeline.set_state(Gst.State.PLAYING)
    for i, data in enumerate(buffers):
        buffer = Gst.Buffer.new_wrapped(data)
        buffer.pts = pts(i)
        buffer.duration = pts(i + 1) - pts(i)
        buffer.add_reference_timestamp_meta(Gst.Caps.from_string("timestamp/x-unix"), T0 + pts(i), Gst.CLOCK_TIME_NONE)
        source.emit("push-buffer", buffer)
    source.emit("end-of-stream")
    message = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    if message is None:
        raise TimeoutError(tail)
    if message.type == Gst.MessageType.ERROR:
        raise RuntimeError(message.parse_error())


def padded(frame):
    """GStreamer's default stride of GRAY16 is a multiple of four bytes."""
    height, width = frame.shape
    return np.pad(frame, ((0, 0), (0, width % 2))).tobytes()


class Recording:
    """An .rrd file up to its last complete message: `rows` is a list of {column: value}, in file order, with the
    entity path under "entity" and True under "static" where there is no time; `messages` are the protobuf fields of the
    chunks' messages."""

    def __init__(self, path):
        data = Path(path).read_bytes()
        self.rows, self.messages, self.stores, self.footer, at = [], [], [], False, 12
        assert data[:4] == b"RRF2", data[:12]
        while at + 16 <= len(data):
            kind, size = struct.unpack_from("<QQ", data, at)
            if kind > 3 or at + 16 + size > len(data):
                break
            payload = data[at + 16 : at + 16 + size]
            at += 16 + size
            if kind == 0:
                self.footer = True
                break
            if kind == 1:
                self.stores.append(payload)
            elif kind == 2:
                self.messages.append(dict(protobuf(payload)))
                self.rows += chunk(self.messages[-1])
        self.tail = len(data) - at

    def column(self, name, entity=None):
        """The values of one column over all rows that have it."""
        return [r[name] for r in self.rows if r.get(name) is not None and entity in (None, r["entity"])]

    def pictures(self, entity=None):
        """The rows that have one."""
        return [r for r in self.rows if not PICTURES.isdisjoint(r) and entity in (None, r["entity"])]

    def frames(self, entity=None):
        """Their numbers."""
        return [row["frame"] for row in self.pictures(entity)]

    def states(self, entity=None):
        """The rows that say, at a time, what holds from then on."""
        return [r for r in self.rows if not r["static"] and PICTURES.isdisjoint(r) and entity in (None, r["entity"])]

    def blobs(self, entity=None):
        return [bytes(b[0]) for b in self.column("EncodedDepthImage:blob", entity)]


def chunk(message):
    """The rows of an ArrowMsg: {field number: value}."""
    payload = message[5]
    if message.get(2) == 2:
        payload = lz4.block.decompress(payload, uncompressed_size=message[3])
    table = pyarrow.ipc.open_stream(io.BytesIO(payload)).read_all()
    entity = table.schema.metadata[b"rerun:entity_path"].decode()
    columns = {name: cells(table[name]) for name in table.schema.names}
    return [
        {"entity": entity, "static": bool(message.get(7)), **{name: column[i] for name, column in columns.items()}}
        for i in range(table.num_rows)
    ]


def cells(column):
    """Times as integer nanoseconds, blobs as arrays, everything else as Python's own."""
    kind = column.type
    if pyarrow.types.is_timestamp(kind) or pyarrow.types.is_duration(kind):
        return column.cast(pyarrow.int64()).to_pylist()
    if pyarrow.types.is_list(kind) and pyarrow.types.is_list(kind.value_type):
        return [None if not v.is_valid else [b.values.to_numpy() for b in v.values] for v in column]
    return column.to_pylist()


def protobuf(data):
    """[(field number, value)] of one message; length-delimited values as bytes."""
    at, out = 0, []

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            value = varint()
        else:
            size = {1: 8, 5: 4}.get(key & 7) or varint()
            value, at = data[at : at + size], at + size
        out.append((key >> 3, value))
    return out


def rvl_decode(blob):
    """ROS 2's container and RVL stream (A. D. Wilson, 2017), plain and slow."""
    kind, a, _, width, height = struct.unpack_from("<iffII", blob)
    assert (kind, a) == (0, 0.0), (kind, a)
    words = np.frombuffer(blob, "<u4", offset=20)
    nibbles = iter(((words[:, None] >> np.arange(28, -1, -4, dtype=np.uint32)) & 15).ravel().tolist())

    def vle():
        value = shift = 0
        while True:
            nibble = next(nibbles)
            value |= (nibble & 7) << shift
            shift += 3
            if nibble < 8:
                return value

    pixels, previous = [], 0
    while len(pixels) < width * height:
        pixels += [0] * vle()
        for _ in range(vle()):
            zigzag = vle()
            previous += (zigzag >> 1) ^ -(zigzag & 1)
            pixels.append(previous)
    return np.array(pixels, "<u2").reshape(height, width)


def png_decode(blob):
    image = Image.open(io.BytesIO(blob))
    assert image.mode.startswith("I"), image.mode
    return np.array(image).astype("<u2")


def sdk_record(path, codec, blobs, *, application="golden", recording, entity="world/camera/depth", pinhole=None, shift=0, static=False, **changed):
    """The recording that Rerun's official SDK makes of the same blobs: what holds for all of it once, range and intrinsics with the first frame and once a second, unit and media type with each frame; or all of it once, with static."""
    stream = rr.RecordingStream(application, recording_id=recording)
    stream.save(path)
    options = dict(
        media_type={"rvl": "application/rvl", "png": "image/png"}[codec],
        meter=1000.0,
        colormap=rr.components.Colormap.Turbo,
        depth_range=[300.0, 4000.0],
        point_fill_ratio=0.8,
        draw_order=-10.0,
        magnification_filter=rr.components.MagnificationFilter.Nearest,
    )
    options.update(changed)
    frame, state = {}, []
    if not static:
        frame = {name: options.pop(name) for name in ("media_type", "meter")}
        state = [rr.EncodedDepthImage.from_fields(depth_range=options.pop("depth_range"))]
    if any(value is not None for value in options.values()):
        stream.log(entity, rr.EncodedDepthImage.from_fields(**options), static=True)
    if pinhole:
        fx, fy, cx, cy, width, height = pinhole
        state.append(rr.Pinhole(focal_length=(fx, fy), principal_point=(cx, cy), resolution=(width, height)))
    for i, blob in enumerate(blobs):
        stream.set_time("frame", sequence=i)
        stream.set_time("pts", duration=np.timedelta64(pts(i) + shift, "ns"))
        stream.set_time("capture_time", timestamp=np.datetime64(T0 + pts(i), "ns"))
        if state and i % FPS == 0:
            stream.log(entity, *state)
        stream.log(entity, rr.EncodedDepthImage.from_fields(blob=blob, **frame))
    stream.flush()
    stream.disconnect()
    return path
