/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which chunks of a file are played, and when. A footer tells it without a look at the
 * chunks; without one all of the file is read once. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "replay/index.h"

#include <string.h>

#include "replay/debug.h"

/* Of chunks that are kept. One is always kept, whatever its size. */
#define CACHE_SIZE (16 << 20)

/* --- the file --- */

/* Returns: (transfer full) (nullable): fewer bytes at the end of the file */
GstBuffer *
replay_file_pull (ReplayFile * file, guint64 offset, guint size)
{
  GstBuffer *buffer = NULL;

  if (file->size != G_MAXUINT64 && offset >= file->size)
    return NULL;
  file->flow = gst_pad_pull_range (file->pad, offset, size, &buffer);
  if (file->flow == GST_FLOW_EOS)
    file->flow = GST_FLOW_OK;
  return buffer;
}

/* --- life --- */

typedef struct
{
  guint64 offset;
  ReplayChunk *chunk;
  GList link;                   /* in the order of use */
} Cached;

static void
free_cached (gpointer data)
{
  Cached *cached = data;

  replay_chunk_unref (cached->chunk);
  g_free (cached);
}

void
replay_index_init (ReplayIndex * self, GstElement * element,
    const ReplayWishes * wishes, GstDepthReport * report)
{
  memset (self, 0, sizeof *self);
  self->element = element;
  self->wishes = wishes;
  self->report = report;
  self->entries = g_array_new (FALSE, FALSE, sizeof (ReplayEntry));
  self->statics = g_array_new (FALSE, FALSE, sizeof (ReplayEntry));
  self->timelines = g_ptr_array_new_with_free_func (g_free);
  self->first = G_MAXINT64;
  self->last = G_MININT64;
  replay_store_init (&self->store, wishes->recording_id);
  replay_entities_init (&self->entities);
  self->chunks =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, free_cached);
}

void
replay_index_clear (ReplayIndex * self)
{
  g_clear_pointer (&self->chunks, g_hash_table_unref);
  g_queue_init (&self->cache);
  self->cached = 0;
  g_clear_pointer (&self->entries, g_array_unref);
  g_clear_pointer (&self->statics, g_array_unref);
  g_clear_pointer (&self->timelines, g_ptr_array_unref);
  g_clear_pointer (&self->timeline, g_free);
  replay_store_clear (&self->store);
  replay_entities_clear (&self->entities);
}

/* --- timelines --- */

/* From the best on. */
const gchar *const replay_preferred_timelines[REPLAY_N_PREFERRED] = {
  "pts", "capture_time", "log_time", "frame",
};

void
replay_index_note_timeline (ReplayIndex * self, ArrowSpan name)
{
  for (guint i = 0; i < self->timelines->len; i++) {
    if (arrow_span_is (name, self->timelines->pdata[i]))
      return;
  }
  g_ptr_array_add (self->timelines, replay_text (name));
}

void
replay_index_choose (ReplayIndex * self, const gchar * timeline,
    RrdTimeKind kind)
{
  self->timeline = g_strdup (timeline);
  self->kind = kind;
  GST_INFO_OBJECT (self->element, "timeline is %s", timeline);
}

static gboolean
choose_of_chunk (ReplayIndex * self, const ReplayChunk * chunk,
    const gchar * name)
{
  const RrdTimeColumn *column = replay_chunk_find_timeline (chunk, name);

  if (column != NULL)
    replay_index_choose (self, name, column->kind);
  return column != NULL;
}

void
replay_index_see (ReplayIndex * self, const ReplayChunk * chunk)
{
  const RrdChunkView *view = &chunk->view;
  gboolean chosen = self->timeline != NULL;

  for (gsize i = 0; i < view->n_timelines; i++)
    replay_index_note_timeline (self, view->timelines[i].name);
  if (chosen || view->n_timelines == 0
      || !(chunk->components & REPLAY_PICTURES))
    return;
  if (self->wishes->timeline != NULL) {
    choose_of_chunk (self, chunk, self->wishes->timeline);
    return;
  }
  for (gsize i = 0; i < REPLAY_N_PREFERRED && !chosen; i++)
    chosen = choose_of_chunk (self, chunk, replay_preferred_timelines[i]);
  if (!chosen) {
    gchar *name = replay_text (view->timelines[0].name);

    if (arrow_span_is (view->timelines[0].name, name))
      replay_index_choose (self, name, view->timelines[0].kind);
    g_free (name);
  }
}

void
replay_index_count_untimed (ReplayIndex * self, const gchar * path,
    guint64 components, guint64 rows)
{
  if ((components & REPLAY_PICTURES)
      && replay_wishes_entity (self->wishes, path))
    self->untimed += rows;
}

/* --- reading chunks --- */

void
replay_index_report_bad (ReplayIndex * self, guint64 offset,
    const RrdReadError * error)
{
  gst_depth_report_bad (self->report, self->element,
      g_strdup_printf ("The chunk at byte %" G_GUINT64_FORMAT " of the "
          "recording is left out: %s", offset, error->what));
}

void
replay_index_warn_cut_off (ReplayIndex * self, guint64 offset,
    const RrdReadError * error)
{
  GST_ELEMENT_WARNING (self->element, STREAM, DEMUX, ("The recording is "
          "cut off at byte %" G_GUINT64_FORMAT ": %s. What comes before is "
          "played.", offset, error->what), (NULL));
}

static ReplayChunk *
cache_find (ReplayIndex * self, guint64 offset)
{
  Cached *cached = g_hash_table_lookup (self->chunks, &offset);

  if (cached == NULL)
    return NULL;
  g_queue_unlink (&self->cache, &cached->link);
  g_queue_push_head_link (&self->cache, &cached->link);
  return cached->chunk;
}

