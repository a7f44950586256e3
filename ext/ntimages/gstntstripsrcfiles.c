/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripsrcfiles.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <string.h>

/* With GLOB_MARK, folders end with a slash. */
static gchar **
keep_files (const glob_t * found)
{
  GPtrArray *files = g_ptr_array_new ();
  gsize i;

  for (i = 0; i < found->gl_pathc; i++)
    if (!g_str_has_suffix (found->gl_pathv[i], "/"))
      g_ptr_array_add (files, g_strdup (found->gl_pathv[i]));
  g_ptr_array_add (files, NULL);

  return (gchar **) g_ptr_array_free (files, FALSE);
}

/* Returns the folder that the pattern names before its first wildcard, if it
 * can't be opened, for g_free(), and sets errno. NULL: it can, or the shell has
 * its own ways to write it. */
static gchar *
find_bad_folder (const gchar * pattern)
{
  gchar *plain = g_strndup (pattern, strcspn (pattern, "*?["));
  gchar *folder = g_path_get_dirname (plain);
  const gboolean is_plain = plain[0] != '~' && strchr (plain, '\\') == NULL;
  DIR *opened = is_plain ? opendir (folder) : NULL;
  const gint reason = errno;

  if (opened)
    closedir (opened);
  if (opened || !is_plain)
    g_clear_pointer (&folder, g_free);
  g_free (plain);
  errno = reason;

  return folder;
}

static void
explain_no_match (const gchar * pattern, GError ** error)
{
  gchar *folder = find_bad_folder (pattern);

  if (folder)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "location=%s matches no file: the folder %s can't be opened (%s)",
        pattern, folder, g_strerror (errno));
  else
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "location=%s matches no file: give the name of an image, or a glob "
        "such as photos/*.jpg", pattern);
  g_free (folder);
}

static void
explain_none (const gchar * pattern, const glob_t * found, GError ** error)
{
  if (found->gl_pathc == 0)
    explain_no_match (pattern, error);
  else if (strpbrk (pattern, "*?["))
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "location=%s matches %" G_GSIZE_FORMAT " folders and no file: name the "
        "files in them, as with photos/*/*.jpg", pattern,
        (gsize) found->gl_pathc);
  else
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
        "location=%s is a folder: for the files in it, set location=%s*",
        pattern, found->gl_pathv[0]);
}

/* Without GLOB_ERR: a folder that can't be read does not hurt the others. */
gchar **
gst_nt_strip_src_list_files (const gchar * pattern, GError ** error)
{
  gchar **files = NULL;
  glob_t found;
  const int result = glob (pattern, GLOB_MARK | GLOB_TILDE, NULL, &found);

  if (result != 0 && result != GLOB_NOMATCH) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ,
        "location=%s can't be looked up: the system has no memory for the list "
        "of files. Free memory, or let it match fewer files", pattern);
    return NULL;
  }

  files = result == 0 ? keep_files (&found) : NULL;
  if (files == NULL || files[0] == NULL) {
    if (result == GLOB_NOMATCH)
      found.gl_pathc = 0;
    explain_none (pattern, &found, error);
    g_clear_pointer (&files, g_strfreev);
  }
  if (result == 0)
    globfree (&found);

  return files;
}
