/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fake kernel: V4L2 as far as the element asks for it. */
#include "fake-kernel.h"

#include <errno.h>
#include <linux/uvcvideo.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

FakeKernel fake;

/* Readable as long as a frame is filled. */
static gint event;
static GMutex lock;
static guint next_filled;
static GQueue queued = G_QUEUE_INIT;

static gint
fail (gint number)
{
  errno = number;
  return -1;
}

static gint
fake_open (const gchar * path)
{
  if (fake.fail == FAKE_OPEN)
    return fail (fake.fail_number);
  g_atomic_int_inc (&fake.n_open);
  return dup (event);
}

static gint
fake_close (gint fd)
{
  g_atomic_int_add (&fake.n_open, -1);
  return close (fd);
}

static gint
enumerate_format (struct v4l2_fmtdesc *format)
{
  if (format->index > 0 && !fake.endless)
    return fail (EINVAL);
  format->pixelformat = fake.endless ? V4L2_PIX_FMT_GREY : fake.fourcc;
  return format->pixelformat != 0 ? 0 : fail (EINVAL);
}

static gint
enumerate_size (struct v4l2_frmsizeenum *size)
{
  if (size->index > 0 && !fake.endless)
    return fail (EINVAL);
  size->type = fake.size_type;
  if (fake.size_type == V4L2_FRMSIZE_TYPE_DISCRETE) {
    size->discrete.width = fake.width;
    size->discrete.height = fake.height;
  } else {
    size->stepwise.min_width = 16;
    size->stepwise.max_width = fake.width;
    size->stepwise.min_height = 16;
    size->stepwise.max_height = fake.height;
    size->stepwise.step_width = size->stepwise.step_height = 1;
  }
  return 0;
}

static gint
enumerate_rate (struct v4l2_frmivalenum *rate)
{
  if (rate->index > 0 && !fake.endless)
    return fail (EINVAL);
  rate->type = fake.rate_type;
  if (fake.rate_type == V4L2_FRMIVAL_TYPE_DISCRETE) {
    rate->discrete = fake.interval;
  } else {
    rate->stepwise.min = (struct v4l2_fract) { 1, 60 };
    rate->stepwise.max = (struct v4l2_fract) { 1, 5 };
  }
  return 0;
}

static gint
set_format (struct v4l2_format *format)
{
  format->fmt.pix.width = MIN (format->fmt.pix.width, fake.width);
  format->fmt.pix.height = MIN (format->fmt.pix.height, fake.height);
  format->fmt.pix.bytesperline = fake.stride;
  format->fmt.pix.sizeimage = fake.stride * fake.height;
  return 0;
}

static gint
request_buffers (struct v4l2_requestbuffers *request)
{
  gsize size = (gsize) fake.stride * fake.height;

  request->count = MIN (request->count, FAKE_FRAMES);
  for (guint i = 0; i < request->count; i++) {
    if (fake.memory[i] == NULL)
      fake.memory[i] = g_malloc0 (size);
  }
  return 0;
}

static gint
dequeue (struct v4l2_buffer *buffer)
{
  FakeFilled *filled = &fake.filled[next_filled];
  guint64 ignored;

  if (fake.n_started == 0)
    return fail (EINVAL);
  if (g_queue_is_empty (&queued)
      || read (event, &ignored, sizeof ignored) != sizeof ignored)
    return fail (EAGAIN);
  next_filled++;
  if (filled->number != 0)
    return fail (filled->number);
  buffer->index = GPOINTER_TO_UINT (g_queue_pop_head (&queued));
  buffer->sequence = filled->sequence;
  buffer->flags = filled->flags;
  buffer->bytesused = filled->bytes >= 0 ? (guint) filled->bytes
      : fake.stride * fake.height;
  if (filled->time == 0)
    filled->time = g_get_monotonic_time () * GST_USECOND;
  GST_TIME_TO_TIMEVAL (filled->time, buffer->timestamp);
  memset (fake.memory[buffer->index], (gint) filled->sequence,
      buffer->bytesused);
  return 0;
}

