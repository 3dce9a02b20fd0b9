"""What can stop the standalone runner, each told to the person at the terminal in plain sentences."""


class StandaloneError(Exception):
    """The runner cannot go on; its text is for the person at the terminal and holds no secret."""


class NoPostgres(StandaloneError):
    """No usable PostgreSQL binaries were found anywhere."""


class ClusterFailed(StandaloneError):
    """PostgreSQL did not start, or its data cannot be used."""


class PortTaken(StandaloneError):
    """The port wanted for PostgreSQL was bound by another program between the test and the start."""


class AlreadyRunning(StandaloneError):
    """Another runner holds this state folder."""


class ChildFailed(StandaloneError):
    """A process that must stay up has ended, or did not become ready in time."""


class NotConfirmed(Exception):
    """A step of the demonstration was not seen at the receiving side in time."""
