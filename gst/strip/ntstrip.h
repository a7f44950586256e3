/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* libntstrip: tiles side by side in one wide image, each written at most once.
 *
 * A strip is one block of memory that holds many tiles: in a row, in a column
 * (a batch), or in rows and columns (a wall). A program describes the tiles
 * (a layout), makes a strip once, and fills it again and again. The strip has
 * a ledger of what each tile holds: a tile that holds its frame already is not
 * written again. Large strips are written by streaming stores, and by several
 * threads.
 *
 *   NtmTile tiles[2] = {
 *     {.width = 640, .height = 480}, {.width = 640, .height = 480},
 *   };
 *   NtmLayoutRules rules = { .pixel_bytes = 4 };
 *   NtmLayout *layout;
 *   ntm_layout_new (&layout, tiles, 2, &rules);
 *
 *   NtmStrip *strip;
 *   ntm_strip_new (&strip, layout, NULL);
 *   ntm_strip_touch (strip);
 *   NtmComposer *composer = ntm_composer_new ();
 *
 *   NtmSource sources[2] = {
 *     {.pixels = left, .stride = 640 * 4, .content = id},
 *     {.pixels = right, .stride = 640 * 4},
 *   };
 *   const uint8_t black[4] = {0, 0, 0, 255};
 *   NtmReport report;
 *   ntm_composer_compose (composer, strip, sources, black, &report);
 *   write (fd, ntm_strip_get_data (strip), layout->bytes);
 *
 * Units. Widths and heights are in pixels; strides and sizes are in bytes. A
 * stride is the distance from one row to the next, and may be negative.
 *
 * Threads. A layout never changes, and any thread may use it. A strip, and a
 * composer, belong to one thread at a time; the exceptions are named. A child
 * after fork() can use what it inherits, and has helping threads of its own.
 * Helping threads block signals: the application's handlers run in its own
 * threads, unless a fault of the helping thread itself raises the signal.
 *
 * Errors. A function that can fail returns an NtmStatus. Nothing is logged, no
 * function aborts, and the environment is not read. Where the system has no
 * threads, the caller's thread does all the work.
 *
 * Growth. Structures that cross this interface by value, or in arrays, have
 * reserved fields. In those that the caller fills in, they must be zero, as an
 * initializer makes them; in those that the library fills in, they are zero.
 * An NtmLayout comes only from ntm_layout_new(), and may grow at its end. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NTM_API __attribute__ ((visibility ("default")))

/* The widest pixel, in bytes: four components of 32 bits. */
#define NTM_MAX_PIXEL_BYTES 16

/* What a function that can fail returns. */
typedef enum
{
  NTM_OK,
  NTM_NO_MEMORY,                /* the system has none, or the sizes overflow */
  NTM_BAD_PIXEL_BYTES,          /* not 1 to NTM_MAX_PIXEL_BYTES, or more with
                                 * x_granularity pixels together */
  NTM_EMPTY,                    /* no pixels: no width at all, or no height */
  NTM_TOO_WIDE,                 /* wider than the rules, or 2^32 - 1, allow */
  NTM_TOO_HIGH,                 /* the same for the height of the strip */
  NTM_FRAME_TOO_HIGH,           /* a frame is higher than the rules allow */
  NTM_TOO_LARGE,                /* more bytes than can be addressed, or than
                                 * the memory of a strip has */
  NTM_BAD_STRIDE,               /* shorter than a row */
  NTM_TOO_MANY_TILES,           /* more than the given rows and columns have
                                 * cells */
  NTM_BAD_WIDTH,                /* of a tile: no multiple of x_granularity */
} NtmStatus;

/* Returns one short English sentence without a full stop, for ever valid. */
NTM_API
const char *ntm_status_get_text (NtmStatus status);

/* ---- The kernel ---- */

/* How the kernel was selected. */
typedef enum
{
  NTM_KERNEL_BEST,              /* no name was given: the best one */
  NTM_KERNEL_FORCED,            /* the named one */
  NTM_KERNEL_UNKNOWN,           /* no kernel has that name: the best one */
  NTM_KERNEL_UNSUPPORTED,       /* the CPU or this build lacks it: the best
                                 * one */
} NtmKernelChoice;

/* Selects the copy kernel of this process: the one with @name, or the best one
 * where @name is NULL, empty, or can't be had. The first call decides; later
 * calls return what that one did. A program that never calls it gets the best
 * kernel. From any thread. */
