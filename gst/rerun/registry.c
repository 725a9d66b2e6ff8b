/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The recordings of this process, who uses them, and the outputs that they have. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/registry.h"

#include <string.h>

#include "rerun/output-file.h"
#include "rerun/output-grpc.h"

/* An output under a name that all who mean it have in common. */
typedef struct
{
  gchar *key;
  RerunOutput *output;          /* NULL: it is being opened */
  gboolean closing;
} Place;

/* Guards all recordings, who has joined, and their places. */
static GMutex registry_lock;
static GCond registry_changed;  /* a place was opened or closed */
static GList *registry;

static void
set_no_memory (GError ** error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
      rrd_result_text (RRD_NO_MEMORY));
}

/* The recording's start time, its first row. */
static RerunRow *
make_properties (RerunIds * ids)
{
  const RrdComponent *component =
      &rrd_recording_info[RRD_RECORDING_INFO_START_TIME];
  RrdSchema *schema =
      rrd_schema_new (RRD_PROPERTIES_PATH, NULL, 0, &component, 1);
  gint64 start = rerun_ids_next (ids).time_ns;
  RrdSpan value = { &start, sizeof start };
  RrdResult result;
  RerunRow *row = NULL;

  if (schema != NULL)
    row = rerun_row_new (RERUN_ROW_STATE, schema, ids, NULL, &value, NULL,
        &result);
  rrd_schema_unref (schema);
  return row;
}

static void
entity_free (gpointer data)
{
  RerunEntityRecord *entity = data;

  g_free (entity->path);
  g_free (entity->user);
  g_mutex_clear (&entity->drops.lock);
  g_free (entity);
}

static void
recording_free (RerunRecording * self)
{
  if (self->properties != NULL)
    rerun_row_unref (self->properties);
  if (self->store != NULL)
    rrd_store_free (self->store);
  rerun_ids_clear (&self->ids);
  g_list_free_full (self->entities, entity_free);
  g_free (self->application_id);
  g_free (self->asked_id);
  g_free (self->id);
  g_free (self);
}

static RerunRecording *
recording_new (const gchar * application_id, const gchar * recording_id)
{
  RerunRecording *self = g_new0 (RerunRecording, 1);
  RrdTuid id;

  rerun_ids_init (&self->ids);
  self->application_id = g_strdup (application_id);
  self->asked_id = g_strdup (recording_id);
  self->id = recording_id != NULL ? g_strdup (recording_id) :
      g_uuid_string_random ();
  id = rerun_ids_next (&self->ids);
  self->store = rrd_store_new (application_id, self->id, &id);
  self->properties = make_properties (&self->ids);
  if (self->store == NULL || self->properties == NULL)
    g_clear_pointer (&self, recording_free);
  return self;
}

/* From here on with the lock held, unless it is said otherwise. */

static RerunRecording *
find_recording (const gchar * application_id, const gchar * recording_id)
{
  for (GList * link = registry; link != NULL; link = link->next) {
    RerunRecording *recording = link->data;

    if (g_str_equal (recording->application_id, application_id)
        && g_strcmp0 (recording->asked_id, recording_id) == 0)
      return recording;
  }
  return NULL;
}

static RerunEntityRecord *
find_entity (RerunRecording * self, const gchar * path)
{
  for (GList * link = self->entities; link != NULL; link = link->next) {
    RerunEntityRecord *entity = link->data;

    if (g_str_equal (entity->path, path))
      return entity;
  }
  return NULL;
}

/* Slot 0 is that of the properties. */
static RerunEntityRecord *
add_entity (RerunRecording * self, const gchar * path)
{
  RerunEntityRecord *entity = g_new0 (RerunEntityRecord, 1);

  entity->path = g_strdup (path);
  g_mutex_init (&entity->drops.lock);
  entity->first_slot = 1 + RERUN_N_SLOTS * g_list_length (self->entities);
  self->entities = g_list_prepend (self->entities, entity);
  return entity;
}

static RerunEntityRecord *
use_entity (RerunRecording * self, const gchar * path, const gchar * user,
    GError ** error)
{
  RerunEntityRecord *entity = find_entity (self, path);

  if (entity == NULL)
    entity = add_entity (self, path);
  if (entity->user != NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
        "%s cannot log to entity-path %s, another rerunsink of the recording "
        "%s, %s, does: give one of them another entity-path or recording-id",
        user, path, self->id, entity->user);
    return NULL;
  }
  entity->user = g_strdup (user);
  self->n_used++;
  return entity;
}

