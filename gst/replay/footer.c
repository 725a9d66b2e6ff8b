/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The index by the footer, without a look at the chunks. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/footer.h"

#include "replay/debug.h"

/* Writers before this one list chunks in the footer of another recording, where a
 * file has several. */
#define FIRST_WITH_RIGHT_FOOTERS 36
/* Timelines, beside the one that is played, on which pictures are looked for. */
#define MAX_OTHERS 16

static bool
read_at (void *user, uint64_t offset, void *data, size_t size)
{
  GstBuffer *buffer = replay_file_pull (user, offset, size);
  gboolean ok;

  if (buffer == NULL)
    return false;
  ok = gst_buffer_extract (buffer, 0, data, size) == size;
  gst_buffer_unref (buffer);
  return ok;
}

/* What of the footer is looked up for each chunk. */
typedef struct
{
  RrdIndex *index;
  gboolean has_timeline;
  RrdIndexKey timeline;
  gboolean has[REPLAY_N_COMPONENTS], has_static[REPLAY_N_COMPONENTS];
  RrdIndexKey keys[REPLAY_N_COMPONENTS], static_keys[REPLAY_N_COMPONENTS];
} FooterKeys;

static void
find_keys (FooterKeys * keys, RrdIndex * index, const gchar * timeline)
{
  keys->index = index;
  keys->has_timeline = timeline != NULL
      && rrd_index_find (index, timeline, NULL, &keys->timeline);
  for (guint i = 0; i < REPLAY_N_COMPONENTS; i++) {
    const gchar *name = replay_components[i]->name;

    keys->has[i] = keys->has_timeline
        && rrd_index_find (index, timeline, name, &keys->keys[i]);
    keys->has_static[i] =
        rrd_index_find (index, NULL, name, &keys->static_keys[i]);
  }
}

static guint64
find_chunk_components (const FooterKeys * keys, uint64_t i, gboolean is_static)
{
  const gboolean *has = is_static ? keys->has_static : keys->has;
  const RrdIndexKey *key = is_static ? keys->static_keys : keys->keys;
  guint64 components = 0;

  for (guint c = 0; c < REPLAY_N_COMPONENTS; c++) {
    if (has[c] && rrd_index_rows (keys->index, &key[c], i) > 0)
      components |= REPLAY_BIT (c);
  }
  return components;
}

static gboolean
has_pictures (RrdIndex * index, const gchar * timeline)
{
  FooterKeys keys;

  find_keys (&keys, index, timeline);
  for (uint64_t i = 0; i < rrd_index_n_chunks (index); i++) {
    if (find_chunk_components (&keys, i, FALSE) & REPLAY_PICTURES)
      return TRUE;
  }
  return FALSE;
}

static gboolean
choose_of_footer (ReplayIndex * self, RrdIndex * index, const gchar * name)
{
  RrdTimeKind kind;
  ArrowSpan span;

  for (size_t i = 0; rrd_index_timeline (index, i, &span, &kind); i++) {
    if (arrow_span_is (span, name)) {
      if (!has_pictures (index, name))
        return FALSE;
      replay_index_choose (self, name, kind);
      return TRUE;
    }
  }
  return FALSE;
}

static void
choose_timeline (ReplayIndex * self, RrdIndex * index)
{
  RrdTimeKind kind;
  ArrowSpan span;
  gboolean chosen = FALSE;

  for (size_t i = 0; rrd_index_timeline (index, i, &span, &kind); i++)
    replay_index_note_timeline (self, span);
  if (self->wishes->timeline != NULL) {
    choose_of_footer (self, index, self->wishes->timeline);
    return;
  }
  for (gsize i = 0; i < REPLAY_N_PREFERRED && !chosen; i++)
    chosen = choose_of_footer (self, index, replay_preferred_timelines[i]);
  for (guint i = 0; i < self->timelines->len && !chosen; i++)
    chosen = choose_of_footer (self, index, self->timelines->pdata[i]);
}

/* Pictures in a chunk that is on other timelines alone, whose keys are @others. */
static void
count_untimed (ReplayIndex * self, const GArray * others, uint64_t i,
    const RrdIndexChunk * chunk)
{
  gchar *path = replay_text (chunk->entity_path);
  guint64 components = 0;

  for (guint k = 0; k < others->len; k++)
    components |= find_chunk_components (&g_array_index (others, FooterKeys, k),
        i, FALSE);
  replay_index_count_untimed (self, path, components, chunk->n_rows);
  g_free (path);
}

