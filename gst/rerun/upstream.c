/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Looking upstream for the end of the stream, while the sink holds the stream up. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/upstream.h"

/* A pipeline is not deeper; a loop in it would be. */
#define MAX_DEPTH 64

/* gst_element_send_event() holds the state lock of a source while it waits for the
 * source's streaming thread; so does a change of state. */
static gboolean
somebody_waits_for (GstElement * source)
{
  if (!GST_STATE_TRYLOCK (source))
    return TRUE;
  GST_STATE_UNLOCK (source);
  return FALSE;
}

static gboolean
pad_has_eos (GstPad * pad)
{
  GstEvent *event = gst_pad_get_sticky_event (pad, GST_EVENT_EOS, 0);
  gboolean has = event != NULL;

  gst_clear_event (&event);
  return has;
}

static gboolean look_up (GstPad * pad, guint depth);

/* What pushes into @pad, and everything upstream of that. */
static gboolean
look_at_source_pad (GstPad * pad, guint depth)
{
  GstIterator *links = gst_pad_iterate_internal_links (pad);
  GstElement *element = gst_pad_get_parent_element (pad);
  GValue item = G_VALUE_INIT;
  gboolean ending = pad_has_eos (pad), has_links = FALSE;

  while (!ending && links != NULL
      && gst_iterator_next (links, &item) == GST_ITERATOR_OK) {
    has_links = TRUE;
    ending = look_up (g_value_get_object (&item), depth + 1);
    g_value_reset (&item);
  }
  if (!ending && !has_links && element != NULL)
    ending = somebody_waits_for (element);
  g_value_unset (&item);
  if (links != NULL)
    gst_iterator_free (links);
  gst_clear_object (&element);
  return ending;
}

static gboolean
look_up (GstPad * pad, guint depth)
{
  GstPad *peer = gst_pad_get_peer (pad);
  gboolean ending = peer != NULL && depth < MAX_DEPTH
      && look_at_source_pad (peer, depth);

  gst_clear_object (&peer);
  return ending;
}

gboolean
rerun_upstream_is_ending (GstPad * pad)
{
  return look_up (pad, 0);
}
