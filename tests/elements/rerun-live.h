/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun-common.h"
#include "rerun-server.h"

/* What the tests of rerunsink with a server share. */

/* In the place of folder_teardown(). */
void live_teardown (void);

/* A sink with what follows @property as g_object_set() takes it. */
GstHarness *live_new (const gchar * uri, GstBus ** bus, const gchar * property,
    ...);

/* Valid until the next call. */
const gchar *uri_of (RerunServer * server);

/* Frames with these numbers, without @last. */
void push (GstHarness * h, guint first, guint last);

/* After EOS, as a seek does. */
void go_on (GstHarness * h);

/* Every frame that came is accounted for. */
void check_balance (GstHarness * h, guint64 taken);

/* The next message of the kind, and for elements, of the name. */
GstMessage *wait_for (GstBus * bus, GstMessageType type, const gchar * name);

/* The next warning or info has @word. */
void wait_for_text (GstBus * bus, GstMessageType type, const gchar * word);

/* Before the first frame a server gets the store, the recording's name, and the
 * entity's state. */
#define N_FIRST 3
void check_first (RerunServer * server);

/* The server's frame @i is the one with number @n. */
void check_frame (RerunServer * server, guint i, guint n);

/* The server has exactly these @n frames, after what comes before. */
void check_frames (RerunServer * server, guint first, guint n);

/* Less than any time that the sink gives a server, 5 s. */
void check_nobody_waited (gint64 since);