/* Called without the lock, as all functions that are not static. */
RerunRecording *
rerun_registry_join (const gchar * application_id, const gchar * recording_id,
    const gchar * entity_path, const gchar * user, RerunEntityRecord ** entity,
    GError ** error)
{
  RerunRecording *self;

  *entity = NULL;
  g_mutex_lock (&registry_lock);
  self = find_recording (application_id, recording_id);
  if (self == NULL) {
    self = recording_new (application_id, recording_id);
    if (self != NULL)
      registry = g_list_prepend (registry, self);
    else
      set_no_memory (error);
  }
  if (self != NULL)
    *entity = use_entity (self, entity_path, user, error);
  g_mutex_unlock (&registry_lock);
  return *entity != NULL ? self : NULL;
}

void
rerun_registry_leave (RerunRecording * self, RerunEntityRecord * entity)
{
  g_mutex_lock (&registry_lock);
  g_clear_pointer (&entity->user, g_free);
  self->n_used--;
  if (self->n_used == 0) {
    registry = g_list_remove (registry, self);
    recording_free (self);
  }
  g_mutex_unlock (&registry_lock);
}

const gchar *
rerun_registry_get_kind (RerunEntityRecord * entity)
{
  const gchar *kind;

  g_mutex_lock (&registry_lock);
  kind = entity->kind;
  g_mutex_unlock (&registry_lock);
  return kind;
}

void
rerun_registry_set_kind (RerunEntityRecord * entity, const gchar * kind)
{
  g_mutex_lock (&registry_lock);
  entity->kind = g_intern_string (kind);
  g_mutex_unlock (&registry_lock);
}

static gboolean
is_below (const RerunEntityRecord * child, const RerunEntityRecord * parent)
{
  gsize n = strlen (parent->path);

  return strncmp (child->path, parent->path, n) == 0 && child->path[n] == '/';
}

/* Rerun takes what is below a Pinhole for a part of its picture. */
static gboolean
is_misplaced (const RerunEntityRecord * child, const RerunEntityRecord * parent)
{
  return is_below (child, parent) && parent->has_pinhole
      && (child->has_pinhole || child->has_pose);
}

static void
set_misplaced (const RerunEntityRecord * child,
    const RerunEntityRecord * parent, GError ** error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
      "entity-path %s has a camera of its own and lies below entity-path %s, "
      "which has intrinsics: Rerun would place it in the picture of that one; "
      "put them side by side, as rig/depth and rig/colour", child->path,
      parent->path);
}

gboolean
rerun_registry_claim_camera (RerunRecording * self, RerunEntityRecord * entity,
    gboolean * pinhole, gboolean * pose, GError ** error)
{
  gboolean had_pinhole, had_pose, ok = TRUE;

  g_mutex_lock (&registry_lock);
  had_pinhole = entity->has_pinhole;
  had_pose = entity->has_pose;
  entity->has_pinhole |= *pinhole;
  entity->has_pose |= *pose;
  for (GList * link = self->entities; link != NULL && ok; link = link->next) {
    ok = FALSE;
    if (is_misplaced (entity, link->data))
      set_misplaced (entity, link->data, error);
    else if (is_misplaced (link->data, entity))
      set_misplaced (link->data, entity, error);
    else
      ok = TRUE;
  }
  if (!ok) {                    /* the other one may go on */
    entity->has_pinhole = had_pinhole;
    entity->has_pose = had_pose;
  }
  g_mutex_unlock (&registry_lock);
  *pinhole = had_pinhole;
  *pose = had_pose;
  return ok;
}

static Place *
find_place (RerunRecording * self, const gchar * key)
{
  for (GList * link = self->places; link != NULL; link = link->next) {
    Place *place = link->data;

    if (g_str_equal (place->key, key))
      return place;
  }
  return NULL;
}

/* The recording that has a place of @key: only one can have a file. */
static RerunRecording *
find_owner (const gchar * key)
{
  for (GList * link = registry; link != NULL; link = link->next) {
    if (find_place (link->data, key) != NULL)
      return link->data;
  }
  return NULL;
}

/* Takes @key. */
static Place *
add_place (RerunRecording * self, gchar * key)
{
  Place *place = g_new0 (Place, 1);

  place->key = key;
  self->places = g_list_prepend (self->places, place);
  return place;
}

static void
remove_place (RerunRecording * self, Place * place)
{
  self->places = g_list_remove (self->places, place);
  g_cond_broadcast (&registry_changed);
  g_free (place->key);
  g_free (place);
}

