/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an output holds: rows that wait, rows that were sent and are not confirmed, and
 * the newest state of each slot. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/output-private.h"


void
rerun_entry_free (gpointer data)
{
  RerunEntry *entry = data;

  g_clear_pointer (&entry->row, rerun_row_unref);
  g_free (entry);
}

void
rerun_state_free (gpointer data)
{
  RerunState *state = data;

  rerun_row_unref (state->row);
  g_free (state);
}

RerunState *
rerun_queue_next_state (RerunOutput * self)
{
  for (GList * link = self->states.head; link != NULL; link = link->next) {
    RerunState *state = link->data;

    if (!state->written)
      return state;
  }
  return NULL;
}

static GList *
find_slot (RerunOutput * self, guint slot)
{
  for (GList * link = self->states.head; link != NULL; link = link->next) {
    RerunState *state = link->data;

    if (state->row->slot == slot)
      return link;
  }
  return NULL;
}

void
rerun_queue_keep_state (RerunOutput * self, RerunRow * row, gboolean written)
{
  GList *link = find_slot (self, row->slot);
  RerunState *state = link != NULL ? link->data : NULL;

  if (state != NULL && state->row->id.inc >= row->id.inc) {
    /* a row that was written before, and goes to a server again */
    state->written |= written && state->row == row;
    return;
  }
  if (state != NULL) {
    rerun_state_free (state);
    g_queue_delete_link (&self->states, link);
  }
  state = g_new (RerunState, 1);
  state->row = rerun_row_ref (row);
  state->written = written;
  g_queue_push_tail (&self->states, state);
}

/* A state that nothing but states follows gives way to a newer one of its slot, so that
 * states alone do not fill the queue. */
static void
remove_older_state (RerunOutput * self, RerunRow * row)
{
  for (GList * link = self->queue.tail; link != NULL; link = link->prev) {
    RerunEntry *entry = link->data;

    if (entry->row->kind != RERUN_ROW_STATE)
      return;
    if (entry->row->slot == row->slot) {
      rerun_entry_free (entry);
      g_queue_delete_link (&self->queue, link);
      return;
    }
  }
}

/* Texts of what is missing, while a server is away: the newest say enough. */
#define MAX_TEXTS 256

static void
remove_oldest_text (RerunOutput * self)
{
  guint n = 0;

  for (GList * link = self->queue.tail; link != NULL; link = link->prev) {
    RerunEntry *entry = link->data;

    if (entry->row->kind != RERUN_ROW_ONCE || ++n < MAX_TEXTS)
      continue;
    rerun_entry_free (entry);
    g_queue_delete_link (&self->queue, link);
    return;
  }
}

void
rerun_queue_push (RerunOutput * self, RerunRow * row)
{
  RerunEntry *entry = g_new0 (RerunEntry, 1);

  if (row->kind == RERUN_ROW_STATE)
    remove_older_state (self, row);
  else if (row->kind == RERUN_ROW_ONCE && self->klass->live)
    remove_oldest_text (self);
  entry->row = rerun_row_ref (row);
  entry->is_frame = rerun_row_is_frame (row);
  entry->serial = ++self->serial;
  g_queue_push_tail (&self->queue, entry);
  if (entry->is_frame) {
    self->frames_queued++;
    self->queue_bytes += row->size;
  }
}

gboolean
rerun_queue_has_room (RerunOutput * self, gsize size)
{
  return self->queue_bytes == 0
      || self->queue_bytes + size <= self->settings.max_bytes;
}

void
rerun_queue_release_for (RerunOutput * self, gsize size)
{
  for (GList * link = self->sent.head; link != NULL
      && !rerun_queue_has_room (self, size); link = link->next) {
    RerunEntry *entry = link->data;

    if (!entry->is_frame || entry->row == NULL)
      continue;
    self->queue_bytes -= entry->row->size;
    self->frames_unconfirmed++;
    g_clear_pointer (&entry->row, rerun_row_unref);
  }
}

