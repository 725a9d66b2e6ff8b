# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A USB device in user space, plugged into this machine's own kernel: the device's
side of USB/IP (Linux, Documentation/usb/usbip_protocol.rst) over a socket pair,
one end of which vhci-hcd gets."""
import collections
import socket
import struct
import threading

VHCI = "/sys/devices/platform/vhci_hcd.0/"
HIGH_SPEED = 3
CMD_SUBMIT, CMD_UNLINK, RET_SUBMIT, RET_UNLINK = 1, 2, 3, 4
EPIPE, ECONNRESET = 32, 104

STALL = object()  # the answer of a device that refuses a request
NOTHING = object()  # no answer at all


class Device:
    """Subclasses answer control(setup, data) with bytes, STALL or NOTHING, and have
    threads that take the requests of an IN endpoint from next_request() and answer
    them with reply()."""

    def __init__(self):
        self.ours, self.kernels = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.changed = threading.Condition(threading.RLock())  # of all that follows, and of what is sent
        self.requests = collections.defaultdict(collections.deque)  # endpoint: numbers of requests that wait
        self.open = set()  # numbers of requests without an answer
        self.gone = False

    def plug_in(self, port=0):
        self.port = port
        threading.Thread(target=self._serve, daemon=True).start()
        with open(VHCI + "attach", "w") as file:
            file.write(f"{port} {self.kernels.fileno()} {port + 0x10000} {HIGH_SPEED}")
        self.kernels.close()

    def unplug(self):
        """As a cable that is pulled: nothing is said before."""
        with self.changed:
            self.gone = True
            self.changed.notify_all()
        self.ours.shutdown(socket.SHUT_RDWR)

    def next_request(self, endpoint, wanted):
        """Waits for a request, and takes it; None when wanted() is over (tell `changed`), or the device unplugged."""
        with self.changed:
            self.changed.wait_for(lambda: self.requests[endpoint] or self.gone or not wanted())
            return self.requests[endpoint].popleft() if wanted() and not self.gone else None

    def reply(self, request, data):
        """The host may have taken the request back since."""
        with self.changed:
            if request in self.open:
                self.open.remove(request)
                self._send(RET_SUBMIT, request, 0, len(data), data)

    def _send(self, command, sequence, status, length=0, data=b""):
        message = struct.pack(">5I", command, sequence, 0, 0, 0)
        message += struct.pack(">5i8x", status, length, 0, 0, 0) if command == RET_SUBMIT else struct.pack(">i24x", status)
        with self.changed:
            try:
                self.ours.sendall(message + data)
            except OSError:
                self.gone = True

    def _receive(self, length):
        data = b""
        while len(data) < length:
            part = self.ours.recv(length - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def _serve(self):
        try:
            while True:
                self._serve_one()
        except (EOFError, OSError):
            with self.changed:
                self.gone = True
                self.changed.notify_all()

    def _serve_one(self):
        header = self._receive(48)
        command, sequence, _, is_in, endpoint = struct.unpack(">5I", header[:20])
        if command == CMD_UNLINK:
            self._unlink(sequence, struct.unpack(">I", header[20:24])[0])
            return
        length = struct.unpack(">i", header[24:28])[0]
        data = self._receive(length) if not is_in and length > 0 else b""
        if endpoint == 0:
            self._control(sequence, header[40:48], is_in, data)
            return
        with self.changed:
            self.requests[endpoint].append(sequence)
            self.open.add(sequence)
            self.changed.notify_all()

    def _control(self, sequence, setup, is_in, data):
        answer = self.control(struct.unpack("<BBHHH", setup), data)
        if answer is NOTHING:
            self.open.add(sequence)
        elif answer is STALL:
            self._send(RET_SUBMIT, sequence, -EPIPE)
        else:
            answer = answer[: struct.unpack("<H", setup[6:])[0]]
            self._send(RET_SUBMIT, sequence, 0, len(answer) if is_in else len(data), answer if is_in else b"")

    def _unlink(self, sequence, victim):
        """A request that was answered already cannot be taken back."""
        with self.changed:
            for queue in self.requests.values():
                if victim in queue:
                    queue.remove(victim)
            self._send(RET_UNLINK, sequence, -ECONNRESET if victim in self.open else 0)
            self.open.discard(victim)
