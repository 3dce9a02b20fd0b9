from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """Give a UUIDv7 (RFC 9562): its order is the order of making, to the millisecond.

    Made here rather than by the database because PostgreSQL before 18 cannot.
    """
    return uuid_utils.compat.uuid7()
