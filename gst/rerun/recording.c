/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>
#include <time.h>

#include "rerun/memory.h"
#include "rerun/recording.h"
#include "rerun/output-file.h"
#include "rerun/output-grpc.h"

struct _RerunRecording
{
  gchar *application_id;
  gchar *asked_id;              /* NULL: none was given */
  gchar *id;
  RrdStore *store;
  RerunMessage *properties;     /* what every recording begins with */
  GList *entity_paths;          /* of the elements that have joined */
  GList *places;                /* the outputs */

  GMutex lock;
  RrdTuid last_id;
  guint last_slot;
};

typedef struct
{
  gchar *key;
  RerunOutput *output;
  gboolean closing;
} Place;

/* All recordings of the process. The lock guards them, who has joined, and
 * their places; nobody waits for an output while holding it. */
static GMutex registry_lock;
static GCond registry_closed;
static GList *registry;

/* --- ids --------------------------------------------------------------------- */

static guint64
wall_clock_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  return now.tv_sec * GST_SECOND + now.tv_nsec;
}

RrdTuid
rerun_recording_next_id (RerunRecording * self)
{
  guint64 now = wall_clock_ns ();
  RrdTuid id;

  g_mutex_lock (&self->lock);
  /* the clock may be set back; ids ascend all the same */
  self->last_id.time_ns = MAX (self->last_id.time_ns, now);
  self->last_id.inc++;
  id = self->last_id;
  g_mutex_unlock (&self->lock);
  return id;
}

guint
rerun_recording_next_slot (RerunRecording * self)
{
  guint slot;

  g_mutex_lock (&self->lock);
  slot = ++self->last_slot;
  g_mutex_unlock (&self->lock);
  return slot;
}

const gchar *
rerun_recording_get_id (RerunRecording * self)
{
  return self->id;
}

/* --- joining and leaving ----------------------------------------------------- */

static RerunMessage *
recording_make_properties (RerunRecording * self)
{
  const RrdComponent *component =
      &rrd_recording_info[RRD_RECORDING_INFO_START_TIME];
  RrdSchema *schema =
      rerun_need (rrd_schema_new (RRD_PROPERTIES_PATH, NULL, 0, &component, 1));
  RrdTuid row = rerun_recording_next_id (self);
  RrdTuid id = rerun_recording_next_id (self);
  gint64 start = row.time_ns;
  RrdSpan value = { &start, sizeof start };
  RrdRows rows = {.n_rows = 1,.row_ids = &row,.values = &value };
  RrdResult result;
  RrdChunk *chunk =
      rerun_need (rrd_chunk_new (schema, &id, &rows, row.time_ns, &result));

  rrd_schema_unref (schema);
  return rerun_message_new (rerun_recording_next_slot (self), chunk, NULL,
      NULL);
}

static RerunRecording *
recording_new (const gchar * application_id, const gchar * recording_id)
{
  RerunRecording *self = g_new0 (RerunRecording, 1);
  RrdTuid id;

  g_mutex_init (&self->lock);
  self->application_id = g_strdup (application_id);
  self->asked_id = g_strdup (recording_id);
  self->id = recording_id != NULL ? g_strdup (recording_id) :
      g_uuid_string_random ();
  self->last_id.inc = ((guint64) g_random_int () << 32 | g_random_int ()) >> 1;
  id = rerun_recording_next_id (self);
  self->store = rerun_need (rrd_store_new (application_id, self->id, &id));
  self->properties = recording_make_properties (self);
  return self;
}

static void
recording_free (RerunRecording * self)
{
  rerun_message_unref (self->properties);
  rrd_store_free (self->store);
  g_mutex_clear (&self->lock);
  g_free (self->application_id);
  g_free (self->asked_id);
  g_free (self->id);
  g_free (self);
}

static RerunRecording *
registry_find (const gchar * application_id, const gchar * recording_id)
{
  for (GList * link = registry; link != NULL; link = link->next) {
    RerunRecording *recording = link->data;

    if (g_str_equal (recording->application_id, application_id)
        && g_strcmp0 (recording->asked_id, recording_id) == 0)
      return recording;
  }
  return NULL;
}

static GList *
find_string (GList * list, const gchar * text)
{
  return g_list_find_custom (list, text, (GCompareFunc) strcmp);
}

RerunRecording *
rerun_recording_join (const gchar * application_id,
    const gchar * recording_id, const gchar * entity_path, GError ** error)
{
  RerunRecording *self;

  g_mutex_lock (&registry_lock);
  self = registry_find (application_id, recording_id);
  if (self == NULL) {
    self = recording_new (application_id, recording_id);
    registry = g_list_prepend (registry, self);
  }
  if (find_string (self->entity_paths, entity_path) != NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
        "another rerunsink of the recording %s logs to entity-path %s: "
        "give one of them another entity-path or recording-id", self->id,
        entity_path);
    self = NULL;
  } else {
    self->entity_paths = g_list_prepend (self->entity_paths,
        g_strdup (entity_path));
  }
  g_mutex_unlock (&registry_lock);
  return self;
}

