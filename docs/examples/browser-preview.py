#!/usr/bin/env python3
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shows depth in any number of browsers.

browser-preview.py [SOURCE [PORT]]
SOURCE: a description as for gst-launch-1.0 that ends in GRAY16_LE; PORT 0 = any.
Needs Debian's python3-gi. Listens on this machine only.
"""
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gio, GLib, Gst  # noqa: E402

Gst.init(None)

ANSWER = b"HTTP/1.0 200 OK\r\nCache-Control: no-store\r\nContent-Type: multipart/x-mixed-replace;boundary=frame\r\n\r\n"
CHAIN = (
    "{} ! queue leaky=downstream max-size-buffers=2 ! depthcolormap legend=true ! videoconvert ! jpegenc ! "
    "multipartmux boundary=frame ! multisocketsink name=browsers sync=false"
)


def answer(browsers, connection):
    """The sink sends pictures to the socket until the browser goes, and lets go of those who do not keep up."""
    connection.get_input_stream().read_bytes(4096)  # whatever it asks for, it gets the picture
    connection.get_output_stream().write_all(ANSWER)
    browsers.emit("add", connection.get_socket())


def main(source="depthtestsrc is-live=true", port="8080"):
    pipeline = Gst.parse_launch(CHAIN.format(source))
    browsers = pipeline.get_by_name("browsers")
    connections = {}  # by socket: open as long as the sink has it

    def incoming(service, connection, _):
        try:
            answer(browsers, connection)
            connections[connection.get_socket()] = connection
        except GLib.Error as error:
            print(error.message)

    def removed(browsers, socket):
        connections.pop(socket, None)

    browsers.connect("client-socket-removed", removed)
    address = Gio.InetSocketAddress.new_from_string("127.0.0.1", int(port))
    service = Gio.ThreadedSocketService.new(20)
    _, here = service.add_address(address, Gio.SocketType.STREAM, Gio.SocketProtocol.TCP)
    service.connect("run", incoming)
    service.start()
    print(f"http://127.0.0.1:{here.get_port()}/", flush=True)

    loop = GLib.MainLoop()
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message::eos", lambda *_: loop.quit())
    bus.connect("message::error", lambda _, message: (print(message.parse_error()), loop.quit()))
    pipeline.set_state(Gst.State.PLAYING)
    try:
        loop.run()
    except KeyboardInterrupt:
        pass
    pipeline.set_state(Gst.State.NULL)


main(*sys.argv[1:])
