/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A certificate of 127.0.0.1, signed by itself, and its key, for tests alone:
 *   openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes
 *     -days 36500 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 */
#define TEST_CERTIFICATE \
  "-----BEGIN CERTIFICATE-----\n" \
  "MIIBjzCCATagAwIBAgIUMkuSsSx0g8jHNXcNQ4uX/cqUSw4wCgYIKoZIzj0EAwIw\n" \
  "FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMjE1NDcyMVoYDzIxMjYxMDI5\n" \
  "MTU0NzIxWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO\n" \
  "PQMBBwNCAAS5HflGopDtrZhiDmSVEexsQM5gATW5Q+EhqyDAkX+lkAE0yFaAItkU\n" \
  "Osp38QoCZFjZaBhiYKaUMQawpm9iY5GJo2QwYjAdBgNVHQ4EFgQUiUVLycbKqWVB\n" \
  "bZxU/WUiAIuxulowHwYDVR0jBBgwFoAUiUVLycbKqWVBbZxU/WUiAIuxulowDwYD\n" \
  "VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cAMEQC\n" \
  "IHBKmeYYQ29wk94QL53oe5cuk9bS/ke1hVGFoJhdISMZAiBwwLh/Y3pCRAtQSaAi\n" \
  "dYX9clKTkv3BR3GmHmRsCtD8Qw==\n" \
  "-----END CERTIFICATE-----\n" \
  "-----BEGIN PRIVATE KEY-----\n" \
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgEufw3XDnOXi4xPsu\n" \
  "XrjQMR38rqH6LqCuihKDZWXGFhuhRANCAAS5HflGopDtrZhiDmSVEexsQM5gATW5\n" \
  "Q+EhqyDAkX+lkAE0yFaAItkUOsp38QoCZFjZaBhiYKaUMQawpm9iY5GJ\n" \
  "-----END PRIVATE KEY-----\n"
