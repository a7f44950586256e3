/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A folder of image files, an ntstripsrc in a pipeline, and the strips that it
 * should make. */

#pragma once

#include <gst/app/app.h>

#include "../images/pictures.h"
#include "../ntmosaic/rig/messages.h"
#include "../ntmosaic/rig/waiting.h"

/* ---- The folder ---- */

#define MOST_PHOTOS 32

typedef struct
{
  gchar *folder;
  gchar *names[MOST_PHOTOS + 1];        /* the last is NULL */
  guint n;
} Photos;

/* Makes @n files, in the order of their names: JPEG, PNG and WebP in turn, each
 * of another size. */
Photos *photos_new (guint n);

/* Removes them. */
void photos_free (Photos * self);

/* Writes another file under the name of number @i. */
void photos_replace (Photos * self, guint i, const Blob * blob);
void photos_replace_with_png (Photos * self, guint i, guint size);

/* ---- The pipeline ---- */

typedef struct
{
  GstElement *pipeline;
  GstElement *src;              /* an ntstripsrc */
  GstElement *sink;             /* an appsink that does not wait for times */
} Show;

/* "ntstripsrc PROPERTIES ! MORE appsink"; tiles are TILE_WIDTH x
 * TILE_HEIGHT. */
Show *show_new (const gchar * properties, const gchar * more);

/* With the files of @photos as a list. */
Show *show_new_list (const Photos * photos, const gchar * properties,
    const gchar * more);

/* Fails the test unless all of it is freed. */
void show_free (Show * self);

void show_play (Show * self);

/* Waits until the pipeline plays; to be called before each flush and flushing
 * seek. If a flush meets the change to PLAYING, a sink of GStreamer 1.22 can
 * stay in PAUSED for ever, whatever the source is. */
void show_wait_playing (Show * self);

/* Stops the pipeline in @state. An appsink of GStreamer 1.22 remembers its EOS
 * in READY and NULL, so there is a new one afterwards. */
void show_stop (Show * self, GstState state);

/* The next strip; NULL: the stream has ended. Fails the test at an error. */
GstSample *show_pull (Show * self);

/* Asks for a strip of the photos with the numbers @which, which end with a
 * negative one. Returns the number of the request. */
guint show_request (Show * self, const Photos * photos, const gint * which);

guint64 show_get_stat (Show * self, const gchar * field);

/* Images that failed for @reason. */
guint64 show_get_failures (Show * self, const gchar * reason);

/* Fails the test unless the next message of the source with the name @name has
 * this location, index and a reason with @word. */
void show_expect_message (Show * self, const gchar * name,
    const gchar * location, guint index, const gchar * word);

/* ---- What a strip should be ---- */

#define TILE_WIDTH 20
#define TILE_HEIGHT 14

typedef struct
{
  guint tile_width;             /* 0: TILE_WIDTH */
  guint tile_height;
  guint columns;                /* 0: all in one row */
  guint rows;                   /* 0: as many as it takes */
  guint n_tiles;                /* 0: as many as images */
  guint gap;
  NtmFit fit;
  gboolean is_bgra;
  guint32 background;           /* 0xAARRGGBB; 0: opaque black */
} Expected;

/* Fails the test unless @sample, which it frees, has the photos with the
 * numbers @which, as ntm_image_load() makes them; -1 ends them. @like may be
 * NULL. */
void assert_strip (GstSample * sample, const Photos * photos,
    const gint * which, const Expected * like);

#define NUMBERS(...) ((const gint[]) { __VA_ARGS__, -1 })
