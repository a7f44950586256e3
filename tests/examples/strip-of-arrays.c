/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A hundred RGBA arrays to one wide strip, with libntstrip alone. The program
 * makes the strip twice in the same memory. The second time no array has
 * changed: from the content ids the composer knows that the strip holds them
 * already, and it writes nothing.
 *
 * usage: strip-of-arrays [SIDE] */

#include <ntstrip.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_TILES 100
#define PIXEL_BYTES 4

int
main (int argc, char **argv)
{
  const size_t side = argc > 1 ? strtoul (argv[1], NULL, 10) : 1024;
  const size_t array_bytes = side * side * PIXEL_BYTES;
  const uint8_t black[PIXEL_BYTES] = { 0, 0, 0, 255 };
  const NtmLayoutRules rules = {.pixel_bytes = PIXEL_BYTES };
  NtmComposer *composer = ntm_composer_new ();
  uint8_t *arrays = malloc (N_TILES * array_bytes);
  NtmTile tiles[N_TILES] = { 0 };
  NtmSource sources[N_TILES] = { 0 };
  NtmLayout *layout = NULL;
  NtmStrip *strip = NULL;
  NtmStatus status;

  for (size_t i = 0; i < N_TILES && arrays; i++) {
    memset (arrays + i * array_bytes, i, array_bytes);
    tiles[i].width = tiles[i].height = side;
    sources[i].pixels = arrays + i * array_bytes;
    sources[i].stride = side * PIXEL_BYTES;
    sources[i].content = ntm_content_new ();
  }

  status = arrays && composer ? ntm_layout_new (&layout, tiles, N_TILES, &rules)
      : NTM_NO_MEMORY;
  if (status == NTM_OK)
    status = ntm_strip_new (&strip, layout, NULL);
  if (status != NTM_OK) {
    fprintf (stderr, "no strip: %s\n", ntm_status_get_text (status));
    return EXIT_FAILURE;
  }

  ntm_strip_touch (strip);
  for (int i = 0; i < 2; i++) {
    NtmReport report;

    ntm_composer_compose (composer, strip, sources, black, &report);
    printf ("%zu tiles copied, %zu kept: %zu bytes in %.2f ms\n",
        report.tiles_copied, report.tiles_kept, report.bytes_copied,
        report.nanoseconds / 1e6);
  }

  ntm_strip_free (strip);
  ntm_layout_unref (layout);
  ntm_composer_free (composer);
  free (arrays);

  return EXIT_SUCCESS;
}
