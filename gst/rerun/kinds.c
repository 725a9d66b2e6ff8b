/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table that says which caps are logged as what. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "rerun/kinds.h"

#include "depth/gstdepthcaps.h"
#include "rerun/picture.h"

/* Chroma of half the width, or half of both, is that of even sizes only: sources and
 * converters choose another format then. */
#define EVEN "[ 2, 2147483646, 2 ]"

#define VIDEO(caps, name) \
  {GST_STATIC_CAPS (caps), RERUN_ARCHETYPE_AUTO, name, &rerun_video_entity}

/* A new kind of stream is a row here, and a class. Sources that can do all of these
 * take the first one. Without width and height: caps that lack them come through to an
 * error that says so. */
static RerunKind kinds[] = {
  {GST_STATIC_CAPS ("image/x-rvl"), RERUN_ARCHETYPE_AUTO, "RVL depth",
      &rerun_depth_entity},
  {GST_STATIC_CAPS ("image/png"), RERUN_ARCHETYPE_DEPTH, "PNG depth",
      &rerun_depth_entity},
  {GST_STATIC_CAPS ("image/png"), RERUN_ARCHETYPE_IMAGE, "PNG pictures",
      &rerun_image_entity},
  {GST_STATIC_CAPS ("image/tiff"), RERUN_ARCHETYPE_AUTO, "TIFF depth",
      &rerun_depth_entity},
  {GST_STATIC_CAPS ("image/jpeg"), RERUN_ARCHETYPE_AUTO, "JPEG pictures",
      &rerun_image_entity},
  {GST_STATIC_CAPS ("video/x-raw, format = (string) { RGB, BGR, RGBA, BGRA, "
            "GRAY8 }; "
            "video/x-raw, format = (string) YUY2, width = (int) " EVEN "; "
            "video/x-raw, format = (string) { NV12, I420 }, "
            "width = (int) " EVEN ", height = (int) " EVEN),
      RERUN_ARCHETYPE_AUTO, "raw pictures", &rerun_image_entity},
  {GST_STATIC_CAPS ("video/x-raw, format = (string) " GST_DEPTH_RAW_FORMATS),
      RERUN_ARCHETYPE_DEPTH, "raw depth", &rerun_depth_entity},
  {GST_STATIC_CAPS ("video/x-raw, format = (string) GRAY16_LE"),
      RERUN_ARCHETYPE_IMAGE, "raw 16-bit pictures", &rerun_image_entity},
  {GST_STATIC_CAPS ("text/x-raw, format = (string) { utf8, pango-markup }"),
      RERUN_ARCHETYPE_AUTO, "text", &rerun_text_entity},
  VIDEO ("video/x-h264, stream-format = (string) byte-stream, "
      "alignment = (string) au", "H.264 video"),
  VIDEO ("video/x-h265, stream-format = (string) byte-stream, "
      "alignment = (string) au", "H.265 video"),
  VIDEO ("video/x-av1, stream-format = (string) obu-stream, "
      "alignment = (string) tu", "AV1 video"),
  VIDEO ("video/x-vp8", "VP8 video"),
  VIDEO ("video/x-vp9, alignment = (string) super-frame", "VP9 video"),
  /* not offered first: caps that leave out a field, or are refused with what helps */
  VIDEO ("video/x-h264", "H.264 video"),
  VIDEO ("video/x-h265", "H.265 video"),
  VIDEO ("video/x-av1", "AV1 video"),
  VIDEO ("video/x-vp9", "VP9 video"),
};

GstCaps *
rerun_kinds_get_caps (RerunArchetype archetype)
{
  GstCaps *all = gst_caps_new_empty ();

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (archetype == RERUN_ARCHETYPE_AUTO
        || kinds[i].archetype == RERUN_ARCHETYPE_AUTO
        || kinds[i].archetype == archetype)
      all = gst_caps_merge (all, gst_static_caps_get (&kinds[i].caps));
  }
  return all;
}

static gboolean
is_of (RerunKind * kind, const GstCaps * caps)
{
  GstCaps *own = gst_static_caps_get (&kind->caps);
  gboolean is = gst_caps_can_intersect (own, caps);

  gst_caps_unref (own);
  return is;
}

static gboolean
is_png (const GstCaps * caps)
{
  return gst_structure_has_name (gst_caps_get_structure (caps, 0), "image/png");
}

const RerunKind *
rerun_kind_for (const GstCaps * caps, RerunArchetype archetype)
{
  if (archetype == RERUN_ARCHETYPE_AUTO && !is_png (caps))
    archetype = RERUN_ARCHETYPE_DEPTH;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if ((kinds[i].archetype == RERUN_ARCHETYPE_AUTO
            || kinds[i].archetype == archetype) && is_of (&kinds[i], caps))
      return &kinds[i];
  }
  return NULL;
}

RerunArchetype
rerun_kind_guess (GstBuffer * buffer, gchar ** why)
{
  RerunPicture picture;

  switch (rerun_picture_map_encoded (&picture, buffer, DEPTH_PICTURE_PNG,
          FALSE, why)) {
    case RERUN_PICTURE_OK:
      rerun_mapped_unmap (&picture.mapped);
      return RERUN_ARCHETYPE_DEPTH;
    case RERUN_PICTURE_WRONG:
      g_free (*why);
      return RERUN_ARCHETYPE_IMAGE;
    default:
      return RERUN_ARCHETYPE_AUTO;
  }
}
