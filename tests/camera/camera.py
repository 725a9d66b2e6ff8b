# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Boots the guest of boot.sh, runs guest.py there, and reads the recordings that it made with the dataframe API of
Rerun's SDK: every frame's content, order, count and times, the unit and the intrinsics.

Arguments: names of tests of guest.py; none = all."""
import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

import numpy as np
import rerun as rr
from pictures import picture
from realsense import lens

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "conformance"))
from common import rvl_decode  # noqa: E402

HERE = Path(__file__).resolve().parent
WORK = Path(os.environ["CAMERA_WORK"])  # the kernel
OUT = Path(os.environ["CAMERA_OUT"])
TIME_LIMIT = 600


def boot(names):
    """Returns the exit status of guest.py."""
    OUT.mkdir(parents=True, exist_ok=True)
    for path in OUT.iterdir():
        path.unlink()
    environment = {
        "CAMERA_OUT": OUT,
        "CAMERA_TESTS": " ".join(names),
        "GST_PLUGIN_PATH": os.environ["GST_PLUGIN_PATH"],
        "GST_REGISTRY": OUT / "registry.bin",
        "GST_REGISTRY_UPDATE": "no",
        "JUDGE_PYTHON": sys.executable,
        "ASAN_OPTIONS": "detect_leaks=0",
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
        "LD_PRELOAD": os.environ.get("CAMERA_PRELOAD", ""),
    }
    # made here: a scan of all plugins takes long in the guest
    subprocess.run(
        ["gst-inspect-1.0", "depthv4l2src"],
        env=dict(os.environ, GST_REGISTRY=str(OUT / "registry.bin"), GST_TRACERS="", ASAN_OPTIONS="detect_leaks=0", LD_PRELOAD=environment["LD_PRELOAD"]),
        stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    assignments = " ".join(f"{name}='{value}'" for name, value in environment.items() if str(value))
    command = f"env {assignments} /usr/bin/python3 -B {HERE}/guest.py"
    return subprocess.run([HERE / "boot.sh", WORK, OUT, command], env=dict(os.environ, BOOT_TIMEOUT=str(TIME_LIMIT))).returncode


class Recordings(unittest.TestCase):
    def read(self, name):
        """[{column: value}] of the frames, with the unit and intrinsics, and what the camera sent."""
        path = OUT / f"{name}.rrd"
        if not path.exists():
            self.skipTest("the guest was not asked for it")
        server = rr.server.Server(host="127.0.0.1", datasets={"camera": [path]})
        self.addCleanup(server.shutdown)
        dataset = server.client().get_dataset("camera").filter_contents(["/depth/**", "/depth"])
        table = dataset.reader(index="frame").to_arrow_table()
        always = dataset.reader(index=None).to_arrow_table()
        columns = {}
        for name in table.column_names + always.column_names:
            column = table[name] if name in table.column_names else always[name]
            if name in ("capture_time", "pts", "frame"):
                column = column.cast("int64")
            columns.setdefault(name.removeprefix("/depth:"), column)
        rows = []
        for i in range(table.num_rows):
            rows.append({name: column[i if len(column) == table.num_rows else 0] for name, column in columns.items()})
        rows = [row for row in rows if row["EncodedDepthImage:blob"].is_valid]
        return rows, json.loads(path.with_suffix(".json").read_text()) if path.with_suffix(".json").exists() else None

    def check(self, name, count, size, meter):
        rows, camera = self.read(name)
        every = {frame["number"]: frame for frame in camera["sent"] if frame["fault"] is None}
        self.assertEqual([row["frame"].as_py() for row in rows], list(range(count)))
        captured = [row["capture_time"].as_py() for row in rows]
        pts = [row["pts"].as_py() for row in rows]
        numbers = []
        for i, row in enumerate(rows):
            blob = row["EncodedDepthImage:blob"].values[0].values.to_numpy().tobytes()
            pixels = rvl_decode(blob)
            number = int(pixels[0, 0])
            # a machine that is busy may lose a frame, and no order
            self.assertGreater(number, numbers[-1] if numbers else -1)
            numbers.append(number)
            sent = every[number]
            self.assertEqual((sent["width"], sent["height"]), size)
            expected = np.frombuffer(picture(number, *size), "<u2").reshape(size[::-1])
            np.testing.assert_array_equal(pixels, expected)
            # the kernel stamps a frame when its first bytes come
            time = captured[i] - camera["wall"]
            self.assertGreaterEqual(time, sent["first"] - 1_000_000)
            self.assertLessEqual(time, sent["last"] + 1_000_000)
            self.assertAlmostEqual(pts[i] - pts[0], captured[i] - captured[0], delta=1_000_000)
        self.assertEqual(self.number(rows[0], "EncodedDepthImage:meter"), [meter])
        fx, fy, cx, cy = lens(*size)
        np.testing.assert_allclose(self.number(rows[0], "Pinhole:image_from_camera"), [fx, 0, 0, 0, fy, 0, cx, cy, 1], rtol=1e-6)
        self.assertEqual(self.number(rows[0], "Pinhole:resolution"), list(size))

    def number(self, row, name):
        """A component's numbers: lists of lists are flattened."""
        return np.ravel(row[name].as_py()).tolist()

    def test_default(self):
        self.check("default", 6, (848, 480), 1000)

    def test_d405(self):
        self.check("d405", 30, (424, 240), 10000)

    def test_unplugged(self):
        """The file is complete: it has the frames from before the cable was pulled, and its footer."""
        rows, _ = self.read("unplugged")
        self.assertTrue(0 < len(rows) <= 6, len(rows))
        self.assertEqual((OUT / "unplugged.rrd").read_bytes()[-12:-4], b"RRF2FOOT")


def main():
    status = boot(sys.argv[1:])
    if status == 77:
        sys.exit(77)
    result = unittest.main(argv=sys.argv[:1], verbosity=2, exit=False).result
    sys.exit(status or not result.wasSuccessful())


main()
