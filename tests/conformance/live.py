# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""rerunsink streams to Rerun's own servers: what arrives is what the file holds, whatever happens to the server meanwhile."""
import os
import random
import shutil
import signal
import subprocess
import sys
import time

from common import RERUN, RERUN_OLD, Gst, Recording, Test, main
from servers import PATIENCE, Proxy, Run, Saver, Server, adds_up, address, free_port, listens, wait

RESTARTS = 20
SMALL = 32, 24
CAMERA = "depthtestsrc is-live=true num-buffers={frames} pattern={pattern} ! video/x-raw,width={width},height={height},framerate={fps}/1 ! rvldepthenc"


def camera(frames=-1, fps=100, size=SMALL, pattern="random"):
    return CAMERA.format(frames=frames, pattern=pattern, width=size[0], height=size[1], fps=fps)


def frames_of(recording, entity="/depth"):
    return recording.frames(entity)


def static_of(recording):
    """{(entity, field): values}, as text."""
    found = {}
    for row in recording.rows:
        for name, value in row.items() if row["static"] else ():
            if ":" in name:
                found.setdefault((row["entity"], name), []).append(str(value))
    return found


class Live(Test):
    def sink(self, uri, **properties):
        self.file = self.folder / "file.rrd"
        options = dict(location=self.file, leaky="no", **{"drain-timeout": 60 * Gst.SECOND})
        options.update(properties)
        return f"rerunsink name=sink uri={uri} " + " ".join(f"{name}={value}" for name, value in options.items() if value is not None)

    def all_frames(self, path, count):
        recording = Recording(path)
        self.assertEqual(frames_of(recording), list(range(count)))
        return recording


class Arrives(Live):
    """What arrives equals what location= wrote."""

    def judged(self, server, frames):
        arrived = server.wait_for(lambda recording: len(frames_of(recording)) >= frames)
        self.assertEqual(frames_of(arrived), list(range(frames)))
        self.assertEqual(self.difference(self.file, server.path), "")
        return arrived

    def test_at_every_rate(self):
        for program in filter(None, (RERUN_OLD, RERUN)):
            for fps, frames, size in (30, 45, (640, 480)), (90, 135, (640, 480)), (1000, 2000, SMALL):
                with self.subTest(f"{program} {fps}"):
                    server = Saver(self, f"arrived-{fps}", program=program)
                    run = Run(self, f"{camera(frames, fps, size, 'scene')} ! {self.sink(server.uri)}")
                    run.until_eos()
                    adds_up(self, run.stats())
                    self.assertEqual(run.stats()["uri"]["frames-written"], frames)
                    run.stop()
                    self.judged(server, frames)
                    self.verify(self.file)
                    self.assertEqual(run.warnings(), [])
                    server.kill()

    def test_every_kind_of_frame(self):
        for name, tail in ("raw", "rvldepthdec"), ("png", "rvldepthdec ! rvldepthenc ! image/png"):
            with self.subTest(name):
                server = Saver(self, name)
                run = Run(self, f"{camera(30, 100)} ! {tail} ! {self.sink(server.uri)}")
                run.until_eos()
                run.stop()
                recording = server.wait_for(lambda recording: len(frames_of(recording)) >= 30)
                self.assertEqual(frames_of(recording), list(range(30)))
                self.assertEqual(self.difference(self.file, server.path), "")

    def test_viewers_that_come_later(self):
        """A proxy keeps what came and gives it to who connects afterwards."""
        for program in filter(None, (RERUN_OLD, RERUN)):
            with self.subTest(str(program)):
                server = Server(self, "--serve-grpc", program=program)
                run = Run(self, f"{camera(60)} ! {self.sink(server.uri)}")
                run.until_eos()
                run.stop()
                self.judged(Saver(self, "late", program=program, connect=server.uri), 60)
                server.kill()

    def test_default_settings_drop_nothing_that_is_not_counted(self):
        """A thousand large frames a second or so, more than a server takes."""
        server = Saver(self)
        run = Run(self, f"{camera(1500, 1000, (320, 240))} ! {self.sink(server.uri, leaky=None, **{'max-queue-bytes': 1 << 20})}")
        seen = 0
        while not run.bus.peek() or not self.ended(run):
            seen += 1
            now = run.stats()
            of = now["uri"]
            # one frame may be on its way from one count to the other
            self.assertIn(now["frames"] - of["frames-written"] - of["frames-queued"] - of["frames-dropped"], (-1, 0, 1))
            self.assertLessEqual(of["queue-bytes"], 1 << 20)
        self.assertGreater(seen, 100)
        now = run.stats()
        adds_up(self, now)
        self.assertEqual(now["frames"], 1500)
        run.stop()
        self.all_frames(self.file, 1500)
        left = 1500 - now["uri"]["frames-dropped"]
        frames = frames_of(server.wait_for(lambda recording: len(frames_of(recording)) >= left))
        self.assertEqual(len(frames), left)
        self.assertEqual(frames, sorted(set(frames)))

    def ended(self, run):
        run.hear()
        return any(kind == Gst.MessageType.EOS for kind, *_ in run.heard)

    def test_uri_handler(self):
        sink = Gst.Element.make_from_uri(Gst.URIType.SINK, address(1234), None)
        self.assertEqual((sink.get_factory().get_name(), sink.get_property("uri")), ("rerunsink", address(1234)))
        for scheme in "rerun", "rerun+https":
            sink = Gst.Element.make_from_uri(Gst.URIType.SINK, f"{scheme}://host:1/proxy", None)
            self.assertEqual(sink.get_factory().get_name(), "rerunsink")
        server = Saver(self)
        line = f"gst-launch-1.0 -q {camera(20)} ! {server.uri}"
        subprocess.run(line.split(), check=True, timeout=60)
        self.assertEqual(frames_of(server.wait_for(lambda recording: len(frames_of(recording)) >= 20)), list(range(20)))


