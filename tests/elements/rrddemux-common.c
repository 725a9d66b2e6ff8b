/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plays a recording in memory by rrddemux, and keeps what comes out of it. */

#define _GNU_SOURCE             /* memmem */
#include <string.h>

#include "rrddemux-common.h"

/* Long enough for any test; what takes longer hangs. */
#define PATIENCE (60 * G_TIME_SPAN_SECOND)

/* --- recordings ----------------------------------------------------------- */

GBytes *
recording_load (void)
{
  gchar *data;
  gsize size;

  fail_unless (g_file_get_contents (location, &data, &size, NULL));
  return g_bytes_new_take (data, size);
}

GBytes *
recording_cut (GBytes * data, gsize size)
{
  /* a copy, so that a read past its end is seen */
  return g_bytes_new (g_bytes_get_data (data, NULL), size);
}

static guint64
load_u64 (const guint8 * at)
{
  guint64 value;

  memcpy (&value, at, sizeof value);
  return GUINT64_FROM_LE (value);
}

GBytes *
recording_without_footer (GBytes * data)
{
  gsize size, at = 12;
  const guint8 *bytes = g_bytes_get_data (data, &size);

  while (at + 16 <= size && load_u64 (bytes + at) != 0)
    at += 16 + load_u64 (bytes + at + 8);
  fail_unless (at + 16 <= size, "no End message");
  return recording_cut (data, at);
}

GBytes *
recording_patch (GBytes * data, gsize offset, gconstpointer bytes, gsize size)
{
  gsize total;
  guint8 *copy = g_memdup2 (g_bytes_get_data (data, &total),
      g_bytes_get_size (data));

  fail_unless (offset + size <= total);
  memcpy (copy + offset, bytes, size);
  return g_bytes_new_take (copy, total);
}

static void
set_properties (gpointer object, const gchar * property, va_list args)
{
  for (; property != NULL; property = va_arg (args, const gchar *))
      gst_util_set_object_arg (object, property, va_arg (args, const gchar *));
}

GstHarness *
record_start (const gchar * caps, const gchar * property, ...)
{
  GstBus *bus;
  GstElement *sink = sink_new (&bus);
  GstHarness *h;
  va_list args;

  g_object_set (sink, "recording-id", "r", NULL);
  va_start (args, property);
  set_properties (sink, property, args);
  va_end (args);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
  gst_harness_set_src_caps_str (h, caps);
  gst_object_unref (bus);
  return h;
}

void
record_end (GstHarness * h)
{
  GstBus *bus = gst_element_get_bus (h->element);

  harness_stop (h);
  check_silent (bus);
  gst_object_unref (bus);
}

void
record (const gchar * caps, MakeBuffer make, guint n, const gchar * entity_path)
{
  GstHarness *h = record_start (caps, "entity-path", entity_path, NULL);

  for (guint i = 0; i < n; i++)
    assert_equals_int (gst_harness_push (h, make (i)), GST_FLOW_OK);
  record_end (h);
}

GstBuffer *
text_line (guint n)
{
  gchar *text = g_strdup_printf ("Zeile %u, µm", n);

  return with_pts (gst_buffer_new_wrapped (text, strlen (text)), n);
}

void
check_same_bytes (GstBuffer * a, GstBuffer * b)
{
  GstMapInfo x, y;

  gst_buffer_map (a, &x, GST_MAP_READ);
  gst_buffer_map (b, &y, GST_MAP_READ);
  assert_equals_int (x.size, y.size);
  fail_unless (memcmp (x.data, y.data, x.size) == 0);
  gst_buffer_unmap (a, &x);
  gst_buffer_unmap (b, &y);
}

/* --- before the demuxer --------------------------------------------------- */

static GstFlowReturn
get_range (GstPad * pad, GstObject * parent, guint64 offset, guint size,
    GstBuffer ** buffer)
{
  Player *self = gst_pad_get_element_private (pad);
  gsize total = g_bytes_get_size (self->data);
  GBytes *part;

  if (offset >= total)
    return GST_FLOW_EOS;
  part = g_bytes_new_from_bytes (self->data, offset, MIN (size,
          total - offset));
  *buffer = gst_buffer_new_wrapped_bytes (part);
  g_bytes_unref (part);
  return GST_FLOW_OK;
}

static gboolean
source_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  Player *self = gst_pad_get_element_private (pad);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_SCHEDULING:
      gst_query_set_scheduling (query, GST_SCHEDULING_FLAG_SEEKABLE, 1, -1, 0);
      gst_query_add_scheduling_mode (query, GST_PAD_MODE_PULL);
      return TRUE;
    case GST_QUERY_DURATION:
      gst_query_set_duration (query, GST_FORMAT_BYTES,
          g_bytes_get_size (self->data));
      return TRUE;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}

static gboolean
source_mode (GstPad * pad, GstObject * parent, GstPadMode mode, gboolean active)
{
  return TRUE;
}

/* --- after the demuxer ---------------------------------------------------- */

