/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The messages of codecs/arrow, read back by a reader of our own. */
#include "arrow-reader.h"
#include "arrow/arrow.h"

static const ArrowType uint8 = { ARROW_UINT8, 0, NULL, 0 };
static const ArrowType float64 = { ARROW_FLOAT64, 0, NULL, 0 };
static const ArrowType utf8 = { ARROW_UTF8, 0, NULL, 0 };
static const ArrowField uint8_item[] = { {"item", &uint8, FALSE, NULL, 0} };

static const ArrowField float64_item[] = {
  {"item", &float64, FALSE, NULL, 0}
};

static const ArrowType blob = { ARROW_LIST, 0, uint8_item, 1 };
static const ArrowField blob_item[] = { {"item", &blob, TRUE, NULL, 0} };

static const ArrowField struct_fields[] = {
  {"a", &uint8, TRUE, NULL, 0}, {"b", &float64, FALSE, NULL, 0}
};

/* Each kind: its type, and what Schema.fbs calls it. */
static const struct
{
  ArrowType type;
  guint union_type;
  guint64 first_field;          /* of the type's table */
  gsize first_field_size;       /* 0: has none */
  gsize width, n_nodes, n_buffers;
} kinds[] = {
  {{ARROW_BOOL}, 6, 0, 0, 0, 1, 2},
  {{ARROW_UINT8}, 2, 8, 4, 1, 1, 2},
  {{ARROW_UINT32}, 2, 32, 4, 4, 1, 2},
  {{ARROW_UINT64}, 2, 64, 4, 8, 1, 2},
  {{ARROW_INT64}, 2, 64, 4, 8, 1, 2},
  {{ARROW_FLOAT32}, 3, 1, 2, 4, 1, 2},
  {{ARROW_FLOAT64}, 3, 2, 2, 8, 1, 2},
  {{ARROW_TIMESTAMP_NS}, 10, 3, 2, 8, 1, 2},
  {{ARROW_DURATION_NS}, 18, 3, 2, 8, 1, 2},
  {{ARROW_UTF8}, 5, 0, 0, 0, 1, 3},
  {{ARROW_FIXED_SIZE_BINARY, 16}, 15, 16, 4, 16, 1, 2},
  {{ARROW_LIST, 0, blob_item, 1}, 12, 0, 0, 0, 3, 6},
  {{ARROW_FIXED_SIZE_LIST, 2, float64_item, 1}, 16, 2, 4, 16, 2, 3},
  {{ARROW_STRUCT, 0, struct_fields, 2}, 13, 0, 0, 9, 3, 5},
};

static const ArrowMetadata metadata[] = {
  {"key", "value"}, {"", ""}, {"longer key", "a value\nof two lines"}
};

GST_START_TEST (test_schema)
{
  ArrowField fields[G_N_ELEMENTS (kinds)];
  ArrowBytes bytes = { 0 };
  gsize n;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    fields[i] = (ArrowField) { g_strnfill (i, 'n'), &kinds[i].type, i % 2,
        metadata, i % 4 };
  arrow_append_schema (&bytes, fields, G_N_ELEMENTS (fields), metadata, 3);
  fail_if (bytes.failed);

  Message m = read_message (bytes.data, bytes.size);
  fail_unless_equals_int (m.type, 1);
  fail_unless_equals_uint64 (m.body_size, 0);
  fail_unless (m.next == bytes.data + bytes.size);
  fail_unless_equals_uint64 (field_uint (&m, m.header, 0, 2), 0);
  fail_unless_equals_string (metadata_value (&m, m.header, 2, "longer key"),
      metadata[2].value);
  field_vector (&m, m.header, 1, 4, &n);
  fail_unless_equals_int (n, G_N_ELEMENTS (kinds));
  for (guint i = 0; i < n; i++) {
    gsize field = field_table (&m, m.header, 1, i), n_children;
    gsize type = follow (&m, field_at (&m, field, 3));
    fail_unless_equals_string (field_string (&m, field, 0), fields[i].name);
    fail_unless_equals_int (field_uint (&m, field, 1, 1), i % 2);
    fail_unless_equals_int (field_uint (&m, field, 2, 1), kinds[i].union_type);
    if (kinds[i].first_field_size)
      fail_unless_equals_uint64 (field_uint (&m, type, 0,
              kinds[i].first_field_size), kinds[i].first_field);
    field_vector (&m, field, 5, 4, &n_children);
    fail_unless_equals_int (n_children, kinds[i].type.n_fields);
    fail_unless_equals_string (metadata_value (&m, field, 6, "key"),
        i % 4 ? "value" : NULL);
    g_free ((gchar *) fields[i].name);
  }
  arrow_bytes_clear (&bytes);
}

GST_END_TEST;

/* Is a signed integer: 64-bit numbers of both kinds. */
GST_START_TEST (test_schema_signs)
{
  const ArrowType int64 = { ARROW_INT64 }, uint64 = { ARROW_UINT64 };
  const ArrowField fields[] = { {"i", &int64}, {"u", &uint64} };
  ArrowBytes bytes = { 0 };

  arrow_append_schema (&bytes, fields, 2, NULL, 0);
  Message m = read_message (bytes.data, bytes.size);
  for (guint i = 0; i < 2; i++) {
    gsize field = field_table (&m, m.header, 1, i);
    gsize type = follow (&m, field_at (&m, field, 3));
    fail_unless_equals_int (field_uint (&m, type, 1, 1), i == 0);
  }
  arrow_bytes_clear (&bytes);
}

