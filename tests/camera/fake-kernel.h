/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel for v4l2_calls with one camera, that does and fails as it is told. */
#pragma once

#include "camera/v4l2calls.h"

#include <linux/videodev2.h>

#define FAKE_FRAMES 8
#define FAKE_MAX_FILLED 64

typedef struct
{
  guint32 sequence, flags;
  gint bytes;                   /* -1 = a whole frame */
  gint number;                  /* an error number in the place of a frame */
  GstClockTime time;            /* 0 = now */
} FakeFilled;

typedef struct
{
  /* what there is */
  guint n_nodes;
  guint32 fourcc;               /* the only format, 0 = none */
  guint16 vendor, product;
  guint width, height, stride;
  enum v4l2_frmsizetypes size_type;
  enum v4l2_frmivaltypes rate_type;
  struct v4l2_fract interval;   /* of the only rate */
  gboolean endless;             /* enumerations have no end */

  /* what fails: the request (or 1 = open, 2 = map), with an error number */
  gulong fail;
  gint fail_number;

  /* what the driver fills, in order */
  FakeFilled filled[FAKE_MAX_FILLED];
  guint n_filled;

  /* the extension unit: answers of UVCIOC_CTRL_QUERY */
    gint (*extension) (guint8 query, guint8 * data);

  /* what was done, to look at */
  gint n_open, n_mapped, n_queued, n_started;
  guint8 *memory[FAKE_FRAMES];
} FakeKernel;

extern FakeKernel fake;

#define FAKE_OPEN 1
#define FAKE_MAP 2

/* One camera with Z16, 64x48 at 30, and v4l2_calls that lead here. */
void fake_kernel_reset (void);

/* The next frames that the driver fills, whole and one after the other. */
void fake_kernel_fill (guint count);
FakeFilled *fake_kernel_fill_one (guint32 sequence);
