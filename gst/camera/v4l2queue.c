/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The driver's frames: requested, mapped, filled, lent to downstream. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera/v4l2queue.h"

#include <errno.h>
#include <fcntl.h>
#include <gst/allocators/gstdmabuf.h>
#include <linux/videodev2.h>
#include <sys/mman.h>

#include "camera/v4l2calls.h"

GST_DEBUG_CATEGORY_EXTERN (gst_depth_v4l2_src_debug);
#define GST_CAT_DEFAULT gst_depth_v4l2_src_debug

#define TYPE V4L2_BUF_TYPE_VIDEO_CAPTURE

typedef enum
{
  OURS,
  DRIVERS,
  DOWNSTREAMS,
} Hand;

typedef struct
{
  V4l2Queue *queue;
  guint index;
  Hand hand;
  gsize length;
  gpointer data;                /* NULL with DMABUF */
  gint fd;                      /* -1 without */
} Frame;

struct _V4l2Queue
{
  gint references;              /* the owner's, and one a lent frame */
  GstAllocator *allocator;      /* of DMABUF, else NULL */
  guint n_frames;
  Frame *frames;

  GMutex lock;                  /* of all that follows and of each hand */
  V4l2Device *device;           /* NULL when the owner has freed the queue */
  gboolean running;
  guint with_driver;
};

/* The last one to let go unmaps: that may be downstream, after the device was
 * closed. */
static void
unref (V4l2Queue * queue)
{
  if (!g_atomic_int_dec_and_test (&queue->references))
    return;
  for (guint i = 0; i < queue->n_frames; i++) {
    Frame *frame = &queue->frames[i];

    if (frame->data != NULL)
      v4l2_calls->unmap (frame->data, frame->length);
    if (frame->fd >= 0)
      v4l2_calls->close (frame->fd);
  }
  gst_clear_object (&queue->allocator);
  g_mutex_clear (&queue->lock);
  g_free (queue->frames);
  g_free (queue);
}

static gint
map_frame (V4l2Queue * queue, Frame * frame)
{
  struct v4l2_buffer buffer = {
    .index = frame->index,.type = TYPE,.memory = V4L2_MEMORY_MMAP
  };
  gint number = v4l2_device_ioctl (queue->device, VIDIOC_QUERYBUF, &buffer);
  gpointer data;

  if (number != 0)
    return number;
  frame->length = buffer.length;
  if (queue->allocator != NULL) {
    struct v4l2_exportbuffer export = {
      .type = TYPE,.index = frame->index,.flags = O_CLOEXEC | O_RDWR
    };

    number = v4l2_device_ioctl (queue->device, VIDIOC_EXPBUF, &export);
    if (number == 0)
      frame->fd = export.fd;
    return number;
  }
  data = v4l2_calls->map (queue->device->fd, buffer.length, buffer.m.offset);
  if (data == MAP_FAILED)
    return errno;
  frame->data = data;
  return 0;
}

/* Returns: what REQBUFS said, an error number */
static gint
request (V4l2Device * device, guint * count)
{
  struct v4l2_requestbuffers buffers = {
    .count = *count,.type = TYPE,.memory = V4L2_MEMORY_MMAP
  };
  gint number = v4l2_device_ioctl (device, VIDIOC_REQBUFS, &buffers);

  *count = buffers.count;
  return number;
}

V4l2Queue *
v4l2_queue_new (V4l2Device * device, guint wanted, gboolean as_fd,
    GError ** error)
{
  V4l2Queue *queue;
  guint count = wanted;
  gint number = request (device, &count);

  if (number == 0 && count == 0)
    number = ENOMEM;
  if (number != 0) {
    v4l2_set_error (error, device->path, "get frames of", number);
    return NULL;
  }
  queue = g_new0 (V4l2Queue, 1);
  queue->references = 1;
  queue->device = device;
  queue->frames = g_new0 (Frame, count);
  queue->allocator = as_fd ? gst_dmabuf_allocator_new () : NULL;
  g_mutex_init (&queue->lock);
  for (; queue->n_frames < count && number == 0; queue->n_frames++) {
    Frame *frame = &queue->frames[queue->n_frames];

    frame->queue = queue;
    frame->index = queue->n_frames;
    frame->fd = -1;
    number = map_frame (queue, frame);
  }
  if (number != 0) {
    v4l2_set_error (error, device->path, "map frames of", number);
    g_clear_pointer (&queue, v4l2_queue_free);
  }
  return queue;
}

void
v4l2_queue_free (V4l2Queue * queue)
{
  guint none = 0;
  gint number;

  v4l2_queue_stop (queue);
  g_mutex_lock (&queue->lock);
  number = request (queue->device, &none);
  if (number != 0)
    GST_DEBUG ("%s: frames are not given up: %s", queue->device->path,
        g_strerror (number));
  queue->device = NULL;
  g_mutex_unlock (&queue->lock);
  unref (queue);
}

guint
v4l2_queue_length (V4l2Queue * queue)
{
  return queue->n_frames;
}

gboolean
v4l2_queue_is_fd (V4l2Queue * queue)
{
  return queue->allocator != NULL;
}

gboolean
v4l2_queue_is_running (V4l2Queue * queue)
{
  return queue->running;
}

