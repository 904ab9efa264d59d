# SPDX-License-Identifier: GPL-2.0
"""Make a bzImage whose kernel has another compression, as distributions do.

Only the parts that a hypervisor reads stay valid: the header and the payload.
"""
import gzip
import struct
import subprocess

# As the kernel's build calls them; the unpacked size follows their output
METHODS = {
    "xz": ["xz", "--check=crc32", "--x86", "--lzma2=dict=32MiB", "-1"],
    "zstd": ["zstd", "-q", "-3"],
    "lz4": ["lz4", "-q", "-l", "-1"],
    # weaker levels store incompressible blocks as they are, which libxenguest refuses
    "lzo": ["lzop", "-q", "-9"],
    "lzma": ["xz", "--format=lzma", "-1"],
    "bzip2": ["bzip2", "-1"],
}
SETUP_SECTORS, PAYLOAD = 0x1f1, 0x248


def repack(source, method, target):
    data = bytearray(source.read_bytes())
    offset, length = struct.unpack_from("<II", data, PAYLOAD)
    begin = (data[SETUP_SECTORS] + 1) * 512 + offset
    kernel = gzip.decompress(data[begin:begin + length])
    packed = subprocess.run([*METHODS[method], "-c"], input=kernel,
                            stdout=subprocess.PIPE, check=True).stdout
    packed += struct.pack("<I", len(kernel))
    struct.pack_into("<I", data, PAYLOAD + 4, len(packed))
    target.write_bytes(data[:begin] + packed)
    return target
