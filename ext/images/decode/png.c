/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* PNG by libpng, whose errors jump out of it. libpng sees only the chunks that
 * pixels are made of; what else a file has is read here, or passed over. */

#include "decode/decoder.h"

#include <string.h>

#include "decode/exif.h"

#define SIGNATURE "\x89PNG\r\n\x1a\n"
#define SIGNATURE_BYTES 8

static bool
matches (const uint8_t * bytes, size_t n_bytes)
{
  return n_bytes >= SIGNATURE_BYTES
      && memcmp (bytes, SIGNATURE, SIGNATURE_BYTES) == 0;
}

#ifdef HAVE_PNG

#include <setjmp.h>
#include <stdlib.h>

#include <png.h>
#include <zlib.h>

/* Length and name before a chunk's data, checksum behind it. */
#define CHUNK_HEADER_BYTES 8
#define CHUNK_BYTES 12

/* No chunk that libpng keeps needs as much. */
#define MAX_CHUNK_BYTES (4 << 20)

/* zlib's window, and rows. */
#define ZLIB_BYTES (128 << 10)

/* Each row costs some 80 ns, even if it has one pixel. JPEG and WebP have fewer
 * rows in any case. */
#define MOST_ROWS 1000000

/* Read between two looks at the clock: a thousand times as many may come of
 * them. */
#define PIECE_BYTES (16 << 10)

/* Read behind the last row: the end of zlib's stream needs some 20. What an
 * encoder left there is not worth more. */
#define TAIL_BYTES (8 << 10)

typedef struct
{
  const NtmDecodeJob *job;
  size_t at;                    /* the next byte */
  size_t checked_at;            /* the byte of the last look at the clock */
  size_t tail_at;               /* the first byte behind the last row; 0: that
                                 * row has not come */
  png_structp png;
  png_infop info;
  jmp_buf jump;
  NtmImageStatus status;        /* why it jumped */
  bool lacks_memory;            /* libpng didn't get some: no damage then */
  uint8_t *pixels;              /* one row, or all of an interlaced image */
  int n_passes;                 /* 1: not interlaced */
  int passes_done;
  bool is_last_row;             /* libpng was asked for the last row */
} Png;

/* ---- The header ---- */