static GArray *
find_other_keys (ReplayIndex * self, RrdIndex * index)
{
  GArray *others = g_array_new (FALSE, FALSE, sizeof (FooterKeys));
  FooterKeys keys;

  for (guint i = 0; i < self->timelines->len && others->len < MAX_OTHERS; i++) {
    if (g_strcmp0 (self->timelines->pdata[i], self->timeline) == 0)
      continue;
    find_keys (&keys, index, self->timelines->pdata[i]);
    g_array_append_val (others, keys);
  }
  return others;
}

static gboolean
add_of_footer (ReplayIndex * self, const FooterKeys * keys,
    const GArray * others, uint64_t i, RrdReadError * error)
{
  ReplayEntry entry = { 0 };
  RrdIndexChunk chunk;
  int64_t range[2] = { 0, 0 };

  if (!rrd_index_chunk (keys->index, i, &chunk, error))
    return FALSE;
  entry.components = find_chunk_components (keys, i, chunk.is_static);
  if (entry.components == 0 && !chunk.is_static)
    count_untimed (self, others, i, &chunk);
  if (entry.components == 0 || chunk.size > G_MAXUINT32)
    return TRUE;
  if (!chunk.is_static && !rrd_index_range (keys->index, &keys->timeline, i,
          range))
    return TRUE;
  entry.offset = chunk.offset;
  entry.size = chunk.size;
  entry.start = range[0];
  entry.end = range[1];
  replay_index_add (self, &entry, replay_entities_get (&self->entities,
          chunk.entity_path), chunk.is_static);
  return TRUE;
}

/* Returns: %FALSE if the footer cannot be used */
static gboolean
read_index (ReplayIndex * self, RrdIndex * index, RrdReadError * error)
{
  FooterKeys keys;
  GArray *others;
  gboolean ok = TRUE;

  choose_timeline (self, index);
  find_keys (&keys, index, self->timeline);
  others = find_other_keys (self, index);
  for (uint64_t i = 0; i < rrd_index_n_chunks (index) && ok; i++)
    ok = add_of_footer (self, &keys, others, i, error);
  g_array_unref (others);
  if (!ok || rrd_index_error (index) == NULL)
    return ok;
  *error = *rrd_index_error (index);
  return FALSE;
}

/* The footer was wrong: what it said so far is, too. */
static void
forget_entries (ReplayIndex * self)
{
  g_array_set_size (self->entries, 0);
  g_array_set_size (self->statics, 0);
  g_clear_pointer (&self->timeline, g_free);
  self->untimed = 0;
}

static RrdIndex *
find_index (ReplayIndex * self, const RrdFooter * footer)
{
  for (size_t i = 0; i < rrd_footer_n_indexes (footer); i++) {
    RrdIndex *index = rrd_footer_index (footer, i);

    if (replay_store_is (&self->store, rrd_index_store (index)))
      return index;
  }
  return NULL;
}

gboolean
replay_footer_read (ReplayIndex * self, const guint8 version[4])
{
  RrdFooter *footer;
  RrdReadError error = { "", 0 };
  RrdFooterResult result = rrd_footer_read (self->file.size, read_at,
      &self->file, &footer, &error);
  gboolean ok = FALSE;
  RrdIndex *index;

  if (result == RRD_FOOTER_BAD)
    GST_WARNING_OBJECT (self->element, "the footer is not used: %s",
        error.what);
  if (result != RRD_FOOTER_OK)
    return FALSE;
  if (rrd_footer_n_indexes (footer) > 1
      && version[1] < FIRST_WITH_RIGHT_FOOTERS) {
    GST_INFO_OBJECT (self->element, "several recordings by Rerun 0.%d: their "
        "footers may mix chunks", version[1]);
  } else {
    index = find_index (self, footer);
    ok = index == NULL || read_index (self, index, &error);
    if (!ok) {
      GST_WARNING_OBJECT (self->element, "the footer is not used: %s",
          error.what);
      forget_entries (self);
    }
  }
  rrd_footer_free (footer);
  return ok;
}