NTM_API
NtmKernelChoice ntm_kernel_select (const char *name);

/* Returns the name of the kernel in use, such as "avx2", for ever valid. From
 * any thread. */
NTM_API
const char *ntm_kernel_get_name (void);

/* Returns all names that some build knows, best first: "avx512, avx2, ...". */
NTM_API
const char *ntm_kernel_get_names (void);

/* ---- The layout ---- */

typedef struct
{
  uint32_t x;
  uint32_t y;
  uint32_t width;
  uint32_t height;
} NtmRect;

/* What one tile asks for. */
typedef struct
{
  uint32_t width;               /* of tile and frame; 0: the tile takes no room,
                                 * and its height doesn't count */
  uint32_t height;              /* of the frame; 0: no frame, all background */
  uint32_t reserved[2];
} NtmTile;

/* Where a frame stands in a larger cell, and the grid in a larger strip. */
typedef enum
{
  NTM_ALIGN_START,              /* left, top */
  NTM_ALIGN_CENTER,
  NTM_ALIGN_END,                /* right, bottom */
} NtmAlign;

/* How many columns there are if neither columns nor rows are given. */
typedef enum
{
  NTM_FOLD_NEVER,               /* all tiles in one row */
  NTM_FOLD_WIDE,                /* as many columns as max_width allows, at least
                                 * one, and as few rows as hold the tiles */
  NTM_FOLD_SQUARE,              /* the longer side of the grid is as short as
                                 * can be within max_width. min_width and
                                 * min_height don't count */
} NtmFold;

/* Columns and rows. If both are given, the grid has that many cells, and those
 * without a tile are background. A column without any width is then as wide as
 * the widest one, and a row without any frame is as high as the highest one. If
 * only columns are given, there are as many rows as hold the tiles, and no more
 * columns than tiles. If only rows are given, there are as few columns as hold
 * the tiles, and no empty rows. If none is given, @fold decides. */
typedef struct
{
  uint32_t pixel_bytes;         /* 1 to NTM_MAX_PIXEL_BYTES */
  uint32_t columns;             /* cells in a row; 0: not given */
  uint32_t rows;                /* 0: not given */
  NtmFold fold;
  uint32_t gap_x;               /* pixels of background from one column to the
                                 * next; a column of no width has no gap */
  uint32_t gap_y;               /* the same for rows */
  NtmAlign align_x;
  NtmAlign align_y;
  uint32_t y_granularity;       /* y in a cell is rounded down to a multiple of
                                 * this: 2 keeps the fields of interlaced frames
                                 * in place; 0 and 1: no rounding. If there is
                                 * more than one row, the heights of rows and
                                 * their gaps are rounded up to it */
  uint32_t min_row_height;      /* of each row of cells */
  uint32_t min_width;           /* of the strip */
  uint32_t min_height;          /* of the strip */
  uint32_t max_width;           /* of the strip; 0: no limit */
  uint32_t max_height;          /* of the strip; 0: no limit */
  uint32_t max_frame_height;    /* of each frame; 0: no limit */
  uint64_t max_bytes;           /* of the strip; 0: what can be addressed */
  uint32_t x_granularity;       /* pixels that share samples, as pairs of YUY2
                                 * do (2), and stay together: tiles must be a
                                 * multiple of it wide; x in a cell is rounded
                                 * down to a multiple, @gap_x and @min_width
                                 * are rounded up. Background is so many
                                 * pixels. 0: 1 */
  uint32_t stride_granularity;  /* bytes: the stride is rounded up to a multiple
                                 * of it; 0 and 1: no rounding */
  uint64_t reserved[3];
} NtmLayoutRules;

/* Where one tile went: its cell, and its frame in it, both in pixels of the
 * strip. What is left of the cell is margin. A frame without pixels is 0x0, in
 * the corner of its cell. */
typedef struct
{
  NtmRect cell;
  NtmRect frame;
  uint32_t reserved[4];
} NtmCell;

/* Where the tiles of a strip stand. Read-only; references are counted. Tiles
 * go row by row. The cells of a column are as wide as its widest tile, those of
 * a row as high as its highest frame. The cells cover the strip: behind those
 * of the tiles come cells without a tile, which are background: the rest of
 * the grid, the gaps, and what @min_width and @min_height add. In a strip that
 * is larger than the grid, the grid stands as @align_x and @align_y say, as a
 * frame in its cell. A single row, though, is as high as the strip. */