/* Takes @link out of the queue: a frame is dropped, a state is still to be written. */
static void
drop_link (RerunOutput * self, GList * link)
{
  RerunEntry *entry = link->data;

  if (entry->is_frame) {
    self->queue_bytes -= entry->row->size;
    self->frames_queued--;
    self->frames_dropped++;
    rerun_row_note_drop (entry->row);
    GST_LOG ("%s: a frame is dropped, the %" G_GUINT64_FORMAT "th",
        self->address, self->frames_dropped);
  } else if (entry->row->kind == RERUN_ROW_STATE) {
    rerun_queue_keep_state (self, entry->row, FALSE);
  } else {
    return;
  }
  g_queue_delete_link (&self->queue, link);
  rerun_entry_free (entry);
}

static GList *
oldest_frame (RerunOutput * self)
{
  for (GList * link = self->queue.head; link != NULL; link = link->next) {
    RerunEntry *entry = link->data;

    if (entry->is_frame)
      return link;
  }
  return NULL;
}

/* States before the frame hold for those after it, and do not pile up. */
static void
drop_states_before (RerunOutput * self, GList * frame)
{
  GList *link = self->queue.head;

  while (link != frame) {
    GList *next = link->next;

    drop_link (self, link);
    link = next;
  }
}

void
rerun_queue_drop_for (RerunOutput * self, gsize size)
{
  GList *link;

  while (!rerun_queue_has_room (self, size)
      && (link = oldest_frame (self)) != NULL) {
    RerunEntry *entry = link->data;
    RrdSchema *schema = rrd_schema_ref (entry->row->schema);

    drop_states_before (self, link);
    drop_link (self, link);
    rerun_video_drop_dependent (self, schema);
    rrd_schema_unref (schema);
  }
}

void
rerun_queue_drop_if (RerunOutput * self,
    gboolean (*drops) (RerunRow * row, gpointer data), gpointer data)
{
  GList *link = self->queue.head;

  while (link != NULL) {
    GList *next = link->next;
    RerunEntry *entry = link->data;

    if (entry->is_frame && drops (entry->row, data))
      drop_link (self, link);
    link = next;
  }
}

/* Every new stream begins with these. */
static gboolean
is_kept_state (RerunOutput * self, RerunRow * row)
{
  GList *link = row->kind == RERUN_ROW_STATE ? find_slot (self, row->slot) :
      NULL;

  return link != NULL && ((RerunState *) link->data)->row == row;
}

void
rerun_queue_take_back (RerunOutput * self)
{
  RerunEntry *entry;

  while ((entry = g_queue_pop_tail (&self->sent)) != NULL) {
    if (entry->row == NULL || is_kept_state (self, entry->row)) {
      rerun_entry_free (entry);
      continue;
    }
    g_queue_push_head (&self->queue, entry);
    self->frames_queued += entry->is_frame;
  }
  self->frames_dropped += self->frames_unconfirmed;
  self->frames_sent = self->frames_unconfirmed = 0;
}

static gboolean
is_after (GQueue * queue, guint64 serial)
{
  RerunEntry *entry = g_queue_peek_head (queue);

  return entry == NULL || entry->serial > serial;
}

guint64
rerun_queue_outstanding (RerunOutput * self)
{
  return self->frames_queued + self->frames_sent;
}

gboolean
rerun_queue_settled (RerunOutput * self, guint64 serial)
{
  /* states without frames are not worth waiting for a server */
  if (self->klass->live && self->state == RERUN_OUTPUT_CLOSED
      && rerun_queue_outstanding (self) == 0)
    return TRUE;
  return is_after (&self->queue, serial) && is_after (&self->sent, serial)
      && (self->writing == 0 || self->writing > serial)
      && (self->flush_at == 0 || self->kept_from > serial)
      && rerun_queue_next_state (self) == NULL
      && !rerun_output_wants_finish (self);
}
