/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The set of strips, at random against a model: each strip of the current
 * generation is in one place, the counts are right, and each strip is freed
 * once, by the set or by the owner that the set gives it to.
 *
 * The model has no lists. It knows where each strip is, and when it came there,
 * and derives from that what the lists of the set must be. */

#include <gst/check/gstcheck.h>

#include <string.h>

#include "gstntlayout.h"
#include "gstntstripset.h"
#include "support.h"

#define N_CASES 500
#define N_STEPS 400
#define N_TILES 3
#define MAX_STRIPS 12
#define N_LAYOUTS 2

/* fail_unless() tells the test's parent of each check that holds: too slow for
 * some hundred of them after each step. */
#define CHECK(condition) \
  do { \
    if (!(condition)) \
      fail ("%s", #condition); \
  } while (0)

typedef enum
{
  OUT,
  FREE,
  HELD,
  COMING,                       /* COMING + n: n strips away */
} Where;

/* What the model knows of one strip. */
typedef struct
{
  GstNtStrip *strip;            /* NULL: the item is not used */
  Where where;
  guint generation;
  guint n_views;
  guint home_since;             /* a number that grows with each step */
  guint idle_since;             /* the age at that moment */
} Item;

typedef struct
{
  GstNtStripSet set;
  NtmLayout *layouts[N_LAYOUTS];        /* of the same size */
  NtmLayout *layout;            /* one of these: that of coming strips */

  Item items[MAX_STRIPS];
  guint generation;
  guint age;
  guint now;                    /* counts what came home */
} Case;

static NtmLayout *
new_layout (guint width)
{
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  const NtmTile tiles[N_TILES] = {
    {.width = width,.height = 2},
    {.width = 4,.height = 1},
    {.width = 4,.height = 2},
  };
  NtmLayout *layout = gst_nt_layout_new (tiles, N_TILES, &rules, NULL);

  fail_unless (layout != NULL);

  return layout;
}

/* ---- The model ---- */

static gboolean
is_current (const Case * c, const Item * item)
{
  return item->strip && item->generation == c->generation;
}

static gboolean
is_out (const Item * item)
{
  return item->where == OUT;
}

static Item *
item_of (Case * c, const GstNtStrip * strip)
{
  guint i;

  for (i = 0; i < MAX_STRIPS; i++)
    if (c->items[i].strip == strip)
      return &c->items[i];
  fail ("a strip that does not exist");

  return NULL;
}

/* The current strip that is @where; NULL: none is. Of several, the one that
 * came there last, or first. */
static Item *
find (Case * c, Where where, gboolean last)
{
  Item *found = NULL;
  guint i;

  for (i = 0; i < MAX_STRIPS; i++) {
    Item *item = &c->items[i];

    if (is_current (c, item) && item->where == where && (found == NULL
            || (item->home_since > found->home_since) == last))
      found = item;
  }

  return found;
}

static guint
count (const Case * c, Where where)
{
  guint n = 0;
  guint i;

  for (i = 0; i < MAX_STRIPS; i++)
    n += is_current (c, &c->items[i]) && c->items[i].where == where;

  return n;
}

static guint
count_all (const Case * c)
{
  guint n = 0;
  guint i;

  for (i = 0; i < MAX_STRIPS; i++)
    n += is_current (c, &c->items[i]);

  return n;
}

/* The strip of @item, if there is one, is neither coming nor out any more. */
static void
settle (Case * c, Item * item)
{
  if (item == NULL)
    return;

  item->where = item->n_views > 0 ? HELD : FREE;
  item->home_since = ++c->now;
  item->idle_since = c->age;
}

/* The set gave up @item, which is the caller's to free. */
static void
free_item (Item * item)
{
  fail_unless_equals_int (item->n_views, 0);
  gst_nt_strip_free (item->strip);
  item->strip = NULL;
}

/* ---- The set against the model ---- */

static guint
count_in_list (const GPtrArray * list, const GstNtStrip * strip)
{
  guint n = 0;
  guint i;

  for (i = 0; i < list->len; i++)
    n += g_ptr_array_index (list, i) == strip;

  return n;
}

static guint
count_in_coming (const GstNtStripSet * set, const GstNtStrip * strip)
{
  guint n = 0;
  guint i;

  for (i = 0; i < GST_NT_STRIPS_AHEAD; i++)
    n += set->coming[i] == strip;

  return n;
}

static GstNtStripState
state_of (const Item * item)
{
  static const GstNtStripState states[] = {
    [OUT] = GST_NT_STRIP_OUT,
    [FREE] = GST_NT_STRIP_FREE,
    [HELD] = GST_NT_STRIP_HELD,
    [COMING] = GST_NT_STRIP_COMING,
  };

  return states[MIN (item->where, COMING)];
}

static void
check_item (const Case * c, const Item * item)
{
  const GstNtStripSet *set = &c->set;
  const gboolean listed = is_current (c, item);

  CHECK (item->strip->state == state_of (item));
  CHECK (item->strip->n_views == item->n_views);
  CHECK (count_in_list (set->free, item->strip)
      == (listed && item->where == FREE));
  CHECK (count_in_list (set->held, item->strip)
      == (listed && item->where == HELD));
  CHECK (count_in_coming (set, item->strip)
      == (listed && item->where >= COMING));
  CHECK (!listed || item->where < COMING
      || set->coming[item->where - COMING] == item->strip);
}

/* The strip that came home last is the last one. */
static void
check_order (Case * c)
{
  const GPtrArray *list = c->set.free;
  guint i;

  for (i = 1; i < list->len; i++)
    CHECK (item_of (c, g_ptr_array_index (list, i - 1))->home_since
        < item_of (c, g_ptr_array_index (list, i))->home_since);
}

static void
check_set (Case * c)
{
  const GstNtStripSet *set = &c->set;
  guint n_coming = 0;
  guint i;

  for (i = 0; i < MAX_STRIPS; i++)
    if (c->items[i].strip)
      check_item (c, &c->items[i]);
  for (i = 0; i < GST_NT_STRIPS_AHEAD; i++)
    n_coming += set->coming[i] != NULL;

  CHECK (set->free->len == count (c, FREE));
  CHECK (set->held->len == count (c, HELD));
  CHECK (set->n_out == count (c, OUT));
  CHECK (set->n_strips == count_all (c));
  CHECK (set->n_strips == set->free->len + set->held->len + n_coming
      + set->n_out);
  CHECK (set->generation == c->generation);
  check_order (c);
}

/* ---- Transitions ---- */

/* A random item that has a strip, or has none. */
static Item *
pick (Case * c, gboolean with_strip)
{
  const guint first = random_below (MAX_STRIPS);
  guint i;

  for (i = 0; i < MAX_STRIPS; i++) {
    Item *item = &c->items[(first + i) % MAX_STRIPS];

    if ((item->strip != NULL) == with_strip)
      return item;
  }

  return NULL;
}

/* @late: the set was disowned while the strip was made. */
static void
add (Case * c, gboolean late)
{
  Item *item = pick (c, FALSE);

  if (item == NULL)
    return;

  *item = (Item) {
    .strip = gst_nt_strip_new (c->layout, 0, GST_NT_STRIP_ALIGN_MASK),
    .where = OUT,
    .generation = c->generation - late,
  };
  item->strip->generation = item->generation;
  gst_nt_strip_set_add (&c->set, item->strip);
}

static void
take_out (Case * c)
{
  Item *item = pick (c, TRUE);

  if (item == NULL || !is_current (c, item) || is_out (item))
    return;

  gst_nt_strip_set_take_out (&c->set, item->strip);
  item->where = OUT;
}

static void
bring_home (Case * c, Item * item)
{
  gboolean unwanted;

  if (item == NULL || !is_out (item))
    return;

  unwanted = gst_nt_strip_set_bring_home (&c->set, item->strip);
  settle (c, item);
  fail_unless_equals_int (unwanted, !is_current (c, item)
      && item->n_views == 0);
  if (unwanted)
    free_item (item);
}

/* A frame arrives for a coming strip. The set does not look into a view. */
static void
let_view_come (Case * c)
{
  static GstNtView views[N_TILES];
  const guint tile = random_below (N_TILES);
  Item *item = find (c, COMING + random_below (GST_NT_STRIPS_AHEAD), TRUE);

  if (item == NULL || item->strip->views[tile])
    return;

  item->strip->views[tile] = &views[tile];
  item->strip->n_views++;
  item->n_views++;
}

static void
let_view_go (Case * c, Item * item)
{
  gboolean unwanted;
  guint tile = 0;

  if (item == NULL || item->n_views == 0)
    return;

  while (item->strip->views[tile] == NULL)
    tile++;
  item->strip->views[tile] = NULL;
  unwanted = gst_nt_strip_set_view_gone (&c->set, item->strip);
  item->n_views--;
  if (item->where == HELD && item->n_views == 0)
    settle (c, item);
  fail_unless_equals_int (unwanted, item->where == FREE
      && !is_current (c, item));
  if (unwanted)
    free_item (item);
}

static void
get_coming (Case * c)
{
  const guint ahead = random_below (GST_NT_STRIPS_AHEAD);
  GstNtStrip *strip = gst_nt_strip_set_get_coming (&c->set, ahead, c->layout);
  Item *wanted = find (c, COMING + ahead, TRUE);

  if (wanted == NULL) {
    wanted = find (c, FREE, TRUE);
    if (wanted)
      wanted->where = COMING + ahead;
  }
  fail_unless (strip == (wanted ? wanted->strip : NULL));
  fail_unless (strip == NULL || gst_nt_strip_get_layout (strip) == c->layout);
}

static void
advance (Case * c)
{
  guint i;

  gst_nt_strip_set_advance (&c->set);
  settle (c, find (c, COMING, TRUE));
  for (i = 1; i < GST_NT_STRIPS_AHEAD; i++) {
    Item *item = find (c, COMING + i, TRUE);

    if (item)
      item->where--;
  }
}

static void
stop_coming (Case * c)
{
  guint i;

  for (i = 0; i < GST_NT_STRIPS_AHEAD; i++)
    settle (c, find (c, COMING + i, TRUE));
}

static void
change_layout (Case * c)
{
  gst_nt_strip_set_forget_coming (&c->set);
  stop_coming (c);
  c->layout = c->layouts[random_below (N_LAYOUTS)];
}

static void
disown (Case * c)
{
  GPtrArray *strips = gst_nt_strip_set_disown (&c->set);
  guint i;

  stop_coming (c);
  fail_unless_equals_int (strips->len, count (c, FREE));
  for (i = 0; i < strips->len; i++) {
    Item *item = item_of (c, g_ptr_array_index (strips, i));

    fail_unless (is_current (c, item) && item->where == FREE);
    item->strip = NULL;
  }
  g_ptr_array_unref (strips);
  c->generation++;
}

static void
take_idle (Case * c)
{
  const guint n_needed = random_below (MAX_STRIPS);
  const guint idle_strips = random_below (40);
  GstNtStrip *strip =
      gst_nt_strip_set_take_idle (&c->set, n_needed, idle_strips);
  Item *oldest = find (c, FREE, FALSE);

  if (oldest && (count_all (c) <= n_needed
          || c->age - oldest->idle_since < idle_strips))
    oldest = NULL;
  fail_unless (strip == (oldest ? oldest->strip : NULL));
  if (oldest)
    free_item (oldest);
}

static void
step (Case * c)
{
  const guint turn = random_below (100);

  c->set.age = ++c->age;
  if (turn < 12)
    add (c, random_below (8) == 0);
  else if (turn < 26)
    take_out (c);
  else if (turn < 44)
    bring_home (c, pick (c, TRUE));
  else if (turn < 58)
    let_view_come (c);
  else if (turn < 70)
    let_view_go (c, pick (c, TRUE));
  else if (turn < 84)
    get_coming (c);
  else if (turn < 93)
    advance (c);
  else if (turn < 95)
    change_layout (c);
  else if (turn < 96)
    disown (c);
  else
    take_idle (c);
  check_set (c);
}

/* ---- Cases ---- */

static void
begin_case (Case * c)
{
  memset (c, 0, sizeof (*c));
  c->layouts[0] = new_layout (4);
  c->layouts[1] = new_layout (4);
  c->layout = c->layouts[0];
  gst_nt_strip_set_init (&c->set);

  /* Ages and generations wrap around. */
  c->set.age = c->age = -random_below (N_STEPS);
  c->set.generation = c->generation = -random_below (3);
}

/* All come home, and nothing is left but what the set frees. */
static void
end_case (Case * c)
{
  guint i;

  for (i = 0; i < MAX_STRIPS; i++) {
    Item *item = &c->items[i];

    if (item->strip)
      bring_home (c, item);
    while (item->strip && item->n_views > 0)
      let_view_go (c, item);
  }
  check_set (c);
  gst_nt_strip_set_clear (&c->set);
  ntm_layout_unref (c->layouts[0]);
  ntm_layout_unref (c->layouts[1]);
}

GST_START_TEST (test_random_transitions)
{
  const guint n_cases = random_cases (N_CASES);
  guint n;
  guint i;

  random_begin ();
  for (n = 0; n < n_cases; n++) {
    Case c;

    begin_case (&c);
    check_set (&c);
    for (i = 0; i < N_STEPS; i++)
      step (&c);
    end_case (&c);
  }
}

GST_END_TEST;

/* A strip that can't have the layout stays free, and is not coming. */
GST_START_TEST (test_strip_is_too_small)
{
  NtmLayout *large = new_layout (40);
  Case c;

  random_begin ();
  begin_case (&c);
  add (&c, FALSE);
  bring_home (&c, pick (&c, TRUE));
  fail_unless (gst_nt_strip_set_get_coming (&c.set, 1, large) == NULL);
  check_set (&c);
  fail_unless (gst_nt_strip_set_get_coming (&c.set, 1, c.layout) != NULL);
  find (&c, FREE, TRUE)->where = COMING + 1;
  check_set (&c);

  /* One that is coming already has the layout. */
  fail_unless (gst_nt_strip_set_get_coming (&c.set, 1, large) ==
      find (&c, COMING + 1, TRUE)->strip);
  end_case (&c);
  ntm_layout_unref (large);
}

GST_END_TEST;

static Suite *
set_suite (void)
{
  Suite *suite = suite_create ("set");
  TCase *tcase = tcase_create ("set");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_random_transitions);
  tcase_add_test (tcase, test_strip_is_too_small);

  return suite;
}

GST_CHECK_MAIN (set);
