/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The pool refuses sizes that can't be addressed, or that the system has no
 * memory for, and each refusal says why. */

#include <gst/check/gstcheck.h>

#include <string.h>

#include "mappings.h"
#include "gstntmemory.h"

static NtmLayout *
new_layout (guint width, guint height)
{
  const NtmTile tile = {.width = width,.height = height };
  const NtmLayoutRules rules = {.pixel_bytes = 4,.align_y = NTM_ALIGN_START };
  NtmLayout *layout = gst_nt_layout_new (&tile, 1, &rules, NULL);

  fail_unless (layout != NULL);

  return layout;
}

static void
expect_error (GError ** error, GQuark domain, gint code, const gchar * word)
{
  fail_unless (g_error_matches (*error, domain, code));
  fail_unless (strstr ((*error)->message, word) != NULL, "%s",
      (*error)->message);
  g_clear_error (error);
}

/* The sum of strip and padding is more than there are addresses: the pool keeps
 * the configuration that it had. */
GST_START_TEST (padding)
{
  NtmLayout *layout = new_layout (100, 50);
  GstNtStripPool *pool = gst_nt_strip_pool_new ();
  GstAllocationParams params;
  GError *error = NULL;
  GstBuffer *strip;
  guint i;

  fail_unless (gst_nt_strip_pool_configure (pool, layout, 1, NULL, NULL));
  for (i = 0; i < 3; i++) {
    const gsize bytes[] = { 0, 10, layout->bytes - 1 };

    gst_allocation_params_init (&params);
    params.padding = G_MAXSIZE - bytes[i];
    fail_if (gst_nt_strip_pool_configure (pool, layout, 1, &params, &error));
    expect_error (&error, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_NO_SPACE_LEFT, "padding of ");
  }
  fail_if (gst_nt_strip_pool_configure (pool, layout, 1, &params, NULL));

  strip = gst_nt_strip_pool_acquire (pool, NULL, NULL, NULL, &error);
  fail_unless (strip != NULL && error == NULL);
  fail_unless_equals_uint64 (gst_buffer_get_size (strip),
      layout->bytes);
  gst_buffer_unref (strip);
  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* An alignment that no address has is refused, and not ignored. */
GST_START_TEST (alignment)
{
  static const gsize masks[] = { G_MAXSIZE, G_MAXSSIZE };
  NtmLayout *layout = new_layout (100, 50);
  GstNtStripPool *pool = gst_nt_strip_pool_new ();
  const GstAllocationParams params = {.align = masks[__i__] };
  GError *error = NULL;

  fail_if (gst_nt_strip_pool_configure (pool, layout, 1, &params, &error));
  expect_error (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
      "no memory for a strip of 20000 bytes: make the strip smaller, "
      "or give the process more memory");
  fail_unless (gst_nt_strip_pool_configure (pool, layout, 1, NULL, NULL));
  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* A strip is more than the system has; and then the system has more. */
GST_START_TEST (more_than_memory)
{
  NtmLayout *layout = new_layout (100, 50);
  GstNtStripPool *pool = gst_nt_strip_pool_new ();
  GstAllocationParams params;
  GError *error = NULL;

  gst_allocation_params_init (&params);
  params.padding = 4000000;
  test_limit_mappings (0, params.padding);
  fail_if (gst_nt_strip_pool_configure (pool, layout, 1, &params, &error));
  expect_error (&error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
      "no memory for a strip of 4020000 bytes: make the strip smaller, "
      "or give the process more memory");
  test_unlimit_mappings ();
  fail_unless (gst_nt_strip_pool_configure (pool, layout, 1, &params, NULL));
  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* A pool without a configuration gives no strip, and logs no critical. */
GST_START_TEST (no_layout)
{
  NtmLayout *layout = new_layout (100, 50);
  GstNtStripPool *pool = gst_nt_strip_pool_new ();
  GError *error = NULL;

  fail_if (gst_nt_strip_pool_acquire (pool, NULL, NULL, NULL, &error));
  expect_error (&error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION, "layout");
  fail_unless (gst_nt_strip_pool_configure (pool, layout, 1, NULL, NULL));
  gst_nt_strip_pool_clear (pool);
  fail_if (gst_nt_strip_pool_acquire (pool, NULL, NULL, NULL, &error));
  expect_error (&error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION, "layout");
  fail_if (gst_nt_strip_pool_acquire (pool, NULL, NULL, NULL, NULL));
  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

static Suite *
sizes_suite (void)
{
  Suite *suite = suite_create ("sizes");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, padding);
  tcase_add_loop_test (tc, alignment, 0, 2);
  tcase_add_test (tc, more_than_memory);
  tcase_add_test (tc, no_layout);

  return suite;
}

GST_CHECK_MAIN (sizes);
