/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What sources of stock elements show, frame by frame: each is run by itself, and
 * then strips of several are compared with that. */

#pragma once

#include "pipelines.h"

#define FILM_FPS 25
#define FILM_STEP (GST_SECOND / FILM_FPS)

typedef struct
{
  guint width;
  guint height;
  GPtrArray *frames;            /* of GBytes, tight */
} TestFilm;

/* All frames of @source, which is an RGBA source in the syntax of gst-launch,
 * FILM_FPS frames a second from time 0 on. */
TestFilm *test_film_new (const gchar * source);

void test_film_free (TestFilm * film);

/* Which frame is due in @strip. */
guint test_film_index (GstBuffer * strip);

/* Fails the test unless the strip in @sample shows the frames of all @films that
 * are due, side by side; those that have ended aren't looked at. */
void test_assert_films (GstSample * sample, TestFilm ** films, guint n_films);
