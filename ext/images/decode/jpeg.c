/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* JPEG by libjpeg, whose errors jump out of it.
 *
 * What came of a damaged file: libjpeg goes on without data, and makes gray
 * rows. It warns of that once a scan. The first scan is what counts: later ones
 * of a progressive file only refine it. */

#include "decode/decoder.h"

#include <string.h>

#include "decode/segments.h"

static bool
matches (const uint8_t * bytes, size_t n_bytes)
{
  return n_bytes >= 3 && memcmp (bytes, "\xff\xd8\xff", 3) == 0;
}

#ifdef HAVE_JPEG

#include <setjmp.h>
#include <stdio.h>              /* jpeglib.h needs it */

#include <jpeglib.h>
#include <jerror.h>

#ifndef JCS_ALPHA_EXTENSIONS
#error "libjpeg-turbo is needed: this libjpeg does not make RGBA"
#endif

/* Memory for rows, beside the coefficients of a progressive file: libjpeg keeps
 * fewer than so many rows of 16-bit samples. */
#define ROWS_KEPT 64

/* Encoders make some 10, and no useful image has a hundred. */
#define MOST_SCANS 500

typedef struct
{
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jmp_buf jump;
  const NtmDecodeJob *job;
  NtmImageStatus status;        /* why it jumped */
  bool ran_out;                 /* the file ends before the image does */
  bool starved;                 /* data were missing in the first scan: */
  uint32_t rows_before;         /* so many rows of the output had come */
} Jpeg;

/* ---- Errors ---- */

static NtmImageStatus
explain_error (int code)
{
  switch (code) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
      return NTM_IMAGE_NO_MEMORY;
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
      return NTM_IMAGE_TOO_LARGE;
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
      return NTM_IMAGE_UNSUPPORTED;
    default:
      return NTM_IMAGE_DAMAGED;
  }
}

static _Noreturn void
jump (Jpeg * jpeg, NtmImageStatus status)
{
  jpeg->status = status;
  longjmp (jpeg->jump, 1);
}

static void
error_exit (j_common_ptr info)
{
  jump (info->client_data, explain_error (info->err->msg_code));
}

static void
note_starving (Jpeg * jpeg)
{
  const struct jpeg_decompress_struct *info = &jpeg->info;

  /* After a restart marker, data go on. */
  if (jpeg->starved || info->input_scan_number > 1
      || (info->restart_interval > 0 && !jpeg->ran_out))
    return;

  jpeg->starved = true;
  jpeg->rows_before = info->output_scanline;
  if (jpeg_has_multiple_scans (&jpeg->info))
    jpeg->rows_before = (uint64_t) info->input_iMCU_row
        * info->max_v_samp_factor * DCTSIZE * info->output_height
        / info->image_height;
}

static void
emit_message (j_common_ptr info, int level)
{
  if (level >= 0)
    return;
  info->err->num_warnings++;
  if (info->err->msg_code == JWRN_HIT_MARKER)
    note_starving (info->client_data);
}

static void
output_message (j_common_ptr unused)
{
}

/* ---- The source: the bytes of the file ---- */

static void
start_source (j_decompress_ptr unused)
{
}

static boolean
fill_input_buffer (j_decompress_ptr info)
{
  static const JOCTET end[2] = { 0xff, JPEG_EOI };
  Jpeg *jpeg = info->client_data;

  jpeg->ran_out = true;
  info->err->num_warnings++;
  jpeg->source.next_input_byte = end;
  jpeg->source.bytes_in_buffer = sizeof end;

  return TRUE;
}

static void
skip_input_data (j_decompress_ptr info, long n_bytes)
{
  struct jpeg_source_mgr *source = info->src;

  if (n_bytes <= 0)
    return;
  if ((size_t) n_bytes > source->bytes_in_buffer) {
    fill_input_buffer (info);
    return;
  }
  source->next_input_byte += n_bytes;
  source->bytes_in_buffer -= n_bytes;
}

/* ---- Limits ---- */

static void
monitor_progress (j_common_ptr common)
{
  Jpeg *jpeg = common->client_data;
  const struct jpeg_decompress_struct *info = &jpeg->info;
  const uint64_t pixels = (uint64_t) info->image_width * info->image_height;
  const uint64_t scans = info->input_scan_number;
  const NtmImageStatus status = ntm_decode_job_check (jpeg->job);

  if (status != NTM_IMAGE_OK)
    jump (jpeg, status);
  if (scans > MOST_SCANS || (scans > 1
          && scans > jpeg->job->limits.max_scan_pixels / pixels))
    jump (jpeg, NTM_IMAGE_TOO_COMPLEX);
}

/* ---- Beginning and end ---- */

static void
init (Jpeg * jpeg, const NtmDecodeJob * job)
{
  memset (jpeg, 0, sizeof *jpeg);
  jpeg->job = job;
  jpeg->info.err = jpeg_std_error (&jpeg->errors);
  jpeg->errors.error_exit = error_exit;
  jpeg->errors.emit_message = emit_message;
  jpeg->errors.output_message = output_message;
  jpeg->info.client_data = jpeg;
}

/* Inside setjmp(). */
static void
begin (Jpeg * jpeg)
{
  jpeg_create_decompress (&jpeg->info);
  jpeg->source = (struct jpeg_source_mgr) {
    .next_input_byte = jpeg->job->bytes,
    .bytes_in_buffer = jpeg->job->n_bytes,
    .init_source = start_source,
    .fill_input_buffer = fill_input_buffer,
    .skip_input_data = skip_input_data,
    .resync_to_restart = jpeg_resync_to_restart,
    .term_source = start_source,
  };
  jpeg->info.src = &jpeg->source;
  jpeg->progress.progress_monitor = monitor_progress;
  jpeg->info.progress = &jpeg->progress;
  (void) jpeg_read_header (&jpeg->info, TRUE);
}

