# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What codecs/rrd reads of recordings of Rerun's SDKs and tools is what pyarrow and the SDK's dataframe API read of them."""
import io
import json
import math
import os
import struct
import subprocess
from pathlib import Path

import lz4.block
import pyarrow as pa
import pyarrow.ipc
import rerun as rr
from common import SHARED, VENV, Test, main, program, protobuf, shared

READ = os.environ["READ_RECORDING"]
WRITE = os.environ["WRITE_RECORDING"]
HERE = Path(__file__).parent


def sdks():
    """The Python of each SDK that is there: build/venv, build/venv-0.31, and any other build/venv-VERSION."""
    return [venv / "bin/python" for venv in sorted(VENV.parent.glob(VENV.name + "*")) if program(venv)]


def read(path):
    """What our reader says: a list of objects."""
    done = subprocess.run([READ, path], capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def chunks(path):
    return [line for line in read(path) if "chunk" in line]


def rows(path):
    """{row id: entity and values that are there} of all chunks."""
    found = {}
    for chunk in chunks(path):
        for row in chunk["rows"]:
            found[row["id"]] = {"entity": chunk["entity"], **{k: v for k, v in row.items() if v is not None}}
    return found


# What pyarrow reads, in the same form.


def plain(array):
    """The values of an Arrow array, as read-recording prints them."""
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    kind, types = array.type, pa.types
    if types.is_dictionary(kind):
        return ["opaque" if valid else None for valid in array.is_valid().to_pylist()]
    if types.is_map(kind):
        names = kind.field(0).type
        values = [[{names[0].name: k, names[1].name: v} for k, v in cell] if cell is not None else None for cell in array.to_pylist()]
        return values
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return [None if not cell.is_valid else items(cell.values, kind, array) for cell in array]
    if types.is_struct(kind):
        columns = {field.name: plain(array.field(i)) for i, field in enumerate(kind)}
        return [{k: v[i] for k, v in columns.items()} if valid else None for i, valid in enumerate(array.is_valid().to_pylist())]
    return [None if not cell.is_valid else scalar(cell) for cell in array]


def items(values, kind, array):
    """Lists of bytes are hex where the whole column has no null byte in it."""
    if pa.types.is_uint8(kind.value_type) and array.flatten().null_count == 0:
        return "hex:" + bytes(values.to_pylist()).hex()
    return plain(values)


def scalar(cell):
    kind, types = cell.type, pa.types
    if types.is_temporal(kind):
        return pa.array([cell]).view(pa.int32() if kind.bit_width == 32 else pa.int64())[0].as_py()
    if types.is_decimal(kind):
        unscaled = int(cell.as_py().scaleb(kind.scale))
        return "hex:" + unscaled.to_bytes(16, "little", signed=True).hex()
    value = cell.as_py()
    if isinstance(value, bytes):
        return "hex:" + value.hex()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def expected_chunk(at, message):
    """What read-recording shall say of an ArrowMsg at a byte of its file."""
    payload = message[5]
    if message.get(2) == 2:
        payload = lz4.block.decompress(payload, uncompressed_size=message[3])
    table = pyarrow.ipc.open_stream(io.BytesIO(payload)).read_all()
    metadata = {k.decode(): v.decode() for k, v in table.schema.metadata.items()}
    chunk = {"chunk": at, "store": expected_store(message[1]), "entity": metadata["rerun:entity_path"], "timelines": {}, "components": {}}
    chunk["id"] = metadata["rerun:id"].removeprefix("chunk_").lower()
    columns = {}
    for field in table.schema:
        about = {k.decode(): v.decode() for k, v in field.metadata.items()}
        name = {"control": "id", "index": about.get("rerun:index_name"), "data": about.get("rerun:component")}[about["rerun:kind"]]
        columns[name] = plain(table[field.name])
        if about["rerun:kind"] == "index":
            chunk["timelines"][name] = {"int64": "sequence", "duration[ns]": "duration", "timestamp[ns]": "timestamp"}[str(field.type)]
        elif about["rerun:kind"] == "data":
            chunk["components"][name] = [about.get("rerun:archetype", ""), about.get("rerun:component_type", "")]
    columns["id"] = [value.removeprefix("hex:") for value in columns["id"]]
    chunk["rows"] = [{name: column[i] for name, column in columns.items()} for i in range(table.num_rows)]
    return chunk


def expected_store(store_id):
    fields = dict(protobuf(store_id))
    return {"kind": fields[1], "application_id": dict(protobuf(fields[3]))[1].decode(), "recording_id": fields[2].decode()}


def expected_chunks(path):
    """All whole chunks of a stream, with the bytes where their messages begin and end."""
    data = Path(path).read_bytes()
    found, at = [], 12
    while at + 16 <= len(data):
        kind, size = struct.unpack_from("<QQ", data, at)
        if kind == 0 or kind > 3 or at + 16 + size > len(data):
            break
        if kind == 2:
            found.append((expected_chunk(at, dict(protobuf(data[at + 16 : at + 16 + size]))), at + 16 + size))
        at += 16 + size
    return found


class Reading(Test):
    maxDiff = 2000

    def sdk_recording(self, python, recording="one"):
        path = self.folder / f"{python.parent.parent.name}-{recording}.rrd"
        done = subprocess.run([python, HERE / "sdk-recording.py", path, recording], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path

    def check_chunks(self, path):
        """Every value of every row, beside pyarrow."""
        expected = [chunk for chunk, _ in expected_chunks(path)]
        found = chunks(path)
        self.assertEqual(len(found), len(expected))
        for ours, theirs in zip(found, expected):
            self.assertEqual(ours, theirs)
        return found

    def check_index(self, path):
        """Every row of every index, beside the chunks themselves."""
        lines = read(path)
        found = {chunk["id"]: chunk for chunk in lines if "chunk" in chunk}
        listed = {line["index_chunk"]: line for line in lines if "index_chunk" in line}
        self.assertEqual(found.keys(), listed.keys())
        for name, line in listed.items():
            chunk = found[name]
            self.assertEqual(line["entity"], chunk["entity"])
            self.assertEqual(line["static"], not chunk["timelines"])
            self.assertEqual(line["n_rows"], len(chunk["rows"]))
            self.assertEqual(line["offset"], chunk["chunk"] + 16)
            self.assertEqual({k: v for k, v in line.items() if isinstance(v, list) or k.startswith("static ")}, self.extents(chunk))
        return lines

    def extents(self, chunk):
        """{"timeline": [least, greatest, rows]} and the same of "timeline component", or {"static component": True}."""
        names = chunk["components"]
        if not chunk["timelines"]:
            return {f"static {name}": True for name in names}
        result = {}
        for timeline in chunk["timelines"]:
            for name in [None, *names]:
                times = [row[timeline] for row in chunk["rows"] if name is None or row[name] is not None]
                if times:
                    result[timeline if name is None else f"{timeline} {name}"] = [min(times), max(times), len(times)]
        return result

    def check_dataframe(self, path, recording):
        """Every value, beside the SDK's own reader. It gets no index: those of Rerun 0.28 and 0.31 list chunks under the
        wrong recording where a blueprint is in the same file."""
        whole, path = path, self.folder / "no-index.rrd"
        path.write_bytes(whole.read_bytes()[: expected_chunks(whole)[-1][1]])
        server = rr.server.Server(host="127.0.0.1", datasets={"ours": [path]})
        self.addCleanup(server.shutdown)
        client = server.client()  # a query needs it until its end
        dataset = client.get_dataset("ours")
        found = [chunk for chunk in chunks(path) if chunk["store"]["recording_id"] == recording]
        count = 0
        for index in None, "frame", "pts", "capture_time":
            table = dataset.reader(index=index).to_arrow_table()
            times = plain(table[index]) if index else None
            for column in table.schema.names:
                entity, _, component = column.partition(":")
                if not component:
                    continue
                ours = self.column([chunk for chunk in found if chunk["entity"] == entity], index, component)
                if ours is None:
                    continue
                theirs = plain(table[column])
                theirs = [(time, value) for time, value in zip(times or [None] * len(theirs), theirs) if value is not None]
                self.assertEqual(ours, theirs, (index, column))
                count += len(ours)
        return count

    def column(self, found, index, component):
        """[(time, value)] of a component of an entity's chunks; None: static data hides it on this timeline, or there is none."""
        static = [chunk for chunk in found if not chunk["timelines"] and component in chunk["components"]]
        if bool(static) == bool(index):
            return None
        values = []
        for chunk in static or [chunk for chunk in found if index in chunk["timelines"]]:
            for row in chunk["rows"]:
                value = [] if "Clear:is_recursive" in row else row.get(component)
                if value is not None:
                    values.append((row[index] if index else None, row["id"], value))
        return [(time, value) for time, _, value in sorted(values, key=lambda v: (v[0] or 0, v[1]))]

    def test_recordings_of_the_sdk(self):
        self.assertTrue(sdks())
        for python in sdks():
            with self.subTest(python):
                path = self.sdk_recording(python)
                self.check_chunks(path)
                lines = self.check_index(path)
                self.assertEqual(lines[-1], {"done": True, "closed": True})
                self.assertEqual(sorted(line["index"]["kind"] for line in lines if "index" in line), [1, 2])
                self.assertGreater(self.check_dataframe(path, "one"), 200)

    def test_recordings_of_our_own(self):
        for compression in "none", "lz4":
            path = self.folder / "ours.rrd"
            subprocess.run([WRITE, path, compression, "all"], check=True)
            self.check_chunks(path)
            self.check_index(path)
            self.check_dataframe(path, "all-1")

    @shared
    def test_golden_recordings(self):
        for path in sorted((SHARED / "golden").glob("*.rrd")):
            with self.subTest(path):
                self.check_chunks(path)
                self.check_index(path)

    def test_what_the_tools_make(self):
        """Chunks cut otherwise, several recordings in one file: the same rows."""
        one, two = self.sdk_recording(sdks()[0], "one"), self.sdk_recording(sdks()[0], "two")
        both = {**rows(one), **rows(two)}
        for name, command in {
            "optimize": ["optimize", one, "-o"],
            "merge": ["merge", one, two, "-o"],
            "migrate": None,
        }.items():
            out = self.folder / f"{name}.rrd"
            if command:
                self.must("rrd", *command, out)
            else:
                out.write_bytes(one.read_bytes())
                self.must("rrd", "migrate", out)
            with self.subTest(name):
                self.check_chunks(out)
                self.check_index(out)
                expected = both if name == "merge" else rows(one)
                self.assertEqual(rows(out), expected)
        optimized = chunks(self.folder / "optimize.rrd")
        self.assertGreater(max(len(chunk["rows"]) for chunk in optimized), 4)

    def test_streams_one_after_the_other(self):
        """As `cat` makes them, of whole and of cut-off ones: no index fits, all rows come."""
        one, two = self.sdk_recording(sdks()[0], "one"), self.sdk_recording(sdks()[-1], "two")
        last = expected_chunks(one)[-1][1]
        for name, size in ("whole", None), ("cut off", last):
            with self.subTest(name):
                path = self.folder / "both.rrd"
                path.write_bytes(one.read_bytes()[:size] + two.read_bytes())
                lines = read(path)
                self.assertEqual(lines[0]["footer"], False)
                self.assertIn("several recordings", lines[0]["what"])
                self.assertEqual(rows(path), {**rows(one), **rows(two)})
                self.assertEqual(lines[-1], {"done": True, "closed": True})

    def test_cut_off(self):
        """All whole chunks come, and where it stops is said."""
        path = self.sdk_recording(sdks()[0])
        data, cut = path.read_bytes(), self.folder / "cut.rrd"
        whole = expected_chunks(path)
        ends = [end for _, end in whole]
        for size in sorted({13, 28, 29, *range(100, len(data), 997), *(end + i for end in ends[::7] for i in (-1, 0, 1, 16))}):
            cut.write_bytes(data[:size])
            lines = read(cut)
            self.assertEqual([line["chunk"] for line in lines if "chunk" in line], [c["chunk"] for c, end in whole if end <= size])
            if size in ends:
                self.assertEqual(lines[-1], {"done": True, "closed": False})

    def test_what_is_no_recording(self):
        good = self.sdk_recording(sdks()[0]).read_bytes()
        bad = self.folder / "bad.rrd"
        for start, what in {
            b"": "is empty",
            b"RIFFxxxxxxxxxxxx": "no Rerun recording",
            b"RRF1\0\0\0\0\0\0\0\0": "before 0.23",
            b"RRF3\0\0\0\0\0\0\0\0": "newer format (RRF3)",
            b"RRF2\1\2\3\0\1\2\0\0": "Rerun 1.2.3, which is newer",
            b"RRF2\0\26\0\0\1\2\0\0": "older than any",
            b"RRF2\0\51\0\0\2\2\0\0": "unknown compression 2",
            b"RRF2\0\51\0\0\1\1\0\0": "unknown serializer 1",
        }.items():
            bad.write_bytes(start + good[12:] if len(start) == 12 else start)
            line = read(bad)[-1]
            self.assertIs(line["done"], False)
            self.assertIn(what, line["what"])

    def test_a_blueprint_alone(self):
        path = self.sdk_recording(sdks()[0])
        blueprint = self.folder / "layout.rbl"
        blueprint.write_bytes(self.only(path.read_bytes(), 2))
        stores = [line["store_info"]["kind"] for line in read(blueprint) if "store_info" in line]
        self.assertEqual(set(stores), {2})

    def only(self, data, kind):
        """The messages of stores of one kind."""
        out, at = data[:12], 12
        while at + 16 <= len(data):
            message, size = struct.unpack_from("<QQ", data, at)
            fields = dict(protobuf(data[at + 16 : at + 16 + size])) if message else {}
            store = {1: lambda: dict(protobuf(fields[2]))[2], 2: lambda: fields[1]}.get(message)
            if store and dict(protobuf(store()))[1] == kind:
                out += data[at : at + 16 + size]
            at += 16 + size + (32 if message == 0 else 0)
        return out


main()
