"""Structured logs: one JSON line an event, and only keys on the list below, which hold no data about people."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED_KEYS = frozenset(
    {
        "event", "level", "timestamp", "service", "process", "request_id", "correlation_id", "method", "route",
        "status", "duration_ms", "organisation_id", "principal_id", "link_id", "message_id", "type", "number",
        "result", "http_status", "attempts", "problem", "error", "sqlstate", "where", "count", "seconds", "address",
        "schedule", "clock_skew_seconds",
    }
)  # fmt: skip


def keep_allowed_keys(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not on the list: what nobody thought of must not reach a log."""
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS}


def configure_logging(service: str, process: str) -> None:
    """Send JSON lines to standard error; library logs join them from WARNING up, without their arguments."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _names(service, process),
            keep_allowed_keys,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, format="", handlers=[_LibraryHandler()], force=True)


class _LibraryHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        # A library's message may hold anything; its logger's name, level and exception class tell enough.
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        structlog.get_logger(record.name).warning("library_log", where=record.name, error=error)


def _names(service: str, process: str) -> Any:
    def add(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"], event["process"] = service, process
        return event

    return add


def where_raised(error: BaseException) -> str:
    """Name the line that raised an error, without its words: those may hold data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno} {code.co_name}"
