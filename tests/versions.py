# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The sources use nothing newer than the oldest GStreamer that is supported.

    versions.py VERSION FOLDER...

Each name in the sources is looked up in the .gir files of the installed
GStreamer, which say since when it exists; what stands under
`#if GST_CHECK_VERSION (...)` is left out. GLib's
headers check themselves: GLIB_VERSION_MAX_ALLOWED in meson.build."""
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

FOLDERS = [Path("/usr/share/gir-1.0"), *Path("/usr/lib").glob("*/gir-1.0")]
NAMES = (
    "{http://www.gtk.org/introspection/c/1.0}identifier",
    "{http://www.gtk.org/introspection/c/1.0}type",
    "{http://www.gtk.org/introspection/glib/1.0}get-type",
)


def number(version):
    """(1, 22) of "1.22.1"."""
    return tuple(int(digits) for digits in version.split(".")[:2])


def since():
    """{name: version} of all that GStreamer's .gir files date."""
    dated = {}
    for path in (path for folder in FOLDERS for path in folder.glob("Gst*-1.0.gir")):
        for item in ElementTree.parse(path).iter():
            if re.match(r"1\.\d+", item.get("version", "")):
                dated |= {item.get(name): number(item.get("version")) for name in NAMES if item.get(name)}
    return dated


def used(text):
    """The names in a source, but for comments, literals, and what stands under a
    test of the version; what the source makes itself for older ones is its own."""
    text = re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', " ", text, flags=re.S)
    names, own, tests = set(), set(), []
    for line in text.splitlines():
        words = set(re.findall(r"\b[A-Za-z_]\w+", line))
        if re.match(r"\s*#\s*if", line):
            tests.append("older" if "!GST_CHECK_VERSION" in line else "newer" if "GST_CHECK_VERSION" in line else "")
        elif re.match(r"\s*#\s*else", line):
            tests[-1] = ""
        elif re.match(r"\s*#\s*endif", line):
            tests.pop()
        elif "older" in tests:
            own |= words
        elif "newer" not in tests:
            names |= words
    return names - own


def main(base, *folders):
    sources = sorted(path for folder in folders for path in Path(folder).glob("**/*.[ch]"))
    dated = since()
    if "gst_buffer_add_custom_meta" not in dated:
        print("skipped: there are no .gir files of GStreamer (Debian's packages libgstreamer1.0-dev, libgstreamer-plugins-base1.0-dev)")
        return 77
    newer = 0
    for path in sources:
        for name in sorted(used(path.read_text())):
            if dated.get(name, (0, 0)) > number(base):
                print(f"{path}: {name} exists since GStreamer {'.'.join(map(str, dated[name]))}, the oldest supported is {base}")
                newer += 1
    print(f"{len(sources)} files, {len(dated)} dated names, {newer} too new")
    return 1 if newer or not sources else 0


sys.exit(main(*sys.argv[1:]))
