/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rerun/entity.h"

G_BEGIN_DECLS

/**
 * RerunKind:
 * @caps: of the streams
 * @archetype: of streams that may be depth or pictures, as 16-bit grey: which of them.
 *   Others: %RERUN_ARCHETYPE_AUTO
 * @name: for people. All that an entity holds is of one kind.
 * @klass: what logs them
 */
typedef struct
{
  GstStaticCaps caps;
  RerunArchetype archetype;
  const gchar *name;
  const RerunEntityClass *klass;
} RerunKind;

/* Returns: (transfer full): all caps that can be logged */
GstCaps *rerun_kinds_get_caps (RerunArchetype archetype);

/* Returns: (nullable): the kind of @caps; NULL: none, or with %RERUN_ARCHETYPE_AUTO, the
 * first frame says which */
const RerunKind *rerun_kind_for (const GstCaps * caps,
    RerunArchetype archetype);

/**
 * rerun_kind_guess:
 * @buffer: a PNG
 * @why: (out): what is wrong with it, for %RERUN_ARCHETYPE_AUTO
 *
 * Returns: what a stream is by its first frame; %RERUN_ARCHETYPE_AUTO: that cannot say
 */
RerunArchetype rerun_kind_guess (GstBuffer * buffer, gchar ** why);

G_END_DECLS
