/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the lender does for its pools. */

#pragma once

#include "gstntlender.h"
#include "gstnttile-private.h"

G_BEGIN_DECLS

/* What a pool was configured for. */
typedef struct
{
  gsize bytes;                  /* of a tight frame */
  gsize width;                  /* pixels; 0: no tile will do */
  gsize height;
  GstAllocationParams params;
} GstNtLoanRequest;

/* Memory for one more frame. NULL: there is none, or too much was asked for. */
GstNtTileMemory *gst_nt_lender_lend (GstNtLender * lender,
    const GstNtLoanRequest * request);

G_END_DECLS
