/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which chunks of a file are played, and when. A footer tells it without a look at the
 * chunks; without one all of the file is read once, and nothing is kept but this. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/replay-index.h"

#include <string.h>

#include "arrow/read-error.h"
#include "rerun/replay-debug.h"

/* Of chunks that are kept. One is always kept, whatever its size. */
#define CACHE_SIZE (16 << 20)
/* The bytes before a message's payload: its kind and size. */
#define MESSAGE_HEADER_SIZE 16
/* Writers before this one list chunks in the footer of another recording, where a
 * file has several. */
#define FIRST_WITH_RIGHT_FOOTERS 36
/* Timelines, beside the one that is played, on which pictures are looked for. */
#define MAX_OTHERS 16
/* An entry whose times are not known yet. */
#define TIME_UNKNOWN G_MAXINT64

/* From the best on. */
static const gchar *const preferred_timelines[] = {
  "pts", "capture_time", "log_time", "frame",
};

/* --- the file --- */

/* Returns: (transfer full) (nullable): fewer bytes at the end of the file */
static GstBuffer *
pull (ReplayFile * file, guint64 offset, guint size)
{
  GstBuffer *buffer = NULL;

  if (file->size != G_MAXUINT64 && offset >= file->size)
    return NULL;
  file->flow = gst_pad_pull_range (file->pad, offset, size, &buffer);
  if (file->flow == GST_FLOW_EOS)
    file->flow = GST_FLOW_OK;
  return buffer;
}

static bool
read_at (void *user, uint64_t offset, void *data, size_t size)
{
  GstBuffer *buffer = pull (user, offset, size);
  gboolean ok;

  if (buffer == NULL)
    return false;
  ok = gst_buffer_extract (buffer, 0, data, size) == size;
  gst_buffer_unref (buffer);
  return ok;
}

/* --- what the user asks for --- */

void
replay_wishes_clear (ReplayWishes * self)
{
  g_clear_pointer (&self->timeline, g_free);
  g_clear_pointer (&self->recording_id, g_free);
  g_clear_pointer (&self->entity_paths, g_strfreev);
}

gboolean
replay_wishes_entity (const ReplayWishes * self, const gchar * path)
{
  if (self->entity_paths == NULL)
    return TRUE;
  for (gchar ** wanted = self->entity_paths; *wanted != NULL; wanted++) {
    gsize n = strlen (*wanted);

    if (strncmp (path, *wanted, n) == 0 && (path[n] == '\0' || path[n] == '/'))
      return TRUE;
  }
  return FALSE;
}

/* --- life --- */

typedef struct
{
  guint64 offset;
  ReplayChunk *chunk;
} Cached;

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
}

static void
free_cached (gpointer data)
{
  Cached *cached = data;

  replay_chunk_unref (cached->chunk);
  g_free (cached);
}

void
replay_index_clear (ReplayIndex * self)
{
  g_queue_clear_full (&self->cache, free_cached);
  self->cached = 0;
  g_clear_pointer (&self->entries, g_array_unref);
  g_clear_pointer (&self->statics, g_array_unref);
  g_clear_pointer (&self->timelines, g_ptr_array_unref);
  g_clear_pointer (&self->timeline, g_free);
  replay_store_clear (&self->store);
  replay_entities_clear (&self->entities);
}

/* --- timelines --- */

static void
note_timeline (ReplayIndex * self, ArrowSpan name)
{
  for (guint i = 0; i < self->timelines->len; i++) {
    if (arrow_span_is (name, self->timelines->pdata[i]))
      return;
  }
  g_ptr_array_add (self->timelines, replay_text (name));
}

static void
choose (ReplayIndex * self, const gchar * timeline, RrdTimeKind kind)
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
    choose (self, name, column->kind);
  return column != NULL;
}

