/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "child.h"

gchar *
child_run (const gchar * const *arguments, GError ** error)
{
  GPtrArray *argv = g_ptr_array_new ();
  gchar *output = NULL;
  gint status = 0;

  g_ptr_array_add (argv, (gpointer) "/proc/self/exe");
  for (guint i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  g_ptr_array_add (argv, NULL);

  if (!g_spawn_sync (NULL, (gchar **) argv->pdata, NULL, G_SPAWN_DEFAULT, NULL,
          NULL, &output, NULL, &status, error)
      || !g_spawn_check_wait_status (status, error))
    g_clear_pointer (&output, g_free);
  g_ptr_array_unref (argv);

  return output;
}
