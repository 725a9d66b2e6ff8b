# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""All frames of a recording, read by the official SDK: chunk by chunk ("stream", or "store" by the index), or as rows
("dataframe", by the catalog server in this process). Prints what rrd-read.c prints.

Arguments: recording, way, entity path.
"""
import resource
import sys
import time

import rerun as rr

COMPONENT = "EncodedDepthImage:blob"


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024


def blobs(batch, name):
    """Frames and bytes of a column of lists of lists of bytes, without a copy."""
    if name not in batch.schema.names:
        return 0, 0
    frames = batch.column(name).flatten()
    return len(frames) - frames.null_count, len(frames.flatten())


def batches(path, way, entity):
    if way == "dataframe":
        server = rr.server.Server(host="127.0.0.1", datasets={"bench": [path]})
        client = server.client()  # has to live as long as the rows
        rows = client.get_dataset("bench").filter_contents([entity]).reader(index="frame")
        for batch in rows.to_arrow_table().to_batches():
            yield batch, f"{entity}:{COMPONENT}"
        server.shutdown()
        return
    reader = rr.chunk.RrdReader(path)
    chunks = reader.stream() if way == "stream" else reader.store().stream()
    for chunk in chunks:
        yield chunk.to_record_batch(), COMPONENT


def main(path, way, entity):
    cpu, start, frames, size = cpu_seconds(), time.monotonic(), 0, 0
    for batch, name in batches(path, way, entity):
        more = blobs(batch, name)
        frames, size = frames + more[0], size + more[1]
    cpu = cpu_seconds() - cpu
    print(f"{cpu * 1e6 / frames:.2f} {peak():.1f} {frames} {size} {time.monotonic() - start:.3f}")


main(*sys.argv[1:])
