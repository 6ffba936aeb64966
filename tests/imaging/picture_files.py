"""Picture files written and read by other libraries, and what a file can say beside its pixels."""

import struct
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import numpy as np
import rasterio
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageCms

from gifnet.imaging.arrays import Picture
from gifnet.imaging.reading.exr import require_openexr

Array = NDArray[Any]
DTYPES = {"8": "uint8", "16": "uint16", "32f": "float32"}
LAYOUTS = {"grey": 1, "grey + alpha": 2, "RGB": 3, "RGBA": 4}
SUFFIXES = {
    "PNG": ".png",
    "JPEG": ".jpg",
    "TIFF": ".tif",
    "BMP": ".bmp",
    "WEBP": ".webp",
    "EXR": ".exr",
}
XMP = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta '
    b'xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="1">'
    b"<dc:creator><rdf:Seq><rdf:li>Zo\xc3\xab</rdf:li></rdf:Seq></dc:creator></rdf:Description>"
    b'</rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
)


def quiet() -> Any:
    """GDAL warns of pictures without a place on the ground."""
    return warnings.catch_warnings(action="ignore")


def make_array(dtype: str, bands: int, *, smooth: bool = False) -> Array:
    """(H, W, bands): random, or a gradient that JPEG holds well; alpha is never 0."""
    shape = (24, 31, bands)
    values = np.random.default_rng(bands).random(shape)
    if smooth:
        rows, columns = np.mgrid[0:24, 0:31]
        values = np.stack([(rows + (band + 1) * columns) / 120 for band in range(bands)], axis=-1)
    if bands in {2, 4}:
        values[..., -1] = np.round(values[..., -1] * 0.9 + 0.1, 1)
    if dtype == "float32":
        return values.astype(np.float32)
    return (values * np.iinfo(dtype).max).round().astype(dtype)


def split(array: Array) -> tuple[Picture, Picture | None]:
    """Pixels and alpha of an array of 1 to 4 bands."""
    bands = array.shape[2]
    alpha = array[..., -1].copy() if bands in {2, 4} else None
    return (array[..., 0].copy() if bands < 3 else array[..., :3].copy()), alpha


def write_by_other(path: Path, format_name: str, array: Array, **profile: Any) -> None:
    """Write by a library that gifnet does not read this format with."""
    if format_name in {"PNG", "TIFF"}:
        height, width, bands = array.shape
        photometric = {"photometric": "RGB"} if format_name == "TIFF" and bands > 2 else {}
        alpha = (
            {"alpha": "UNSPECIFIED" if bands in {1, 3} else "YES"} if format_name == "TIFF" else {}
        )
        with (
            quiet(),
            rasterio.open(
                path,
                "w",
                driver="PNG" if format_name == "PNG" else "GTiff",
                width=width,
                height=height,
                count=bands,
                dtype=array.dtype,
                **photometric,
                **alpha,
                **profile,
            ) as file,
        ):
            file.write(np.moveaxis(array, 2, 0))
    elif format_name == "EXR":
        library = require_openexr(path)
        names = ["Y", "A"] if array.shape[2] < 3 else ["R", "G", "B", "A"]
        planes = {name: array[..., band] for band, name in enumerate(names[: array.shape[2]])}
        if "A" in planes:
            planes = {n: p * planes["A"] if n != "A" else p for n, p in planes.items()}
        channels = {name: np.ascontiguousarray(plane) for name, plane in planes.items()}
        with library.File({"compression": library.PIZ_COMPRESSION}, channels) as file:
            file.write(str(path))
    else:
        options = {"WEBP": [cv2.IMWRITE_WEBP_QUALITY, 101], "JPEG": [cv2.IMWRITE_JPEG_QUALITY, 97]}
        order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[array.shape[2]]
        assert cv2.imwrite(
            str(path), np.ascontiguousarray(array[..., order]), options.get(format_name, [])
        )


