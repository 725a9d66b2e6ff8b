/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rrddemux and what is no recording, or a damaged one: one error with the remedy, or
 * what is left of it with a warning. */

#include <string.h>

#include "rrddemux-common.h"

#define N_PICTURES 2

#define TINY_CAPS "video/x-raw,format=GRAY8,width=4,height=2,framerate=30/1"

static GstBuffer *
tiny (guint n)
{
  guint8 pixels[8] = { 0, 255, 1, 2, 3, 4, 5, n };

  return with_pts (gst_buffer_new_memdup (pixels, sizeof pixels), n);
}

/* Each byte in push mode. In pull mode, where a thread has to start each time, and
 * with DEPTH_TEST_LIGHT, as with valgrind, only some. */
static gsize
get_step (gsize piece)
{
  if (g_getenv ("DEPTH_TEST_LIGHT") != NULL)
    return 61;
  return piece == 0 ? 7 : 1;
}

static guint
count_buffers (const Player * player)
{
  guint n = 0;

  for (guint i = 0; i < player->streams->len; i++)
    n += ((const PlayedStream *) player->streams->pdata[i])->buffers->len;
  return n;
}

/* --- cut off -------------------------------------------------------------- */

/* What is in the first @size bytes: rows with pictures, and whether they are all of
 * their last message. */
typedef struct
{
  gsize size;
  guint rows;
  gboolean is_whole;
} Cut;

static Cut
look_at (GBytes * data, gsize size)
{
  Recording recording;
  Cut cut = { size };

  if (size < 12)
    return cut;
  recording_take (&recording, g_memdup2 (g_bytes_get_data (data, NULL), size),
      size);
  cut.rows = recording.frames;
  cut.is_whole = recording.complete;
  g_free (recording.data);
  return cut;
}

static void
check_pictures (const PlayedStream * stream, guint n)
{
  assert_equals_int (stream->buffers->len, n);
  for (guint i = 0; i < n; i++) {
    GstBuffer *made = tiny (i);

    check_same_bytes (stream->buffers->pdata[i], made);
    gst_buffer_unref (made);
  }
}

/* Returns: what was wrong, in words; NULL: nothing */
static gchar *
play_cut (GBytes * data, const Cut * cut, gsize piece)
{
  Player *player = player_new (recording_cut (data, cut->size), NULL, NULL);
  guint rows = cut->rows;
  guint errors, warnings, buffers;
  gchar *problem = NULL;

  player_play (player, piece);
  errors = player->errors;
  warnings = player->warnings;
  buffers = count_buffers (player);
  if (buffers != rows || errors != (rows == 0)
      || (rows > 0 && warnings != !cut->is_whole) || warnings > 1)
    problem = g_strdup_printf ("%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
        " bytes, pieces of %" G_GSIZE_FORMAT ": %u of %u rows, %u errors, %u "
        "warnings, %s", cut->size, g_bytes_get_size (data), piece, buffers,
        rows, errors, warnings,
        cut->is_whole ? "a message ends there" : "cut off");
  else if (rows > 0)
    check_pictures (player->streams->pdata[0], rows);
  player_free (player);
  return problem;
}

static const gsize pieces[] = { 0, G_MAXINT32 };

/* All rows that are complete come, without an error. */
GST_START_TEST (test_cut_off_at_every_byte)
{
  GBytes *data;

  record (TINY_CAPS, tiny, N_PICTURES, "log");
  data = recording_load ();
  for (gsize size = 0; size <= g_bytes_get_size (data);
      size += get_step (pieces[__i__])) {
    const Cut cut = look_at (data, size);
    gchar *problem = play_cut (data, &cut, pieces[__i__]);

    fail_unless (problem == NULL, "%s", problem);
  }
  g_bytes_unref (data);
}

GST_END_TEST;

/* --- other bytes ---------------------------------------------------------- */

/* It ends, by itself, with what is left. */
GST_START_TEST (test_a_bit_of_every_byte)
{
  GBytes *data;
  const guint8 *bytes;
  gsize size;

  record (TINY_CAPS, tiny, N_PICTURES, "log");
  data = recording_load ();
  bytes = g_bytes_get_data (data, &size);
  for (gsize i = 0; i < size; i += get_step (pieces[__i__])) {
    guint8 byte = bytes[i] ^ (1 << i % 8);
    Player *player = player_new (recording_patch (data, i, &byte, 1), NULL,
        NULL);

    player_play (player, pieces[__i__]);
    fail_unless (count_buffers (player) <= N_PICTURES);
    fail_unless (player->errors <= 1, "byte %" G_GSIZE_FORMAT ": %u errors", i,
        player->errors);
    player_free (player);
  }
  g_bytes_unref (data);
}

GST_END_TEST;

/* --- what cannot be played ------------------------------------------------ */

#define NOT_PATCHED G_MAXSIZE