static uint32_t
read_32 (const uint8_t * bytes)
{
  return (uint32_t) bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

/* Returns the first chunk with this name before the pixels; NULL: there is
 * none. */
static const uint8_t *
find_chunk (const NtmDecodeJob * job, const char *name, size_t *n_bytes)
{
  size_t at = SIGNATURE_BYTES;

  while (job->n_bytes - at >= CHUNK_BYTES) {
    const uint8_t *chunk = job->bytes + at;
    const uint32_t length = read_32 (chunk);

    if (memcmp (chunk + 4, "IDAT", 4) == 0
        || length > job->n_bytes - at - CHUNK_BYTES)
      return NULL;
    if (memcmp (chunk + 4, name, 4) == 0) {
      *n_bytes = length;
      return chunk + CHUNK_HEADER_BYTES;
    }
    at += CHUNK_BYTES + length;
  }

  return NULL;
}

/* The chunk has a name, a zero, a method, which is 0, and the profile,
 * deflated. Inflates @n_bytes bytes of it. */
static bool
inflate_profile (const NtmDecodeJob * job, uint8_t * profile, uint32_t n_bytes)
{
  z_stream stream = {.next_out = profile,.avail_out = n_bytes };
  size_t length = 0;
  const uint8_t *chunk = find_chunk (job, "iCCP", &length);
  const uint8_t *end = chunk ? memchr (chunk, 0, length) : NULL;
  bool done;

  if (end == NULL || length - (end - chunk) < 2 || end[1] != 0)
    return false;
  stream.next_in = (Bytef *) end + 2;
  stream.avail_in = length - (end + 2 - chunk);
  if (inflateInit (&stream) != Z_OK)
    return false;
  (void) inflate (&stream, Z_SYNC_FLUSH);
  done = stream.avail_out == 0;
  (void) inflateEnd (&stream);

  return done;
}

static bool
read_profile (const NtmDecodeJob * job, const NtmImageHeader * header,
    uint8_t * profile)
{
  return inflate_profile (job, profile, header->profile_bytes);
}

static void
look_at_chunks (const NtmDecodeJob * job, NtmImageHeader * header)
{
  size_t n_bytes = 0;
  const uint8_t *exif = find_chunk (job, "eXIf", &n_bytes);
  uint8_t size[4];              /* a profile begins with it */

  if (exif)
    header->orientation = ntm_exif_get_orientation (exif, n_bytes);
  header->animated = find_chunk (job, "acTL", &n_bytes) != NULL;
  header->has_profile = find_chunk (job, "iCCP", &n_bytes) != NULL;
  if (header->has_profile && inflate_profile (job, size, sizeof size))
    header->profile_bytes = read_32 (size);
}

static NtmImageStatus
read_header (const NtmDecodeJob * job, NtmImageHeader * header)
{
  const uint8_t *ihdr = job->bytes + SIGNATURE_BYTES;
  bool is_interlaced;

  if (job->n_bytes < SIGNATURE_BYTES + CHUNK_BYTES + 13
      || memcmp (ihdr + 4, "IHDR", 4) != 0 || read_32 (ihdr) != 13)
    return NTM_IMAGE_DAMAGED;
  header->width = read_32 (ihdr + CHUNK_HEADER_BYTES);
  header->height = read_32 (ihdr + CHUNK_HEADER_BYTES + 4);
  is_interlaced = ihdr[CHUNK_HEADER_BYTES + 12] != 0;
  if (header->width == 0 || header->height == 0
      || header->width > PNG_UINT_31_MAX || header->height > PNG_UINT_31_MAX)
    return NTM_IMAGE_DAMAGED;
  if (header->height > MOST_ROWS)
    return NTM_IMAGE_TOO_LARGE;

  /* libpng has two rows of 16-bit RGBA at most. */
  header->work_bytes = (uint64_t) header->width * 4 * (is_interlaced ?
      header->height : 1) + (uint64_t) header->width * 16 + ZLIB_BYTES;
  if (!(ihdr[CHUNK_HEADER_BYTES + 9] & PNG_COLOR_MASK_COLOR))
    header->inks = NTM_INKS_GRAY;
  look_at_chunks (job, header);

  return NTM_IMAGE_OK;
}

/* ---- libpng's callbacks ---- */

static _Noreturn void
jump (Png * png, NtmImageStatus status)
{
  png->status = status;
  longjmp (png->jump, 1);
}

/* libpng only says that something is wrong. */
static _Noreturn void
fail (png_structp png, png_const_charp unused)
{
  Png *self = png_get_error_ptr (png);

  jump (self, self->lacks_memory ? NTM_IMAGE_NO_MEMORY : NTM_IMAGE_DAMAGED);
}

static png_voidp
take_memory (png_structp png, png_alloc_size_t bytes)
{
  Png *self = png_get_mem_ptr (png);
  void *block = malloc (bytes);

  if (block == NULL)
    self->lacks_memory = true;

  return block;
}

static void
free_memory (png_structp png, png_voidp block)
{
  free (block);
}

static void
ignore (png_structp unused, png_const_charp unused_too)
{
}

static void
check (Png * png)
{
  const NtmImageStatus status = ntm_decode_job_check (png->job);

  if (status != NTM_IMAGE_OK)
    jump (png, status);
}

static void
read_bytes (png_structp libpng, png_bytep to, size_t n_bytes)
{
  Png *png = png_get_io_ptr (libpng);

  /* libpng would inflate all that follows, however much it is. */
  if (png->tail_at > 0 && png->at - png->tail_at >= TAIL_BYTES)
    jump (png, NTM_IMAGE_OK);
  if (png->at - png->checked_at >= PIECE_BYTES) {
    png->checked_at = png->at;
    check (png);
  }
  if (n_bytes > png->job->n_bytes - png->at)
    jump (png, NTM_IMAGE_DAMAGED);
  memcpy (to, png->job->bytes + png->at, n_bytes);
  png->at += n_bytes;
}

/* ---- Rows ---- */

/* libpng passes over these without a look: they change no pixel here, and may
 * be large once inflated. The profile is read beside it. */
static void
ignore_chunks (png_structp png)
{
  static const uint8_t names[] =
      "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0"
      "sBIT\0sCAL\0sPLT\0sRGB\0tEXt\0tIME\0zTXt";

  png_set_keep_unknown_chunks (png, PNG_HANDLE_CHUNK_NEVER, names,
      sizeof names / 5);
  png_set_keep_unknown_chunks (png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
}

/* Every kind of pixel becomes RGBA of 8 bits. Returns whether some pixel may
 * not be opaque. */
static bool
ask_for_rgba (Png * png)
{
  const bool alpha = (png_get_color_type (png->png, png->info)
      & PNG_COLOR_MASK_ALPHA) || png_get_valid (png->png, png->info,
      PNG_INFO_tRNS);

  png_set_expand (png->png);
  png_set_scale_16 (png->png);
  png_set_gray_to_rgb (png->png);
  png_set_add_alpha (png->png, 0xff, PNG_FILLER_AFTER);

  return alpha;
}

/* libpng calls it with each row before it ends the stream behind the last. */
static void
note_row (png_structp libpng, png_row_infop unused, png_bytep unused_too)
{
  Png *png = png_get_user_transform_ptr (libpng);

  if (png->is_last_row)
    png->tail_at = png->at;
}

/* All but the last one: libpng may jump from behind it. */
static void
push_rows (Png * png, const NtmImageHeader * header, NtmCanvas * canvas)
{
  bool more = true;

  for (uint32_t y = 0; more && y < header->height; y++) {
    check (png);
    png->is_last_row = y == header->height - 1;
    png_read_row (png->png, png->pixels, NULL);
    more = png->is_last_row || ntm_canvas_push (canvas, png->pixels);
  }
}

/* The rows of an interlaced image are known after the last pass. */
static void
read_passes (Png * png, const NtmImageHeader * header)
{
  const size_t row_bytes = (size_t) header->width * 4;

  for (; png->passes_done < png->n_passes; png->passes_done++)
    for (uint32_t y = 0; y < header->height; y++) {
      check (png);
      png->is_last_row = png->passes_done == png->n_passes - 1
          && y == header->height - 1;
      /* The last pass is about rows with odd numbers. */
      if (png->is_last_row && y % 2 == 0)
        png->tail_at = png->at;
      png_read_row (png->png, NULL, png->pixels + y * row_bytes);
    }
}

/* Until the last pass has come, a pixel that is known stands for its
 * neighbours. After five of seven passes, every second pixel of every second
 * row is known: that is a picture. */
static void
push_passes (const Png * png, const NtmImageHeader * header,
    NtmCanvas * canvas)
{
  bool more = png->passes_done >= 5;

  for (uint32_t y = 0; more && y < header->height; y++)
    more = ntm_canvas_push (canvas,
        png->pixels + y * ((size_t) header->width * 4));
}

static void
paint (Png * png, const NtmImageHeader * header, NtmCanvas * canvas)
{
  NtmImageStatus status;
  bool alpha;

  png_set_read_fn (png->png, png, read_bytes);
  png_set_user_limits (png->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max (png->png, MAX_CHUNK_BYTES);
  png_set_user_transform_info (png->png, png, 0, 0);
  png_set_read_user_transform_fn (png->png, note_row);
  ignore_chunks (png->png);
  png_read_info (png->png, png->info);
  alpha = ask_for_rgba (png);
  png->n_passes = png_set_interlace_handling (png->png);
  png_read_update_info (png->png, png->info);

  status = ntm_canvas_begin (canvas, header->width, header->height, alpha);
  png->pixels = calloc (png->n_passes > 1 ? header->height : 1,
      (size_t) header->width * 4);
  if (png->pixels == NULL)
    status = NTM_IMAGE_NO_MEMORY;
  if (status != NTM_IMAGE_OK)
    jump (png, status);

  if (png->n_passes > 1)
    read_passes (png, header);
  else
    push_rows (png, header, canvas);
}

static NtmImageStatus
decode (const NtmDecodeJob * job, const NtmImageHeader * header,
    NtmCanvas * canvas)
{
  Png png = {.job = job };

  png.png = png_create_read_struct_2 (PNG_LIBPNG_VER_STRING, &png, fail, ignore,
      &png, take_memory, free_memory);
  if (png.png)
    png.info = png_create_info_struct (png.png);
  if (png.info == NULL)
    png.status = NTM_IMAGE_NO_MEMORY;
  else if (setjmp (png.jump) == 0)
    paint (&png, header, canvas);
  if (png.n_passes > 1)
    push_passes (&png, header, canvas);
  else if (png.tail_at > 0)
    (void) ntm_canvas_push (canvas, png.pixels);

  png_destroy_read_struct (&png.png, &png.info, NULL);
  free (png.pixels);

  return png.status;
}

#define FUNCTIONS \
  .read_header = read_header,.read_profile = read_profile,.decode = decode,

#else

#define FUNCTIONS               /* not built in */

#endif

const NtmDecoder ntm_decoder_png = {
  .name = "png",
  .matches = matches,
  FUNCTIONS
};
