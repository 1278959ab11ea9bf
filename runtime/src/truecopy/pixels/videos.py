"""Video files, told by their first bytes: no frame is taken from one unasked, and nothing else is opened as one."""

from __future__ import annotations

from truecopy.errors import Unsupported

HEAD = 512  # bytes that are looked at

# ISO 23008-12, ISO 23000-22: pictures in the container of MP4.
_PICTURE_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"avif")
_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")  # QuickTime files of before `ftyp`
_MATROSKA = b"\x1aE\xdf\xa3"  # EBML: .mkv, .webm
_MPEG = (b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3")  # program stream, video stream
_PACKET, _SYNC = 188, 0x47  # MPEG transport stream


def is_video(head: bytes) -> bool:
    """The first `HEAD` bytes of a file begin MP4, QuickTime, AVI, Matroska, WebM or MPEG."""
    if head[4:8] == b"ftyp":
        return head[8:12] not in _PICTURE_BRANDS
    if head[:4] == b"RIFF":
        return head[8:12] == b"AVI "
    if len(head) > _PACKET and head[0] == head[_PACKET] == _SYNC:
        return True
    return head[4:8] in _BOXES or head.startswith((_MATROSKA, *_MPEG))


def refuse_video(head: bytes, name: str) -> None:
    """Where one picture is expected, a video would be many.

    Raises:
        Unsupported: `head` begins a video.
    """
    if is_video(head):
        raise Unsupported(
            "this is a video, not one picture",
            where=name,
            fix="`truecopy predict MODEL clip.mp4 --every 10` answers its frames; in Python read them with cv2.VideoCapture "
            'and pass them as they are: model(frame, color="BGR")',
        )
