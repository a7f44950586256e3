/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "machine.h"

#include "commit.h"

#include <string.h>

/* The model of the first CPU in /proc/cpuinfo, where there is one. */
static gchar *
read_cpu_model (void)
{
  gchar *model = NULL;
  gchar *text = NULL;
  const gchar *line;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    return g_strdup ("unknown");
  line = strstr (text, "model name");
  if (line != NULL && (line = strchr (line, ':')) != NULL)
    model = g_strstrip (g_strndup (line + 1, strcspn (line + 1, "\n")));
  g_free (text);

  return model != NULL ? model : g_strdup ("unknown");
}

void
machine_init (Machine * machine)
{
  machine->cpu = read_cpu_model ();
  machine->n_cpus = g_get_num_processors ();
  machine->gstreamer = gst_version_string ();
  machine->commit = COMMIT;
}

void
machine_clear (Machine * machine)
{
  g_free (machine->cpu);
  g_free (machine->gstreamer);
}

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
read_threads (GstElement * element)
{
  guint threads = 1;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element),
          "max-threads"))
    g_object_get (element, "max-threads", &threads, NULL);
  return threads > 0 ? g_strdup_printf ("%u", threads) : g_strdup ("auto");
}

gboolean
setup_init (Setup * setup, const gchar * factory, GError ** error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "there is no element '%s'; is GST_PLUGIN_PATH set?", factory);
    return FALSE;
  }
  gst_object_ref_sink (element);
  setup->kernel = read_kernel (element);
  setup->threads = read_threads (element);
  gst_object_unref (element);
  return TRUE;
}

void
setup_clear (Setup * setup)
{
  g_free (setup->kernel);
  g_free (setup->threads);
}