static void
stream_free (gpointer data)
{
  PlayedStream *self = data;

  gst_object_unref (self->pad);
  g_free (self->id);
  g_free (self->title);
  gst_clear_caps (&self->caps);
  g_ptr_array_unref (self->buffers);
  g_array_unref (self->gaps);
  g_free (self);
}

static PlayedStream *
stream_of (Player * self, GstPad * pad)
{
  for (guint i = 0; i < self->streams->len; i++) {
    PlayedStream *stream = self->streams->pdata[i];

    if (stream->pad == pad)
      return stream;
  }
  fail ("an unknown pad");
  return NULL;
}

static GstFlowReturn
chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  Player *self = gst_pad_get_element_private (pad);

  g_mutex_lock (&self->lock);
  g_ptr_array_add (stream_of (self, pad)->buffers, buffer);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  return GST_FLOW_OK;
}

static void
note_gap (PlayedStream * stream, GstEvent * event)
{
  GstClockTime time, duration;

  gst_event_parse_gap (event, &time, &duration);
  time += duration;
  g_array_append_val (stream->gaps, time);
}

static void
note_title (PlayedStream * stream, GstEvent * event)
{
  GstTagList *tags;

  gst_event_parse_tag (event, &tags);
  g_clear_pointer (&stream->title, g_free);
  gst_tag_list_get_string (tags, GST_TAG_TITLE, &stream->title);
}

static void
note (PlayedStream * stream, GstEvent * event)
{
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      gst_caps_replace (&stream->caps, caps);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &stream->segment);
      stream->segments++;
      break;
    case GST_EVENT_TAG:
      note_title (stream, event);
      break;
    case GST_EVENT_GAP:
      note_gap (stream, event);
      break;
    case GST_EVENT_FLUSH_STOP:
      g_ptr_array_set_size (stream->buffers, 0);
      g_array_set_size (stream->gaps, 0);
      stream->flushes++;
      break;
    case GST_EVENT_EOS:
      stream->eos++;
      break;
    case GST_EVENT_SEGMENT_DONE:
      stream->segments_done++;
      break;
    default:
      break;
  }
}

static gboolean
take_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  Player *self = gst_pad_get_element_private (pad);

  g_mutex_lock (&self->lock);
  note (stream_of (self, pad), event);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  gst_event_unref (event);
  return TRUE;
}

static gchar *
end_of_stream_id (GstPad * pad)
{
  gchar *id = gst_pad_get_stream_id (pad);
  gchar *end;

  if (id == NULL)               /* the element is being stopped, and its pads with it */
    return g_strdup ("");
  end = strchr (id, '/');
  end = g_strdup (end != NULL ? end + 1 : id);
  g_free (id);
  return end;
}

static GstStaticPadTemplate any_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void
pad_added (GstElement * demux, GstPad * pad, Player * self)
{
  PlayedStream *stream = g_new0 (PlayedStream, 1);

  /* without a template it would take no other caps than the first */
  stream->pad =
      gst_object_ref_sink (gst_pad_new_from_static_template (&any_template,
          NULL));
  stream->from = pad;
  stream->id = end_of_stream_id (pad);
  stream->buffers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  stream->gaps = g_array_new (FALSE, FALSE, sizeof (GstClockTime));
  gst_pad_set_element_private (stream->pad, self);
  gst_pad_set_chain_function (stream->pad, chain);
  gst_pad_set_event_function (stream->pad, take_event);
  g_mutex_lock (&self->lock);
  self->late_pads += self->no_more_pads;
  g_ptr_array_add (self->streams, stream);
  g_mutex_unlock (&self->lock);
  gst_pad_set_active (stream->pad, TRUE);
  assert_equals_int (gst_pad_link (pad, stream->pad), GST_PAD_LINK_OK);
}

static void
pad_removed (GstElement * demux, GstPad * pad, Player * self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->streams->len; i++) {
    const PlayedStream *stream = self->streams->pdata[i];

    if (stream->from == pad)
      g_ptr_array_remove_index (self->streams, i--);
  }
  self->no_more_pads = FALSE;
  g_mutex_unlock (&self->lock);
}

static void
no_more_pads (GstElement * demux, Player * self)
{
  g_mutex_lock (&self->lock);
  self->no_more_pads = TRUE;
  g_mutex_unlock (&self->lock);
}

static GstBusSyncReply
take_message (GstBus * bus, GstMessage * message, gpointer user)
{
  Player *self = user;
  GstMessageType type = GST_MESSAGE_TYPE (message);

  g_mutex_lock (&self->lock);
  self->errors += type == GST_MESSAGE_ERROR;
  self->warnings += type == GST_MESSAGE_WARNING;
  self->segment_starts += type == GST_MESSAGE_SEGMENT_START;
  self->segment_dones += type == GST_MESSAGE_SEGMENT_DONE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  return GST_BUS_PASS;
}

/* --- the player ----------------------------------------------------------- */