typedef struct
{
  uint32_t width;
  uint32_t height;
  uint32_t pixel_bytes;
  size_t columns;
  size_t rows;
  size_t stride;                /* bytes: width * pixel_bytes, or a little more
                                 * with stride_granularity */
  size_t bytes;                 /* of the strip: stride * height */
  size_t n_tiles;
  size_t n_cells;               /* at least n_tiles */
  const NtmCell *cells;         /* n_cells; those of the tiles come first */
  const NtmTile *tiles;         /* n_tiles, as they were asked for */
  NtmLayoutRules rules;         /* as they were asked for */
  size_t background_bytes;      /* of the background that a composer is given:
                                 * x_granularity pixels */
} NtmLayout;

/* Places @n_tiles tiles, and sets *@layout to a new layout, a reference, or to
 * NULL if it fails. Returns NTM_OK, or the first of these that is true:
 * NTM_BAD_PIXEL_BYTES, NTM_TOO_MANY_TILES, NTM_EMPTY, NTM_BAD_WIDTH,
 * NTM_FRAME_TOO_HIGH, NTM_TOO_WIDE, NTM_TOO_HIGH, NTM_TOO_LARGE, NTM_NO_MEMORY.
 * @tiles may be NULL if @n_tiles is 0. */
NTM_API
NtmStatus ntm_layout_new (NtmLayout ** layout, const NtmTile * tiles,
    size_t n_tiles, const NtmLayoutRules * rules);

/* Adds a reference. From any thread. Returns @layout. */
NTM_API
NtmLayout *ntm_layout_ref (NtmLayout * layout);

/* Drops a reference. From any thread. @layout may be NULL. */
NTM_API
void ntm_layout_unref (NtmLayout * layout);

/* Writes why ntm_layout_new() returned @status for the same arguments, with
 * the numbers and the limit, as one ASCII sentence, to the @text_bytes bytes of
 * @text: always terminated, cut if too long. */
NTM_API
void ntm_layout_explain (NtmStatus status, const NtmTile * tiles,
    size_t n_tiles, const NtmLayoutRules * rules, char *text,
    size_t text_bytes);

/* ---- Memory ---- */

/* A large block straight from the system: aligned, on huge pages where the
 * system has some, and given back as soon as it is unmapped. */
typedef struct
{
  void *data;                   /* aligned as asked for */
  void *mapping;                /* NULL: none */
  size_t mapping_bytes;
  uint64_t reserved[2];
} NtmPages;

/* The size of a huge page on x86-64, and the usual one on AArch64. A block that
 * is not aligned to it can't be backed by huge pages at its ends. */
#define NTM_HUGE_PAGE_BYTES ((size_t) 2 << 20)

/* Maps @bytes bytes, aligned to @alignment, a power of two (0: any alignment).
 * A block of NTM_HUGE_PAGE_BYTES or more is aligned to a huge page as well.
 * NTM_NO_MEMORY: the system has none, or @bytes and @alignment can't be
 * addressed. Takes no time: no page is backed by memory before it is
 * touched. */
NTM_API
NtmStatus ntm_pages_map (NtmPages * pages, size_t bytes, size_t alignment);

/* Gives @pages back to the system. */
NTM_API
void ntm_pages_unmap (NtmPages * pages);

/* ---- The strip ---- */

/* A block of memory, and the ledger of what its tiles hold. */
typedef struct NtmStrip NtmStrip;

/* The least alignment of a strip: a cache line, and the widest store. */
#define NTM_STRIP_ALIGNMENT 64

typedef struct
{
  size_t alignment;             /* of the first byte: a power of two; less than
                                 * NTM_STRIP_ALIGNMENT, as 0 is, means that */
  size_t slack_bytes;           /* behind the last row; only ntm_strip_touch()
                                 * writes to it, whatever the layout is */
  uint64_t reserved[4];
} NtmStripMemory;

/* Makes a strip with memory of its own, for ntm_strip_free(). @memory may be
 * NULL. A reference on @layout is taken. NTM_NO_MEMORY: *@strip is NULL then.
 * The pages are not touched yet. */
NTM_API
NtmStatus ntm_strip_new (NtmStrip ** strip, NtmLayout * layout,
    const NtmStripMemory * memory);

/* Makes a strip in memory of the caller's, for ntm_strip_free(): an array, or a
 * buffer of another library. @data is the first byte of the first row, and
 * @stride may be negative; the bytes between the rows are never written. The
 * memory stays the caller's, and must exist as long as the strip is used.
 * NTM_BAD_STRIDE, NTM_NO_MEMORY: *@strip is NULL then. */
