/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* RealSense's commands, answers and tables: right numbers, and each thing that is
 * wrong refused for what it is. */
#include "realsense/realsense.h"

#include <gst/check/gstcheck.h>
#include <libdeflate.h>
#include <math.h>
#include <string.h>

#define TABLE_SIZE 576
#define RESOLUTIONS 256         /* of table 25: where {fx, fy, cx, cy} begin */

static guint8 table[TABLE_SIZE];

static void
put_float (guint8 * at, gfloat value)
{
  guint32 bits;

  memcpy (&bits, &value, 4);
  GST_WRITE_UINT32_LE (at, bits);
}

static void
sign (void)
{
  GST_WRITE_UINT32_LE (table + 12, libdeflate_crc32 (0, table + 16,
          TABLE_SIZE - 16));
}

/* 848x480 is the fourth resolution. */
static void
setup (void)
{
  guint8 *at = table + RESOLUTIONS + 3 * 16;

  memset (table, 0, sizeof table);
  GST_WRITE_UINT16_BE (table, 0x0203);
  GST_WRITE_UINT16_LE (table + 2, 25);
  GST_WRITE_UINT32_LE (table + 4, TABLE_SIZE - 16);
  put_float (at, 425.5f);
  put_float (at + 4, 426.25f);
  put_float (at + 8, 421.125f);
  put_float (at + 12, 238.5f);
  sign ();
}

GST_START_TEST (test_command)
{
  guint8 message[REALSENSE_MESSAGE_SIZE];
  static const guint8 expected[] = {
    0x14, 0, 0xab, 0xcd, 0x15, 0, 0, 0, 25, 0, 0, 0, 0, 0, 0, 0
  };

  realsense_command (message, REALSENSE_GET_TABLE, REALSENSE_COEFFICIENTS);
  fail_unless (memcmp (message, expected, sizeof expected) == 0);
  for (guint i = sizeof expected; i < sizeof message; i++)
    fail_unless_equals_int (message[i], 0);
}

GST_END_TEST;

GST_START_TEST (test_answer)
{
  guint8 message[REALSENSE_MESSAGE_SIZE] = { 0x15, 0, 0, 0, 7, 8, 9 };
  const guint8 *data;
  const char *problem;
  gsize size;

  GST_WRITE_UINT32_LE (message + 1020, 3);
  fail_unless (realsense_answer (message, REALSENSE_GET_TABLE, &data, &size,
          &problem));
  fail_unless (data == message + 4 && size == 3);
  fail_if (realsense_answer (message, REALSENSE_GET_ADVANCED, &data, &size,
          &problem));
  fail_unless (strstr (problem, "refuses") != NULL, "%s", problem);
  GST_WRITE_UINT32_LE (message + 1020, 1017);
  fail_if (realsense_answer (message, REALSENSE_GET_TABLE, &data, &size,
          &problem));
  fail_unless (strstr (problem, "longer") != NULL, "%s", problem);
}

GST_END_TEST;

GST_START_TEST (test_table)
{
  RealsenseIntrinsics lens;
  const char *problem;

  fail_unless (realsense_table_intrinsics (table, TABLE_SIZE, 848, 480, &lens,
          &problem), "%s", problem);
  fail_unless_equals_float (lens.fx, 425.5);
  fail_unless_equals_float (lens.fy, 426.25);
  fail_unless_equals_float (lens.cx, 421.125);
  fail_unless_equals_float (lens.cy, 238.5);
  /* sizes that it does not have, the reserved ones among them */
  fail_if (realsense_table_intrinsics (table, TABLE_SIZE, 848, 481, &lens,
          &problem));
  fail_unless (strstr (problem, "this size") != NULL, "%s", problem);
  fail_if (realsense_table_intrinsics (table, TABLE_SIZE, 0, 0, &lens,
          &problem));
  fail_unless (strstr (problem, "this size") != NULL, "%s", problem);
}

GST_END_TEST;

static const struct
{
  guint at;
  guint8 value;
  const gchar *problem;
} damages[] = {
  {2, 31, "another one"},
  {5, 0xff, "longer than the answer"},
  {12, 0x55, "checksum"},
  {400, 0x55, "checksum"},
  {TABLE_SIZE - 1, 1, "checksum"},
};

