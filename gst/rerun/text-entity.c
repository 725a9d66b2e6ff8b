/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Text: a TextLog a buffer. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "rerun/entity.h"

#include "rerun/debug.h"

typedef struct
{
  RerunEntity parent;
  gboolean is_markup;           /* Pango's */
} TextEntity;

static RerunEntity *
text_new (const RerunEntityContext * context)
{
  TextEntity *self = g_new0 (TextEntity, 1);

  return &self->parent;
}

static void
text_free (RerunEntity * entity)
{
  g_free (entity);
}

static gboolean
text_set_caps (RerunEntity * entity, GstCaps * caps)
{
  TextEntity *self = (TextEntity *) entity;
  const gchar *format =
      gst_structure_get_string (gst_caps_get_structure (caps, 0), "format");

  self->is_markup = g_strcmp0 (format, "pango-markup") == 0;
  return TRUE;
}

/* Returns: a copy without the NUL that some write after it */
static GString *
copy_text (GstBuffer * buffer)
{
  gsize size = gst_buffer_get_size (buffer);
  GString *text = g_string_sized_new (size);

  g_string_set_size (text, size);
  g_string_set_size (text, gst_buffer_extract (buffer, 0, text->str, size));
  while (text->len > 0 && text->str[text->len - 1] == '\0')
    g_string_truncate (text, text->len - 1);
  return text;
}

static gboolean
check_utf8 (const GString * text, gchar ** why)
{
  const gchar *end;

  if (g_utf8_validate_len (text->str, text->len, &end))
    return TRUE;
  *why = g_strdup_printf ("text that is not UTF-8: byte %" G_GSIZE_FORMAT " of "
      "%" G_GSIZE_FORMAT " is 0x%02x", (gsize) (end - text->str), text->len,
      (guint8) * end);
  return FALSE;
}

static void
add_plain (GMarkupParseContext * context, const gchar * text, gsize size,
    gpointer plain, GError ** error)
{
  g_string_append_len (plain, text, size);
}

/* Rerun shows markup as it is written. What is none stays as it is. */
static void
strip_markup (GString * text)
{
  static const GMarkupParser parser = {.text = add_plain };
  GString *plain = g_string_new (NULL);
  GMarkupParseContext *context =
      g_markup_parse_context_new (&parser, 0, plain, NULL);

  if (g_markup_parse_context_parse (context, "<markup>", -1, NULL)
      && g_markup_parse_context_parse (context, text->str, text->len, NULL)
      && g_markup_parse_context_parse (context, "</markup>", -1, NULL)
      && g_markup_parse_context_end_parse (context, NULL))
    g_string_assign (text, plain->str);
  g_markup_parse_context_free (context);
  g_string_free (plain, TRUE);
}

static GstFlowReturn
text_log (RerunEntity * entity, GstBuffer * buffer, const gint64 * times)
{
  TextEntity *self = (TextEntity *) entity;
  const RerunEntityContext *context = entity->context;
  GString *text = copy_text (buffer);
  GstFlowReturn flow;
  gchar *why;

  if (!check_utf8 (text, &why)) {
    g_string_free (text, TRUE);
    return rerun_leave_out (context, times, why);
  }
  if (self->is_markup)
    strip_markup (text);
  gst_depth_report_good (context->report);
  flow = rerun_log_text (context, RERUN_ROW_FRAME, text->str,
      context->settings->level, times);
  g_string_free (text, TRUE);
  return flow;
}

const RerunEntityClass rerun_text_entity = {
  .new = text_new,
  .set_caps = text_set_caps,
  .log = text_log,
  .free = text_free,
};