/* The place begins with @output. */
static RerunUser *
open_place (RerunRecording * self, Place * place, RerunOutput * output,
    GstElement * element, const RerunUserClass * klass)
{
  RerunUser *user = rerun_output_attach (output, element, klass);

  place->output = output;
  rerun_user_push (user, self->properties, NULL);
  rerun_output_start (output);
  g_cond_broadcast (&registry_changed);
  return user;
}

/* What is being opened or closed is waited for. Returns: the place of @key with its
 * @owner, or NULL. @recording: (nullable): the only one to look in */
static Place *
wait_for_place (RerunRecording * recording, const gchar * key,
    RerunRecording ** owner)
{
  while (TRUE) {
    Place *place;

    *owner = recording != NULL ? recording : find_owner (key);
    place = *owner != NULL ? find_place (*owner, key) : NULL;
    if (place == NULL || (place->output != NULL && !place->closing))
      return place;
    g_cond_wait (&registry_changed, &registry_lock);
  }
}

/* Without the lock: a slow disk makes nobody else wait. */
static RerunUser *
take_file (RerunRecording * self, Place * place, RerunFile * file,
    GstElement * element, const RerunUserClass * klass, const gchar * location,
    RrdCompression compression, const RerunQueueSettings * settings,
    GError ** error)
{
  RerunUser *user = NULL;
  gboolean ok = rerun_file_take (file, error);

  g_mutex_lock (&registry_lock);
  if (ok)
    user = open_place (self, place, rerun_file_output_new (file, location,
            self->store, &self->ids, compression, settings), element, klass);
  else
    remove_place (self, place);
  g_mutex_unlock (&registry_lock);
  if (!ok)
    rerun_file_close (file, NULL);
  return user;
}

RerunUser *
rerun_registry_use_file (RerunRecording * self, GstElement * element,
    const RerunUserClass * klass, const gchar * location,
    RrdCompression compression, const RerunQueueSettings * settings,
    GError ** error)
{
  RerunFile file;
  RerunRecording *owner;
  RerunUser *user = NULL;
  Place *place;
  gchar *key;

  if (!rerun_file_open (&file, location, error))
    return NULL;
  key = rerun_file_identity (&file);
  g_mutex_lock (&registry_lock);
  place = wait_for_place (NULL, key, &owner);
  if (place == NULL) {
    place = add_place (self, key);
    g_mutex_unlock (&registry_lock);
    return take_file (self, place, &file, element, klass, location, compression,
        settings, error);
  }
  if (owner == self)
    user = rerun_output_attach (place->output, element, klass);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
        "the recording %s of %s is being written there", owner->id,
        owner->application_id);
  g_mutex_unlock (&registry_lock);
  rerun_file_close (&file, NULL);
  g_free (key);
  return user;
}

RerunUser *
rerun_registry_use_server (RerunRecording * self, GstElement * element,
    const RerunUserClass * klass, RerunUri * uri, gboolean spawn,
    const RerunQueueSettings * settings)
{
  RerunRecording *owner;
  RerunUser *user;
  Place *place;

  g_mutex_lock (&registry_lock);
  place = wait_for_place (self, uri->text, &owner);
  if (place != NULL) {
    user = rerun_output_attach (place->output, element, klass);
    rerun_uri_free (uri);
  } else {
    place = add_place (self, g_strdup (uri->text));
    user = open_place (self, place, rerun_grpc_output_new (uri, self->store,
            spawn, settings), element, klass);
  }
  g_mutex_unlock (&registry_lock);
  return user;
}

/* The place that @user was the last one of, or NULL. */
static Place *
detach (RerunRecording * self, RerunUser * user)
{
  RerunOutput *output = user->output;

  if (!rerun_user_detach (user))
    return NULL;
  for (GList * link = self->places; link != NULL; link = link->next) {
    Place *place = link->data;

    if (place->output == output) {
      place->closing = TRUE;
      return place;
    }
  }
  g_assert_not_reached ();
}

gboolean
rerun_registry_close (RerunRecording * self, RerunUser * user, GError ** error)
{
  Place *place;
  gboolean ok;

  g_mutex_lock (&registry_lock);
  place = detach (self, user);
  g_mutex_unlock (&registry_lock);
  if (place == NULL)
    return TRUE;
  ok = rerun_output_stop (place->output, error);
  g_mutex_lock (&registry_lock);
  remove_place (self, place);
  g_mutex_unlock (&registry_lock);
  return ok;
}
