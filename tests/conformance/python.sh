#!/bin/sh
# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs a test in the Python environment that tests/run.sh makes.
python=$DEPTH_VENV/bin/python
[ -x "$python" ] && exec "$python" "$@"
echo "skipped: there is no $python (tests/run.sh makes it)"
exit 77