class Restarts(Live):
    def restart(self, port, i):
        return Saver(self, f"arrived-{i}", port=port)

    def test_server_killed_twenty_times(self):
        port, moments = free_port(), random.Random(4)
        run = Run(self, f"{camera(fps=200)} ! {self.sink(address(port), leaky=None)}")
        wait(lambda: run.stats()["frames"] > 20, "frames")
        for i in range(RESTARTS):
            server = self.restart(port, i)
            up = run.until_element("rerunsink-reconnected" if i else "rerunsink-connected")
            self.assertEqual((up["uri"], up["frames-dropped"]), (address(port), 0))
            self.assertTrue(run.stats()["uri"]["connected"])
            time.sleep(moments.uniform(0, 0.1))
            server.kill()
            down = run.until_element("rerunsink-disconnected")
            self.assertEqual(down["uri"], address(port))
            self.assertFalse(run.stats()["uri"]["connected"])
            time.sleep(moments.uniform(0, 0.2))
        before = run.stats()["frames"]
        last = self.restart(port, RESTARTS)
        run.until_element("rerunsink-reconnected")
        after = run.stats()["frames"]
        wait(lambda: run.stats()["frames"] > after + 100, "frames")
        run.end()
        self.judge(run, last, before)

    def judge(self, run, last, before):
        now = run.stats()
        run.stop()
        adds_up(self, now)
        of = now["uri"]
        self.assertEqual((of["frames-written"], of["frames-queued"], of["frames-dropped"]), (now["frames"], 0, 0))
        self.assertEqual(of["reconnects"], RESTARTS)
        self.one_warning_an_outage(run)
        whole = self.all_frames(self.file, now["frames"])
        arrived = last.wait_for(lambda recording: now["frames"] - 1 in frames_of(recording))
        frames = frames_of(arrived)
        self.assertEqual(frames, list(range(frames[0], now["frames"])))
        self.assertLessEqual(frames[0], before)
        self.assertEqual(static_of(arrived), static_of(whole))
        self.assertEqual({row["EncodedDepthImage:meter"][0] for row in arrived.pictures()}, {1000})
        self.assertEqual((len(arrived.stores), len(whole.stores)), (1, 1))

    def one_warning_an_outage(self, run):
        warnings = run.warnings()
        self.assertEqual(len(warnings), RESTARTS + 1, warnings)
        self.assertRegex(warnings[0], "cannot reach rerun.http://127.0.0.1:")
        for warning in warnings[1:]:
            self.assertRegex(warning, "lost rerun.http://127.0.0.1:")
        self.assertEqual(len([text for text in run.texts(Gst.MessageType.INFO) if "connected to" in text]), RESTARTS + 1)

    def test_connection_cut_and_server_there(self):
        """What is sent again has the same ids: Rerun keeps each frame once."""
        server = Saver(self)
        proxy = Proxy(self, server.port)
        run = Run(self, f"{camera(fps=500)} ! {self.sink(proxy.uri)}")
        run.until_element("rerunsink-connected")
        for i in range(5):
            time.sleep(0.05)
            proxy.cut()
            run.until_element("rerunsink-reconnected")
        run.end()
        count = run.stats()["frames"]
        run.stop()
        self.assertEqual(proxy.count, 6)
        self.all_frames(self.file, count)
        arrived = server.wait_for(lambda recording: count - 1 in frames_of(recording))
        self.assertEqual(set(frames_of(arrived)), set(range(count)))
        self.assertEqual(self.difference(self.file, server.path), "")

    def test_bounded_queue_while_there_is_no_server(self):
        """The oldest frames go, are counted, and the newest arrive when the server comes."""
        port = free_port()
        run = Run(self, f"{camera(fps=500)} ! {self.sink(address(port), leaky=None, **{'max-queue-bytes': 200_000})}")
        wait(lambda: run.stats()["uri"]["frames-dropped"] > 100, "dropped frames")
        adds_up_roughly = run.stats()
        self.assertLessEqual(adds_up_roughly["uri"]["queue-bytes"], 200_000)
        server = Saver(self, port=port)
        dropped = run.until_element("rerunsink-connected")["frames-dropped"]
        self.assertGreater(dropped, 100)
        run.end()
        now = run.stats()
        run.stop()
        adds_up(self, now)
        self.assertEqual(now["uri"]["frames-queued"], 0)
        self.all_frames(self.file, now["frames"])
        arrived = server.wait_for(lambda recording: now["frames"] - 1 in frames_of(recording))
        frames = frames_of(arrived)
        self.assertEqual(len(frames), now["frames"] - now["uri"]["frames-dropped"])
        self.assertEqual(frames, sorted(set(frames)))
        self.assertEqual(static_of(arrived), static_of(Recording(self.file)))
        self.assertEqual(len(run.warnings()), 1)


