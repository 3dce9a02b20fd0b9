import contextlib
import time
from collections.abc import Iterator

from rich.console import Console


@contextlib.contextmanager
def step(console: Console, text: str) -> Iterator[None]:
    """Show that `text` is being done (a spinner on a terminal only), and a plain line once it is."""
    began = time.monotonic()
    with console.status(text, spinner="line") if console.is_terminal else contextlib.nullcontext():
        yield
    console.print(f"  {text}: done in {time.monotonic() - began:.1f} s", highlight=False)
