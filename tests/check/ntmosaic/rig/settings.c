/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "settings.h"

/* Of one property: what it may be, in the order in which it is set. */
#define MOST_VALUES 8

typedef struct
{
  GParamSpec *spec;
  GValue values[MOST_VALUES];
  guint n_values;
  GValue expected;
} Setting;

/* ---- Values ---- */

static GValue *
add_value (Setting * setting)
{
  GValue *value = &setting->values[setting->n_values++];

  fail_unless (setting->n_values <= MOST_VALUES);

  return g_value_init (value, G_PARAM_SPEC_VALUE_TYPE (setting->spec));
}

static void
add_enums (Setting * setting)
{
  const GEnumClass *klass = G_PARAM_SPEC_ENUM (setting->spec)->enum_class;

  for (guint i = 0; i < klass->n_values; i++)
    g_value_set_enum (add_value (setting), klass->values[i].value);
}

static void
add_numbers (Setting * setting)
{
  GParamSpec *spec = setting->spec;

  if (G_IS_PARAM_SPEC_UINT (spec)) {
    const GParamSpecUInt *range = G_PARAM_SPEC_UINT (spec);

    g_value_set_uint (add_value (setting), range->maximum);
    g_value_set_uint (add_value (setting), range->minimum);
    g_value_set_uint (add_value (setting), range->minimum + 1);
  } else if (G_IS_PARAM_SPEC_INT (spec)) {
    const GParamSpecInt *range = G_PARAM_SPEC_INT (spec);

    g_value_set_int (add_value (setting), range->maximum);
    g_value_set_int (add_value (setting), range->minimum);
    g_value_set_int (add_value (setting), range->minimum + 1);
  } else if (G_IS_PARAM_SPEC_UINT64 (spec)) {
    const GParamSpecUInt64 *range = G_PARAM_SPEC_UINT64 (spec);

    g_value_set_uint64 (add_value (setting), range->maximum);
    g_value_set_uint64 (add_value (setting), range->minimum);
    g_value_set_uint64 (add_value (setting), range->minimum + 1);
  } else {
    fail ("%s: a property of a type that this test does not know", spec->name);
  }
}

static void
add_values (Setting * setting)
{
  static const gchar *names[] = { "one", "two", NULL };
  const GType type = G_PARAM_SPEC_VALUE_TYPE (setting->spec);

  if (type == G_TYPE_BOOLEAN) {
    g_value_set_boolean (add_value (setting), TRUE);
    g_value_set_boolean (add_value (setting), FALSE);
  } else if (type == G_TYPE_STRING) {
    g_value_set_static_string (add_value (setting), names[0]);
    add_value (setting);
  } else if (type == G_TYPE_STRV) {
    g_value_set_static_boxed (add_value (setting), names);
    add_value (setting);
  } else if (type == GST_TYPE_FRACTION) {
    gst_value_set_fraction (add_value (setting), 7, 3);
  } else if (G_TYPE_IS_ENUM (type)) {
    add_enums (setting);
  } else {
    add_numbers (setting);
  }
}

static gboolean
is_same (const GValue * a, const GValue * b)
{
  if (G_VALUE_HOLDS (a, G_TYPE_STRV)) {
    const gchar *const *left = g_value_get_boxed (a);
    const gchar *const *right = g_value_get_boxed (b);

    return left == right || (left && right && g_strv_equal (left, right));
  }

  return gst_value_compare (a, b) == GST_VALUE_EQUAL;
}

/* ---- Properties ---- */

/* A property of a parent class that this class has made its own counts too. */
static GArray *
find_settings (gpointer object)
{
  GArray *settings = g_array_new (FALSE, TRUE, sizeof (Setting));
  GParamSpec **specs;
  guint n_specs;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object),
      &n_specs);
  for (guint i = 0; i < n_specs; i++) {
    GParamSpec *spec = g_param_spec_get_redirect_target (specs[i]);
    Setting setting = {.spec = spec ? spec : specs[i] };

    if (specs[i]->owner_type != G_OBJECT_TYPE (object)
        || (specs[i]->flags & G_PARAM_READWRITE) != G_PARAM_READWRITE)
      continue;
    g_value_init (&setting.expected, G_PARAM_SPEC_VALUE_TYPE (setting.spec));
    g_param_value_set_default (setting.spec, &setting.expected);
    add_values (&setting);
    g_array_append_val (settings, setting);
  }
  g_free (specs);

  return settings;
}

static void
check_all (gpointer object, const GArray * settings, const gchar * changed)
{
  for (guint i = 0; i < settings->len; i++) {
    const Setting *setting = &g_array_index (settings, Setting, i);
    GValue value = G_VALUE_INIT;

    g_object_get_property (object, setting->spec->name,
        g_value_init (&value, G_VALUE_TYPE (&setting->expected)));
    fail_unless (is_same (&value, &setting->expected),
        "%s is %s, not %s, after %s was set", setting->spec->name,
        g_strdup_value_contents (&value),
        g_strdup_value_contents (&setting->expected), changed);
    g_value_unset (&value);
  }
}

guint
test_settings (gpointer object)
{
  GArray *settings = find_settings (object);
  const guint n_settings = settings->len;

  check_all (object, settings, "nothing");
  for (guint i = 0; i < settings->len; i++) {
    Setting *setting = &g_array_index (settings, Setting, i);

    for (guint k = 0; k < setting->n_values; k++) {
      g_object_set_property (object, setting->spec->name, &setting->values[k]);
      g_value_copy (&setting->values[k], &setting->expected);
      check_all (object, settings, setting->spec->name);
      g_value_unset (&setting->values[k]);
    }
  }
  for (guint i = 0; i < settings->len; i++)
    g_value_unset (&g_array_index (settings, Setting, i).expected);
  g_array_free (settings, TRUE);

  return n_settings;
}