Player *
player_new (GBytes * data, const gchar * property, ...)
{
  Player *self = g_new0 (Player, 1);
  va_list args;

  self->data = data;
  self->streams = g_ptr_array_new_with_free_func (stream_free);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->bus = gst_bus_new ();
  gst_bus_set_sync_handler (self->bus, take_message, self, NULL);
  self->demux = gst_element_factory_make ("rrddemux", NULL);
  fail_unless (self->demux != NULL);
  gst_element_set_bus (self->demux, self->bus);
  va_start (args, property);
  set_properties (self->demux, property, args);
  va_end (args);
  g_signal_connect (self->demux, "pad-added", G_CALLBACK (pad_added), self);
  g_signal_connect (self->demux, "pad-removed", G_CALLBACK (pad_removed), self);
  g_signal_connect (self->demux, "no-more-pads", G_CALLBACK (no_more_pads),
      self);
  self->source = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  gst_pad_set_element_private (self->source, self);
  return self;
}

void
player_free (Player * self)
{
  gst_element_set_state (self->demux, GST_STATE_NULL);
  gst_pad_set_active (self->source, FALSE);
  gst_bus_set_sync_handler (self->bus, NULL, NULL, NULL);
  gst_element_set_bus (self->demux, NULL);
  gst_object_unref (self->demux);
  gst_object_unref (self->bus);
  gst_object_unref (self->source);
  g_ptr_array_unref (self->streams);
  g_bytes_unref (self->data);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
link_source (Player * self)
{
  GstPad *sink = gst_element_get_static_pad (self->demux, "sink");

  if (!gst_pad_is_linked (sink))
    assert_equals_int (gst_pad_link (self->source, sink), GST_PAD_LINK_OK);
  gst_object_unref (sink);
}

void
player_start (Player * self)
{
  gst_pad_set_getrange_function (self->source, get_range);
  gst_pad_set_query_function (self->source, source_query);
  gst_pad_set_activatemode_function (self->source, source_mode);
  link_source (self);
  fail_if (gst_element_set_state (self->demux, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE);
}

static gboolean
has_ended (Player * self, guint n)
{
  if (self->errors > 0)
    return TRUE;
  for (guint i = 0; i < self->streams->len; i++) {
    const PlayedStream *stream = self->streams->pdata[i];

    if (stream->eos + stream->segments_done < n)
      return FALSE;
  }
  return self->streams->len > 0;
}

void
player_wait (Player * self, guint n)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  gboolean in_time = TRUE;
  GstPad *sink;

  g_mutex_lock (&self->lock);
  while (in_time && !has_ended (self, n))
    in_time = g_cond_wait_until (&self->changed, &self->lock, end);
  g_mutex_unlock (&self->lock);
  fail_unless (in_time, "neither an end nor an error came");
  /* until then the last message may not be on the bus */
  sink = gst_element_get_static_pad (self->demux, "sink");
  GST_PAD_STREAM_LOCK (sink);
  GST_PAD_STREAM_UNLOCK (sink);
  gst_object_unref (sink);
}

void
player_pull (Player * self)
{
  player_start (self);
  player_wait (self, 1);
}

static GstFlowReturn
push_bytes (Player * self, gsize piece)
{
  gsize size = g_bytes_get_size (self->data);
  GstFlowReturn flow = GST_FLOW_OK;

  for (gsize at = 0; at < size && flow == GST_FLOW_OK; at += piece) {
    GBytes *part = g_bytes_new_from_bytes (self->data, at, MIN (piece,
            size - at));

    flow = gst_pad_push (self->source, gst_buffer_new_wrapped_bytes (part));
    g_bytes_unref (part);
  }
  return flow;
}

void
player_push (Player * self, gsize piece)
{
  GstSegment segment;

  link_source (self);
  gst_pad_set_active (self->source, TRUE);
  fail_if (gst_element_set_state (self->demux, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE);
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_pad_push_event (self->source, gst_event_new_stream_start ("pipe"));
  gst_pad_push_event (self->source, gst_event_new_segment (&segment));
  push_bytes (self, piece);
  /* also after an error, as sources do */
  gst_pad_push_event (self->source, gst_event_new_eos ());
  fail_unless (has_ended (self, 1), "neither an end nor an error came");
}

void
player_play (Player * self, gsize piece)
{
  if (piece == 0)
    player_pull (self);
  else
    player_push (self, piece);
}

gboolean
player_seek (Player * self, gdouble rate, GstSeekFlags flags,
    GstClockTime start, GstClockTime stop)
{
  PlayedStream *stream = self->streams->pdata[0];

  return gst_pad_push_event (stream->pad, gst_event_new_seek (rate,
          GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET, start, GST_SEEK_TYPE_SET,
          stop));
}

guint
player_n_ends (Player * self)
{
  const PlayedStream *stream = self->streams->pdata[0];

  return stream->eos + stream->segments_done;
}

PlayedStream *
player_find (Player * self, const gchar * id)
{
  for (guint i = 0; i < self->streams->len; i++) {
    PlayedStream *stream = self->streams->pdata[i];

    if (strcmp (stream->id, id) == 0)
      return stream;
  }
  fail ("there is no stream %s", id);
  return NULL;
}
