"""What a picture file says beside its pixels."""

from dataclasses import dataclass, replace

from gifnet.imaging.metadata.directories import Entry
from gifnet.imaging.metadata.exif import settle_exif
from gifnet.imaging.metadata.xmp import settle_xmp

GEO_TAGS = frozenset({33550, 33920, 33922, 34264, 34735, 34736, 34737, 42112, 50844})
"""Of GeoTIFF and GDAL: pixel scale, tie points, transformation, keys and their parameters, GDAL's
metadata and rational polynomials. GDAL's nodata value is held apart."""

NODATA_TAG = 42113


@dataclass(frozen=True)
class Metadata:
    """What a picture file says beside its pixels; what it does not say is None or empty.

    Attributes:
        exif: begins with a TIFF header; its orientation is the file's until ``settled``.
        xmp: the packet.
        icc: the colour profile.
        iptc: captions and keywords as news agencies write them (IIM).
        dpi: pixels an inch, across and down.
        geo: the tags of ``GEO_TAGS`` that a TIFF file has: where on the ground the picture lies.
        nodata: the value of pixels that are not known, as the file tells it.
        chunks: of a PNG file: its own colour description and its texts, as type and content.
    """

    exif: bytes | None = None
    xmp: bytes | None = None
    icc: bytes | None = None
    iptc: bytes | None = None
    dpi: tuple[float, float] | None = None
    geo: tuple[Entry, ...] = ()
    nodata: float | None = None
    chunks: tuple[tuple[bytes, bytes], ...] = ()

    def settled(self, *, width: int, height: int, orientation: int) -> "Metadata":
        """Make it true for upright pixels.

        Args:
            width: of the upright picture, in pixels.
            height: likewise.
            orientation: how the pixels were turned; if they were, the place on the ground is lost.

        Returns:
            With orientation 1 and the new size, without a thumbnail; damaged EXIF is left out.
        """
        return replace(
            self,
            exif=settle_exif(self.exif, width=width, height=height) if self.exif else None,
            xmp=settle_xmp(self.xmp, width=width, height=height) if self.xmp else None,
            dpi=self.dpi[::-1] if self.dpi and orientation >= 5 else self.dpi,
            geo=() if orientation > 1 else self.geo,
        )
