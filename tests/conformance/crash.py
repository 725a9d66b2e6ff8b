# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A recording whose writer is killed, or whose disk is full, holds every frame up to its last complete message."""
import random
import re
import resource
import subprocess
import time

from common import Recording, Test, main, rerun, rvl_decode

KILLS = 100
LINE = "gst-launch-1.0 -q depthtestsrc pattern=random num-buffers={} ! video/x-raw,width={} ! rvldepthenc ! rerunsink location={} compression={}"


def command(path, frames=-1, size="16,height=12", compression="none"):
    return LINE.format(frames, size, path, compression).split()


class Crash(Test):
    def check(self, path, decode=True):
        """The frames of a file that was cut off, which have to be the first of the stream, whole and in order."""
        recording = Recording(path)
        frames = recording.frames()
        self.assertEqual(frames, list(range(len(frames))))
        blobs = recording.blobs()
        self.assertEqual(len(blobs), len(frames))
        for blob in blobs[:1] + blobs[-1:] if decode else ():
            self.assertGreater(rvl_decode(blob).size, 0)
        return len(frames), recording

    def loads(self, path, frames):
        """Rerun's own judgement of what is there."""
        self.must("rrd", "verify", "--check-footers", "false", path)
        self.assertIn("num_rows", self.must("rrd", "stats", path).stdout)
        whole = self.folder / "whole.rrd"
        self.must("rrd", "optimize", path, "-o", whole)
        self.assertEqual(len(Recording(whole).blobs()), frames)

    def test_killed_a_hundred_times(self):
        moments, cut = random.Random(1), 0
        for i in range(KILLS):
            path = self.folder / f"{i}.rrd"
            size, compression = ("16,height=12", "320,height=240")[i % 2], ("none", "lz4")[i // 2 % 2]
            process = subprocess.Popen(command(path, size=size, compression=compression), stderr=subprocess.DEVNULL)
            while not path.exists() and process.poll() is None:
                time.sleep(0.001)
            time.sleep(moments.uniform(0, 0.1))
            process.kill()
            process.wait()
            with self.subTest(i):
                if path.stat().st_size < 12:  # not even the stream's header
                    continue
                frames, recording = self.check(path)
                self.assertFalse(recording.footer)
                cut += recording.tail > 0
                if i % 10 == 0 and frames:
                    self.loads(path, frames)
            path.unlink()
        print(f"{cut} of {KILLS} files end inside a message")

    def test_killed_while_live_loses_at_most_the_last_moment(self):
        """A camera's frames reach the file while it runs: those of 64 KiB and more at once, small ones within 100 ms."""
        for size, moment in ("16,height=12", 0.1), ("320,height=240", 0):
            path = self.folder / "live.rrd"
            line = command(path, size=f"{size},framerate=50/1", compression="lz4")
            line.insert(line.index("depthtestsrc") + 1, "is-live=true")
            line[line.index("rerunsink") :] = ["identity", "name=gate", "silent=false", *line[line.index("rerunsink") - 1 :]]
            line[1] = "-v"
            process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            came = 0
            with self.subTest(size):
                for text in process.stdout:
                    came += "gate: last-message = chain" in text
                    if came == 100:
                        break
                process.kill()
                process.wait()
                process.stdout.close()
                frames, _ = self.check(path)
                # what the machine does between the pipe and the kill is for the test
                self.assertGreaterEqual(frames, came - moment * 50 - 1 - 1)

    def one_error(self, output):
        errors = re.findall(r"ERROR: from element \S*GstDepthRerunSink\S* (.*)", output)
        self.assertEqual(len(errors), 1, output)
        return errors[0]

    def says_what_is_there(self, path, done):
        """The error counts the frames that Rerun reads from the file, and its bytes."""
        frames, _ = self.check(path)
        self.assertGreater(frames, 10)
        self.loads(path, frames)
        self.assertIn(f" {frames} frames, {path.stat().st_size} bytes in all, were written before and can be read", self.one_error(done.stdout + done.stderr))

    def test_file_size_limit(self):
        for limit in 300_000, 300_001, 301_234:
            path = self.folder / f"{limit}.rrd"
            done = subprocess.run(
                command(path, 1000, "64,height=48"),
                capture_output=True,
                text=True,
                timeout=60,
                restore_signals=False,  # SIGXFSZ stays ignored: writes fail with EFBIG
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
            )
            with self.subTest(limit):
                self.assertGreater(done.returncode, 0)
                written = path.stat().st_size
                self.assertLessEqual(written, limit)
                self.assertGreater(written, limit * 0.5)
                self.says_what_is_there(path, done)

    def test_disk_that_is_full(self):
        done = subprocess.run(command("/dev/full", 100), capture_output=True, text=True, timeout=60)
        self.assertGreater(done.returncode, 0)
        self.assertRegex(self.one_error(done.stdout + done.stderr), "No space left")

    def test_small_file_system(self):
        disk, copy = self.folder / "disk", self.folder / "a.rrd"
        disk.mkdir()
        line = " ".join(command(disk / "a.rrd", 1000, "64,height=48"))
        inner = f"mount -t tmpfs -o size=256k none {disk} || exit 99; {line}; status=$?; cp {disk}/a.rrd {copy}; exit $status"
        done = subprocess.run(["unshare", "--mount", "--map-root-user", "sh", "-c", inner], capture_output=True, text=True, timeout=60)
        if not copy.exists():
            self.skipTest(f"no file system of one's own here: {done.stderr.strip()[:200]}")
        self.assertGreater(done.returncode, 0)
        self.assertIn("No space left", self.one_error(done.stdout + done.stderr))
        self.says_what_is_there(copy, done)

    def test_a_file_that_is_cut_anywhere(self):
        """What is complete is read, never more, never an error: of small frames, which share a message, all or none."""
        path, cut = self.folder / "whole.rrd", self.folder / "cut.rrd"
        for size, step, expected in ("4,height=3", 7, {0, 3}), ("300,height=200", 4999, {0, 1, 2, 3}):
            subprocess.run(command(path, 3, size), check=True, timeout=60)
            self.verify(path)
            data, seen = path.read_bytes(), set()
            for size in range(12, len(data), step):
                cut.write_bytes(data[:size])
                seen.add(self.check(cut, decode=False)[0])
            self.assertEqual(seen, expected)
            for size in len(data) - 1, len(data) - 40, len(data) * 2 // 3:
                cut.write_bytes(data[:size])
                self.assertEqual(rerun("rrd", "stats", cut).returncode, 0)


main()
