# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A rig of depth, JPEG and H.264 in one recording: whole at EOS, readable where its writer is killed, live over servers that come and go."""
import random
import subprocess
import time

from common import RERUN, Gst, Recording, Test, main, skip
from servers import Run, Saver, wait

FPS = 50
GROUP = 10  # frames from one key frame to the next
CAMERAS = {
    "depth": "depthtestsrc {source} ! video/x-raw,width=64,height=48,framerate={fps}/1 ! rvldepthenc",
    "colour": "videotestsrc {source} ! video/x-raw,width=160,height=120,framerate={fps}/1 ! jpegenc",
    "video": "videotestsrc {source} ! video/x-raw,format=I420,width=160,height=120,framerate={fps}/1 ! "
    f"x264enc tune=zerolatency key-int-max={GROUP} option-string=scenecut=0",
}
if not Gst.ElementFactory.find("x264enc"):
    skip("there is no x264enc")


def rig(sink, source="is-live=true", fps=FPS):
    """One pipeline with a sink of these properties for each camera."""
    return " ".join(
        f"{camera.format(source=source, fps=fps)} ! rerunsink name={name} entity-path=rig/{name} application-id=mixed {sink}" for name, camera in CAMERAS.items()
    )


class Mixed(Test):
    def entities(self, recording):
        return {name: recording.pictures(f"/rig/{name}") for name in CAMERAS}

    def check_video(self, rows):
        """It begins with a key frame, and has one where each group begins."""
        if rows:
            self.assertEqual(rows[0]["VideoStream:is_keyframe"], [True])
        for row in rows:
            self.assertEqual(row["VideoStream:is_keyframe"], [row["frame"] % GROUP == 0])

    def test_whole(self):
        path = self.folder / "whole.rrd"
        run = Run(self, rig(f"location={path}", "num-buffers=60"))
        run.until_eos()
        stats = {name: run.stats(name) for name in CAMERAS}
        run.stop()
        self.verify(path, judges=[RERUN])
        for name, rows in self.entities(Recording(path)).items():
            with self.subTest(name):
                self.assertEqual([row["frame"] for row in rows], list(range(60)))
                self.assertEqual(stats[name]["frames"], 60)
                # the file is one, and counts the frames of all
                self.assertEqual(stats[name]["location"]["frames-written"], 180)
        self.check_video(Recording(path).pictures("/rig/video"))
        self.assertEqual(run.warnings(), [])

    def test_killed(self):
        moments, lengths = random.Random(1), []
        for i in range(20):
            path = self.folder / f"{i}.rrd"
            process = subprocess.Popen(["gst-launch-1.0", "-q", *rig(f"location={path}", fps=200).split()], stderr=subprocess.DEVNULL)
            while not path.exists() and process.poll() is None:
                time.sleep(0.001)
            time.sleep(moments.uniform(0.1, 0.6))
            process.kill()
            process.wait()
            recording = Recording(path)
            with self.subTest(i):
                self.assertFalse(recording.footer)
                for rows in self.entities(recording).values():
                    self.assertEqual([row["frame"] for row in rows], list(range(len(rows))))
                self.check_video(recording.pictures("/rig/video"))
                self.must("rrd", "verify", "--check-footers", "false", path)
                lengths.append(len(recording.pictures()))
        self.assertGreater(max(lengths), 20, lengths)

    def test_servers_come_and_go(self):
        """Every server has whole groups of the video from a key frame on; no frame is unaccounted for."""
        server = Saver(self, "first")
        path = self.folder / "file.rrd"
        run = Run(self, rig(f"location={path} uri={server.uri} drain-timeout={60 * Gst.SECOND}"))
        for round in range(3):
            server.wait_for(lambda recording: len(recording.pictures("/rig/video")) > 15)
            server.kill()
            run.until_element("rerunsink-disconnected")
            self.check_arrived(server)
            server = Saver(self, f"next-{round}", port=server.port)
            run.until_element("rerunsink-reconnected")
        server.wait_for(lambda recording: len(recording.pictures("/rig/video")) > 15)
        run.end()
        stats = {name: run.stats(name) for name in CAMERAS}
        run.stop()
        self.check_arrived(server)
        came = sum(one["frames"] for one in stats.values())
        for one in stats.values():
            self.assertEqual(sum(one["uri"][f"frames-{what}"] for what in ("written", "queued", "dropped")), came)
            self.assertEqual(one["location"]["frames-written"], came)
        for name, rows in self.entities(Recording(path)).items():
            self.assertEqual([row["frame"] for row in rows], list(range(stats[name]["frames"])))

    def check_arrived(self, server):
        recording = server.recording()
        rows = recording.pictures("/rig/video")
        self.check_video(rows)
        self.assertEqual([row["frame"] for row in rows], list(range(rows[0]["frame"], rows[-1]["frame"] + 1)))
        self.assertEqual(len(recording.column("VideoStream:codec", "/rig/video")), 1)

    def test_nobody_there_and_a_queue_that_overflows(self):
        """What a server gets then begins with a key frame, without a gap after it; the file has all."""
        path = self.folder / "file.rrd"
        server = Saver(self, "arrived")
        server.kill()
        run = Run(self, rig(f"location={path} uri={server.uri} max-queue-bytes=100000 drain-timeout={60 * Gst.SECOND}"))
        wait(lambda: run.stats("video")["uri"]["frames-dropped"] > 100, "frames are dropped")
        server = Saver(self, "arrived", port=server.port)
        run.until_element("rerunsink-connected")
        server.wait_for(lambda recording: len(recording.pictures("/rig/video")) > 15)
        run.end()
        run.stop()
        self.check_arrived(server)
        self.assertGreater(server.recording().pictures("/rig/video")[0]["frame"], 0)
        for name, rows in self.entities(Recording(path)).items():
            self.assertEqual([row["frame"] for row in rows], list(range(len(rows))))


main()
