"""What was typed after the model: files, patterns, folders, `-`."""

from __future__ import annotations

import click

from truecopy.jobs.images import STDIN, Found, find_images, is_named_video
from truecopy.jobs.standard_input import PIPED_VIDEO, is_piped

from .output import complain, count, note


def check_stdin(inputs: list[str]) -> None:
    """Raises:
    click.UsageError: `-` stands there twice, or nothing is piped in.
    """
    if STDIN not in inputs:
        return
    if inputs.count(STDIN) > 1:
        raise click.UsageError("standard input (-) can be read once: give one -")
    if not is_piped():
        raise click.UsageError(
            "nothing is piped into standard input (-): cat INPUT | truecopy predict MODEL -; "
            "a file that is called so is ./-"
        )


def found_pictures(inputs: list[str], every: int | None) -> Found:
    """Pictures and videos; what was left out of folders is told on stderr.

    Raises:
        click.UsageError: `--every`, and no video.
    """
    found = find_images(inputs)
    if every is not None and not any(map(is_named_video, found.paths)):
        raise click.UsageError(
            f"--every goes with videos, and none is among the inputs{_where_videos(inputs, found)}"
        )
    if found.skipped:
        videos = f", {count(found.videos, 'video')} of them: name them one by one" if found.videos else ""
        note(f"left out of folders, no images by their names: {count(found.skipped, 'file')}{videos}")
    for folder in found.unreadable:
        complain(f"the folder cannot be listed: {folder}")
    return found


def _where_videos(inputs: list[str], found: Found) -> str:
    if STDIN in inputs:
        return f". {PIPED_VIDEO}"
    if found.videos:
        return f": the folders hold {count(found.videos, 'video')}; name them one by one, or by a pattern: folder/*.mp4"
    return ""


def known_total(found: Found) -> int | None:
    """How many answers there will be; nobody knows it of a video, whose header may be wrong."""
    return None if any(map(is_named_video, found.paths)) else len(found.paths)
