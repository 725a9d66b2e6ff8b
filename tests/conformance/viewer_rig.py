# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real Viewer's picture of a rig: raw and encoded pictures in 2D with their colours, depth and colour cameras in 3D, lines of text. The pictures stay in build/pictures, to be looked at."""
import numpy as np
import rerun as rr
import rerun.blueprint as rrb
from common import Gst, Recording, Test, main
from viewing import Window, difference, keep, shown

WIDTH, HEIGHT = 64, 48
COLOURS = {(0, 0): (200, 30, 40), (0, 1): (30, 160, 60), (1, 0): (40, 60, 210), (1, 1): (120, 120, 120)}
# The Viewer takes NV12 and YUY2 for BT.601, I420 for BT.709.
FORMATS = {  # entity: what comes after videoconvert
    "rgb": "video/x-raw,format=RGB",
    "bgr": "video/x-raw,format=BGR",
    "rgba": "video/x-raw,format=RGBA",
    "bgra": "video/x-raw,format=BGRA",
    "gray8": "video/x-raw,format=GRAY8",
    "nv12": "video/x-raw,format=NV12,colorimetry=bt601",
    "i420": "video/x-raw,format=I420,colorimetry=bt709",
    "i420-full": "video/x-raw,format=I420,colorimetry=1:3:5:1",
    "yuy2": "video/x-raw,format=YUY2,colorimetry=bt601",
    "jpeg": "jpegenc quality=95",
    "png": "pngenc",
}


