/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The selected kernel itself, for the composer. */

#pragma once

#include "copy/copy.h"

const NtmKernel *gst_nt_kernel_get (void);
