/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "setup.h"

static gchar *
read_kernel (GstElement * element)
{
  gchar *kernel = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), "kernel"))
    g_object_get (element, "kernel", &kernel, NULL);
  return kernel != NULL ? kernel : g_strdup ("-");
}

/* An element without the property works in the one thread that it has. */
static gchar *
read_threads (GstElement * element, guint threads_asked)
{
  guint threads = 1;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element),
          "max-threads")) {
    g_object_get (element, "max-threads", &threads, NULL);
    if (threads_asked > 0 && g_object_class_find_property (G_OBJECT_GET_CLASS
            (element), "nt-stores"))
      threads = threads_asked;
  }
  return threads > 0 ? g_strdup_printf ("%u", threads) : g_strdup ("auto");
}

gboolean
setup_init (Setup * setup, const gchar * factory, guint threads,
    GError ** error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "there is no element '%s'; is GST_PLUGIN_PATH set?", factory);
    return FALSE;
  }
  gst_object_ref_sink (element);
  setup->kernel = read_kernel (element);
  setup->threads = read_threads (element, threads);
  gst_object_unref (element);
  return TRUE;
}

void
setup_clear (Setup * setup)
{
  g_free (setup->kernel);
  g_free (setup->threads);
}
