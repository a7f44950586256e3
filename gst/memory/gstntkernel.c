/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* NTMOSAIC_CPU is read here only. The plugin calls this when it is loaded, so
 * that the choice stands in the log before any data flows. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntkernel.h"

#include "ntstrip.h"

GST_DEBUG_CATEGORY_STATIC (nt_kernel_debug);
#define GST_CAT_DEFAULT nt_kernel_debug

#define KERNEL_VARIABLE "NTMOSAIC_CPU"

/* Returns why the kernel named @forced is not the one in use, to be freed.
 * NULL: it is. */
static gchar *
explain (const gchar * forced, NtmKernelChoice choice)
{
  switch (choice) {
    case NTM_KERNEL_UNKNOWN:
      return g_strdup_printf (KERNEL_VARIABLE "=%s names no kernel (%s do): "
          "using %s", forced, ntm_kernel_get_names (), ntm_kernel_get_name ());
    case NTM_KERNEL_UNSUPPORTED:
      return g_strdup_printf (KERNEL_VARIABLE "=%s asks for a kernel that this "
          "CPU or this build lacks: using %s", forced, ntm_kernel_get_name ());
    default:
      return NULL;
  }
}

static gpointer
select_once (gpointer unused)
{
  const gchar *forced = g_getenv (KERNEL_VARIABLE);
  gchar *warning = explain (forced, ntm_kernel_select (forced));

  GST_DEBUG_CATEGORY_INIT (nt_kernel_debug, "ntkernel", 0,
      "copy kernel selection");
  if (warning)
    GST_WARNING ("%s", warning);
  GST_INFO ("copy kernel: %s", ntm_kernel_get_name ());

  return warning;
}

const gchar *
gst_nt_kernel_get_warning (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, select_once, NULL);
}

const gchar *
gst_nt_kernel_get_name (void)
{
  gst_nt_kernel_get_warning ();

  return ntm_kernel_get_name ();
}