GST_START_TEST (test_damaged_table)
{
  RealsenseIntrinsics lens;
  const char *problem;

  for (guint i = 0; i < G_N_ELEMENTS (damages); i++) {
    setup ();
    table[damages[i].at] = damages[i].value;
    fail_if (realsense_table_intrinsics (table, TABLE_SIZE, 848, 480, &lens,
            &problem), "%u", i);
    fail_unless (strstr (problem, damages[i].problem) != NULL, "%u: %s", i,
        problem);
  }
  setup ();
  for (gsize size = 0; size < RESOLUTIONS + 16 * 16; size++) {
    guint8 *part = g_memdup2 (table, size);

    fail_if (realsense_table_intrinsics (part, size, 848, 480, &lens,
            &problem));
    fail_unless (strstr (problem, "too short") != NULL, "%s", problem);
    g_free (part);
  }
}

GST_END_TEST;

/* fx, fy, cx, cy that no camera has. */
static const gfloat nonsense[][4] = {
  {NAN, 425, 424, 240}, {425, NAN, 424, 240}, {425, 425, NAN, 240},
  {425, 425, 424, NAN}, {INFINITY, 425, 424, 240}, {0, 0, 0, 0},
  {-425, 425, 424, 240}, {84, 425, 424, 240}, {425, 8481, 424, 240},
  {425, 425, -1, 240}, {425, 425, 849, 240}, {425, 425, 424, -1},
  {425, 425, 424, 481},
};

GST_START_TEST (test_nonsense)
{
  RealsenseIntrinsics lens;
  guint8 item[20];
  const char *problem;

  GST_WRITE_UINT16_LE (item, 848);
  GST_WRITE_UINT16_LE (item + 2, 480);
  for (guint i = 0; i < 4; i++) {
    put_float (table + RESOLUTIONS + 3 * 16 + 4 * i, nonsense[__i__][i]);
    put_float (item + 4 + 4 * i, nonsense[__i__][i]);
  }
  sign ();
  fail_if (realsense_table_intrinsics (table, TABLE_SIZE, 848, 480, &lens,
          &problem));
  fail_unless (strstr (problem, "focal length") || strstr (problem,
          "principal point"), "%s", problem);
  fail_if (realsense_listed_intrinsics (item, sizeof item, 848, 480, &lens,
          &problem));
}

GST_END_TEST;

GST_START_TEST (test_list)
{
  guint8 list[45] = { 0 };
  RealsenseIntrinsics lens;
  const char *problem;

  GST_WRITE_UINT16_LE (list + 20, 848);
  GST_WRITE_UINT16_LE (list + 22, 480);
  memcpy (list + 24, table + RESOLUTIONS + 3 * 16, 16);
  fail_unless (realsense_listed_intrinsics (list, sizeof list, 848, 480, &lens,
          &problem));
  fail_unless_equals_float (lens.cx, 421.125);
  fail_if (realsense_listed_intrinsics (list, 39, 848, 480, &lens, &problem));
  fail_if (realsense_listed_intrinsics (list, 0, 848, 480, &lens, &problem));
}

GST_END_TEST;

GST_START_TEST (test_depth_unit)
{
  static const guint32 units[] = { 1, 100, 1000, 1000000, 0, 1000001,
    G_MAXUINT32
  };
  guint32 unit;
  const char *problem;

  for (guint i = 0; i < G_N_ELEMENTS (units); i++) {
    guint8 data[4];
    gboolean can_be = units[i] >= 1 && units[i] <= 1000000;

    GST_WRITE_UINT32_LE (data, units[i]);
    fail_unless (realsense_depth_unit (data, 4, &unit, &problem) == can_be);
    if (can_be)
      fail_unless_equals_int (unit, units[i]);
    fail_if (realsense_depth_unit (data, 3, &unit, &problem));
  }
}

GST_END_TEST;

static Suite *
realsense_suite (void)
{
  Suite *suite = suite_create ("realsense");
  TCase *tc = tcase_create ("camera's answers");

  suite_add_tcase (suite, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, test_command);
  tcase_add_test (tc, test_answer);
  tcase_add_test (tc, test_table);
  tcase_add_test (tc, test_damaged_table);
  tcase_add_loop_test (tc, test_nonsense, 0, G_N_ELEMENTS (nonsense));
  tcase_add_test (tc, test_list);
  tcase_add_test (tc, test_depth_unit);
  return suite;
}

GST_CHECK_MAIN (realsense);
