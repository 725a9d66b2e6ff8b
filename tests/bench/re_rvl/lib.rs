// SPDX-FileCopyrightText: the gst-rvldepth authors
// SPDX-License-Identifier: LGPL-2.1-or-later
use std::hint::black_box;

/// Decodes a blob as Rerun does, to depth in 32-bit floats, and drops the result.
///
/// # Safety
/// `data` points to `size` bytes.
#[no_mangle]
pub unsafe extern "C" fn re_rvl_decode(data: *const u8, size: usize, pixels: usize) -> bool {
    let data = std::slice::from_raw_parts(data, size);
    let Ok(metadata) = re_rvl::RosRvlMetadata::parse(data) else {
        return false;
    };
    match re_rvl::decode_rvl_with_quantization(data, &metadata) {
        Ok(depth) => black_box(depth).len() == pixels,
        Err(_) => false,
    }
}