/* ---- The header ---- */

static uint64_t
count_work_bytes (Jpeg * jpeg)
{
  const struct jpeg_decompress_struct *info = &jpeg->info;
  uint64_t bytes = (uint64_t) info->image_width * info->num_components
      * sizeof (JCOEF) * ROWS_KEPT;

  if (!jpeg_has_multiple_scans (&jpeg->info))
    return bytes;
  for (int i = 0; i < info->num_components; i++)
    bytes += (uint64_t) info->comp_info[i].width_in_blocks
        * info->comp_info[i].height_in_blocks * sizeof (JBLOCK);

  return bytes;
}

static NtmInks
get_inks (const struct jpeg_decompress_struct *info)
{
  if (info->num_components == 4)
    return info->saw_Adobe_marker ? NTM_INKS_CMYK_INVERTED : NTM_INKS_CMYK;

  return info->num_components == 1 ? NTM_INKS_GRAY : NTM_INKS_RGB;
}

static NtmImageStatus
read_header (const NtmDecodeJob * job, NtmImageHeader * header)
{
  Jpeg jpeg;

  init (&jpeg, job);
  if (setjmp (jpeg.jump) == 0) {
    begin (&jpeg);
    header->width = jpeg.info.image_width;
    header->height = jpeg.info.image_height;
    header->orientation = ntm_segments_get_orientation (job->bytes,
        job->n_bytes);
    header->inks = get_inks (&jpeg.info);
    header->has_profile = ntm_segments_find_profile (job->bytes, job->n_bytes,
        &header->profile_bytes);
    header->work_bytes = count_work_bytes (&jpeg);
  }
  jpeg_destroy_decompress (&jpeg.info);

  return jpeg.status;
}

static bool
read_profile (const NtmDecodeJob * job, const NtmImageHeader * header,
    uint8_t * profile)
{
  return ntm_segments_read_profile (job->bytes, job->n_bytes, profile,
      header->profile_bytes);
}

/* ---- Rows ---- */

/* Printers' colours, by the simplest formula. Adobe's programs, which make most
 * of such files, invert them; so do others. */
static void
convert_cmyk (uint8_t * row, uint32_t width, bool inverted)
{
  for (; width > 0; width--, row += 4) {
    const unsigned k = inverted ? row[3] : 255 - row[3];

    for (unsigned i = 0; i < 3; i++)
      row[i] = ((inverted ? row[i] : 255 - row[i]) * k + 127) / 255;
    row[3] = 255;
  }
}

/* The largest of the divisors that libjpeg does at high speed. */
static unsigned
choose_divisor (const NtmCanvas * canvas)
{
  const double most = ntm_canvas_get_shrinking (canvas);
  unsigned divisor = 8;

  while (divisor > 1 && divisor > most)
    divisor /= 2;

  return divisor;
}

static void
push_rows (Jpeg * jpeg, NtmCanvas * canvas, uint8_t * row)
{
  struct jpeg_decompress_struct *info = &jpeg->info;
  bool more = true;

  while (more && info->output_scanline < info->output_height) {
    if (jpeg->starved && info->output_scanline >= jpeg->rows_before)
      return;
    (void) jpeg_read_scanlines (info, &row, 1);
    if (jpeg->starved && info->output_scanline > jpeg->rows_before)
      return;
    if (canvas->inks)
      ntm_colours_convert (canvas->inks, row, row, info->output_width);
    else if (info->out_color_space == JCS_CMYK)
      convert_cmyk (row, info->output_width, info->saw_Adobe_marker);
    more = ntm_canvas_push (canvas, row);
  }
}

static void
paint (Jpeg * jpeg, NtmCanvas * canvas)
{
  struct jpeg_decompress_struct *info = &jpeg->info;
  NtmImageStatus status;
  uint8_t *row;

  begin (jpeg);
  info->scale_denom = choose_divisor (canvas);
  info->out_color_space = info->jpeg_color_space == JCS_CMYK
      || info->jpeg_color_space == JCS_YCCK ? JCS_CMYK : JCS_EXT_RGBA;
  (void) jpeg_start_decompress (info);
  row = info->mem->alloc_large ((j_common_ptr) info, JPOOL_IMAGE,
      (size_t) info->output_width * 4);
  status = ntm_canvas_begin (canvas, info->output_width, info->output_height,
      false);
  if (status != NTM_IMAGE_OK)
    jump (jpeg, status);

  push_rows (jpeg, canvas, row);
  if (jpeg->errors.num_warnings > 0)
    jpeg->status = NTM_IMAGE_DAMAGED;
}

static NtmImageStatus
decode (const NtmDecodeJob * job, const NtmImageHeader * header,
    NtmCanvas * canvas)
{
  Jpeg jpeg;

  init (&jpeg, job);
  if (setjmp (jpeg.jump) == 0)
    paint (&jpeg, canvas);
  jpeg_destroy_decompress (&jpeg.info);

  return jpeg.status;
}

#define FUNCTIONS \
  .read_header = read_header,.read_profile = read_profile,.decode = decode,

#else

#define FUNCTIONS               /* not built in */

#endif

const NtmDecoder ntm_decoder_jpeg = {
  .name = "jpeg",
  .matches = matches,
  FUNCTIONS
};
