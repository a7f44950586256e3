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
  machine->version = BENCH_VERSION;
  machine->commit = COMMIT;
}

void
machine_clear (Machine * machine)
{
  g_free (machine->cpu);
  g_free (machine->gstreamer);
}

void
machine_print (const Machine * machine)
{
  g_print ("machine   %s, %u CPUs for this process\n", machine->cpu,
      machine->n_cpus);
  g_print ("software  ntmosaic %s, commit %s, %s\n", machine->version,
      machine->commit, machine->gstreamer);
}

void
machine_append_csv (const Machine * machine, GString * csv)
{
  g_string_append_printf (csv, "%s,%s,%s,\"%s\",%u", machine->version,
      machine->commit, machine->gstreamer, machine->cpu, machine->n_cpus);
}
