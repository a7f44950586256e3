/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The annotations; see the header. A program without ThreadSanitizer, such as a
 * shell, has none of them. */

#include "annotations.h"

#include <link.h>
#include <sanitizer/tsan_interface.h>
#include <string.h>

#pragma weak __tsan_acquire
#pragma weak __tsan_release

void AnnotateIgnoreWritesBegin (const char *file, int line);
void AnnotateIgnoreWritesEnd (const char *file, int line);
#pragma weak AnnotateIgnoreWritesBegin
#pragma weak AnnotateIgnoreWritesEnd

void
tsan_acquire (void *address)
{
  if (__tsan_acquire != NULL)
    __tsan_acquire (address);
}

void
tsan_release (void *address)
{
  if (__tsan_release != NULL)
    __tsan_release (address);
}

void
tsan_ignore_begin (void)
{
  if (AnnotateIgnoreWritesBegin != NULL)
    AnnotateIgnoreWritesBegin (__FILE__, __LINE__);
}

void
tsan_ignore_end (void)
{
  if (AnnotateIgnoreWritesEnd != NULL)
    AnnotateIgnoreWritesEnd (__FILE__, __LINE__);
}

static const char *const unseen[] = {
  "/libgstreamer-1.0.so", "/libgobject-2.0.so"
};

static struct
{
  gsize begin;
  gsize end;
} code_of[G_N_ELEMENTS (unseen)];

static int
find_code (struct dl_phdr_info *info, size_t size, void *unused)
{
  (void) size;
  (void) unused;
  for (guint i = 0; i < G_N_ELEMENTS (unseen); i++)
    for (guint k = 0; strstr (info->dlpi_name, unseen[i]) != NULL
        && k < info->dlpi_phnum; k++)
      if (info->dlpi_phdr[k].p_flags & PF_X) {
        code_of[i].begin = info->dlpi_addr + info->dlpi_phdr[k].p_vaddr;
        code_of[i].end = code_of[i].begin + info->dlpi_phdr[k].p_memsz;
      }

  return 0;
}

__attribute__ ((constructor))
static void
begin (void)
{
  dl_iterate_phdr (find_code, NULL);
}

gboolean
tsan_is_unseen (const void *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (unseen); i++)
    if ((gsize) code >= code_of[i].begin && (gsize) code < code_of[i].end)
      return TRUE;

  return FALSE;
}
