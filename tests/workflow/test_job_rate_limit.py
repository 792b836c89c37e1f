"""When Snakemake looks at the jobs that wait: its default limit of jobs a second is dropped, a chosen one kept."""

from types import SimpleNamespace

import pytest
from snakemake.cli import get_argument_parser
from snakemake.scheduling.job_scheduler import JobRateLimiter
from snakemake.settings.types import MaxJobsPerTimespan

from seqkd.pipeline.experiment import disable_job_rate_limit


def limited(chosen: str) -> SimpleNamespace:
    """A workflow with Snakemake's own limiter."""
    limiter = JobRateLimiter(MaxJobsPerTimespan.parse_choice(chosen))
    return SimpleNamespace(scheduler=SimpleNamespace(job_rate_limiter=limiter))


def test_the_default_limit_is_dropped():
    workflow = limited(get_argument_parser().get_default("max_jobs_per_timespan"))
    disable_job_rate_limit(workflow)
    assert workflow.scheduler.job_rate_limiter is None


@pytest.mark.parametrize("chosen", ["5/1s", "100/1m"])
def test_a_limit_that_the_user_chose_stays(chosen):
    workflow = limited(chosen)
    disable_job_rate_limit(workflow)
    assert workflow.scheduler.job_rate_limiter is not None


@pytest.mark.parametrize("workflow", [SimpleNamespace(), SimpleNamespace(scheduler=None), SimpleNamespace(scheduler=1)])
def test_another_snakemake_is_left_alone(workflow):
    disable_job_rate_limit(workflow)
