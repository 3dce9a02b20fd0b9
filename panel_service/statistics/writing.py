"""The table as a file of comma-separated values (RFC 4180)."""

import csv
import io
from collections.abc import Iterable

from fastapi import Response

from panel_service.statistics.table import StatisticsRow


def as_csv(rows: Iterable[StatisticsRow], name: str) -> Response:
    """Give rows as a file, the columns in the published order."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=list(StatisticsRow.model_fields))
    writer.writeheader()
    writer.writerows(row.model_dump() for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(buffer.getvalue(), media_type="text/csv; charset=utf-8; header=present", headers=headers)
