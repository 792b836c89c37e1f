"""``--until RULE`` where jobs of that rule are also made from one another, as students that start from others are."""

from typing import Any


def fix_until(dag: Any) -> None:
    """Have ``--until`` end at the last jobs that it names.

    Snakemake never starts what follows a job that is named, not even another one that is named too, and then stops with
    "BUG: Out of jobs ready to be started". A named job counts only if no other follows it. The attributes are not
    public: where they are gone, Snakemake does as it always did.
    """
    named, following, search = (getattr(dag, name, None) for name in ("in_until", "depending", "bfs"))
    if named and search and (getattr(dag, "untilrules", ()) or getattr(dag, "untilfiles", ())):
        dag.in_until = lambda job: (
            named(job) and not any(later is not job and named(later) for later in search(following, job))
        )
