/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/*
 * A Rerun server for tests, on a free port of 127.0.0.1, one connection at a time:
 * takes the messages of WriteMessages, and misbehaves as it is told.
 */
typedef struct _RerunServer RerunServer;

typedef enum
{
  SERVER_GOOD,
  /* from the first byte on */
  SERVER_CLOSES,                /* takes connections and closes them */
  SERVER_SILENT,                /* takes connections and says nothing */
  SERVER_HTTP1,                 /* answers in HTTP/1.1 */
  SERVER_GARBAGE,               /* answers with noise */
  SERVER_DRIPS_TLS,             /* begins a record of TLS, a byte each tenth of a second */
  SERVER_DRIPS,                 /* greets, then begins a frame that nobody knows, a byte
                                 * each tenth of a second, and reads nothing */
  SERVER_TAKES_NOTHING,         /* takes no data, but answers pings */
  SERVER_NOT_FOUND,             /* answers with HTTP status 404 */
  SERVER_REFUSES,               /* answers with a gRPC status */
  /* after some messages */
  SERVER_RESETS,                /* resets the connection within a message */
  SERVER_RESETS_CALL,           /* resets the stream */
  SERVER_GOES_AWAY,             /* sends GOAWAY with an error and words */
  SERVER_GOES_AWAY_MUTE,        /* sends GOAWAY with an error and no words */
  SERVER_LEAVES,                /* as gRPC servers do at an orderly shutdown: says that
                                 * it takes no new calls, and ends when this one has;
                                 * from then on, is good */
  SERVER_ENDS,                  /* answers OK, and closes the stream */
  SERVER_STOPS_READING,         /* reads no more: not even pings */
  SERVER_WINDOW_ZERO,           /* takes no more data, but answers pings */
  SERVER_PUSHES,                /* pushes a reply that is none to the call, and that nobody
                                 * wants */
  /* takes all, answers no ping, and never replies */
  SERVER_ANSWERS_OTHERS,        /* answers pings that were not sent */
  SERVER_PUSHES_END,            /* pushes a reply when the call ends */
  /* at the end */
  SERVER_NEVER_REPLIES,
} ServerBehaviour;

typedef struct
{
  ServerBehaviour behaviour;
  guint after;                  /* messages until it happens */
  gint status;                  /* gRPC's */
  GTlsCertificate *certificate; /* NULL: no TLS */
  guint32 window;               /* bytes that a client may send ahead, 0: 64 kB */
  guint port;                   /* 0: any */
} ServerOptions;

RerunServer *rerun_server_new (const ServerOptions * options);

/* Ends connections with a reset, as a killed server's would. */
void rerun_server_free (RerunServer * self);

guint rerun_server_get_port (RerunServer * self);
gchar *rerun_server_get_uri (RerunServer * self);

/* From now on. */
void rerun_server_set_behaviour (RerunServer * self, ServerBehaviour behaviour);

/* Connections so far. */
guint rerun_server_get_connections (RerunServer * self);

/* Calls that were ended properly, so far. */
guint rerun_server_get_ended (RerunServer * self);

/* Waits for @n messages, as long as it takes. Returns how many there are. */
guint rerun_server_wait_messages (RerunServer * self, guint n);

/* Waits for @n connections. */
void rerun_server_wait_connections (RerunServer * self, guint n);

/* Messages so far that have a picture. */
guint rerun_server_count_frames (RerunServer * self);

/* The message with picture @i. */
GBytes *rerun_server_get_frame (RerunServer * self, guint i);

/* The bytes of message @i: WriteMessagesRequest, without gRPC's 5 bytes. */
GBytes *rerun_server_get_message (RerunServer * self, guint i);
