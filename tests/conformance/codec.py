# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What codecs/rrd writes without any pipeline (write-recording.c): every kind of column and the footer, as Rerun and Arrow read them."""
import hashlib
import io
import os
import struct
import subprocess

import lz4.block
import pyarrow
import pyarrow.ipc
import rerun as rr
from common import SHARED, T0, Recording, Test, main, protobuf, sdk_record, shared

WRITE = os.environ["WRITE_RECORDING"]
RIGHT = "/rig/right\\ \\(2\\)/dépth"
BLOB = "EncodedDepthImage:blob"


def fields(message):
    return dict(protobuf(message))


class Message:
    """An ArrowMsg and where its payload lies in the file."""

    def __init__(self, offset, payload):
        message = fields(payload)
        stream = message[5]
        if message[2] == 2:
            stream = lz4.block.decompress(stream, uncompressed_size=message[3])
        self.offset, self.size, self.uncompressed_size = offset, len(payload), len(stream)
        tuid = fields(message[6])
        self.id = tuid[1][::-1] + tuid[2][::-1]
        self.static = bool(message[7])
        self.table = pyarrow.ipc.open_stream(io.BytesIO(stream)).read_all()
        self.table.validate(full=True)
        self.entity = self.table.schema.metadata[b"rerun:entity_path"].decode()

    def columns(self, kind):
        return [f.name for f in self.table.schema if f.metadata[b"rerun:kind"] == kind]

    def extent(self, timeline, component=None):
        """[least, greatest, rows] on a timeline, of the rows that have the component; None where there are none."""
        times = self.table[timeline].cast("int64").to_pylist()
        if component:
            times = [t for t, value in zip(times, self.table[component]) if value.is_valid]
        return [min(times), max(times), len(times)] if times else None


class File:
    def __init__(self, path):
        data, at = path.read_bytes(), 12
        self.messages = []
        while True:
            kind, size = struct.unpack_from("<QQ", data, at)
            payload = data[at + 16 : at + 16 + size]
            if kind == 2:
                self.messages.append(Message(at + 16, payload))
            at += 16 + size
            if kind == 0:
                break
        manifest = fields(fields(payload)[1])
        self.schema_bytes = fields(manifest[2])[1]
        self.schema = pyarrow.ipc.read_schema(pyarrow.BufferReader(self.schema_bytes))
        self.sha256 = manifest[3]
        self.manifest = pyarrow.ipc.open_stream(io.BytesIO(fields(manifest[4])[2])).read_all()
        self.manifest.validate(full=True)


