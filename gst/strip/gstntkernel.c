/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Selection of the copy kernel, once per process. The plugin calls this at its
 * init, so that the choice stands in the log before any data flows; a caller
 * that never runs the plugin's init gets the same answer at its first strip. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntkernel.h"
#include "gstntkernel-private.h"

GST_DEBUG_CATEGORY_STATIC (nt_kernel_debug);
#define GST_CAT_DEFAULT nt_kernel_debug

#define KERNEL_VARIABLE "NTMOSAIC_CPU"

typedef struct
{
  const NtmKernel *kernel;
  gchar *warning;
} Selection;

static gchar *
explain (const gchar * forced, NtmKernelChoice choice, const gchar * best)
{
  switch (choice) {
    case NTM_KERNEL_UNKNOWN:
      return g_strdup_printf (KERNEL_VARIABLE "=%s names no kernel (c, sse2, "
          "avx2, avx512 do): using %s", forced, best);
    case NTM_KERNEL_UNSUPPORTED:
      return g_strdup_printf (KERNEL_VARIABLE "=%s asks for a kernel that this "
          "CPU or this build lacks: using %s", forced, best);
    default:
      return NULL;
  }
}

static gpointer
select_once (gpointer unused)
{
  static Selection selection;
  const gchar *forced = g_getenv (KERNEL_VARIABLE);
  NtmKernelChoice choice;

  GST_DEBUG_CATEGORY_INIT (nt_kernel_debug, "ntkernel", 0,
      "copy kernel selection");

  selection.kernel =
      ntm_kernel_select (forced, ntm_cpu_features (), &choice);
  selection.warning = explain (forced, choice, selection.kernel->name);

  if (selection.warning)
    GST_WARNING ("%s", selection.warning);
  GST_INFO ("copy kernel: %s", selection.kernel->name);

  return &selection;
}

static const Selection *
get_selection (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, select_once, NULL);
}

const NtmKernel *
gst_nt_kernel_get (void)
{
  return get_selection ()->kernel;
}

const gchar *
gst_nt_kernel_get_name (void)
{
  return get_selection ()->kernel->name;
}

const gchar *
gst_nt_kernel_get_warning (void)
{
  return get_selection ()->warning;
}
