/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The element's fields, and what can be asked of them. */

#pragma once

#include <gst/video/gstvideoaggregator.h>
#include <gst/video/video.h>

#include "gstntframes.h"
#include "gstntstrippool.h"

G_BEGIN_DECLS

#define GST_TYPE_NT_MOSAIC (gst_nt_mosaic_get_type ())
G_DECLARE_FINAL_TYPE (GstNtMosaic, gst_nt_mosaic, GST, NT_MOSAIC,
    GstVideoAggregator)

/* Of all files of the element. */
GST_DEBUG_CATEGORY_EXTERN (gst_nt_mosaic_debug);

/* What the user wants: the properties that can be set. */
typedef struct
{
  NtmAlign align;
  guint32 background_color;     /* 0xAARRGGBB */
  guint tile_width;             /* pixels; 0: as wide as the frames */
  guint tile_height;            /* pixels; 0: as high as the highest frame */
  guint n_strips;
  guint max_threads;            /* 0: from the CPUs */
  NtmStores nt_stores;
  guint64 nt_threshold;         /* bytes; 0: from the cache */
  gboolean copy_on_arrival;
  gboolean tile_meta;
  gint frames_ahead;            /* -1: what memory allows */
  GstClockTime latency;
  gboolean ignore_inactive_pads;
} GstNtMosaicSettings;

/* What has been done since the element was started. */
typedef struct
{
  guint64 strips;
  guint64 tiles_copied;
  guint64 tiles_on_arrival;     /* of these */
  guint64 tiles_kept;
  guint64 tiles_background;
  guint64 frames_refused;
  guint64 bytes_copied;
  GstClockTime copy_time;
} GstNtMosaicStats;

struct _GstNtMosaic
{
  GstVideoAggregator parent;

  /* Guarded by the object lock. */
  GstNtMosaicSettings settings;
  GstNtMosaicStats stats;
  GstClockTime ahead;           /* what pads may run ahead; 0: live */
  GstClockTime untold;          /* what a strip takes, if the base class is not
                                 * told; 0: live, or no rate */
  NtmLayout *layout;            /* of the caps that the src pad has */
  gboolean has_misfits;         /* a pad's caps don't fit there */
  GstClockTime last_time;       /* of the strip made last; NONE after a seek */
  GstClockTime last_end;        /* the same; NONE without a rate */
  GstClockID wait_id;           /* the streaming thread waits for it */
  gboolean stopping;            /* it must not begin to */
  GstClockTime waiting_since;   /* system time; NONE: no frame is waited for */
  GstClockID silence_id;        /* a look at pads without data is due */
  guint32 seek_seqnum;          /* of a seek that flushes, or INVALID */

  gint n_queued;                /* atomic: frames that a pad may queue */
  gint n_after_stall;           /* atomic: strips until it may be more again; 0:
                                 * it may be what was decided */
  gint failed;                  /* atomic: an error was posted; no more
                                 * strips */
  gint has_untimed;             /* atomic: a still came without a timestamp */

  /* Set once. */
  GstNtStripPool *strip_pool;
  GstNtFrames *frames;          /* memory for upstreams */
  NtmComposer *composer;        /* composes in the streaming thread; NULL: there
                                 * was no memory */

  /* Of the streaming thread alone. */
  NtmLayout *next_layout;       /* of the caps that are being negotiated */
  GArray *next_seats;           /* the pads of its tiles */
  gboolean strips_fit;          /* the strips are of the current layout */
  gboolean strip_is_guessed;    /* its caps are: no pad has any yet */
  GstAllocationParams strip_params;     /* as downstream wants strips */
  gboolean pool_is_downstreams; /* if it has a buffer to spare */
  gboolean downstream_takes_meta;
  GstClockTime period;          /* from one strip to the next */
  gboolean strip_made;          /* or begun, in this round */
  GstClockTime strip_time;      /* running time at which that strip begins */
  gboolean strip_is_ours;       /* it is from strip_pool */
  NtmStrip *downstreams_strip;  /* stands for a buffer that is not; or NULL */
  guint64 last_content;         /* content ids are counted up */
};

/* All settings as they are at this moment. To be read once for a strip, or for
 * a negotiation, so that all of it is made by the same. */
void gst_nt_mosaic_get_settings (GstNtMosaic * self,
    GstNtMosaicSettings * settings);

/* The strip has caps. */
gboolean gst_nt_mosaic_has_caps (GstNtMosaic * self);

/* All inputs are still images, or have no fixed rate; or there are no caps. */
gboolean gst_nt_mosaic_has_no_rate (GstNtMosaic * self);

/* Whether a strip was made since the element was started. */
gboolean gst_nt_mosaic_has_made_strips (GstNtMosaic * self);

/* Whether what is wrong with one pad is a warning and no error: strips are
 * being made, and the pad is not the only one. */
gboolean gst_nt_mosaic_goes_on_without_one (GstNtMosaic * self);

/* All sink pads, with a reference on each. */
GList *gst_nt_mosaic_ref_pads (GstNtMosaic * self);

G_END_DECLS