def read_by_other(path: Path, format_name: str) -> Array:
    """Read by a library that gifnet does not write this format with; (H, W, bands)."""
    if format_name in {"PNG", "TIFF"}:
        with quiet(), rasterio.open(path) as file:
            return np.moveaxis(np.asarray(file.read()), 0, 2)
    if format_name == "EXR":
        library = require_openexr(path)
        with library.File(str(path), separate_channels=True) as file:
            channels = {name: channel.pixels for name, channel in file.channels().items()}
        names = [name for name in ("Y", "R", "G", "B", "A") if name in channels]
        planes = [
            channels[n] / channels["A"] if n != "A" and "A" in channels else channels[n]
            for n in names
        ]
        return np.stack(planes, axis=-1)
    if format_name == "WEBP":
        return np.asarray(imagecodecs.webp_decode(path.read_bytes()))
    array = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    return array[..., None] if array.ndim == 2 else array[..., ::-1]


def make_exif(*, orientation: int = 1, order: str = "<", thumbnail: bool = False) -> bytes:
    """EXIF with a maker's note, GPS and, if wanted, a thumbnail; written by Pillow."""
    exif = PillowImage.Exif()
    exif.endian = order
    exif[0x010F], exif[0x0110], exif[0x013B] = "Maker", "Model 1", "Ada"
    exif[0x0131], exif[0x8298] = "Camera 2.0", "(c) Ada"
    exif[0x0112] = orientation
    inner = exif.get_ifd(0x8769)
    inner[0x829A], inner[0x9003], inner[0x8827] = 0.004, "2024:05:06 07:08:09", 400
    inner[0x927C] = b"MAKERNOTE" + bytes(range(40))
    inner[0xA002], inner[0xA003] = 31, 24
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (52.0, 31.0, 12.5)
    content = exif.tobytes().removeprefix(b"Exif\0\0")
    return _with_thumbnail(content) if thumbnail else content


def make_icc(*, gamma: float = 2.2, red: tuple[float, float] = (0.64, 0.33)) -> bytes:
    """A profile of RGB by a matrix and gammas, version 2, with primaries of one's own."""
    green, blue = (0.21, 0.71), (0.15, 0.06)
    columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in (red, green, blue)]).T
    white = np.array([0.9642, 1.0, 0.8249])
    columns *= np.linalg.solve(columns, white)
    curve = b"curv" + struct.pack(">LLHH", 0, 1, round(gamma * 256), 0)
    xyz = [b"XYZ " + struct.pack(">L3l", 0, *np.rint(c * 65536).astype(int)) for c in columns.T]
    text = b"desc" + struct.pack(">LL", 0, 5) + b"Test\0" + bytes(78)
    tags = {
        b"desc": text,
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": b"XYZ " + struct.pack(">L3l", 0, *np.rint(white * 65536).astype(int)),
    }
    tags |= dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), xyz, strict=True))
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, data = struct.pack(">L", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">LL", start + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    header = struct.pack(">LLL4s4s4s", start + len(data), 0, 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    header += struct.pack(">3l", *np.rint(white * 65536).astype(int)) + bytes(48)
    profile = header + table + data
    ImageCms.getOpenProfile(BytesIO(profile))  # Little CMS takes it
    return profile


def exif_by_pillow(path: Path) -> dict[str, Any]:
    """What Pillow reads of EXIF: the fields of the first directory, EXIF's and GPS's."""
    with PillowImage.open(path) as picture:
        exif = picture.getexif()
        return {
            "first": dict(exif),
            "exif": dict(exif.get_ifd(0x8769)),
            "gps": dict(exif.get_ifd(0x8825)),
        }


def _with_thumbnail(exif: bytes) -> bytes:
    """Append a second directory with a small JPEG, as cameras do."""
    code = "<" if exif[:2] == b"II" else ">"
    first = struct.unpack_from(f"{code}L", exif, 4)[0]
    pointer = first + 2 + 12 * struct.unpack_from(f"{code}H", exif, first)[0]
    small = BytesIO()
    PillowImage.new("RGB", (8, 8), "red").save(small, "JPEG")
    place = len(exif) + len(exif) % 2
    start = place + 2 + 24 + 4
    second = struct.pack(f"{code}H", 2)
    second += struct.pack(f"{code}HHLL", 513, 4, 1, start)
    second += struct.pack(f"{code}HHLL", 514, 4, 1, len(small.getvalue()))
    second += struct.pack(f"{code}L", 0)
    changed = bytearray(exif + bytes(len(exif) % 2))
    struct.pack_into(f"{code}L", changed, pointer, place)
    return bytes(changed) + second + small.getvalue()