static const struct
{
  gsize offset, size;           /* of the bytes that are others */
  const gchar *bytes;
  const gchar *property, *value;
  const gchar *words[5];
} bad[] = {
  {0, 4, "P5\n3", NULL, NULL, {"no Rerun recording", "RRF2"}},
  {0, 4, "RRF9", NULL, NULL, {"newer format", "RRF9", "RRF2"}},
  {0, 4, "RRF1", NULL, NULL, {"before 0.23", "RRF1"}},
  {4, 4, "\1\2\3\0", NULL, NULL, {"Rerun 1.2.3", "newer"}},
  {4, 4, "\0\1\3\0", NULL, NULL, {"Rerun 0.1.3", "older", "0.23"}},
  {8, 1, "\7", NULL, NULL, {"unknown compression 7", "LZ4"}},
  {9, 1, "\5", NULL, NULL, {"unknown serializer 5", "protobuf"}},
  {NOT_PATCHED, 0, "", "entity-path", "camera", {"\"camera\"", "entity-path",
          "/log"}},
  {NOT_PATCHED, 0, "", "entity-path", "lo", {"\"lo\"", "/log"}},
  {NOT_PATCHED, 0, "", "timeline", "ptss", {"\"ptss\"", "log_time", "pts",
          "frame"}},
  {NOT_PATCHED, 0, "", "recording-id", "x", {"\"x\"", "recording-id", "r"}},
};

GST_START_TEST (test_bad_input)
{
  GBytes *data;

  record (TINY_CAPS, tiny, N_PICTURES, "log");
  data = recording_load ();
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    Player *player = player_new (bad[__i__].offset == NOT_PATCHED ?
        g_bytes_ref (data) : recording_patch (data, bad[__i__].offset,
            bad[__i__].bytes, bad[__i__].size), bad[__i__].property,
        bad[__i__].value, NULL);

    player_play (player, pieces[i]);
    assert_equals_int (player->streams->len, 0);
    check_said (player->bus, GST_MESSAGE_ERROR, bad[__i__].words);
    player_free (player);
  }
  g_bytes_unref (data);
}

GST_END_TEST;

static void
check_refused (GBytes * data, const gchar * const *words)
{
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    Player *player = player_new (g_bytes_ref (data), NULL, NULL);

    player_play (player, pieces[i]);
    check_said (player->bus, GST_MESSAGE_ERROR, words);
    player_free (player);
  }
  g_bytes_unref (data);
}

GST_START_TEST (test_nothing)
{
  check_refused (g_bytes_new_static ("", 0), WORDS ("empty"));
  check_refused (g_bytes_new_static ("text", 4), WORDS ("no Rerun recording"));
}

GST_END_TEST;

/* The recording's own properties are all that is there. */
GST_START_TEST (test_no_pictures)
{
  record (TINY_CAPS, tiny, 0, "log");
  check_refused (recording_load (), WORDS ("no pictures, video or text"));
}

GST_END_TEST;

/* A store of kind 2 is a blueprint. */
GST_START_TEST (test_blueprint)
{
  GBytes *data;
  guint8 *bytes;
  gsize size;

  record (TINY_CAPS, tiny, N_PICTURES, "log");
  data = recording_load ();
  bytes = g_bytes_unref_to_data (data, &size);
  for (gsize i = 0; i + 5 <= size; i++) {
    if (memcmp (bytes + i, "\x08\x01\x12\x01r", 5) == 0)
      bytes[i + 1] = 2;
  }
  check_refused (g_bytes_new_take (bytes, size), WORDS (".rbl", ".rrd"));
}

GST_END_TEST;

/* Refused before anything is read. */
GST_START_TEST (test_bad_entity_path)
{
  Player *player = player_new (g_bytes_new_static ("", 0), "entity-path",
      "a/\\z", NULL);

  assert_equals_int (gst_element_set_state (player->demux, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  check_said (player->bus, GST_MESSAGE_ERROR, WORDS ("entity-path", "a/\\z"));
  player_free (player);
}

GST_END_TEST;

/* A frame that says another thing than it is is left out with a warning; all others
 * come. */
GST_START_TEST (test_bad_frame)
{
  GBytes *data, *patched;
  GstBuffer *buffer = rvl_buffer (3);
  GstMapInfo map;
  const guint8 *bytes;
  gsize size, at = 0;

  record (RVL_CAPS, rvl_buffer, 6, "depth");
  data = recording_load ();
  bytes = g_bytes_get_data (data, &size);
  gst_buffer_map (buffer, &map, GST_MAP_READ);
  while (at + map.size <= size && memcmp (bytes + at, map.data, map.size) != 0)
    at++;
  fail_unless (at + map.size <= size);
  /* the header's width is 0 */
  patched = recording_patch (data, at + 12, "\0\0\0\0", 4);
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    Player *player = player_new (g_bytes_ref (patched), NULL, NULL);

    player_play (player, pieces[i]);
    assert_equals_int (count_buffers (player), 5);
    check_said (player->bus, GST_MESSAGE_WARNING, WORDS ("EncodedDepthImage",
            "/depth", "0:00:00.099"));
    check_silent (player->bus);
    player_free (player);
  }
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  g_bytes_unref (patched);
  g_bytes_unref (data);
}

GST_END_TEST;

/* --- the suite ------------------------------------------------------------ */

static Suite *
rrddemux_damage_suite (void)
{
  Suite *s = suite_create ("rrddemux-damage");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, folder_setup, folder_teardown);
  tcase_set_timeout (tc, 240);
  tcase_add_loop_test (tc, test_cut_off_at_every_byte, 0,
      G_N_ELEMENTS (pieces));
  tcase_add_loop_test (tc, test_a_bit_of_every_byte, 0, G_N_ELEMENTS (pieces));
  tcase_add_loop_test (tc, test_bad_input, 0, G_N_ELEMENTS (bad));
  tcase_add_test (tc, test_nothing);
  tcase_add_test (tc, test_no_pictures);
  tcase_add_test (tc, test_blueprint);
  tcase_add_test (tc, test_bad_entity_path);
  tcase_add_test (tc, test_bad_frame);
  return s;
}

GST_CHECK_MAIN (rrddemux_damage);
