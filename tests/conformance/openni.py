# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The recipe for OpenNI, with the dummy driver that Debian has: every frame, in millimetres."""
import re
import subprocess
from pathlib import Path

import numpy as np
from common import Gst, Recording, Test, main, rvl_decode, skip

RECIPES = Path(__file__).resolve().parents[2] / "docs/recipes.md"
DRIVERS = "/usr/lib/*/OpenNI2/Drivers/libDummyDevice.so*"

if not Gst.ElementFactory.find("openni2src"):
    skip("there is no openni2src (gstreamer1.0-plugins-bad)")
if not list(Path("/").glob(DRIVERS[1:])):
    skip("there is no dummy driver (libopenni2-0)")


class OpenNI(Test):
    def test_recipe(self):
        (line,) = re.findall(r"^gst-launch-1.0 .*location=Dummy.*$", RECIPES.read_text(), re.M)
        # openni2src itself leaks
        subprocess.run(f"GST_TRACERS= G_DEBUG= {line}", shell=True, cwd=self.folder, check=True, timeout=120, stdout=subprocess.DEVNULL)
        recording = Recording(self.folder / "run.rrd")
        blobs = recording.blobs()
        self.assertEqual(len(blobs), 30)
        first, last = rvl_decode(blobs[0]), rvl_decode(blobs[-1])
        self.assertEqual(first.shape, (240, 320))
        self.assertGreater(len(np.unique(first)), 10)
        self.assertTrue((first != last).any())
        self.assertEqual(recording.column("EncodedDepthImage:meter")[0], [1000])


main()
