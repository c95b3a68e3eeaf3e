"""What stops a run or a command about one; each says why in its text."""


class RunActive(RuntimeError):
    """Raised when a source already has a run under way (F53); says which and since when."""

    def __init__(self, source_id: str, run_id: int, since: str) -> None:
        super().__init__(f"{source_id}: run {run_id} has been under way since {since}")
        self.de = f"{source_id}: Lauf {run_id} ist seit {since} unterwegs"
        self.run_id = run_id
        self.since = since


class NoSuchRun(LookupError):
    """Raised for a run that does not exist, or that cannot be accepted, rejected or undone; says why, also in German."""

    def __init__(self, text: str, de: str = "") -> None:
        super().__init__(text)
        self.de = de


def no_run(run_id: int | str) -> NoSuchRun:
    """For a number that no run has."""
    return NoSuchRun(f"run {run_id} does not exist", f"einen Lauf {run_id} gibt es nicht")


class LeaseLost(RuntimeError):
    """Raised when a run finds that another has taken its lease: it must not publish."""


class NoCluster(LookupError):
    """Raised for a record that cannot be split from others or put in front of them; says why, also in German."""

    def __init__(self, text: str, de: str) -> None:
        super().__init__(text)
        self.de = de
