"""XMP packets: made true for upright pixels, and told where the picture comes from.

A packet is changed as text, where something has to change, and stays as it is elsewhere: nobody's
own fields are parsed and written anew.
"""

import json
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

NAMESPACE = "https://gifnet.invalid/provenance/1.0/"
"""Ours. The name is reserved (RFC 2606), so it can never be anybody else's."""

_EMPTY = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
    " </rdf:RDF>\n"
    "</x:xmpmeta>\n"
    '<?xpacket end="w"?>'
)
_OURS = re.compile(
    r"\s*<rdf:Description\b(?=[^>]*xmlns:gifnet=)[^>]*>.*?</rdf:Description>", re.DOTALL
)
_ORIENTATION = re.compile(r'(tiff:Orientation\s*=\s*["\']|<tiff:Orientation>\s*)([1-8])')
_THUMBNAILS = re.compile(r"<(xmp|xap):Thumbnails\b.*?</\1:Thumbnails>", re.DOTALL)
_SIZES = (
    (re.compile(r'((?:exif:PixelXDimension|tiff:ImageWidth)(?:\s*=\s*["\']|>))(\d+)'), "width"),
    (re.compile(r'((?:exif:PixelYDimension|tiff:ImageLength)(?:\s*=\s*["\']|>))(\d+)'), "height"),
)


def xmp_orientation(xmp: bytes | None) -> int | None:
    """Say how a picture is to be turned.

    Args:
        xmp: a packet, or None.

    Returns:
        1 to 8, as in EXIF; None if it does not say.
    """
    found = _ORIENTATION.search(_text(xmp) or "") if xmp else None
    return int(found[2]) if found else None


def settle_xmp(xmp: bytes, *, width: int, height: int) -> bytes:
    """Make a packet true for upright pixels: orientation 1, the new size, no thumbnails.

    Args:
        xmp: a packet.
        width: of the picture, in pixels.
        height: likewise.

    Returns:
        The packet; as it is where its encoding is not UTF-8.
    """
    text = _text(xmp)
    if text is None:
        return xmp
    text = _THUMBNAILS.sub("", _ORIENTATION.sub(r"\g<1>1", text))
    for pattern, side in _SIZES:
        text = pattern.sub(rf"\g<1>{width if side == 'width' else height}", text)
    return text.encode("utf-8")


def with_provenance(xmp: bytes | None, provenance: Mapping[str, object]) -> bytes | None:
    """Say in a packet where a picture comes from, in our own namespace.

    Args:
        xmp: the packet that the picture has, or None.
        provenance: what to say: text, or what JSON can hold.

    Returns:
        The packet with our fields beside the others; fields of ours that it had are replaced.
        None if the packet cannot be changed, because it is no XMP in UTF-8.
    """
    text = _EMPTY if xmp is None else _text(xmp)
    if text is None:
        return None
    text = _OURS.sub("", text)
    end = text.rfind("</rdf:RDF>")
    if end < 0:
        return None
    fields = "".join(
        f"   <gifnet:{name}>{escape(_plain(value))}</gifnet:{name}>\n"
        for name, value in provenance.items()
    )
    ours = (
        f'  <rdf:Description rdf:about="" xmlns:gifnet="{NAMESPACE}">\n{fields}'
        "  </rdf:Description>\n "
    )
    return (text[:end].rstrip() + "\n" + ours + text[end:]).encode("utf-8")


def read_provenance(xmp: bytes | None) -> dict[str, str]:
    """Read our fields of a packet.

    Args:
        xmp: a packet, or None.

    Returns:
        Text by name; empty if there is none.
    """
    found = _OURS.search(_text(xmp) or "") if xmp else None
    if not found:
        return {}
    fields = re.findall(r"<gifnet:(\w+)>(.*?)</gifnet:\1>", found[0], re.DOTALL)
    return {
        name: value.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        for name, value in fields
    }


def _plain(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # Characters that XML cannot hold, and halves of characters from odd file names.
    text = text.encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "?", text)


def _text(xmp: bytes | None) -> str | None:
    try:
        return None if xmp is None else xmp.decode("utf-8").rstrip("\0")
    except UnicodeDecodeError:
        return None
