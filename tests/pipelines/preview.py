#!/usr/bin/env python3
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The preview in a window and in a browser: the examples of docs/examples, and a video sink, on an X server without a screen."""
import ctypes
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
DOCUMENTATION = DOCS / "depthcolormap.md"
EXAMPLES = DOCS / "examples"
PICTURES = Path(os.environ.get("DEPTH_PICTURES", tempfile.gettempdir()))


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def end_with_the_test():
    """For a child: a test that crashes must not leave a server that holds its pipes open."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def start_display():
    """An X server of our own, at a number that is free."""
    if not shutil.which("Xvfb"):
        skip("no Xvfb")
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "800x700x24", "-nolisten", "tcp"],
        pass_fds=[writer],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_the_test,
    )
    os.close(writer)
    with os.fdopen(reader) as numbers:
        os.environ["DISPLAY"] = f":{numbers.readline().strip()}"
    os.environ["GDK_BACKEND"] = "x11"
    return server


class Window(unittest.TestCase):
    def setUp(self):
        from gi.repository import Gst, Gtk

        Gst.init(None)
        Gtk.init(None)
        if not Gst.ElementFactory.find("gtksink"):
            self.skipTest("no gtksink")
        spec = importlib.util.spec_from_file_location("sliders", EXAMPLES / "sliders.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.window = module.Preview("depthtestsrc is-live=true sensor=stereo")

    def wait_for(self, condition, seconds=30):
        """Runs GTK's main loop until then."""
        from gi.repository import GLib, Gtk

        late = []
        timer = GLib.timeout_add_seconds(seconds, late.append, True)
        tick = GLib.timeout_add(20, lambda: True)
        while not condition():
            self.assertFalse(late, self.window.range.get_text())
            Gtk.main_iteration()
        GLib.source_remove(tick)
        GLib.source_remove(timer)

    def picture(self):
        """The window, as pixels."""
        from gi.repository import Gdk

        window = self.window.get_window()
        return Gdk.pixbuf_get_from_window(window, 0, 0, window.get_width(), window.get_height())

    def colours(self):
        picture = self.picture()
        pixels, stride, step = picture.get_pixels(), picture.get_rowstride(), picture.get_n_channels()
        rows = range(picture.get_height() // 4, picture.get_height() // 2)
        columns = range(0, picture.get_width() // 2)
        starts = (y * stride + x * step for y in rows[::8] for x in columns[::8])
        return {pixels[start : start + 3] for start in starts}

    def test_sliders(self):
        from gi.repository import Gst

        window, colormap = self.window, self.window.colormap
        window.start()
        try:
            self.wait_for(lambda: window.range.get_text())
            self.assertEqual((colormap.props.near, colormap.props.far), (-1, -1))
            self.wait_for(lambda: len(self.colours()) > 100)
            PICTURES.mkdir(exist_ok=True)
            self.picture().savev(str(PICTURES / "sliders.png"), "png", [], [])

            window.sliders["near"].set_value(0.5)
            window.sliders["far"].set_value(3)
            self.assertEqual((colormap.props.near, colormap.props.far), (0.5, 3))
            self.wait_for(lambda: window.range.get_text() == "0.50 m to 3.00 m")
            window.sliders["far"].set_value(0)
            self.assertEqual(colormap.props.far, -1)
            self.wait_for(lambda: not window.range.get_text().endswith("3.00 m"))
        finally:
            window.pipeline.set_state(Gst.State.NULL)

    def test_documented_windows(self):
        """Those launch lines of the documentation that open a window and end by themselves."""
        from gi.repository import Gst

        for launch in re.findall(r"^(gst-launch-1.0(?:.*\\\n)*.*autovideosink)$", DOCUMENTATION.read_text(), re.M):
            if "num-buffers" in launch:
                with self.subTest(launch), tempfile.TemporaryDirectory() as folder:
                    if "rerunsink" in launch and not Gst.ElementFactory.find("rerunsink"):
                        self.skipTest("rerunsink is not built")
                    done = subprocess.run(launch, shell=True, cwd=folder, timeout=120, capture_output=True, text=True)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Browser(unittest.TestCase):
    def part(self, answer):
        """One picture of the stream: headers, an empty line, as many bytes as they say."""
        size = None
        while (line := answer.readline().strip()) or size is None:
            if line.lower().startswith(b"content-length:"):
                size = int(line.split(b":")[1])
        return answer.read(size)

    def test_two_browsers(self):
        command = [sys.executable, EXAMPLES / "browser-preview.py", "depthtestsrc is-live=true sensor=stereo", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                address = server.stdout.readline().strip()
                for _ in range(2):
                    with urllib.request.urlopen(address, timeout=30) as answer:
                        self.assertIn("multipart/x-mixed-replace", answer.headers["Content-Type"])
                        pictures = [self.part(answer) for _ in range(3)]
                    for picture in pictures:
                        self.assertEqual((picture[:2], picture[-2:]), (b"\xff\xd8", b"\xff\xd9"))
                    self.assertNotEqual(pictures[0], pictures[2])
                PICTURES.mkdir(exist_ok=True)
                (PICTURES / "browser-preview.jpg").write_bytes(pictures[-1])
            finally:
                server.terminate()


def main():
    try:
        import gi

        gi.require_version("Gtk", "3.0")
        gi.require_version("Gst", "1.0")
    except (ImportError, ValueError) as error:
        skip(error)
    server = start_display()
    try:
        unittest.main(verbosity=2)
    finally:
        server.terminate()


main()
