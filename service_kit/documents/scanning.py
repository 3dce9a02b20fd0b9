"""Asking a scanner of the operator's about a file: a command that ends with 0 for clean and 1 for refused."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from service_kit.documents.models import ScanState
from service_kit.problems import ApiProblem, unavailable

REFUSED = 1


async def scan(command: Sequence[str], path: Path, seconds: float) -> ScanState:
    """Run the command with the file's path as its last argument; without a command nothing is scanned.

    Raises 422 ``document-refused``, and 503 where the scanner gave no answer: what it has not cleared is not kept.
    """
    if not command:
        return ScanState.NOT_SCANNED
    code = await _run([*command, str(path)], seconds)
    if code == REFUSED:
        raise ApiProblem("document-refused", "The scanner of this service refused the document.")
    if code != 0:
        raise unavailable()
    return ScanState.CLEAN


async def _run(command: Sequence[str], seconds: float) -> int | None:
    # No shell, nothing read from it: what a scanner says may repeat what the file holds.
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(seconds):
            return await process.wait()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
