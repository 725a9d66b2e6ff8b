/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Asks a camera for its unit and its intrinsics.
 *
 * A control request may block in the kernel for as long as the kernel likes, so
 * a thread asks, on a file descriptor of its own. Who waits for it goes after
 * two seconds with what has been answered so far, and leaves the thread to end
 * when the kernel lets it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera/calibration.h"

#include <errno.h>
#include <linux/usb/video.h>
#include <linux/uvcvideo.h>
#include <string.h>

#include "camera/v4l2calls.h"
#include "realsense/realsense.h"

GST_DEBUG_CATEGORY_EXTERN (gst_depth_v4l2_src_debug);
#define GST_CAT_DEFAULT gst_depth_v4l2_src_debug

#define TIME_LIMIT (2 * G_TIME_SPAN_SECOND)

#define NO_ANSWER "the camera has not answered within two seconds"

typedef struct
{
  RealsenseOpcode opcode;
  guint32 parameter;
} Question;

/* In the order that they are asked in: what newer firmware says of intrinsics
 * comes first, as in the maker's library. */
enum
{
  INTRINSICS_LIST,
  INTRINSICS_TABLE,
  ADVANCED_MODE,
  DEPTH_TABLE,
  N_QUESTIONS
};

static const Question questions[N_QUESTIONS] = {
  [INTRINSICS_LIST] = {REALSENSE_GET_INTRINSICS, 0},
  [INTRINSICS_TABLE] = {REALSENSE_GET_TABLE, REALSENSE_COEFFICIENTS},
  [ADVANCED_MODE] = {REALSENSE_ADVANCED_MODE, 0},
  [DEPTH_TABLE] = {REALSENSE_GET_ADVANCED, REALSENSE_DEPTH_TABLE},
};

typedef struct
{
  gboolean answered;
  gint number;                  /* error number of the request, 0 = none */
  guint8 message[REALSENSE_MESSAGE_SIZE];
} Answer;

/* Shared by the thread that asks and the one that waits. */
typedef struct
{
  gint references;
  gchar *path;

  GMutex lock;                  /* of all that follows */
  GCond changed;
  gboolean done;
  Answer answers[N_QUESTIONS];
} Interview;

struct _Calibration
{
  const CameraFamily *family;
  Answer answers[N_QUESTIONS];
};

static void
interview_unref (Interview * interview)
{
  if (!g_atomic_int_dec_and_test (&interview->references))
    return;
  g_mutex_clear (&interview->lock);
  g_cond_clear (&interview->changed);
  g_free (interview->path);
  g_free (interview);
}

static gint
query (gint fd, guint8 kind, guint8 * message)
{
  struct uvc_xu_control_query request = {
    .unit = REALSENSE_UNIT_ID,.selector = REALSENSE_SELECTOR,.query = kind,
    .size = REALSENSE_MESSAGE_SIZE,.data = message
  };

  return v4l2_calls->ioctl (fd, UVCIOC_CTRL_QUERY, &request) < 0 ? errno : 0;
}

static void
ask (gint fd, const Question * question, Answer * answer)
{
  realsense_command (answer->message, question->opcode, question->parameter);
  answer->number = query (fd, UVC_SET_CUR, answer->message);
  if (answer->number == 0)
    answer->number = query (fd, UVC_GET_CUR, answer->message);
  answer->answered = TRUE;
}

static gpointer
interview_thread (gpointer data)
{
  Interview *interview = data;
  gint fd = v4l2_calls->open (interview->path), number = errno;

  for (guint i = 0; i < N_QUESTIONS; i++) {
    Answer answer = {.answered = TRUE,.number = number };

    if (fd >= 0)
      ask (fd, &questions[i], &answer);
    g_mutex_lock (&interview->lock);
    interview->answers[i] = answer;
    g_mutex_unlock (&interview->lock);
  }
  if (fd >= 0)
    v4l2_calls->close (fd);
  g_mutex_lock (&interview->lock);
  interview->done = TRUE;
  g_cond_signal (&interview->changed);
  g_mutex_unlock (&interview->lock);
  interview_unref (interview);
  return NULL;
}