/* With the lock. */
static gint
hand_to_driver (V4l2Queue * queue, Frame * frame)
{
  struct v4l2_buffer buffer = {
    .index = frame->index,.type = TYPE,.memory = V4L2_MEMORY_MMAP
  };
  gint number = v4l2_device_ioctl (queue->device, VIDIOC_QBUF, &buffer);

  if (number != 0) {
    GST_DEBUG ("%s does not take frame %u: %s", queue->device->path,
        frame->index, g_strerror (number));
    return number;
  }
  frame->hand = DRIVERS;
  queue->with_driver++;
  return 0;
}

gboolean
v4l2_queue_start (V4l2Queue * queue, GError ** error)
{
  gint type = TYPE, number = 0;

  g_mutex_lock (&queue->lock);
  for (guint i = 0; i < queue->n_frames && number == 0; i++) {
    if (queue->frames[i].hand == OURS)
      number = hand_to_driver (queue, &queue->frames[i]);
  }
  if (number == 0)
    number = v4l2_device_ioctl (queue->device, VIDIOC_STREAMON, &type);
  queue->running = number == 0;
  g_mutex_unlock (&queue->lock);
  if (number != 0) {
    /* takes back what the driver has got */
    v4l2_queue_stop (queue);
    v4l2_set_error (error, queue->device->path, "start", number);
    return FALSE;
  }
  return TRUE;
}

void
v4l2_queue_stop (V4l2Queue * queue)
{
  gint type = TYPE, number;

  g_mutex_lock (&queue->lock);
  number = v4l2_device_ioctl (queue->device, VIDIOC_STREAMOFF, &type);
  if (number != 0)
    GST_DEBUG ("%s: STREAMOFF: %s", queue->device->path, g_strerror (number));
  for (guint i = 0; i < queue->n_frames; i++) {
    if (queue->frames[i].hand == DRIVERS)
      queue->frames[i].hand = OURS;
  }
  queue->with_driver = 0;
  queue->running = FALSE;
  g_mutex_unlock (&queue->lock);
}

/* None where the driver has another clock than CLOCK_MONOTONIC. */
static GstClockTime
frame_time (const struct v4l2_buffer *buffer)
{
  if ((buffer->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) !=
      V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
    return GST_CLOCK_TIME_NONE;
  return GST_TIMEVAL_TO_TIME (buffer->timestamp);
}

gint
v4l2_queue_take (V4l2Queue * queue, V4l2Filled * filled)
{
  struct v4l2_buffer buffer = {.type = TYPE,.memory = V4L2_MEMORY_MMAP };
  gint number;

  g_mutex_lock (&queue->lock);
  number = v4l2_device_ioctl (queue->device, VIDIOC_DQBUF, &buffer);
  if (number == 0 && buffer.index >= queue->n_frames)
    number = EIO;
  if (number == 0) {
    queue->frames[buffer.index].hand = OURS;
    queue->with_driver--;
    filled->index = buffer.index;
    filled->size = MIN (buffer.bytesused, queue->frames[buffer.index].length);
    filled->flags = buffer.flags;
    filled->sequence = buffer.sequence;
    filled->time = frame_time (&buffer);
  }
  g_mutex_unlock (&queue->lock);
  return number;
}

void
v4l2_queue_give_back (V4l2Queue * queue, guint index)
{
  g_mutex_lock (&queue->lock);
  queue->frames[index].hand = OURS;
  if (queue->running)
    hand_to_driver (queue, &queue->frames[index]);
  g_mutex_unlock (&queue->lock);
}

/* Downstream has let go of the frame's memory. */
static void
let_go (Frame * frame)
{
  V4l2Queue *queue = frame->queue;

  v4l2_queue_give_back (queue, frame->index);
  unref (queue);
}

static void
memory_gone (gpointer frame, GstMiniObject * memory)
{
  let_go (frame);
}

static GstMemory *
lend (Frame * frame, gsize size)
{
  V4l2Queue *queue = frame->queue;
  GstMemory *memory;

  frame->hand = DOWNSTREAMS;
  g_atomic_int_inc (&queue->references);
  if (queue->allocator == NULL)
    return gst_memory_new_wrapped (0, frame->data, frame->length, 0, size,
        frame, (GDestroyNotify) let_go);

  memory = gst_dmabuf_allocator_alloc_with_flags (queue->allocator, frame->fd,
      frame->length, GST_FD_MEMORY_FLAG_DONT_CLOSE);
  gst_memory_resize (memory, 0, size);
  gst_mini_object_weak_ref (GST_MINI_OBJECT (memory), memory_gone, frame);
  return memory;
}

GstBuffer *
v4l2_queue_wrap (V4l2Queue * queue, guint index, gsize size)
{
  Frame *frame = &queue->frames[index];
  GstBuffer *buffer = gst_buffer_new (), *copy;
  gboolean scarce;

  g_mutex_lock (&queue->lock);
  scarce = queue->with_driver < V4L2_QUEUE_KEEP;
  gst_buffer_append_memory (buffer, lend (frame, size));
  g_mutex_unlock (&queue->lock);
  if (!scarce)
    return buffer;

  GST_LOG ("downstream holds most of the %u frames: copies one",
      queue->n_frames);
  copy = gst_buffer_copy_deep (buffer);
  gst_buffer_unref (buffer);
  return copy;
}
