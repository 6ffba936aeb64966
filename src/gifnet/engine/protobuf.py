"""Messages of Protocol Buffers as bytes: the little of it that ONNX models need."""

from collections.abc import Iterator

_NUMBER, _BYTES = 0, 2
"""Wire types."""


def field(number: int, content: bytes) -> bytes:
    """Serialise a field of bytes, a text or a message: number and wire type, length, content."""
    return varint(number << 3 | _BYTES) + varint(len(content)) + content


def number_field(number: int, value: int) -> bytes:
    """Serialise a field that is a whole number, 0 or more."""
    return varint(number << 3 | _NUMBER) + varint(value)


def varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first, the top bit set on all but the last."""
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    data.append(value)
    return bytes(data)


def joined(message: bytes, number: int) -> bytes:
    """Put all parts of a field together, which a message may have in several.

    Protocol Buffers define such parts as one message, their merge, but not every reader merges
    them: those in JavaScript keep the last part only.

    Args:
        message: of fields that are whole numbers or bytes.
        number: of a field that is a message.

    Returns:
        The same message, with the field once, at its end.
    """
    others, parts = [], []
    for found, start, content, end in _fields(message):
        if found == number:
            parts.append(message[content:end])
        else:
            others.append(message[start:end])
    return b"".join(others) + field(number, b"".join(parts))


def _fields(message: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Number, start, start of the content, and end of each field."""
    end = 0
    while end < len(message):
        start = end
        key, end = _read_varint(message, start)
        length, content = _read_varint(message, end)
        if key & 7 == _NUMBER:
            content, length = end, content - end
        elif key & 7 != _BYTES:
            raise ValueError(f"expected a field of wire type 0 or 2, got {key & 7}")
        end = content + length
        yield key >> 3, start, content, end


def _read_varint(data: bytes, start: int) -> tuple[int, int]:
    """The number, and where what follows it starts."""
    value, shift = 0, 0
    while True:
        value |= (data[start] & 0x7F) << shift
        start += 1
        if data[start - 1] <= 0x7F:
            return value, start
        shift += 7