static void
hold_interview (const gchar * path, Answer * answers)
{
  Interview *interview = g_new0 (Interview, 1);
  gint64 end = g_get_monotonic_time () + TIME_LIMIT;

  interview->references = 2;
  interview->path = g_strdup (path);
  g_mutex_init (&interview->lock);
  g_cond_init (&interview->changed);
  g_thread_unref (g_thread_new ("depth-calibration", interview_thread,
          interview));

  g_mutex_lock (&interview->lock);
  while (!interview->done && g_cond_wait_until (&interview->changed,
          &interview->lock, end));
  memcpy (answers, interview->answers, sizeof interview->answers);
  g_mutex_unlock (&interview->lock);
  interview_unref (interview);
}

Calibration *
calibration_read (V4l2Device * device)
{
  Calibration *calibration = g_new0 (Calibration, 1);

  calibration->family = device->family;
  if (device->family != NULL
      && device->family->says == CAMERA_SAYS_BY_REALSENSE_UNIT)
    hold_interview (device->path, calibration->answers);
  return calibration;
}

void
calibration_free (Calibration * calibration)
{
  g_free (calibration);
}

static gboolean
can_ask (const Calibration * calibration)
{
  return calibration->family != NULL
      && calibration->family->says == CAMERA_SAYS_BY_REALSENSE_UNIT;
}

/* The data of an answer, or why there are none. */
static gboolean
answer_data (const Calibration * calibration, guint which,
    const guint8 ** data, gsize * size, const gchar ** problem)
{
  const Answer *answer = &calibration->answers[which];

  if (answer->answered && answer->number == 0)
    return realsense_answer (answer->message, questions[which].opcode, data,
        size, problem);
  *problem = answer->answered ? g_strerror (answer->number) : NO_ANSWER;
  return FALSE;
}

/* Without the advanced mode the unit is what the family has, and the maker's
 * library does not ask either (d400-device.cpp). */
static gboolean
advanced_mode (const Calibration * calibration, const gchar ** problem)
{
  const guint8 *data;
  gsize size;

  if (!answer_data (calibration, ADVANCED_MODE, &data, &size, problem))
    return FALSE;
  *problem = NULL;
  return size > 0 && data[0] != 0;
}

static gboolean
said_unit (const Calibration * calibration, guint32 * micrometres,
    const gchar ** problem)
{
  const guint8 *data;
  gsize size;

  return advanced_mode (calibration, problem)
      && answer_data (calibration, DEPTH_TABLE, &data, &size, problem)
      && realsense_depth_unit (data, size, micrometres, problem);
}

gdouble
calibration_meter (const Calibration * calibration, gchar ** problem)
{
  const gchar *why = NULL;
  guint32 micrometres;

  *problem = NULL;
  if (can_ask (calibration)) {
    if (said_unit (calibration, &micrometres, &why))
      return 1e6 / micrometres;
    *problem = g_strdup (why);
  }
  return calibration->family != NULL ? calibration->family->meter : 0;
}

gboolean
calibration_range (const Calibration * calibration, gdouble * near_m,
    gdouble * far_m)
{
  if (calibration->family == NULL || calibration->family->far_m == 0)
    return FALSE;
  *near_m = calibration->family->near_m;
  *far_m = calibration->family->far_m;
  return TRUE;
}

static gboolean
said_intrinsics (const Calibration * calibration, guint width, guint height,
    RealsenseIntrinsics * lens, const gchar ** problem)
{
  const guint8 *data;
  gsize size;

  if (answer_data (calibration, INTRINSICS_LIST, &data, &size, problem)
      && realsense_listed_intrinsics (data, size, width, height, lens, problem))
    return TRUE;
  GST_DEBUG ("intrinsics by size: %s", *problem);
  return answer_data (calibration, INTRINSICS_TABLE, &data, &size, problem)
      && realsense_table_intrinsics (data, size, width, height, lens, problem);
}

gboolean
calibration_pinhole (const Calibration * calibration, guint width,
    guint height, GstPinholeInfo * info, gchar ** problem)
{
  RealsenseIntrinsics lens;
  const gchar *why = NULL;

  *problem = NULL;
  if (!can_ask (calibration))
    return FALSE;
  if (!said_intrinsics (calibration, width, height, &lens, &why)) {
    *problem = g_strdup (why);
    return FALSE;
  }
  info->fx = lens.fx;
  info->fy = lens.fy;
  info->cx = lens.cx;
  info->cy = lens.cy;
  info->width = width;
  info->height = height;
  return TRUE;
}