void
rerun_recording_leave (RerunRecording * self, const gchar * entity_path)
{
  GList *link;

  g_mutex_lock (&registry_lock);
  link = find_string (self->entity_paths, entity_path);
  g_free (link->data);
  self->entity_paths = g_list_delete_link (self->entity_paths, link);
  if (self->entity_paths == NULL) {
    registry = g_list_remove (registry, self);
    recording_free (self);
  }
  g_mutex_unlock (&registry_lock);
}

/* --- outputs ----------------------------------------------------------------- */

static Place *
recording_find_place (RerunRecording * self, const gchar * key)
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
registry_owner (const gchar * key)
{
  for (GList * link = registry; link != NULL; link = link->next) {
    if (recording_find_place (link->data, key) != NULL)
      return link->data;
  }
  return NULL;
}

/* The place of @key, or NULL; one that is being closed is waited for. */
static Place *
recording_wait_for_place (RerunRecording * self, const gchar * key)
{
  Place *place;

  while ((place = recording_find_place (self, key)) != NULL && place->closing)
    g_cond_wait (&registry_closed, &registry_lock);
  return place;
}

static RerunUser *
recording_add_place (RerunRecording * self, GstElement * element,
    const gchar * key, RerunOutput * output)
{
  Place *place = g_new0 (Place, 1);
  RerunUser *user = rerun_output_attach (output, element);

  place->key = g_strdup (key);
  place->output = output;
  self->places = g_list_prepend (self->places, place);
  rerun_user_push (user, self->properties, NULL);
  rerun_output_start (output);
  return user;
}

static RerunUser *
recording_use_file (RerunRecording * self, GstElement * element,
    const gchar * key, const gchar * location, RrdCompression compression,
    const RerunQueueSettings * settings, GError ** error)
{
  RerunRecording *owner;
  Place *place;
  RerunOutput *output;

  while ((owner = registry_owner (key)) != NULL) {
    place = recording_find_place (owner, key);
    if (place->closing) {
      g_cond_wait (&registry_closed, &registry_lock);
    } else if (owner == self) {
      return rerun_output_attach (place->output, element);
    } else {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
          "the recording %s of %s is being written there", owner->id,
          owner->application_id);
      return NULL;
    }
  }
  output = rerun_file_output_new (location, self->store, compression, settings,
      error);
  return output != NULL ?
      recording_add_place (self, element, key, output) : NULL;
}

RerunUser *
rerun_recording_use_file (RerunRecording * self, GstElement * element,
    const gchar * location, RrdCompression compression,
    const RerunQueueSettings * settings, GError ** error)
{
  gchar *key = strcmp (location, "-") == 0 ? g_strdup (location) :
      g_canonicalize_filename (location, NULL);
  RerunUser *user;

  g_mutex_lock (&registry_lock);
  user = recording_use_file (self, element, key, location, compression,
      settings, error);
  g_mutex_unlock (&registry_lock);
  g_free (key);
  return user;
}

RerunUser *
rerun_recording_use_server (RerunRecording * self, GstElement * element,
    RerunUri * uri, gboolean spawn, const RerunQueueSettings * settings)
{
  Place *place;
  RerunUser *user;

  g_mutex_lock (&registry_lock);
  place = recording_wait_for_place (self, uri->text);
  if (place != NULL) {
    user = rerun_output_attach (place->output, element);
    rerun_uri_free (uri);
  } else {
    user = recording_add_place (self, element, uri->text,
        rerun_grpc_output_new (uri, self->store, spawn, settings));
  }
  g_mutex_unlock (&registry_lock);
  return user;
}

static void
recording_remove_place (RerunRecording * self, Place * place)
{
  g_mutex_lock (&registry_lock);
  self->places = g_list_remove (self->places, place);
  g_cond_broadcast (&registry_closed);
  g_mutex_unlock (&registry_lock);
  g_free (place->key);
  g_free (place);
}

/* The place that @user was the last one of, or NULL. */
static Place *
recording_detach (RerunRecording * self, RerunUser * user)
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
rerun_recording_close (RerunRecording * self, RerunUser * user, GError ** error)
{
  Place *place;
  gboolean ok;

  g_mutex_lock (&registry_lock);
  place = recording_detach (self, user);
  g_mutex_unlock (&registry_lock);
  if (place == NULL)
    return TRUE;
  ok = rerun_output_stop (place->output, error);
  recording_remove_place (self, place);
  return ok;
}
