/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The element's fields. */

#pragma once

#include <gst/base/gstpushsrc.h>

#include "gstntimagecache.h"
#include "gstntstrippool.h"

G_BEGIN_DECLS

#define GST_TYPE_NT_STRIP_SRC (gst_nt_strip_src_get_type ())
G_DECLARE_FINAL_TYPE (GstNtStripSrc, gst_nt_strip_src, GST, NT_STRIP_SRC,
    GstPushSrc)

/* All files of the element log to this category. */
GST_DEBUG_CATEGORY_EXTERN (gst_nt_strip_src_debug);

/* What becomes of an image that can't be had. */
typedef enum
{
  GST_NT_STRIP_SRC_PLACEHOLDER, /* background, and a message */
  GST_NT_STRIP_SRC_ERROR,       /* the stream ends */
} GstNtStripSrcOnError;

/* The properties that can be set. */
typedef struct
{
  gchar *location;              /* NULL: none */
  gchar **locations;            /* NULL: none */
  guint tiles;                  /* in a strip of a list */
  guint columns;                /* 0: as many as rows or max_width say, else
                                 * all in one row */
  guint rows;                   /* 0: as many as it takes */
  guint max_width;              /* pixels of the strip; 0: no limit */
  guint gap;                    /* pixels */
  guint tile_width;             /* pixels; 0: from the first image */
  guint tile_height;
  NtmFit fit;
  guint32 background_color;     /* 0xAARRGGBB */
  guint64 cache_size;           /* bytes; 0: from the memory */
  GstNtImageRules rules;
  GstNtStripSrcOnError on_error;
  gboolean loop;
  guint prefetch;               /* strips */
  gint fps_n;                   /* 0: strips have no times */
  gint fps_d;
} GstNtStripSrcSettings;

/* A strip that was asked for. */
typedef struct
{
  guint id;                     /* of the request; 0: of the list */
  guint64 number;               /* in the stream or the list */
  gchar **names;
  guint n_names;
  gint priority;                /* of its decodes; -7 to 7 */
  NtmRequest *request;          /* NULL: the engine doesn't know it yet */
  guint n_users;                /* threads that use it, and free it if it is
                                 * cancelled meanwhile */
  gboolean is_cancelled;
} GstNtStripOrder;

#define GST_NT_N_IMAGE_STATUSES (NTM_IMAGE_NO_ROOM + 1)

typedef struct
{
  guint64 strips;
  guint64 hits;
  guint64 joined;
  guint64 misses;
  guint64 tiles_copied;
  guint64 tiles_kept;
  guint64 failures[GST_NT_N_IMAGE_STATUSES];    /* by NtmImageStatus */
} GstNtStripSrcStats;

struct _GstNtStripSrc
{
  GstPushSrc parent;

  /* Guarded by the object lock. */
  GstNtStripSrcSettings asked;  /* as the properties are */
  GstNtImageCache *offered;     /* by a context, a reference; NULL: none */
  GstNtStripSrcStats stats;
  GstNtImageCache *cache;       /* a reference; NULL: none. The pointer changes
                                 * only in start and in NULL */

  /* Written before the streaming thread begins, and read afterwards. */
  GstNtStripSrcSettings settings;
  gboolean is_list;
  gchar **files;                /* of a list */
  guint n_files;
  guint64 n_strips;

  GMutex lock;
  GCond changed;                /* of what the lock guards */
  GQueue orders;                /* of GstNtStripOrder; the first is due */
  gint top_priority;            /* of all since the start; not below 0 */
  guint last_id;
  guint64 next_number;          /* of the next order */
  gboolean is_flushing;
  gboolean is_ending;           /* no more requests come */
  gboolean was_started;         /* with a list or without */

  GMutex hand_over_lock;        /* orders are handed to the engine one after the
                                 * other; taken before the lock above */
  NtmTileSpec spec;             /* guarded by it. No width: not known yet */

  /* The streaming thread's. */
  NtmLayout *layout;            /* of the strips; NULL: none yet */
  GstNtStripPool *pool;
  NtmComposer *composer;
  gint64 seek_number;           /* strip that the seek under way names; -1 */
  gboolean said_animated;
  gboolean in_progress;         /* the list's beginning was posted */
  guint64 n_done;               /* strips of the list */

  gint has_failed;              /* atomic: an error is being posted, or was; 0:
                                 * none */
};

/* Values of @has_failed. */
#define GST_NT_STRIP_SRC_FAILING 1
#define GST_NT_STRIP_SRC_FAILED 2

/* Posts an error if it is the first since the start. The base class posts no
 * other one then. From any thread, without locks. */
void gst_nt_strip_src_fail (GstNtStripSrc * self, const GError * error);
void gst_nt_strip_src_fail_with (GstNtStripSrc * self, GQuark domain,
    gint code, const gchar * format, ...) G_GNUC_PRINTF (4, 5);

/* Returns the stream time of the strip @number, rounded down. There must be a
 * rate. */
GstClockTime gst_nt_strip_src_get_time (const GstNtStripSrc * self,
    guint64 number);

/* Copies them, with their strings; frees those strings. */
void gst_nt_strip_src_copy_settings (GstNtStripSrcSettings * to,
    const GstNtStripSrcSettings * from);
void gst_nt_strip_src_clear_settings (GstNtStripSrcSettings * settings);

G_END_DECLS
