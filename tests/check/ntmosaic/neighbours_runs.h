/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One element between two neighbours. Runs in a process of its own, because foreign
 * elements may crash or hang. */

#pragma once

#include <stdio.h>

#include "neighbours_lines.h"

/* What is written to the report, a line each: how the line begins. What follows
 * is for people. */
#define REPORT_PHASE "phase "   /* "alone", "mosaic", "padded" or "trusted" */
#define REPORT_SKIP "skip "     /* the element makes no frames on its own */
#define REPORT_FAIL "fail "
#define REPORT_HURT "hurt "     /* it wrote to its neighbours, being trusted */
#define REPORT_REFUSED "refused "
#define REPORT_DONE "done "

/* Runs @element alone, and if that works, in a mosaic; and if it was not refused, in
 * one that trusts it, to see whether it should have been. Uses no check macros: there
 * is nobody to catch a failure. */
void test_run_element (GstElementFactory * element,
    const TestSetting * setting, FILE * report);

/* The first part only, several times, and fed padded rows as well. */
void test_run_alone (GstElementFactory * element,
    const TestSetting * setting, FILE * report);
