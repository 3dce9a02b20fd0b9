"""Who may do what on a table, and which rows of it they see: said once for each table, in the migration that makes it."""

from alembic import context, op

TENANT = "organisation_id = nullif(current_setting('app.organisation_id', true), '')::uuid"


def app_role() -> str:
    """Give the quoted name of the role the API connects as; it exists already (docs/database.md)."""
    return _quoted("app_role")


def worker_role() -> str:
    """Give the quoted name of the role the worker connects as."""
    return _quoted("worker_role")


def grant(table: str, *, app: str = "", worker: str = "") -> None:
    """Grant privileges, such as ``SELECT, INSERT``; what is not granted is refused by the database itself."""
    for role, privileges in ((app_role(), app), (worker_role(), worker)):
        if privileges:
            op.execute(f"GRANT {privileges} ON {table} TO {role}")


def protect(table: str, *, app: str, worker: str, worker_sees_all: bool = False) -> None:
    """Grant privileges and let each transaction see the rows of its own organisation alone.

    ``worker_sees_all`` is for the tables of deliveries and audit: the worker serves every tenant.
    """
    grant(table, app=app, worker=worker)
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY {table}_tenant ON {table} TO {app_role()}, {worker_role()} "
        f"USING ({TENANT}) WITH CHECK ({TENANT})"
    )
    if worker_sees_all:
        op.execute(
            f"CREATE POLICY {table}_worker ON {table} TO {worker_role()} USING (true) WITH CHECK (true)"
        )


def make_link_lookup() -> None:
    """Make the one way to learn a row's tenant before a tenant is known: whose a link is, by the link's id."""
    op.execute("""
        CREATE FUNCTION link_organisation(link uuid) RETURNS uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
        RETURN (SELECT l.organisation_id FROM public.exchange_links l WHERE l.id = link)
    """)
    op.execute("REVOKE ALL ON FUNCTION link_organisation(uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION link_organisation(uuid) TO {app_role()}, {worker_role()}")


def protect_kit_tables() -> None:
    """Protect the tables both services have."""
    # Readiness compares it with the revision that the code expects.
    grant("alembic_version", app="SELECT", worker="SELECT")
    grant("service_state", app="SELECT", worker="SELECT")
    grant("organisations", app="SELECT", worker="SELECT")
    grant("principals", app="SELECT", worker="SELECT")
    grant("credentials", app="SELECT")
    protect(
        "idempotency_records", app="SELECT, INSERT, UPDATE", worker="SELECT, DELETE", worker_sees_all=True
    )
    protect("audit_entries", app="SELECT, INSERT", worker="SELECT, INSERT", worker_sees_all=True)
    protect("exchange_links", app="SELECT, UPDATE", worker="SELECT, UPDATE", worker_sees_all=True)
    protect("exchange_keys", app="SELECT", worker="SELECT", worker_sees_all=True)
    for table in ("outbound_streams", "outbound_messages", "inbound_streams", "inbound_messages"):
        protect(table, app="SELECT, INSERT, UPDATE", worker="SELECT, INSERT, UPDATE", worker_sees_all=True)
    protect("delivery_attempts", app="SELECT", worker="SELECT, INSERT", worker_sees_all=True)
    make_link_lookup()


def begin_history() -> None:
    """Write the one row that says since when this database's history runs."""
    op.execute(
        "INSERT INTO service_state (id, epoch, clock_offset) VALUES (1, date_trunc('second', now()), '0')"
    )


def _quoted(role: str) -> str:
    name: str = context.config.attributes[role]
    return '"' + name.replace('"', '""') + '"'