def quadrants():
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for (row, column), colour in COLOURS.items():
        picture[row * HEIGHT // 2 :, column * WIDTH // 2 :][: HEIGHT // 2, : WIDTH // 2] = colour
    return picture


def run(line, data=None):
    pipeline = Gst.parse_launch(line)
    pipeline.set_state(Gst.State.PLAYING)
    if data is not None:
        buffer = Gst.Buffer.new_wrapped(data)
        buffer.pts = 0
        pipeline.get_by_name("source").emit("push-buffer", buffer)
        pipeline.get_by_name("source").emit("end-of-stream")
    message = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    assert message and message.type == Gst.MessageType.EOS, message and message.parse_error()


class ViewerRig(Test):
    def show(self, recording, name, views, size="1600x1000"):
        """{view: pixels}."""
        blueprint = self.folder / "layout.rbl"
        panels = [panel(state="hidden") for panel in (rrb.TopPanel, rrb.BlueprintPanel, rrb.SelectionPanel)]
        time_panel = rrb.TimePanel(state="hidden", timeline="pts")
        rrb.Blueprint(rrb.Grid(*views.values()), *panels, time_panel, auto_layout=False, auto_views=False).save("rig", blueprint)
        ids = {key: str(view.id) for key, view in views.items()}
        for _ in range(3):  # a Viewer that has the recording before the layout sometimes ignores the layout
            with Window(blueprint, recording, size=size) as window:
                shots = window.shots(ids)
            if shots:
                keep(shots, name)
                return shots
        self.fail("the Viewer does not show it")

    def test_colours(self):
        path = self.folder / "colours.rrd"
        sink = f"rerunsink location={path} application-id=rig recording-id=one magnification-filter=nearest"
        run(
            f"appsrc name=source format=time caps=video/x-raw,format=RGB,width={WIDTH},height={HEIGHT},framerate=30/1,colorimetry=sRGB ! tee name=t "
            + " ".join(f"t. ! queue ! videoconvert ! {caps} ! {sink} entity-path=pictures/{name}" for name, caps in FORMATS.items()),
            quadrants().tobytes(),
        )
        self.verify(path)
        views = {name: rrb.Spatial2DView(origin=f"pictures/{name}", background=[0, 0, 0]) for name in FORMATS}
        for name, picture in self.show(path, "rig", views).items():
            there = shown(picture)
            rows, columns = np.flatnonzero(there.mean(1) > 0.3), np.flatnonzero(there.mean(0) > 0.3)
            picture = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(int)
            for (row, column), colour in COLOURS.items():
                with self.subTest(name, colour=colour):
                    pixel = picture[(2 * row + 1) * picture.shape[0] // 4, (2 * column + 1) * picture.shape[1] // 4]
                    if name == "gray8":
                        colour = 3 * [int(np.dot(colour, (0.299, 0.587, 0.114)))]
                    self.assertLess(np.abs(pixel - colour).max(), 8, pixel)

    def test_cameras(self):
        """A depth cloud and the frustum of a colour camera, a metre beside it and turned: as they are where the SDK says so, and not where another pose says."""
        pictures = {}
        for name, translation in ("right", "<1, 0, 0.5>"), ("wrong", "<-1, 0, 0.5>"):
            path = self.folder / f"{name}.rrd"
            sink = f"rerunsink location={path} application-id=rig recording-id=one"
            run(
                f"depthtestsrc num-buffers=2 ! rvldepthenc ! {sink} entity-path=rig/depth "
                f"videotestsrc num-buffers=2 pattern=smpte ! video/x-raw,width=640,height=480 ! jpegenc ! {sink} entity-path=rig/colour "
                f'pinhole="<600, 600, 319.5, 239.5>" translation="{translation}" rotation="<0, -0.3, 0, 1>"'
            )
            self.verify(path)
            pictures[name] = self.show(path, f"cameras-{name}", self.camera_views())
        sdk = self.sdk_camera(self.folder / "right.rrd")
        pictures["sdk"] = self.show(sdk, "cameras-sdk", self.camera_views())
        right, wrong, sdk = (pictures[name]["3D"] for name in ("right", "wrong", "sdk"))
        self.assertLess(difference(right, sdk), 0.0005)
        self.assertGreater(difference(wrong, sdk), 0.002)  # a frustum is small

    def camera_views(self):
        eye = rrb.EyeControls3D(kind=rrb.Eye3DKind.Orbital, position=(-3, -2.5, -3), look_target=(0.5, 0.2, 1.5), eye_up=(0, -1, 0))
        return {
            "3D": rrb.Spatial3DView(origin="rig", eye_controls=eye, line_grid=False, background=[0, 0, 0]),
            "colour": rrb.Spatial2DView(origin="rig/colour"),
        }

    def sdk_camera(self, ours):
        """Our recording without its colour camera, and that by the SDK."""
        rest, camera, both = (self.folder / f"{name}.rrd" for name in ("rest", "camera", "both"))
        self.must("rrd", "filter", "--drop-entity", "/rig/colour", ours, "-o", rest)
        recording = Recording(ours)
        blobs = [bytes(row["EncodedImage:blob"][0]) for row in recording.rows if row.get("EncodedImage:blob") is not None]
        stream = rr.RecordingStream("rig", recording_id="one")
        stream.save(camera)
        for i, blob in enumerate(blobs):
            stream.set_time("pts", duration=np.timedelta64(i * 33_333_333, "ns"))
            stream.log("rig/colour", rr.Pinhole(focal_length=600, principal_point=(319.5, 239.5), resolution=(640, 480)))
            stream.log("rig/colour", rr.Transform3D(translation=(1, 0, 0.5), rotation=rr.Quaternion(xyzw=(0, -0.3, 0, 1))))
            stream.log("rig/colour", rr.EncodedImage(contents=blob, media_type="image/jpeg"))
        stream.disconnect()
        self.must("rrd", "merge", rest, camera, "-o", both)
        return both

    def test_text(self):
        """Lines of a stream, and those of log-drops."""
        path = self.folder / "text.rrd"
        subtitles = self.folder / "a.srt"
        subtitles.write_text("".join(f"{i + 1}\n00:00:0{i},000 --> 00:00:0{i + 1},000\nline number {i}\n\n" for i in range(5)))
        run(f"filesrc location={subtitles} ! subparse ! rerunsink location={path} application-id=rig recording-id=one entity-path=rig/text level=warn")
        self.verify(path)
        views = {"log": rrb.TextLogView(origin="rig")}
        with_lines = self.show(path, "text", views, "700x400")["log"]
        self.assertGreater(shown(with_lines).mean(), 0.01)


main()
