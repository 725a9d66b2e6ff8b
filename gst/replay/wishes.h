/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the user asks for. */
typedef struct
{
  gchar *timeline;              /* NULL: the best that there is */
  gchar *recording_id;          /* NULL: the first */
  gchar *asked_paths;           /* as the user wrote them */
  gchar **entity_paths;         /* in the stored form; NULL: all */
} ReplayWishes;

void replay_wishes_clear (ReplayWishes * self);

/**
 * replay_wishes_set_paths:
 * @text: (nullable): entity paths with commas between them; "\," is one in a path
 *
 * Returns: (nullable) (transfer full): what is wrong with one of them
 */
gchar *replay_wishes_set_paths (ReplayWishes * self, const gchar * text);

/* Whether pictures of the entity are to be played. */
gboolean replay_wishes_entity (const ReplayWishes * self, const gchar * path);

G_END_DECLS
