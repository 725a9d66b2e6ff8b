# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the live tests share: Rerun's servers on loopback, a pipeline that runs beside the test and all that it says."""
import random
import signal
import socket
import subprocess
import threading
import time

from common import RERUN, Gst, Recording

PATIENCE = 60  # seconds that anything may take; more is a failure


def free_port():
    """One that no connection picks as its own end while nobody listens: a client that tries such a port often would meet itself."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        last = int(file.read().split()[0])
    while True:
        port = random.randrange(max(1024, last - 12000), last)
        with socket.socket() as server:
            try:
                server.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def address(port):
    return f"rerun+http://127.0.0.1:{port}/proxy"


def listens(port):
    with socket.socket() as client:
        client.settimeout(5)
        return client.connect_ex(("127.0.0.1", port)) == 0


def wait(condition, what, seconds=PATIENCE):
    """The first true value of condition()."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise TimeoutError(what)


class Server:
    """Rerun's program as a server; its arguments say what it does with what arrives. It ends with the test."""

    def __init__(self, test, *arguments, port=None, program=RERUN):
        self.port = port or free_port()
        self.log = test.folder / f"server-{time.monotonic_ns()}.log"
        command = [program, "--bind", "127.0.0.1", "--port", self.port, *arguments]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([*map(str, command)], stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        test.addCleanup(self.kill)
        wait(self.is_up, f"{command} listens")

    def is_up(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the server ended: {self.log.read_text()}")
        return listens(self.port)

    @property
    def uri(self):
        return address(self.port)

    def hang(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Saver(Server):
    """A server that writes what arrives into a file."""

    def __init__(self, test, name="arrived", connect=None, **options):
        self.path = test.folder / f"{name}.rrd"
        super().__init__(test, "--save", self.path, *(["--connect", connect] if connect else []), **options)

    def recording(self):
        """What is in the file up to now: messages are not whole while they are being written."""
        return Recording(self.path) if self.path.exists() and self.path.stat().st_size > 12 else None

    def wait_for(self, done):
        """The recording, once done(recording) is true and nothing more comes."""
        return wait(lambda: (r := self.recording()) and done(r) and r, f"{self.path} is complete; {self.log.read_text()}")


class Proxy(threading.Thread):
    """Passes TCP connections on, one at a time or more, and counts them."""

    def __init__(self, test, target):
        super().__init__(daemon=True)
        self.target, self.count, self.open = target, 0, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.uri = address(self.listener.getsockname()[1])
        test.addCleanup(self.close)
        self.start()

    def run(self):
        with self.listener:
            while True:
                try:
                    client, _ = self.listener.accept()
                except OSError:
                    return
                self.count += 1
                threading.Thread(target=self.serve, args=[client], daemon=True).start()

    def serve(self, client):
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            self.open += client, server
            back = threading.Thread(target=copy, args=(server, client), daemon=True)
            back.start()
            copy(client, server)
            back.join()

    def cut(self):
        """Breaks all connections; new ones are taken."""
        hang_up(*self.open)
        self.open.clear()

    def close(self):
        hang_up(self.listener, *self.open)
        self.join()


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    hang_up(source, target)


def hang_up(*sockets):
    for end in sockets:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Run:
    """A pipeline, and what it says on its bus."""

    def __init__(self, test, line):
        self.pipeline = Gst.parse_launch(line)
        self.pipeline.set_property("auto-flush-bus", False)
        self.bus = self.pipeline.get_bus()
        self.heard = []  # of (type, name of the source, text or structure)
        test.addCleanup(self.stop)
        self.pipeline.set_state(Gst.State.PLAYING)

    def listen(self, until, what, seconds=PATIENCE):
        """Hears messages until until(type, name, content) is true and returns the content of that one."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            message = self.bus.timed_pop(int(left * Gst.SECOND))
            if message is None:
                break
            entry = describe(message)
            self.heard.append(entry)
            if until(*entry):
                return entry[2]
        raise TimeoutError(f"{what}; heard: {self.said()}")

    def hear(self):
        """What is on the bus by now."""
        while message := self.bus.pop():
            self.heard.append(describe(message))

    def until_element(self, name):
        """The fields of the next element message of that name."""
        return self.listen(lambda kind, _, content: kind == Gst.MessageType.ELEMENT and content["name"] == name, name)

    def until_eos(self):
        error = self.listen(lambda kind, *_: kind in (Gst.MessageType.EOS, Gst.MessageType.ERROR), "EOS")
        if error:
            raise RuntimeError(error)

    def end(self):
        """EOS now, whatever the sources still have."""
        self.pipeline.send_event(Gst.Event.new_eos())
        self.until_eos()

    def stop(self):
        self.pipeline.set_state(Gst.State.NULL)
        self.hear()

    def texts(self, kind):
        return [content for k, _, content in self.heard if k == kind]

    def warnings(self):
        return self.texts(Gst.MessageType.WARNING)

    def said(self):
        """Everything that is meant for a user, in order."""
        kinds = Gst.MessageType.WARNING, Gst.MessageType.ERROR, Gst.MessageType.INFO, Gst.MessageType.ELEMENT
        return [content for kind, _, content in self.heard if kind in kinds]

    def element(self, name="sink"):
        return self.pipeline.get_by_name(name)

    def stats(self, name="sink"):
        return stats(self.element(name).get_property("stats"))


def describe(message):
    parse = {
        Gst.MessageType.ERROR: message.parse_error,
        Gst.MessageType.WARNING: message.parse_warning,
        Gst.MessageType.INFO: message.parse_info,
    }.get(message.type)
    content = None
    if parse:
        content = parse()[0].message
    elif message.type == Gst.MessageType.ELEMENT:
        content = {"name": message.get_structure().get_name(), **stats(message.get_structure())}
    return message.type, message.src.get_name() if message.src else "", content


def stats(structure):
    """A structure as a dictionary, what belongs to an output as one in that."""
    found = {}
    for i in range(structure.n_fields()):
        name = structure.nth_field_name(i)
        output, _, rest = name.partition("-")
        of = found.setdefault(output, {}) if output in ("uri", "location") and rest else found
        of[rest if of is not found else name] = structure.get_value(name)
    return found


def adds_up(test, stats, output="uri"):
    """Every frame that came was written, waits, or was dropped."""
    of = stats[output]
    test.assertEqual(of["frames-written"] + of["frames-queued"] + of["frames-dropped"], stats["frames"], stats)