class Codec(Test):
    def write(self, name, *arguments):
        path = self.folder / f"{name}.rrd"
        subprocess.run([WRITE, path, *map(str, arguments)], check=True)
        return path

    def all_kinds(self):
        for compression in "none", "lz4":
            yield self.write(compression, compression, "all")

    def blobs(self, blobs):
        paths = [self.folder / f"blob{i}" for i in range(len(blobs))]
        for path, blob in zip(paths, blobs):
            path.write_bytes(blob)
        return paths

    def check_chunk_sizes(self, blobs, theirs):
        """The same data, however many rows a chunk has."""
        paths = self.blobs(blobs)
        for compression in "none", "lz4":
            for rows in 1, 2, 3:
                with self.subTest(compression=compression, rows=rows):
                    ours = self.write("ours", compression, rows, *paths)
                    self.verify(ours)
                    self.assertEqual(self.difference(ours, theirs), "")

    @shared
    def test_equals_the_golden_recordings(self):
        golden = SHARED / "golden"
        for name in "rvl-0.31.4.rrd", "rvl-0.41.0.rrd":
            self.check_chunk_sizes(Recording(golden / name).blobs(), golden / name)

    def test_equals_the_sdk(self):
        blobs = [bytes(range(i, 200)) * 50 for i in range(3)]
        sdk = sdk_record(self.folder / "sdk.rrd", "rvl", blobs, recording="golden-rvl", static=True)
        ours = self.write("with-pinhole", "lz4", 1, *self.blobs(blobs))
        without = self.folder / "without-pinhole.rrd"
        self.must("rrd", "filter", "--drop-entity", "/world/camera", ours, "-o", without)
        self.assertEqual(self.difference(without, sdk), "")

    def test_rerun_reads_all_kinds(self):
        for path in self.all_kinds():
            self.verify(path)
            for command in "stats", "print":
                done = self.must("rrd", command, path)
                self.assertNotIn("WARN", done.stdout + done.stderr)
            self.must("rrd", "optimize", path, "-o", self.folder / "optimized.rrd")

    def test_values_of_all_kinds(self):
        for path in self.all_kinds():
            rows = Recording(path).rows
            at = {}
            for row in rows:
                at.setdefault(row["entity"], []).append(row)
            info, pinhole = at["/__properties"][0], at["/rig/left"][0]
            self.assertEqual(info["RecordingInfo:start_time"], [T0])
            self.assertEqual(info["RecordingInfo:name"], ["everything"])
            self.assertEqual(pinhole["Pinhole:image_from_camera"], [[4, 0, 0, 0, 4, 0, 2.5, 1.5, 1]])
            self.assertEqual(pinhole["Pinhole:resolution"], [[5, 3]])
            self.assertEqual(pinhole["Pinhole:camera_xyz"], [[3, 2, 5]])
            self.assertEqual(pinhole["Pinhole:image_plane_distance"], [0.5])
            self.check_raw(at["/rig/left/raw"])
            self.check_right(at[RIGHT])

    def check_raw(self, rows):
        image_format = dict(width=5, height=3, pixel_format=None, color_model=None, channel_datatype=8)
        self.assertEqual([row["frame"] for row in rows], [2, 0, 1])
        self.assertEqual([row["pts"] for row in rows], [200, 0, 100])
        self.assertIsNone(rows[1]["DepthImage:buffer"])
        self.assertIsNone(rows[2]["DepthImage:draw_order"])
        pixels = struct.pack("<15H", 0, 1000, 65535, 1, 2, *[0] * 10)
        self.assertEqual([bytes(rows[i]["DepthImage:buffer"][0]) for i in (0, 2)], [pixels] * 2)
        for row in rows:
            self.assertEqual(row["DepthImage:format"], [image_format])
            self.assertEqual(row["DepthImage:meter"], [1000])
            self.assertEqual(row["DepthImage:colormap"], [5])
            self.assertEqual(row["DepthImage:depth_range"], [[100, 5000]])
            self.assertEqual(row["DepthImage:point_fill_ratio"], [0.5])
            self.assertEqual(row["DepthImage:magnification_filter"], [1])

    def check_right(self, rows):
        self.assertEqual(len(rows), 12)
        for i, row in enumerate(rows[:10]):
            self.assertEqual((row["capture_time"], row["pts"], row["frame"]), (T0 + i, i, i))
            self.assertEqual(bytes(row[BLOB][0]), b"not RVL, but bytes\0")
        self.assertEqual((rows[10]["frame"], len(rows[10][BLOB][0])), (10, 0))
        self.assertNotIn("pts", rows[10])
        self.assertTrue(rows[11]["static"])

    def test_footer_says_what_the_chunks_have(self):
        paths = list(self.all_kinds())
        paths.append(self.write("golden", "lz4", 2, *self.blobs([b"one", b"two", b"three"])))
        for path in paths:
            self.check_footer(File(path))

    def check_footer(self, file):
        manifest = {name: file.manifest[name] for name in file.manifest.schema.names}
        times = {name: c.cast("int64") for name, c in manifest.items() if name.rsplit(":", 1)[-1] in ("start", "end")}
        manifest = {name: column.to_pylist() for name, column in {**manifest, **times}.items()}
        timelines = {t for m in file.messages for t in m.columns(b"index")}
        components = {c for m in file.messages for c in m.columns(b"data")}
        self.assertEqual(file.manifest.num_rows, len(file.messages))
        for i, m in enumerate(file.messages):
            expected = {
                "chunk_entity_path": m.entity,
                "chunk_id": m.id,
                "chunk_is_static": m.static,
                "chunk_num_rows": m.table.num_rows,
                "chunk_byte_offset": m.offset,
                "chunk_byte_size": m.size,
                "chunk_byte_size_uncompressed": m.uncompressed_size,
            }
            for c in components:
                expected[f"{c}:has_static_data"] = m.static and c in m.columns(b"data")
            for t in timelines:
                has_time = t in m.columns(b"index")
                extent = m.extent(t) if has_time else None
                expected[f"{t}:start"], expected[f"{t}:end"] = extent[:2] if extent else (None, None)
                for c in components:
                    if f"{t}:{c}:start" not in manifest:
                        self.assertFalse(has_time and c in m.columns(b"data"))
                        continue
                    extent = (has_time and c in m.columns(b"data") and m.extent(t, c)) or (None, None, 0)
                    for name, value in zip(("start", "end", "num_rows"), extent):
                        expected[f"{t}:{c}:{name}"] = value
            self.assertEqual({name: column[i] for name, column in manifest.items()}, expected)
        self.check_schema(file, timelines, components)

    def check_schema(self, file, timelines, components):
        """The recording's schema: every column of every entity once, sorted, static where any chunk of it is."""
        static = {}
        for m in file.messages:
            for c in m.columns(b"data"):
                prefix = "property" if m.entity == "/__properties" else m.entity
                static[f"{prefix}:{c}"] = static.get(f"{prefix}:{c}", False) or m.static
        names = file.schema.names
        self.assertEqual(names, sorted(names, key=str.encode))
        self.assertEqual(set(names), {"rerun.controls.RowId", *timelines, *static})
        for name, is_static in static.items():
            metadata = file.schema.field(name).metadata
            self.assertEqual(metadata.get(b"rerun:is_static"), b"true" if is_static else None)
            self.assertIn(metadata[b"rerun:component"].decode(), components)
        self.assertEqual(file.sha256, hashlib.sha256(file.schema_bytes).digest())

    def dataset(self, path):
        """The recording as Rerun's catalog has it, which trusts the footer alone."""
        server = rr.server.Server(host="127.0.0.1", datasets={"ours": [path]})
        self.addCleanup(server.shutdown)
        self.client = server.client()  # a query needs it until its end
        return self.client.get_dataset("ours")

    def test_the_catalog_finds_chunks_by_the_footer(self):
        for path in self.all_kinds():
            dataset = self.dataset(path)
            self.assertEqual(dataset.reader(index="frame").to_arrow_table().num_rows, 11)
            self.assertEqual(dataset.reader(index="capture_time").to_arrow_table().num_rows, 10)

    def test_the_catalog_sees_a_damaged_footer(self):
        path = self.write("damaged", "none", "all")
        data = bytearray(path.read_bytes())
        data[-100] ^= 1
        path.write_bytes(data)
        with self.assertRaises(ValueError):
            self.dataset(path).reader(index="frame")


main()
