# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/ELEMENT.md and gst-inspect-1.0 say the same: properties, defaults, and the words of their descriptions; element and pad names. Links and pictures of all pages lead to files."""
import re
from pathlib import Path

from common import Gst, Test, main

import gi

gi.require_version("GObject", "2.0")
from gi.repository import GObject  # noqa: E402

DOCS = Path(__file__).resolve().parents[2] / "docs"


def plugin_elements():
    registry = Gst.Registry.get()
    features = registry.get_feature_list_by_plugin("rvldepth") + registry.get_feature_list_by_plugin("depthrerun")
    return sorted(feature.get_name() for feature in features if isinstance(feature, Gst.ElementFactory))


def texts():
    """The sources, with the string literals that follow one another joined."""
    sources = " ".join(path.read_text() for path in sorted(DOCS.parent.glob("gst/**/*.c")))
    return re.sub(r'"\s*(?:G_G\w+\s*)?"', "", sources)


def plain(text):
    return re.sub(r"\s+", " ", text.replace("`", "").replace("\\", "")).strip().rstrip(".").lower()


def table(page):
    """{property: (default, meaning)} of the table whose first two columns are property and default."""
    rows, inside = {}, False
    for line in page.read_text().splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if [plain(cell) for cell in cells[:2]] == ["property", "default"]:
            inside = True
        elif inside and line.startswith("|"):
            if not set(cells[0]) <= set("-: "):
                rows[plain(cells[0])] = (plain(cells[1]), plain(cells[2]))
        else:
            inside = False
    return rows


def default_of(element, pspec):
    """As gst-inspect-1.0 prints it, None where nothing is set."""
    value = element.get_property(pspec.name)
    if value is None or pspec.value_type.name in ("GstValueArray", "GstStructure"):
        return None
    if isinstance(value, Gst.Fraction):
        return f"{value.num:.0f}/{value.denom:.0f}"
    if isinstance(value, bool):
        return str(value).lower()
    if pspec.value_type.is_a(GObject.TYPE_ENUM):
        return value.value_nick
    if pspec.value_type.is_a(GObject.TYPE_FLAGS):
        every = sum(type(value).__flags_values__)
        return {"all"} if value == every else {*value.value_nicks}
    return value


def number(text):
    """A number, also in hexadecimal or with a unit: nanoseconds are written in seconds, bytes in MiB."""
    digits, _, unit = text.partition(" ")
    factor = {"": 1, "s": 1e9, "mib": 2**20}[unit]
    return factor * (int(digits, 16) if digits.startswith("0x") else float(digits))


def same(documented, default, pspec):
    if default is None:  # the description has words for what that means
        return documented in ("", "none") or documented in plain(pspec.blurb)
    if isinstance(default, str):
        return documented == default
    if isinstance(default, set):
        return default == {*documented.split("+")}
    return number(documented) == default


class Docs(Test):
    def test_every_element_has_its_page(self):
        self.assertIn("rvldepthenc", plugin_elements())
        for name in plugin_elements():
            with self.subTest(name):
                self.assertTrue((DOCS / f"{name}.md").exists())

    def test_properties(self):
        for name in plugin_elements():
            element, page = Gst.ElementFactory.make(name), DOCS / f"{name}.md"
            ours = {p.name: p for p in element.list_properties() if p.owner_type == element.__gtype__}
            documented = table(page) if page.exists() else {}
            with self.subTest(name):
                self.assertEqual(sorted(documented), sorted(ours))
            for key in documented.keys() & ours.keys():
                with self.subTest(f"{name}.{key}"):
                    default, meaning = documented[key]
                    actual = default_of(element, ours[key])
                    self.assertTrue(same(default, actual, ours[key]), f"{default!r} is not {actual!r}")
                    self.assertTrue(meaning.startswith(plain(ours[key].blurb)), f"{meaning!r} does not begin with {plain(ours[key].blurb)!r}")

    def test_python_line(self):
        """The page's own way to read stats, which names every counter that there is."""
        page, sink = DOCS / "rerunsink.md", Gst.ElementFactory.make("rerunsink")
        (line,) = re.findall(r"```python\n(.*?)```", page.read_text(), re.S)
        sink.set_property("location", str(self.folder / "a.rrd"))
        sink.set_property("uri", "rerun+http://127.0.0.1:1/proxy")
        sink.set_state(Gst.State.PAUSED)
        scope = {"sink": sink}
        exec(line, scope)
        self.assertEqual(scope["dropped"], 0)
        stats = sink.get_property("stats")
        names = {stats.nth_field_name(i): stats.get_value(stats.nth_field_name(i)) for i in range(stats.n_fields())}
        sink.set_state(Gst.State.NULL)
        counters = "frames-written", "bytes-written", "frames-queued", "queue-bytes", "frames-dropped"
        every = {"frames", "bytes", "uri-frames-unconfirmed", "uri-connected", "uri-reconnects", *(f"{output}-{name}" for output in ("location", "uri") for name in counters)}
        self.assertEqual(set(names), every)
        self.assertTrue(all(isinstance(value, int) for value in names.values()), names)

    def test_messages(self):
        """What debugging.md says that elements print stands in their sources."""
        page, said, count = (DOCS / "debugging.md").read_text(), texts(), 0
        for line in page.splitlines():
            cells = line.split(" | ")
            if len(cells) != 3 or not line.startswith("| "):
                continue
            # of symptoms the last cell, of messages the first
            for span in re.findall(r"`([^`]+)`", cells[2] if "GST_DEBUG" in cells[1] else cells[0]):
                for piece in re.split(r"\bN\b|\bM\b|\bWxH\b|\bURI\b|…|\b\d+\b", span):
                    with self.subTest(span, piece=piece):
                        self.assertTrue(piece.strip(" ;:()") in said)
                        count += 1
        self.assertGreater(count, 30)

    def test_links(self):
        pages = [DOCS.parent / "README.md", *DOCS.glob("*.md")]
        links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())]
        self.assertGreater(len(links), 20)
        for page, link in links:
            with self.subTest(f"{page.name}: {link}"):
                self.assertTrue((page.parent / link).exists())


main()