NTM_API
NtmStatus ntm_strip_wrap (NtmStrip ** strip, NtmLayout * layout, void *data,
    ptrdiff_t stride);

/* Frees @strip, and its memory if it is the strip's own. May be NULL. */
NTM_API
void ntm_strip_free (NtmStrip * strip);

/* Touches every page of a strip with memory of its own, with as many threads as
 * the process has CPUs, so that no later write waits for the system. For new
 * strips: what the strip holds is lost. */
NTM_API
void ntm_strip_touch (NtmStrip * strip);

/* The same, but leaves out what is not touched yet when another thread sets
 * *@is_over, with an atomic store, to another value than 0. */
NTM_API
void ntm_strip_touch_until (NtmStrip * strip, const int *is_over);

/* From now on, the memory of @strip, which ntm_strip_wrap() made, is @data,
 * with @stride; what it holds is unknown. Allocates nothing, so that one strip
 * serves many buffers in turn. NTM_BAD_STRIDE: the strip stays as it was. */
NTM_API
NtmStatus ntm_strip_set_data (NtmStrip * strip, void *data, ptrdiff_t stride);

/* Gives @strip another layout, and takes a reference on it. What the strip
 * holds is forgotten, unless it is the same layout. Memory of the strip's own
 * has the layout's stride then. The caller's memory keeps its stride, and must
 * have as many rows as the layout: the strip doesn't know how many there are.
 * NTM_TOO_LARGE: the strip's own memory is too small; NTM_BAD_STRIDE: the
 * stride of the caller's is; NTM_NO_MEMORY. The strip stays as it was then. */
NTM_API
NtmStatus ntm_strip_set_layout (NtmStrip * strip, NtmLayout * layout);

/* Returns the layout, which is the strip's. */
NTM_API
NtmLayout *ntm_strip_get_layout (const NtmStrip * strip);

/* Returns the first byte of the first row. */
NTM_API
void *ntm_strip_get_data (const NtmStrip * strip);

/* Returns the bytes from one row to the next. */
NTM_API
ptrdiff_t ntm_strip_get_stride (const NtmStrip * strip);

/* Something else wrote to the strip's memory, or may have: from now on, what it
 * holds is unknown. From any thread, but not while the caller fills in
 * tiles: see ntm_strip_fill_tile(). */
NTM_API
void ntm_strip_invalidate (NtmStrip * strip);

/* ---- What a tile should hold ---- */

/* A content id names bytes: a number of 1 or more that names no other bytes as
 * long as a strip may hold these. 0: unknown, and the frame is always copied. A
 * program has ids of its own, such as hashes of cache keys, or takes them from
 * ntm_content_new(); it must not mix the two in one strip. */
#define NTM_CONTENT_UNKNOWN UINT64_C (0)

/* Returns an id that was never returned before in this process. From any
 * thread. */
NTM_API
uint64_t ntm_content_new (void);

/* What one tile should hold. */
typedef struct
{
  const void *pixels;           /* first byte of the first row of the frame, as
                                 * wide and high as the layout says. NULL:
                                 * background. The tile's own place in the
                                 * strip, with the place's stride: the caller
                                 * has filled it in. Other frames must not
                                 * overlap the strip */
  ptrdiff_t stride;             /* bytes from row to row; may be negative */
  uint64_t content;
  uint64_t reserved[2];
} NtmSource;

/* What ntm_strip_ask() answers. */
enum
{
  NTM_MISSES_FRAME = 1 << 0,    /* the pixels of the frame, or its background,
                                 * have to be written, if there are any */
  NTM_MISSES_MARGIN = 1 << 1,   /* background around the frame has to be, if
                                 * there is any */
  NTM_FRAME_CAME = 1 << 2,      /* the frame lies in its place, and was not in
                                 * the last strip */
};

/* Does cell @cell already hold what it should? Returns 0, or the bits above.
 * @source may be NULL: background. @background is one pixel, or x_granularity
 * pixels: the layout's @background_bytes bytes. */
NTM_API
unsigned ntm_strip_ask (const NtmStrip * strip, size_t cell,
    const NtmSource * source, const void *background);