ENDS = """
import sys
import rerun as rr
rr.init("ends")
rr.serve_grpc(grpc_port=int(sys.argv[1]))
sys.stdin.readline()
if sys.argv[2] == "disconnect":
    rr.disconnect()
    print("disconnected", flush=True)
    sys.stdin.readline()
"""


class Goodbye(Live):
    def serve(self, port, how):
        """A server of Rerun's SDK that ends in order when its standard input ends."""
        process = subprocess.Popen([sys.executable, "-c", ENDS, str(port), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        wait(lambda: listens(port), "the SDK listens")
        return process

    def test_server_that_ends_in_order(self):
        for how in "exit", "disconnect":
            with self.subTest(how):
                port = free_port()
                first = self.serve(port, how)
                run = Run(self, f"{camera(fps=100)} ! {self.sink(address(port), leaky=None)}")
                run.until_element("rerunsink-connected")
                first.stdin.write("now\n")
                first.stdin.flush()
                self.assertEqual(run.until_element("rerunsink-disconnected")["frames-dropped"], 0)
                if how == "exit":
                    self.assertEqual(first.wait(PATIENCE), 0)
                else:
                    self.assertEqual(first.stdout.readline(), "disconnected\n")
                server = Saver(self, f"after-{how}", port=port)
                run.until_element("rerunsink-reconnected")
                run.end()
                now = run.stats()
                run.stop()
                adds_up(self, now)
                of = now["uri"]
                self.assertEqual((of["frames-dropped"], of["frames-queued"]), (0, 0))
                self.all_frames(self.file, now["frames"])
                arrived = server.wait_for(lambda recording: now["frames"] - 1 in frames_of(recording))
                frames = frames_of(arrived)
                self.assertEqual(frames, list(range(frames[0], now["frames"])))
                self.assertEqual(len(run.warnings()), 1, run.warnings())
                self.assertRegex(run.warnings()[0], "lost rerun.http://127.0.0.1:")


class NoServer(Live):
    def test_interrupt_while_the_stream_waits_for_a_server(self):
        """gst-launch-1.0 -e turns one Ctrl-C into EOS: it ends, the file has its footer."""
        uri = address(free_port())
        sink = self.sink(uri, **{"drain-timeout": Gst.SECOND // 2, "max-queue-bytes": 100_000})
        line = f"{shutil.which('gst-launch-1.0')} -e {camera(fps=100)} ! {sink}"
        process = subprocess.Popen(line.split(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.kill)
        wait(lambda: self.file.exists() and len(frames_of(Recording(self.file))) > 20, "frames, until the queue is full")
        time.sleep(0.5)  # more than it takes to fill the queue, whatever the machine does
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0, said)
        self.assertRegex(said, r"\d+ frames \(\d+ bytes\) were not delivered")
        recording = Recording(self.file)
        self.assertTrue(recording.footer)
        self.assertEqual(frames_of(recording), list(range(len(frames_of(recording)))))


class Hung(Live):
    """The server's process is stopped: its sockets stay, nothing answers."""

    def hung(self, line, **properties):
        server = Saver(self)
        run = Run(self, f"{line} ! {self.sink(server.uri, **{'leaky': None, 'drain-timeout': Gst.SECOND // 2, **properties})}")
        run.until_element("rerunsink-connected")
        server.hang()
        return server, run

    def says_what_was_not_delivered(self, run, server):
        found = [text for text in run.warnings() if "not delivered" in text]
        self.assertEqual(len(found), 1, run.said())
        self.assertRegex(found[0], r"[1-9]\d* frames \(\d+ bytes\) were not delivered to " + server.uri.replace("+", r"\+"))
        self.assertIn("drain-timeout", found[0])

    def test_eos(self):
        server, run = self.hung(camera(300, 500))
        run.until_eos()
        adds_up(self, run.stats())
        run.stop()
        self.says_what_was_not_delivered(run, server)
        self.all_frames(self.file, 300)

    def test_stop(self):
        server, run = self.hung(camera(fps=500))
        count = run.stats()["frames"]
        wait(lambda: run.stats()["frames"] > count + 50, "frames")
        run.stop()
        self.says_what_was_not_delivered(run, server)
        frames = frames_of(Recording(self.file))
        self.assertGreater(len(frames), count + 50)
        self.assertEqual(frames, list(range(len(frames))))

    def test_stop_while_the_stream_waits_for_room(self):
        server, run = self.hung(camera(fps=1000, size=(160, 120)), leaky="no", **{"max-queue-bytes": 500_000})
        count = -1
        while (now := run.stats()["frames"]) != count:
            count = now
            time.sleep(0.3)
        run.stop()
        self.says_what_was_not_delivered(run, server)

    def test_goes_on(self):
        """A server that hangs for a moment gets the frames that were not dropped, each once; no outage is told, but that it is slow."""
        server, run = self.hung(camera(fps=500, size=(160, 120)), **{"max-queue-bytes": 2_000_000, "drain-timeout": 60 * Gst.SECOND})
        wait(lambda: run.stats()["uri"]["frames-dropped"] > 50, "dropped frames")
        server.go_on()
        run.end()
        now = run.stats()
        run.stop()
        adds_up(self, now)
        (warning,) = run.warnings()
        self.assertIn("takes fewer frames than come", warning)
        left = now["frames"] - now["uri"]["frames-dropped"]
        frames = frames_of(server.wait_for(lambda recording: len(frames_of(recording)) >= left))
        self.assertEqual(len(frames), left)
        self.assertEqual(frames, sorted(set(frames)))
        self.all_frames(self.file, now["frames"])


RIG = {"rig/front": (30, (640, 480)), "rig/left": (200, (64, 48)), "rig/right": (90, (33, 5))}


class Rig(Live):
    def branches(self, uri, tail=""):
        shared = f"uri={uri} application-id=rig recording-id=one location={self.folder}/file.rrd leaky=no drain-timeout={60 * Gst.SECOND}"
        lines = []
        for entity, (fps, size) in RIG.items():
            name = entity.split("/")[1]
            lines.append(f"{camera(2 * fps, fps, size)} ! identity name={name}-gate ! rerunsink name={name} entity-path={entity} {shared}")
        return " ".join(lines)

    def arrived(self, server, counts):
        return server.wait_for(lambda recording: all(len(frames_of(recording, f"/{e}")) >= n for e, n in counts.items()))

    def test_one_connection_one_file(self):
        server = Saver(self)
        proxy = Proxy(self, server.port)
        run = Run(self, self.branches(proxy.uri))
        run.until_eos()
        run.stop()
        self.assertEqual(proxy.count, 1)
        counts = {entity: 2 * fps for entity, (fps, _) in RIG.items()}
        arrived = self.arrived(server, counts)
        self.verify(self.folder / "file.rrd")
        for recording in arrived, Recording(self.folder / "file.rrd"):
            self.assertEqual(len(recording.stores), 1)
            for entity, count in counts.items():
                self.assertEqual(frames_of(recording, f"/{entity}"), list(range(count)))
        self.assertEqual(self.difference(self.folder / "file.rrd", server.path), "")

    def test_one_sink_fails(self):
        """Its branch ends with an error in mid-stream; the others' frames all arrive."""
        server = Saver(self)
        proxy = Proxy(self, server.port)
        run = Run(self, self.branches(proxy.uri).replace("name=left-gate", "name=left-gate error-after=100"))
        for name in "front", "right":
            fps, _ = RIG[f"rig/{name}"]
            wait(lambda: run.stats(name)["frames"] == 2 * fps, f"frames of {name}")
        run.stop()
        self.assertEqual({name for kind, name, _ in run.heard if kind == Gst.MessageType.ERROR} & {"front", "right"}, set())
        self.others_are_whole(server, proxy, 99)

    def test_one_sink_stops(self):
        server = Saver(self)
        proxy = Proxy(self, server.port)
        run = Run(self, self.branches(proxy.uri))
        wait(lambda: run.stats("left")["frames"] >= 50, "frames")
        left = run.element("left")
        left.set_locked_state(True)
        left.set_state(Gst.State.NULL)
        for name in "front", "right":
            wait(lambda: run.stats(name)["frames"] == 2 * RIG[f"rig/{name}"][0], f"frames of {name}")
        run.stop()
        self.others_are_whole(server, proxy, 50)

    def others_are_whole(self, server, proxy, least):
        counts = {entity: 2 * fps for entity, (fps, _) in RIG.items()}
        counts["rig/left"] = least
        arrived = self.arrived(server, counts)
        self.verify(self.folder / "file.rrd")
        self.assertEqual(proxy.count, 1)
        for recording in arrived, Recording(self.folder / "file.rrd"):
            for entity, count in counts.items():
                frames = frames_of(recording, f"/{entity}")
                self.assertEqual(frames, list(range(len(frames))))
                self.assertGreaterEqual(len(frames), count)
                self.assertLess(len(frames), 2 * RIG[entity][0] + 1)
        self.assertEqual(self.difference(self.folder / "file.rrd", server.path), "")


class Spawn(Live):
    def launch(self, uri, path, frames=100, seconds=1):
        """What gst-launch-1.0 prints with spawn-viewer and that PATH."""
        program = shutil.which("gst-launch-1.0")
        line = f"{program} {camera(frames)} ! {self.sink(uri, leaky=None, **{'spawn-viewer': True, 'drain-timeout': seconds * Gst.SECOND})}"
        done = subprocess.run(line.split(), env={**os.environ, "PATH": str(path)}, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.all_frames(self.file, frames)
        return done.stdout + done.stderr

    def fake(self, body):
        """A folder with a program `rerun` that writes down its arguments."""
        folder = self.folder / "bin"
        folder.mkdir()
        script = folder / "rerun"
        script.write_text(f'#!/bin/sh\necho "$@" >> {self.folder}/arguments\necho $$ >> {self.folder}/pids\n{body}\n')
        script.chmod(0o755)
        return folder

    def arguments(self):
        path = self.folder / "arguments"
        return path.read_text().splitlines() if path.exists() else []

    def end_spawned(self):
        """It goes on when the pipeline has ended."""
        (pid,) = (self.folder / "pids").read_text().split()
        subprocess.run(["kill", pid], check=True)

    def test_starts_one(self):
        port, saved = free_port(), self.folder / "arrived.rrd"
        folder = self.fake(f'exec {RERUN} --bind 127.0.0.1 --save {saved} "$@"')
        said = self.launch(address(port), folder, seconds=60)
        wait(lambda: len(frames_of(Recording(saved))) == 100, "frames")
        self.end_spawned()
        self.assertEqual(len(self.arguments()), 1)
        self.assertIn(f"--port {port} ", self.arguments()[0])
        self.assertRegex(self.arguments()[0], r"--memory-limit \d+(%|[MG]i?B)")
        self.assertIn("started rerun", said)
        self.assertEqual(self.difference(self.file, saved), "")

    def test_starts_none_where_one_listens(self):
        server = Saver(self)
        self.launch(server.uri, self.fake("exit 1"), 20)
        self.assertEqual(self.arguments(), [])

    def test_one_that_ends_at_once(self):
        said = self.launch(address(free_port()), self.fake("exit 1"))
        self.assertEqual(len(self.arguments()), 1, "started again and again")
        self.assertEqual(said.count("WARNING: from element"), 2, said)
        self.assertRegex(said, "100 frames .* were not delivered")

    def test_none_in_path(self):
        (self.folder / "empty").mkdir()
        said = self.launch(address(free_port()), self.folder / "empty", 20)
        self.assertRegex(said, "WARNING: from element [^\n]*spawn-viewer: the program rerun cannot be started")
        self.assertIn("pip install rerun-sdk", said)


main()
