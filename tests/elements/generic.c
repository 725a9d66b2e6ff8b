/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What holds for every element of the plugins, whatever it does: it describes
 * itself, its properties have the defaults that they say, take all of their range
 * and no more, and it survives every order of state changes.
 */
#include <gst/check/gstcheck.h>

static const gchar *elements[] = {
#ifdef HAVE_CAMERA
  "depthv4l2src",
#endif
#ifdef HAVE_TESTSRC
  "depthtestsrc",
#endif
#ifdef HAVE_RERUN
  "rerunsink",
  "rrddemux",
#endif
  "depthcolormap", "rvldepthdec", "rvldepthenc"
};

static const GstState states[] = {
  /* up and down, up by steps with relapses, straight jumps */
  GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PAUSED,
  GST_STATE_READY, GST_STATE_NULL,
  GST_STATE_READY, GST_STATE_NULL, GST_STATE_PAUSED, GST_STATE_READY,
  GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_READY, GST_STATE_NULL,
  GST_STATE_PLAYING, GST_STATE_NULL, GST_STATE_PLAYING, GST_STATE_NULL,
};

static GstElement *
make (gint i)
{
  GstElement *element = gst_element_factory_make (elements[i], NULL);

  fail_unless (element != NULL, "there is no %s", elements[i]);
  return element;
}

/* Our own properties, not those of GStreamer's base classes. */
static gboolean
is_ours (GstElement * element, GParamSpec * pspec)
{
  return pspec->owner_type == G_OBJECT_TYPE (element);
}

static guint
count_elements (const gchar * plugin)
{
  GList *features =
      gst_registry_get_feature_list_by_plugin (gst_registry_get (), plugin);
  guint n = 0;

  for (GList * item = features; item != NULL; item = item->next)
    n += GST_IS_ELEMENT_FACTORY (item->data);
  gst_plugin_feature_list_free (features);
  return n;
}

GST_START_TEST (test_plugins_have_these_elements_and_no_others)
{
  GstRegistry *registry = gst_registry_get ();

  assert_equals_int (count_elements ("rvldepth") +
      count_elements ("depthrerun"), G_N_ELEMENTS (elements));
  for (guint i = 0; i < G_N_ELEMENTS (elements); i++)
    fail_unless (gst_registry_check_feature_version (registry, elements[i], 0,
            1, 0), "%s", elements[i]);
}

GST_END_TEST;

GST_START_TEST (test_loading_twice)
{
  GstElement *element = make (__i__);
  GstPlugin *plugin = gst_plugin_feature_get_plugin (GST_PLUGIN_FEATURE
      (gst_element_get_factory (element))), *again;

  fail_unless (plugin != NULL);
  again = gst_plugin_load_file (gst_plugin_get_filename (plugin), NULL);
  fail_unless (again == plugin);
  gst_object_unref (again);
  gst_object_unref (plugin);
  gst_object_unref (element);
}

GST_END_TEST;

GST_START_TEST (test_describes_itself)
{
  static const gchar *keys[] = {
    GST_ELEMENT_METADATA_LONGNAME, GST_ELEMENT_METADATA_KLASS,
    GST_ELEMENT_METADATA_DESCRIPTION, GST_ELEMENT_METADATA_AUTHOR
  };
  GstElement *element = make (__i__);
  GParamSpec **properties;
  guint n;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    const gchar *text = gst_element_get_metadata (element, keys[i]);
    fail_unless (text && *text, "%s has no %s", elements[__i__], keys[i]);
  }
  properties =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);
  for (guint i = 0; i < n; i++) {
    GParamSpec *pspec = properties[i];
    const gchar *blurb = g_param_spec_get_blurb (pspec);

    if (!is_ours (element, pspec))
      continue;
    fail_unless (blurb && g_utf8_strlen (blurb, -1) > 10, "%s.%s: blurb",
        elements[__i__], pspec->name);
    if (pspec->flags & G_PARAM_WRITABLE)
      fail_unless (pspec->flags & (GST_PARAM_MUTABLE_READY |
              GST_PARAM_MUTABLE_PAUSED | GST_PARAM_MUTABLE_PLAYING),
          "%s.%s does not say when it may change", elements[__i__],
          pspec->name);
  }
  g_free (properties);
  gst_object_unref (element);
}

GST_END_TEST;

/* What gst-inspect-1.0 says of them is what an element has; docs.py compares that with
 * the documentation. */
GST_START_TEST (test_defaults)
{
  GstElement *element = make (__i__);
  guint n;
  GParamSpec **properties =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);

  for (guint i = 0; i < n; i++) {
    GParamSpec *pspec = properties[i];
    GValue value = G_VALUE_INIT;

    if (!is_ours (element, pspec) || !(pspec->flags & G_PARAM_WRITABLE))
      continue;
    g_value_init (&value, pspec->value_type);
    g_object_get_property (G_OBJECT (element), pspec->name, &value);
    fail_unless (pspec->value_type == GST_TYPE_ARRAY ?
        gst_value_array_get_size (&value) == 0 :
        g_param_value_defaults (pspec, &value), "%s.%s", elements[__i__],
        pspec->name);
    g_value_unset (&value);
  }
  g_free (properties);
  gst_object_unref (element);
}

