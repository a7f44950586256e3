/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The element's fields, and questions about them. */

#pragma once

#include <gst/video/gstvideoaggregator.h>
#include <gst/video/video.h>

#include "gstntframes.h"
#include "gstntstrippool.h"

#include "gstntmosaicpadstats.h"

G_BEGIN_DECLS

#define GST_TYPE_NT_MOSAIC (gst_nt_mosaic_get_type ())
G_DECLARE_FINAL_TYPE (GstNtMosaic, gst_nt_mosaic, GST, NT_MOSAIC,
    GstVideoAggregator)

/* All files of the element log to this category. */
GST_DEBUG_CATEGORY_EXTERN (gst_nt_mosaic_debug);

/* Which pad's stream ends the stream of strips. */
typedef enum
{
  GST_NT_MOSAIC_EOS_ALL,        /* the longest */
  GST_NT_MOSAIC_EOS_FIRST,      /* the shortest */
} GstNtMosaicEosPolicy;

/* The properties that can be set. */
typedef struct
{
  NtmAlign align;
  NtmAlign align_x;
  guint columns;                /* 0: from max_width and square */
  guint rows;                   /* 0: as many as it takes */
  guint max_width;              /* pixels of the strip; 0: no limit */
  gboolean square;
  guint gap;                    /* pixels */
  guint32 background_color;     /* 0xAARRGGBB */
  guint tile_width;             /* pixels; 0: as wide as the frames */
  guint tile_height;            /* of a row, in pixels; 0: as high as its
                                 * highest frame */
  guint n_strips;
  guint max_threads;            /* 0: from the CPUs */
  NtmStores nt_stores;
  guint64 nt_threshold;         /* bytes; 0: from the cache */
  gboolean copy_on_arrival;
  gboolean tile_meta;
  gint show_source;             /* number of the pad that is shown alone; -1:
                                 * all are shown */
  gint frames_ahead;            /* -1: from the size of the tiles */
  GstClockTime latency;         /* nanoseconds */
  gboolean ignore_inactive_pads;
  GstNtMosaicEosPolicy eos_policy;
} GstNtMosaicSettings;

/* In place of the index of the tile that is shown alone. */
#define GST_NT_MOSAIC_SHOWS_ALL -1
#define GST_NT_MOSAIC_SHOWS_NONE -2

/* Counters since the element was started. */
typedef struct
{
  guint64 strips;
  guint64 tiles_copied;
  guint64 tiles_on_arrival;     /* of tiles_copied */
  guint64 tiles_kept;
  guint64 tiles_background;
  guint64 frames_refused;
  guint64 bytes_copied;
  GstClockTime copy_time;       /* nanoseconds */
} GstNtMosaicStats;

struct _GstNtMosaic
{
  GstVideoAggregator parent;

  /* Guarded by the object lock. */
  GstNtMosaicSettings settings;
  GstNtMosaicStats stats;
  GstClockTime ahead;           /* base class latency that lets pads run ahead;
                                 * 0: they don't */
  GstClockTime untold;          /* time of one strip, if the base class is not
                                 * told; 0: live, or no rate */
  NtmLayout *layout;            /* of the strips; NULL: none yet */
  NtmLayout *all_tiles;         /* that the src pad's caps were negotiated for:
                                 * @layout if all tiles are shown. NULL: none
                                 * yet */
  gboolean has_misfits;         /* the caps of a pad don't fit into it */
  GstClockTime last_time;       /* timestamp of the last strip; NONE: none since
                                 * the start, a flush or a seek */
  GstClockTime last_end;        /* its end; NONE without a rate */
  GstClockID wait_id;           /* the streaming thread waits for it, or NULL */
  gint is_inactive;             /* atomic to read: the src pad is, and the
                                 * streaming thread must not wait */
  gint has_ended;               /* atomic to read: EOS goes downstream, and no
                                 * strip is made until a flush or a stop */
  guint n_seeks;                /* that are under way: nor now */
  GstClockTime waiting_since;   /* time of the system clock at which the
                                 * streaming thread began to wait for frames;
                                 * NONE: it does not */
  GstClockID silence_id;        /* timer for the warning about pads without
                                 * data, or NULL */
  guint32 seek_seqnum;          /* of a flushing seek, or INVALID */

