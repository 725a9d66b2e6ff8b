/* SPDX-FileCopyrightText: the gst-rvldepth authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of camera families. A new family is a row.
 *
 * RealSense products and units: realsenseai/librealsense,
 * src/ds/d400/d400-private.h and d400-device.cpp (1 mm, 0.1 mm of the D405).
 * Orbbec products: orbbec/OrbbecSDK_v2,
 * src/shared/environment/DeviceInfoConfig.xml; their unit is 1 mm until somebody
 * changes it. Useful depth: what the makers call the ideal range. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "camera/cameras.h"

#define INTEL 0x8086
#define ORBBEC 0x2bc5

#define D400(first, last, name, meter, near_m, far_m) \
  {INTEL, first, last, name, meter, near_m, far_m, \
      CAMERA_SAYS_BY_REALSENSE_UNIT, TRUE}
#define GEMINI_330(first, last) \
  {ORBBEC, first, last, "Orbbec Gemini 330", 1000, 0, 0, \
      CAMERA_SAYS_NOTHING, TRUE}

static const CameraFamily families[] = {
  D400 (0x0b07, 0x0b07, "RealSense D435", 1000, 0.3, 3),
  D400 (0x0b3a, 0x0b3a, "RealSense D435i", 1000, 0.3, 3),
  D400 (0x0ad3, 0x0ad3, "RealSense D415", 1000, 0.5, 3),
  D400 (0x0b5c, 0x0b5c, "RealSense D455", 1000, 0.6, 6),
  D400 (0x0b5b, 0x0b5b, "RealSense D405", 10000, 0.07, 0.5),
  D400 (0x0ad1, 0x0ad6, "RealSense D400", 1000, 0, 0),
  D400 (0x0af6, 0x0af6, "RealSense D420", 1000, 0, 0),
  D400 (0x0afe, 0x0b01, "RealSense D400", 1000, 0, 0),
  D400 (0x0b03, 0x0b03, "RealSense D460", 1000, 0, 0),
  D400 (0x0b0c, 0x0b0c, "RealSense D400", 1000, 0, 0),
  D400 (0x0b49, 0x0b49, "RealSense D416", 1000, 0, 0),
  D400 (0x0b4b, 0x0b4b, "RealSense D430i", 1000, 0, 0),
  D400 (0x0b52, 0x0b52, "RealSense D416", 1000, 0, 0),
  D400 (0x1155, 0x1155, "RealSense D421", 1000, 0, 0),
  D400 (0x1156, 0x1156, "RealSense D436", 1000, 0, 0),
  {INTEL, 0x0b64, 0x0b64, "RealSense L515", 4000, 0, 0,
      CAMERA_SAYS_NOTHING, TRUE},
  GEMINI_330 (0x0800, 0x0807),
  GEMINI_330 (0x080b, 0x080d),
  GEMINI_330 (0x0818, 0x0818),
};

const CameraFamily *
camera_family_find (guint16 vendor, guint16 product)
{
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++) {
    const CameraFamily *family = &families[i];

    if (family->vendor == vendor && product >= family->first
        && product <= family->last)
      return family;
  }
  return NULL;
}