static void
cache_add (ReplayIndex * self, guint64 offset, ReplayChunk * chunk)
{
  Cached *cached = g_new0 (Cached, 1);

  cached->offset = offset;
  cached->chunk = chunk;
  cached->link.data = cached;
  g_hash_table_insert (self->chunks, &cached->offset, cached);
  g_queue_push_head_link (&self->cache, &cached->link);
  self->cached += replay_chunk_get_size (chunk);
  while (self->cached > CACHE_SIZE && self->cache.length > 1) {
    cached = g_queue_pop_tail_link (&self->cache)->data;
    self->cached -= replay_chunk_get_size (cached->chunk);
    g_hash_table_remove (self->chunks, &cached->offset);
  }
}

/* Returns: NULL also where the chunk is of another recording */
static ReplayChunk *
read_chunk (ReplayIndex * self, GstBuffer * payload, RrdReadError * error)
{
  RrdChunkMessage message;
  ReplayChunk *chunk = NULL;
  GstMapInfo map;

  error->what[0] = '\0';
  if (!gst_buffer_map (payload, &map, GST_MAP_READ)) {
    gst_buffer_unref (payload);
    return NULL;
  }
  if (rrd_chunk_message_read (&message, map.data, map.size, error)
      && replay_store_is (&self->store, &message.store))
    chunk = replay_chunk_new (gst_buffer_ref (payload), &message,
        message.payload.data - map.data, error);
  gst_buffer_unmap (payload, &map);
  gst_buffer_unref (payload);
  return chunk;
}

ReplayChunk *
replay_index_load (ReplayIndex * self, const ReplayEntry * entry)
{
  ReplayChunk *chunk = cache_find (self, entry->offset);
  GstBuffer *payload;
  RrdReadError error;

  if (chunk != NULL)
    return chunk;
  payload = replay_file_pull (&self->file, entry->offset, entry->size);
  if (payload == NULL)
    return NULL;
  chunk = read_chunk (self, payload, &error);
  if (chunk == NULL) {
    if (error.what[0] != '\0')
      replay_index_report_bad (self, entry->offset, &error);
    return NULL;
  }
  replay_chunk_use_timeline (chunk,
      chunk->view.n_timelines > 0 ? self->timeline : NULL);
  cache_add (self, entry->offset, chunk);
  return chunk;
}

void
replay_index_add (ReplayIndex * self, ReplayEntry * entry,
    ReplayEntity * entity, gboolean is_static)
{
  entry->entity = entity->index;
  entity->components |= entry->components;
  if (is_static)
    g_array_append_val (self->statics, *entry);
  else
    g_array_append_val (self->entries, *entry);
}

/* --- the whole index --- */

static gint
compare_entries (gconstpointer a, gconstpointer b)
{
  const ReplayEntry *x = a, *y = b;

  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Chunks that came before the timeline was chosen. */
static void
find_times (ReplayIndex * self)
{
  for (guint i = 0; i < self->entries->len; i++) {
    ReplayEntry *entry = replay_index_entry (self, i);
    const ReplayChunk *chunk;

    if (entry->start != REPLAY_TIME_UNKNOWN)
      continue;
    chunk = replay_index_load (self, entry);
    if (chunk != NULL)
      replay_index_count_untimed (self, replay_index_entity (self,
              entry)->path, entry->components, chunk->untimed);
    if (chunk != NULL && chunk->n_rows > 0) {
      entry->start = chunk->rows[0].time;
      entry->end = chunk->rows[chunk->n_rows - 1].time;
    } else {
      entry->start = entry->end = G_MAXINT64 - 1;
      entry->components = 0;
    }
  }
}

/* What is needed of each entity: all of one whose pictures are wanted; of those above
 * it the intrinsics. */
static guint64 *
find_needed (const ReplayIndex * self)
{
  guint64 *needed = g_new0 (guint64, self->entities.all->len + 1);

  for (guint i = 0; i < self->entities.all->len; i++) {
    const ReplayEntity *entity = self->entities.all->pdata[i];

    if (!(entity->components & REPLAY_PICTURES)
        || !replay_wishes_entity (self->wishes, entity->path))
      continue;
    needed[i] = ~G_GUINT64_CONSTANT (0);
    while ((entity = entity->parent) != NULL)
      needed[entity->index] |= REPLAY_PINHOLE | REPLAY_BIT (REPLAY_CLEAR);
  }
  return needed;
}

static void
drop_unneeded (GArray * entries, const guint64 * needed)
{
  guint n = 0;

  for (guint i = 0; i < entries->len; i++) {
    const ReplayEntry *entry = &g_array_index (entries, ReplayEntry, i);

    if (entry->components & needed[entry->entity])
      g_array_index (entries, ReplayEntry, n++) = *entry;
  }
  g_array_set_size (entries, n);
}

void
replay_index_finish (ReplayIndex * self)
{
  gint64 last_end = G_MININT64;
  guint64 *needed;

  find_times (self);
  needed = find_needed (self);
  drop_unneeded (self->entries, needed);
  drop_unneeded (self->statics, needed);
  g_free (needed);
  g_array_sort (self->entries, compare_entries);
  for (guint i = 0; i < self->entries->len; i++) {
    ReplayEntry *entry = replay_index_entry (self, i);

    last_end = entry->last_end = MAX (last_end, entry->end);
    if (!(entry->components & REPLAY_PICTURES))
      continue;
    self->first = MIN (self->first, entry->start);
    self->last = MAX (self->last, entry->end);
  }
}

guint
replay_index_find (const ReplayIndex * self, gint64 time)
{
  guint low = 0, high = self->entries->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (replay_index_entry (self, middle)->start < time)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}
