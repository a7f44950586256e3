/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* All of libgstntstrip-1.0's public headers. */

#pragma once

#include "gstntarrivals.h"
#include "gstntcomposer.h"
#include "gstntframes.h"
#include "gstntkernel.h"
#include "gstntlayout.h"
#include "gstntprelude.h"
#include "gstntstrippool.h"