/* The place of a frame in a strip. */
typedef struct
{
  void *data;                   /* first byte of the first row */
  ptrdiff_t stride;
  size_t row_bytes;             /* of the frame */
  size_t rows;
  uint64_t reserved[2];
} NtmPlace;

/* The caller fills in tile @tile itself. Returns whether that is needed: false
 * if the tile holds @content already. Sets @place in either case. If it is
 * needed, the frame's bytes are unknown until ntm_composer_compose() gets an
 * NtmSource whose pixels are the place. Different threads may fill in different
 * tiles of one strip at the same time.
 *
 * From this call until that of ntm_composer_compose(), nothing else may write
 * to the strip, and no thread may call ntm_strip_invalidate(): the composer
 * takes what lies in the place for the frame, also where this function returned
 * false. */
NTM_API
bool ntm_strip_fill_tile (NtmStrip * strip, size_t tile, uint64_t content,
    NtmPlace * place);

/* ---- The composer ---- */

/* Plans what has to be written, and writes it. */
typedef struct NtmComposer NtmComposer;

/* Which kind of store writes a strip. Streaming stores go to memory past the
 * caches: no line is read before it is written, and none is in cache after. */
typedef enum
{
  NTM_STORES_AUTO,              /* streaming for strips too large for the
                                 * cache */
  NTM_STORES_ALWAYS,            /* streaming always */
  NTM_STORES_NEVER,             /* ordinary stores always */
} NtmStores;

/* What happened to a tile. Exactly one is true. */
typedef enum
{
  NTM_TILE_COPIED,              /* its frame was copied, or filled in by the
                                 * caller */
  NTM_TILE_KEPT,                /* the strip held all of it already */
  NTM_TILE_BACKGROUND,          /* background was filled in, and no frame was
                                 * copied */
} NtmTileWord;

/* What ntm_composer_compose() did. */
typedef struct
{
  size_t tiles_copied;
  size_t tiles_in_place;        /* of these, filled in by the caller */
  size_t tiles_kept;
  size_t tiles_background;
  size_t bytes_copied;          /* bytes of the frames of tiles_copied */
  uint64_t nanoseconds;         /* for planning and writing */
  bool streamed;                /* writes, if there were any, were streaming
                                 * stores */
  uint64_t reserved[4];
} NtmReport;

/* Returns a new composer, for ntm_composer_free(), or NULL: no memory. */
NTM_API
NtmComposer *ntm_composer_new (void);

/* Frees @composer. With the last one of the process, the helping threads end.
 * May be NULL. */
NTM_API
void ntm_composer_free (NtmComposer * composer);

/* Says which stores write strips, from the next one on; NTM_STORES_AUTO at
 * first. */
NTM_API
void ntm_composer_set_stores (NtmComposer * composer, NtmStores stores);

/* NTM_STORES_AUTO streams strips of @bytes bytes and more. 0, as at first: the
 * threshold comes from the size of the last-level cache, and from @n_strips,
 * the number of strips in turn (1 or more; 3 at first). */
NTM_API
void ntm_composer_set_stream_from (NtmComposer * composer, size_t bytes,
    size_t n_strips);

/* At most @max_threads threads write one strip, the caller's own included. 0,
 * as at first: as many as the process may use CPUs, but at most 8, because more
 * were never seen to help. All composers of the process share the helping
 * threads. The caller alone writes small strips. */
NTM_API
void ntm_composer_set_max_threads (NtmComposer * composer,
    unsigned max_threads);

/* Makes @strip hold @sources, one for each tile of its layout, and @background,
 * one pixel or x_granularity pixels, elsewhere. Returns when all is written and
 * visible to other threads. Can't fail. @report may be NULL. */
NTM_API
void ntm_composer_compose (NtmComposer * composer, NtmStrip * strip,
    const NtmSource * sources, const void *background, NtmReport * report);

/* Returns what ntm_composer_compose() did last to tile @tile of @strip.
 * NTM_TILE_BACKGROUND: also if it has not composed @strip since the strip was
 * made, or got another layout. */
NTM_API
NtmTileWord ntm_strip_get_word (const NtmStrip * strip, size_t tile);

/* Copies a frame to @place in a strip of @strip_bytes bytes, with the stores
 * that the strip is composed with. Returns when all is written and visible to
 * other threads. From any thread, also while the composer composes. */
NTM_API
void ntm_composer_copy (NtmComposer * composer, const NtmPlace * place,
    size_t strip_bytes, const void *pixels, ptrdiff_t stride);

#ifdef __cplusplus
}
#endif