static gint
answer (gulong request, gpointer argument)
{
  struct v4l2_capability *capability = argument;
  struct v4l2_buffer *buffer = argument;
  struct uvc_xu_control_query *query = argument;

  switch (request) {
    case VIDIOC_QUERYCAP:
      strcpy ((gchar *) capability->card, "Fake \xff camera");
      strcpy ((gchar *) capability->bus_info, "fake-1");
      capability->capabilities = V4L2_CAP_DEVICE_CAPS;
      capability->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
      return 0;
    case VIDIOC_ENUM_FMT:
      return enumerate_format (argument);
    case VIDIOC_ENUM_FRAMESIZES:
      return enumerate_size (argument);
    case VIDIOC_ENUM_FRAMEINTERVALS:
      return enumerate_rate (argument);
    case VIDIOC_S_FMT:
      return set_format (argument);
    case VIDIOC_S_PARM:
      return 0;
    case VIDIOC_REQBUFS:
      return request_buffers (argument);
    case VIDIOC_QUERYBUF:
      buffer->length = fake.stride * fake.height;
      buffer->m.offset = buffer->index;
      return 0;
    case VIDIOC_QBUF:
      g_queue_push_tail (&queued, GUINT_TO_POINTER (buffer->index));
      fake.n_queued++;
      return 0;
    case VIDIOC_DQBUF:
      return dequeue (argument);
    case VIDIOC_STREAMON:
      fake.n_started++;
      return 0;
    case VIDIOC_STREAMOFF:
      g_queue_clear (&queued);
      fake.n_started = 0;
      return 0;
    case UVCIOC_CTRL_QUERY:
      return fake.extension != NULL ? fake.extension (query->query,
          query->data) : fail (ENOENT);
    default:
      return fail (ENOTTY);
  }
}

static gint
fake_ioctl (gint fd, gulong request, gpointer argument)
{
  gint result, number;

  if (request == fake.fail)
    return fail (fake.fail_number);
  /* may block, as in the kernel */
  if (request == UVCIOC_CTRL_QUERY)
    return answer (request, argument);
  g_mutex_lock (&lock);
  result = answer (request, argument);
  number = errno;
  g_mutex_unlock (&lock);
  errno = number;
  return result;
}

static gpointer
fake_map (gint fd, gsize length, gint64 offset)
{
  if (fake.fail == FAKE_MAP) {
    errno = fake.fail_number;
    return MAP_FAILED;
  }
  g_atomic_int_inc (&fake.n_mapped);
  return fake.memory[offset];
}

static gint
fake_unmap (gpointer data, gsize length)
{
  g_atomic_int_add (&fake.n_mapped, -1);
  return 0;
}

static GStrv
fake_list_nodes (void)
{
  GStrv nodes = g_new0 (gchar *, fake.n_nodes + 1);

  for (guint i = 0; i < fake.n_nodes; i++)
    nodes[i] = g_strdup_printf ("/dev/video%u", i);
  return nodes;
}

static gboolean
fake_usb_ids (const gchar * path, guint16 * vendor, guint16 * product)
{
  *vendor = fake.vendor;
  *product = fake.product;
  return fake.vendor != 0;
}

static const V4l2Calls calls = {
  .open = fake_open,
  .close = fake_close,
  .ioctl = fake_ioctl,
  .map = fake_map,
  .unmap = fake_unmap,
  .list_nodes = fake_list_nodes,
  .usb_ids = fake_usb_ids,
};

void
fake_kernel_reset (void)
{
  for (guint i = 0; i < FAKE_FRAMES; i++)
    g_free (fake.memory[i]);
  if (event > 0)
    close (event);
  event = eventfd (0, EFD_NONBLOCK | EFD_SEMAPHORE);
  next_filled = 0;
  g_queue_clear (&queued);
  fake = (FakeKernel) {
  .n_nodes = 1,.fourcc = V4L2_PIX_FMT_Z16,.width = 64,.height = 48,.stride =
        128,.size_type = V4L2_FRMSIZE_TYPE_DISCRETE,.rate_type =
        V4L2_FRMIVAL_TYPE_DISCRETE,.interval = { 1, 30 },};
  v4l2_calls = &calls;
}

FakeFilled *
fake_kernel_fill_one (guint32 sequence)
{
  FakeFilled *filled = &fake.filled[fake.n_filled++];
  guint64 one = 1;

  g_assert (fake.n_filled <= FAKE_MAX_FILLED);
  *filled = (FakeFilled) { .sequence = sequence,.bytes = -1,.flags =
      V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_SOE };
  g_assert (write (event, &one, sizeof one) == sizeof one);
  return filled;
}

void
fake_kernel_fill (guint count)
{
  for (guint i = 0; i < count; i++)
    fake_kernel_fill_one (fake.n_filled);
}