GST_END_TEST;

GST_START_TEST (test_nested_types)
{
  const ArrowField field = { "blobs", &kinds[11].type, TRUE, NULL, 0 };
  ArrowBytes bytes = { 0 };

  arrow_append_schema (&bytes, &field, 1, NULL, 0);
  Message m = read_message (bytes.data, bytes.size);
  gsize blobs = field_table (&m, m.header, 1, 0);
  gsize item = field_table (&m, blobs, 5, 0);
  gsize byte = field_table (&m, item, 5, 0);
  fail_unless_equals_int (field_uint (&m, item, 2, 1), 12);
  fail_unless_equals_int (field_uint (&m, item, 1, 1), 1);
  fail_unless_equals_int (field_uint (&m, byte, 2, 1), 2);
  fail_unless_equals_int (field_uint (&m, byte, 1, 1), 0);
  fail_unless_equals_string (field_string (&m, byte, 0), "item");
  arrow_bytes_clear (&bytes);
}

GST_END_TEST;

GST_START_TEST (test_types)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    gsize n_nodes = 100, n_buffers = 200;
    arrow_type_count (&kinds[i].type, &n_nodes, &n_buffers);
    fail_unless_equals_int (n_nodes, 100 + kinds[i].n_nodes);
    fail_unless_equals_int (n_buffers, 200 + kinds[i].n_buffers);
    fail_unless_equals_int (arrow_type_width (&kinds[i].type), kinds[i].width);
  }
}

GST_END_TEST;

/* Any number of nodes and buffers, after any other message. */
GST_START_TEST (test_batch)
{
  const ArrowField field = { "f", &utf8, FALSE, NULL, 0 };

  for (gsize n_nodes = 0; n_nodes < 5; n_nodes++) {
    ArrowBytes bytes = { 0 };
    ArrowBatchLayout layout;
    gsize n_buffers = 2 * n_nodes + 1;

    arrow_append_schema (&bytes, &field, n_nodes % 2, NULL, 0);
    gsize start = bytes.size;
    arrow_append_batch (&bytes, n_nodes, n_buffers, &layout);
    fail_if (bytes.failed);
    guint8 *batch = bytes.data + start;
    arrow_store_u64 (batch + layout.n_rows, 7);
    for (gsize i = 0; i < n_nodes; i++)
      arrow_store_u64 (batch + layout.nodes + 16 * i + 8, i + 1);
    for (gsize i = 0; i < n_buffers; i++)
      arrow_store_u64 (batch + layout.buffers + 16 * i, i + 10);

    Message m = read_message (batch, bytes.size - start);
    guint64 pair[2];
    fail_unless_equals_int (m.type, 3);
    fail_unless_equals_uint64 (batch_rows (&m), 7);
    fail_unless_equals_uint64 (m.body_size, 0);
    for (gsize i = 0; i < n_nodes; i++) {
      batch_node (&m, i, pair);
      fail_unless (pair[0] == 0 && pair[1] == i + 1);
    }
    for (gsize i = 0; i < n_buffers; i++) {
      batch_pair (&m, 2, i, pair);
      fail_unless (pair[0] == i + 10 && pair[1] == 0);
    }
    arrow_bytes_append (&bytes, "12345678", 8);
    batch = bytes.data + start;
    arrow_store_u64 (batch + layout.body_size, 8);
    m = read_message (batch, bytes.size - start);
    fail_unless (memcmp (m.body, "12345678", 8) == 0);
    arrow_bytes_clear (&bytes);
  }
}

GST_END_TEST;

GST_START_TEST (test_bytes)
{
  ArrowBytes bytes = { 0 };
  guint8 eight[8];

  for (guint i = 0; i < 1000; i++)
    arrow_bytes_append (&bytes, "abc", 3);
  fail_unless_equals_int (bytes.size, 3000);
  fail_unless (memcmp (bytes.data + 2997, "abc", 3) == 0);
  fail_if (bytes.failed);

  /* More than there can be: nothing happens, and nothing ever again. */
  fail_unless (arrow_bytes_extend (&bytes, SIZE_MAX - 100) == NULL);
  fail_unless (arrow_bytes_extend (&bytes, SIZE_MAX / 2) == NULL);
  arrow_bytes_append (&bytes, "abc", 3);
  fail_unless (bytes.failed && bytes.size == 3000);
  arrow_bytes_clear (&bytes);
  fail_unless (!bytes.failed && !bytes.data && !bytes.capacity);

  arrow_store_u64 (eight, G_GUINT64_CONSTANT (0x0807060504030201));
  fail_unless (memcmp (eight, "\1\2\3\4\5\6\7\10", 8) == 0);
  arrow_store_u32 (eight, 0xfffefdfc);
  fail_unless (memcmp (eight, "\xfc\xfd\xfe\xff\5", 5) == 0);
  fail_unless (memcmp (arrow_end, "\xff\xff\xff\xff\0\0\0", 8) == 0);
}

GST_END_TEST;

static Suite *
arrow_suite (void)
{
  Suite *s = suite_create ("arrow");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_schema);
  tcase_add_test (tc, test_schema_signs);
  tcase_add_test (tc, test_nested_types);
  tcase_add_test (tc, test_types);
  tcase_add_test (tc, test_batch);
  tcase_add_test (tc, test_bytes);
  return s;
}

GST_CHECK_MAIN (arrow);
