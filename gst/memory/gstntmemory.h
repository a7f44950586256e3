/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* All of libgstntstrip-1.0. */

#pragma once

#include "gstntarrivals.h"
#include "gstntframes.h"
#include "gstntkernel.h"
#include "gstntlayout.h"
#include "gstntstripmemory.h"
#include "gstntstrippool.h"