  GMutex ignore_lock;           /* taken before the object lock */
  gboolean heeds_all;           /* guarded by it: the base class must not ignore
                                 * a pad now */
  gint n_queued;                /* atomic: frames that a pad may queue */
  gint n_after_stall;           /* atomic: strips until pads run ahead again
                                 * after a stall; 0: no stall */
  gint failed;                  /* atomic: an error was posted; no more
                                 * strips */
  gint error_is_end;            /* atomic: the base class was told of an error
                                 * last because the stream ended */
  gint has_untimed;             /* atomic: a still came without a timestamp */
  gint has_new_wall;            /* atomic: a property of the wall was set since
                                 * the last negotiation, or there is to be one
                                 * more */
  GstNtMosaicSpan last_span;    /* atomic: of the strip whose frames were taken
                                 * last since the start, a flush or a seek */

  /* Set once. */
  GstNtStripPool *strip_pool;
  GstNtFrames *frames;          /* memory for upstream's frames */
  NtmComposer *composer;        /* composes in the streaming thread; upstream's
                                 * threads copy arriving frames by its settings;
                                 * NULL: there was no memory for it */

  /* Of the streaming thread alone. */
  NtmLayout *next_layout;       /* of the caps that are being negotiated */
  GArray *next_seats;           /* the pads of its tiles */
  gboolean strips_fit;          /* the strips are of the current layout */
  gboolean strip_is_guessed;    /* the caps are a guess: no pad had any */
  gint shown;                   /* index of the tile that @layout shows alone,
                                 * or one of GST_NT_MOSAIC_SHOWS_… */
  gint unknown_source;          /* show-source of the warning that no pad has
                                 * that number; -1: no warning */
  GstNtMosaicSettings tried_settings;   /* of the negotiation that goes on,
                                         * before columns were folded */
  gboolean has_tried_settings;  /* there are caps for a strip by them */
  GArray *tried_seats;          /* the pads of the negotiation that goes on, as
                                 * they were before it; NULL: none */
  gboolean without_new_pads;    /* it does without pads that are new or have
                                 * new caps, because of @no_memory */
  gboolean without_new_settings;        /* the same for settings */
  GError *no_memory;            /* for that strip; NULL: there is */
  GstNtMosaicSettings good_settings;    /* of the last negotiation that
                                         * succeeded */
  gboolean has_good_settings;
  gboolean fell_back;           /* @tried_settings are @good_settings, and not
                                 * those that are set */
  GError *settings_warning;     /* to be posted if negotiation succeeds; NULL:
                                 * none */
  GstNtMosaicSettings refused_settings; /* that it is about */
  GstNtMosaicSettings bad_settings;     /* of the last warning */
  gboolean warned_of_settings;  /* @bad_settings are still set */
  gboolean warned_of_crowd;     /* of more pads than cells */
  gboolean warned_of_width;     /* of a grid that became too wide */
  guint few_strips;             /* of the warning that there is memory for no
                                 * more; 0: there is */
  GstAllocationParams strip_params;     /* downstream's alignment and padding */
  gboolean pool_is_downstreams; /* strips are buffers of downstream's pool, as
                                 * long as it has some left */
  gboolean downstream_takes_meta;       /* GstVideoMeta */
  GstClockTime period;          /* from one strip to the next; 0: no rate */
  gboolean strip_made;          /* a strip was begun in this aggregate() */
  GstClockTime strip_time;      /* running time at which that strip begins */
  gboolean strip_is_ours;       /* that strip is from strip_pool */
  NtmStrip *downstreams_strip;  /* serves for the buffers of downstream's pool;
                                 * NULL: none yet */
  guint64 last_content;         /* the content id given out last */
};

/* A copy of all settings. To be called once for each strip or negotiation, so
 * that no setting changes in the middle of it. From any thread. */
void gst_nt_mosaic_get_settings (GstNtMosaic * self,
    GstNtMosaicSettings * settings);

/* Whether the strip has caps. */
gboolean gst_nt_mosaic_has_caps (GstNtMosaic * self);

/* Whether the strip has the rate 0/1: all inputs have it, or downstream asks
 * for it. TRUE too if the strip has no caps. */
gboolean gst_nt_mosaic_has_no_rate (GstNtMosaic * self);

/* Whether a strip was made since the element was started. */
gboolean gst_nt_mosaic_has_made_strips (GstNtMosaic * self);

/* Whether a fault of one pad is a warning and no error: a strip was made since
 * the element was started, and there is more than one pad. */
gboolean gst_nt_mosaic_goes_on_without_one (GstNtMosaic * self);

/* All sink pads, with a reference on each. */
GList *gst_nt_mosaic_ref_pads (GstNtMosaic * self);

G_END_DECLS