void
replay_index_see (ReplayIndex * self, const ReplayChunk * chunk)
{
  const RrdChunkView *view = &chunk->view;
  gboolean chosen = self->timeline != NULL;

  for (gsize i = 0; i < view->n_timelines; i++)
    note_timeline (self, view->timelines[i].name);
  if (chosen || view->n_timelines == 0
      || !(chunk->components & REPLAY_PICTURES))
    return;
  if (self->wishes->timeline != NULL) {
    choose_of_chunk (self, chunk, self->wishes->timeline);
    return;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (preferred_timelines) && !chosen; i++)
    chosen = choose_of_chunk (self, chunk, preferred_timelines[i]);
  if (!chosen) {
    gchar *name = replay_text (view->timelines[0].name);

    if (arrow_span_is (view->timelines[0].name, name))
      choose (self, name, view->timelines[0].kind);
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

static void
report_bad (ReplayIndex * self, guint64 offset, const RrdReadError * error)
{
  gst_depth_report_bad (self->report, self->element,
      g_strdup_printf ("The chunk at byte %" G_GUINT64_FORMAT " of the "
          "recording is left out: %s", offset, error->what));
}

static ReplayChunk *
cache_find (ReplayIndex * self, guint64 offset)
{
  for (GList * i = self->cache.head; i != NULL; i = i->next) {
    Cached *cached = i->data;

    if (cached->offset == offset) {
      g_queue_unlink (&self->cache, i);
      g_queue_push_head_link (&self->cache, i);
      return cached->chunk;
    }
  }
  return NULL;
}

static void
cache_add (ReplayIndex * self, guint64 offset, ReplayChunk * chunk)
{
  Cached *cached = g_new (Cached, 1);

  cached->offset = offset;
  cached->chunk = chunk;
  g_queue_push_head (&self->cache, cached);
  self->cached += replay_chunk_get_size (chunk);
  while (self->cached > CACHE_SIZE && self->cache.length > 1) {
    cached = g_queue_pop_tail (&self->cache);
    self->cached -= replay_chunk_get_size (cached->chunk);
    free_cached (cached);
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
  payload = pull (&self->file, entry->offset, entry->size);
  if (payload == NULL)
    return NULL;
  chunk = read_chunk (self, payload, &error);
  if (chunk == NULL) {
    if (error.what[0] != '\0')
      report_bad (self, entry->offset, &error);
    return NULL;
  }
  replay_chunk_use_timeline (chunk,
      chunk->view.n_timelines > 0 ? self->timeline : NULL);
  cache_add (self, entry->offset, chunk);
  return chunk;
}

/* --- by the footer --- */

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
      choose (self, name, kind);
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
    note_timeline (self, span);
  if (self->wishes->timeline != NULL) {
    choose_of_footer (self, index, self->wishes->timeline);
    return;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (preferred_timelines) && !chosen; i++)
    chosen = choose_of_footer (self, index, preferred_timelines[i]);
  for (guint i = 0; i < self->timelines->len && !chosen; i++)
    chosen = choose_of_footer (self, index, self->timelines->pdata[i]);
}

static void
add_entry (ReplayIndex * self, ReplayEntry * entry, ReplayEntity * entity,
    gboolean is_static)
{
  entry->entity = entity->index;
  entity->components |= entry->components;
  if (is_static)
    g_array_append_val (self->statics, *entry);
  else
    g_array_append_val (self->entries, *entry);
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
  add_entry (self, &entry, replay_entities_get (&self->entities,
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

/* Returns: %FALSE if the file has to be scanned */
static gboolean
read_footer (ReplayIndex * self, const guint8 version[4])
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

/* --- by all of the file --- */

static void
scan_chunk (ReplayIndex * self, GstBuffer * buffer, const RrdEvent * event,
    gsize offset, guint32 size)
{
  ReplayEntry entry = {.offset = event->offset + MESSAGE_HEADER_SIZE,
    .size = size,.start = TIME_UNKNOWN
  };
  ReplayEntity *entity;
  RrdReadError error;
  ReplayChunk *chunk;
  gboolean is_static;

  if (!replay_store_is (&self->store, &event->chunk.store))
    return;
  chunk = replay_chunk_new (gst_buffer_ref (buffer), &event->chunk, offset,
      &error);
  if (chunk == NULL) {
    report_bad (self, event->offset, &error);
    return;
  }
  is_static = chunk->view.n_timelines == 0;
  entry.components = chunk->components;
  entity = replay_entities_get (&self->entities, chunk->view.entity_path);
  replay_index_see (self, chunk);
  if (self->timeline != NULL && !is_static) {
    replay_chunk_use_timeline (chunk, self->timeline);
    replay_index_count_untimed (self, entity->path, chunk->components,
        chunk->untimed);
    if (chunk->n_rows == 0)
      entry.components = 0;
    else {
      entry.start = chunk->rows[0].time;
      entry.end = chunk->rows[chunk->n_rows - 1].time;
    }
  }
  if (entry.components != 0)
    add_entry (self, &entry, entity, is_static);
  replay_chunk_unref (chunk);
}

/* Returns: %FALSE at the end, or with @error */
static gboolean
scan_event (ReplayIndex * self, GstBuffer * buffer, const guint8 * data,
    const RrdEvent * event, gsize taken, GError ** error)
{
  switch (event->kind) {
    case RRD_EVENT_STORE_INFO:
      replay_store_is (&self->store, &event->store);
      return TRUE;
    case RRD_EVENT_CHUNK:
      scan_chunk (self, buffer, event, event->chunk.payload.data - data,
          taken - MESSAGE_HEADER_SIZE);
      return TRUE;
    case RRD_EVENT_BAD_MESSAGE:
      report_bad (self, event->offset, &event->error);
      return TRUE;
    case RRD_EVENT_BAD_STREAM:
      if (event->offset == 0) {
        g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
            "This is %s", event->error.what);
        return FALSE;
      }
      G_GNUC_FALLTHROUGH;
    case RRD_EVENT_CUT_OFF:
      GST_ELEMENT_WARNING (self->element, STREAM, DEMUX, ("The recording is "
              "cut off at byte %" G_GUINT64_FORMAT ": %s. What comes before "
              "is played.", event->offset, event->error.what), (NULL));
      return FALSE;
    case RRD_EVENT_DONE:
      return FALSE;
    default:
      return TRUE;
  }
}

/* Looks at the next message. Returns: %FALSE at the end, or with @error */
static gboolean
scan_next (ReplayIndex * self, RrdScan * scan, gsize * wants, guint8 * version,
    GError ** error)
{
  GstBuffer *buffer = pull (&self->file, scan->offset, *wants);
  GstMapInfo map = GST_MAP_INFO_INIT;
  gboolean go_on = FALSE;
  RrdEvent event;
  gsize taken;

  if (self->file.flow != GST_FLOW_OK)
    return FALSE;
  if (buffer != NULL && !gst_buffer_map (buffer, &map, GST_MAP_READ))
    goto done;
  taken = rrd_scan_next (scan, map.data, map.size, map.size < *wants, &event);
  *wants = event.kind == RRD_EVENT_MORE ? scan->wants : MESSAGE_HEADER_SIZE;
  if (event.kind == RRD_EVENT_STREAM_HEADER)
    memcpy (version, event.version, sizeof event.version);
  go_on = scan_event (self, buffer, map.data, &event, taken, error);
  if (buffer != NULL)
    gst_buffer_unmap (buffer, &map);
done:
  gst_clear_buffer (&buffer);
  return go_on;
}

/* --- both --- */

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

    if (entry->start != TIME_UNKNOWN)
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

/* What entities say that are needed: pictures that are wanted, and what holds for
 * them; of those above them the intrinsics. */
static guint64
get_needed (const ReplayIndex * self, const ReplayEntity * entity)
{
  gboolean is_above = FALSE;

  if ((entity->components & REPLAY_PICTURES)
      && replay_wishes_entity (self->wishes, entity->path))
    return ~G_GUINT64_CONSTANT (0);
  for (guint i = 0; i < self->entities.all->len && !is_above; i++) {
    const ReplayEntity *other = self->entities.all->pdata[i];

    if (!(other->components & REPLAY_PICTURES)
        || !replay_wishes_entity (self->wishes, other->path))
      continue;
    while (other != NULL && other != entity)
      other = other->parent;
    is_above = other == entity;
  }
  return is_above ? REPLAY_PINHOLE | REPLAY_BIT (REPLAY_CLEAR) : 0;
}

static void
drop_unneeded (ReplayIndex * self, GArray * entries)
{
  guint64 *needed = g_new (guint64, self->entities.all->len + 1);
  guint n = 0;

  for (guint i = 0; i < self->entities.all->len; i++)
    needed[i] = get_needed (self, self->entities.all->pdata[i]);
  for (guint i = 0; i < entries->len; i++) {
    const ReplayEntry *entry = &g_array_index (entries, ReplayEntry, i);

    if (entry->components & needed[entry->entity])
      g_array_index (entries, ReplayEntry, n++) = *entry;
  }
  g_array_set_size (entries, n);
  g_free (needed);
}

static void
finish (ReplayIndex * self)
{
  gint64 last_end = G_MININT64;

  find_times (self);
  drop_unneeded (self, self->entries);
  drop_unneeded (self, self->statics);
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

gboolean
replay_index_read (ReplayIndex * self, GstPad * pad, GError ** error)
{
  RrdScan scan = { 0 };
  gsize wants = RRD_STREAM_HEADER_SIZE;
  guint8 version[4] = { 0 };
  GError *problem = NULL;
  gint64 size = -1;

  gst_pad_peer_query_duration (pad, GST_FORMAT_BYTES, &size);
  self->file.pad = pad;
  self->file.size = size >= 0 ? (guint64) size : G_MAXUINT64;
  self->file.flow = GST_FLOW_OK;
  if (scan_next (self, &scan, &wants, version, &problem)
      && !(size >= 0 && read_footer (self, version))) {
    while (scan_next (self, &scan, &wants, version, &problem));
    GST_INFO_OBJECT (self->element, "no footer: %u chunks found",
        self->entries->len);
  }
  if (problem != NULL) {
    g_propagate_error (error, problem);
    return FALSE;
  }
  if (self->file.flow != GST_FLOW_OK)
    return FALSE;
  finish (self);
  return self->file.flow == GST_FLOW_OK;
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

/* --- values --- */

/* The newest row up to @time in a chunk. Returns: NULL: none has the component */
static const ReplayRow *
find_row (const ReplayChunk * chunk, const ReplaySearch * search)
{
  gsize first, n;

  for (guint i = chunk->n_rows; i > 0; i--) {
    const ReplayRow *row = &chunk->rows[i - 1];

    if (row->time <= search->time
        && replay_chunk_has (chunk, search->component, row->row, &first, &n)
        && (search->match == NULL || search->match (chunk, row, search->user)))
      return row;
  }
  return NULL;
}

/* What starts later, or ends earlier than what was found, is not read. */
const ReplayEntry *
replay_index_search (ReplayIndex * self, const ReplaySearch * search,
    ReplayRow * best)
{
  guint i = search->time == G_MAXINT64 ? self->entries->len :
      replay_index_find (self, search->time + 1);
  const ReplayEntry *found = NULL;

  for (; i > 0; i--) {
    const ReplayEntry *entry = replay_index_entry (self, i - 1);
    const ReplayRow *row;
    const ReplayChunk *chunk;

    if (found != NULL && entry->last_end < best->time)
      break;
    if (entry->entity != search->entity->index
        || !(entry->components & REPLAY_BIT (search->component))
        || (found != NULL && entry->end < best->time))
      continue;
    chunk = replay_index_load (self, entry);
    row = chunk != NULL ? find_row (chunk, search) : NULL;
    if (self->file.flow != GST_FLOW_OK)
      return NULL;
    if (row == NULL || (found != NULL && replay_row_compare (row, best) < 0))
      continue;
    found = entry;
    *best = *row;
  }
  return found;
}

static gboolean
is_recursive (const ReplayChunk * chunk, const ReplayRow * row, gpointer user)
{
  guint8 own[RRD_VALUE_SIZE_MAX];
  gsize first, n;
  ArrowSpan span = { NULL, 0 };

  if (replay_chunk_has (chunk, REPLAY_CLEAR, row->row, &first, &n) && n > 0)
    span = replay_chunk_get (chunk, REPLAY_CLEAR, first, own);
  return span.data != NULL && span.data[0];
}

/* Forgets a value that was cleared after @row: at the entity, or with all that is below
 * one above it. */
static void
clear (ReplayIndex * self, ReplayEntity * entity, ReplayValue * value,
    const ReplayRow * row, gint64 time)
{
  for (const ReplayEntity * above = entity; above != NULL;
      above = above->parent) {
    const ReplaySearch search = { above, REPLAY_CLEAR, time,
      above == entity ? NULL : is_recursive, NULL
    };
    ReplayRow cleared;

    if (!(above->components & REPLAY_BIT (REPLAY_CLEAR))
        || replay_index_search (self, &search, &cleared) == NULL
        || replay_row_compare (&cleared, row) <= 0)
      continue;
    value->is_known = FALSE;
    value->time = MAX (value->time, cleared.time);
  }
}

/* Returns: %FALSE if the file cannot be read */
static gboolean
settle (ReplayIndex * self, ReplayEntity * entity, ReplayComponent component,
    gint64 time)
{
  const ReplaySearch search = { entity, component, time, NULL, NULL };
  ReplayValue *value = &entity->values[component];
  const ReplayEntry *entry;
  const ReplayChunk *chunk;
  ReplayRow row;

  value->is_known = FALSE;
  value->is_settled = TRUE;
  value->time = G_MININT64;
  entry = replay_index_search (self, &search, &row);
  chunk = entry != NULL ? replay_index_load (self, entry) : NULL;
  if (chunk != NULL) {
    replay_entity_take (entity, chunk, &row, component, FALSE);
    clear (self, entity, value, &row, time);
  }
  return self->file.flow == GST_FLOW_OK;
}

gboolean
replay_index_settle (ReplayIndex * self, ReplayEntity * entity,
    guint64 components, gint64 time, gboolean inclusive)
{
  if (!inclusive && time == G_MININT64)
    return TRUE;
  time = inclusive ? time : time - 1;
  for (guint i = 0; i < REPLAY_N_COMPONENTS; i++) {
    const ReplayValue *value = &entity->values[i];

    if (!(components & entity->components & REPLAY_BIT (i))
        || value->is_static || (value->is_settled && value->time <= time))
      continue;
    if (!settle (self, entity, i, time))
      return FALSE;
  }
  return TRUE;
}
