#!/usr/bin/env python3
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Depth in a window, with sliders for near and far.

sliders.py [SOURCE]
SOURCE: a description as for gst-launch-1.0 that ends in GRAY16_LE.
Needs Debian's python3-gst-1.0, gir1.2-gtk-3.0 and gstreamer1.0-gtk3.
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gst, Gtk  # noqa: E402

AUTOMATIC = -1
FARTHEST = 10  # metres that a slider goes to


class Preview(Gtk.Window):
    def __init__(self, source="depthtestsrc is-live=true sensor=stereo"):
        super().__init__(title="Depth", default_width=660, default_height=620)
        self.pipeline = Gst.parse_launch(
            f"{source} ! queue leaky=downstream max-size-buffers=2 ! depthcolormap name=colormap legend=true ! gtksink name=sink"
        )
        self.colormap = self.pipeline.get_by_name("colormap")
        self.range = Gtk.Label()
        self.sliders = {name: self.slider(name) for name in ("near", "far")}

        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, border_width=6, spacing=6)
        box.pack_start(self.pipeline.get_by_name("sink").props.widget, True, True, 0)
        for name, slider in self.sliders.items():
            row = Gtk.Box(spacing=6)
            row.pack_start(Gtk.Label(label=name, width_chars=5, xalign=0), False, False, 0)
            row.pack_start(slider, True, True, 0)
            box.pack_start(row, False, False, 0)
        box.pack_start(self.range, False, False, 0)
        self.add(box)

        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::element", self.element_message)
        bus.connect("message::error", self.error)
        self.connect("destroy", self.stop)

    def slider(self, name):
        slider = Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, 0, FARTHEST, 0.01)
        slider.connect("format-value", lambda _, value: f"{value:.2f} m" if value else "automatic")
        slider.connect("value-changed", lambda slider: self.colormap.set_property(name, slider.get_value() or AUTOMATIC))
        return slider

    def element_message(self, _, message):
        fields = message.get_structure()
        if fields.get_name() == "range":
            self.range.set_text(f"{fields['near']:.2f} m to {fields['far']:.2f} m")

    def error(self, _, message):
        self.range.set_text(message.parse_error().gerror.message)

    def start(self):
        self.show_all()
        self.pipeline.set_state(Gst.State.PLAYING)

    def stop(self, _):
        self.pipeline.set_state(Gst.State.NULL)
        Gtk.main_quit()


if __name__ == "__main__":
    Gst.init(None)
    Preview(*sys.argv[1:]).start()
    Gtk.main()