GST_END_TEST;

static void
check_takes (GstElement * element, GParamSpec * pspec, const GValue * value)
{
  GValue got = G_VALUE_INIT;

  g_value_init (&got, pspec->value_type);
  g_object_set_property (G_OBJECT (element), pspec->name, value);
  g_object_get_property (G_OBJECT (element), pspec->name, &got);
  fail_unless (g_param_values_cmp (pspec, &got, value) == 0,
      "%s.%s does not take %s", GST_OBJECT_NAME (element), pspec->name,
      gst_value_serialize (value));
  g_value_unset (&got);
}

/* Both ends of a number's range, every value of an enumeration. */
static void
check_range (GstElement * element, GParamSpec * pspec)
{
  GValue value = G_VALUE_INIT;

  if (pspec->value_type == GST_TYPE_ARRAY)
    return;                     /* GLib leaks the default of an array */
  g_value_init (&value, pspec->value_type);
  if (G_IS_PARAM_SPEC_INT (pspec)) {
    g_value_set_int (&value, G_PARAM_SPEC_INT (pspec)->minimum);
    check_takes (element, pspec, &value);
    g_value_set_int (&value, G_PARAM_SPEC_INT (pspec)->maximum);
    check_takes (element, pspec, &value);
  } else if (G_IS_PARAM_SPEC_UINT (pspec)) {
    g_value_set_uint (&value, G_PARAM_SPEC_UINT (pspec)->minimum);
    check_takes (element, pspec, &value);
    g_value_set_uint (&value, G_PARAM_SPEC_UINT (pspec)->maximum);
    check_takes (element, pspec, &value);
  } else if (G_IS_PARAM_SPEC_UINT64 (pspec)) {
    g_value_set_uint64 (&value, G_PARAM_SPEC_UINT64 (pspec)->minimum);
    check_takes (element, pspec, &value);
    g_value_set_uint64 (&value, G_PARAM_SPEC_UINT64 (pspec)->maximum);
    check_takes (element, pspec, &value);
  } else if (G_IS_PARAM_SPEC_ENUM (pspec)) {
    GEnumClass *enums = G_PARAM_SPEC_ENUM (pspec)->enum_class;
    for (guint i = 0; i < enums->n_values; i++) {
      g_value_set_enum (&value, enums->values[i].value);
      check_takes (element, pspec, &value);
    }
  } else if (G_IS_PARAM_SPEC_STRING (pspec)) {
    g_value_set_string (&value, NULL);
    g_object_set_property (G_OBJECT (element), pspec->name, &value);
  }
  g_param_value_set_default (pspec, &value);
  check_takes (element, pspec, &value);
  g_value_unset (&value);
}

GST_START_TEST (test_properties_take_their_range)
{
  GstElement *element = make (__i__);
  GParamSpec **properties;
  guint n;

  properties =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);
  for (guint i = 0; i < n; i++) {
    if (is_ours (element, properties[i])
        && (properties[i]->flags & G_PARAM_READWRITE) == G_PARAM_READWRITE)
      check_range (element, properties[i]);
  }
  g_free (properties);
  gst_object_unref (element);
}

GST_END_TEST;

/* An element alone, without data: it may not start, but never hangs. */
GST_START_TEST (test_state_changes)
{
  GstElement *element = make (__i__);
  GstBus *bus = gst_bus_new ();
  GstState state;

  gst_element_set_bus (element, bus);
  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    gst_element_set_state (element, states[i]);
    gst_bus_set_flushing (bus, TRUE);
    gst_bus_set_flushing (bus, FALSE);
  }
  fail_unless (gst_element_get_state (element, &state, NULL, 0) ==
      GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (state, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
  gst_object_unref (element);
}

GST_END_TEST;

static Suite *
generic_suite (void)
{
  Suite *suite = suite_create ("generic");
  TCase *tc = tcase_create ("every element");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_plugins_have_these_elements_and_no_others);
  tcase_add_loop_test (tc, test_loading_twice, 0, G_N_ELEMENTS (elements));
  tcase_add_loop_test (tc, test_describes_itself, 0, G_N_ELEMENTS (elements));
  tcase_add_loop_test (tc, test_defaults, 0, G_N_ELEMENTS (elements));
  tcase_add_loop_test (tc, test_properties_take_their_range, 0,
      G_N_ELEMENTS (elements));
  tcase_add_loop_test (tc, test_state_changes, 0, G_N_ELEMENTS (elements));
  return suite;
}

GST_CHECK_MAIN (generic);
