#!/usr/bin/env python3
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Serves depth by RTSP, without loss and with its meaning.

rtsp-server.py [SOURCE [PORT]]
SOURCE: a description as for gst-launch-1.0 that ends in GRAY16_LE; PORT 0 = any.
Needs Debian's gir1.2-gst-rtsp-server-1.0. Listens on this machine only: set_address
of the server changes that.
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

CHAIN = "( {} ! rvldepthenc ! rtpgstpay name=pay0 config-interval=1 )"


def main(source="depthtestsrc is-live=true", port="8554"):
    Gst.init(None)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(CHAIN.format(source))
    factory.set_shared(True)  # one camera for all who look
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    server.get_mount_points().add_factory("/depth", factory)
    if server.attach(None) == 0:
        sys.exit(f"cannot listen on port {port}")
    print(f"rtsp://127.0.0.1:{server.get_bound_port()}/depth", flush=True)
    try:
        GLib.MainLoop().run()
    except KeyboardInterrupt:
        pass


main(*sys.argv[1:])
