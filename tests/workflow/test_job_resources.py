"""What a profile may say of devices and processes, and what a job makes of it."""

import pytest

from seqkd.pipeline.jobs import resources
from seqkd.utils.errors import UserError

GOOD = [
    ({}, 0, ("cpu",)),
    ({}, 4, ("cpu",)),
    ({"processes": 3}, 4, ("cpu",) * 3),
    ({"device": "auto"}, 0, ("cpu",)),
    ({"device": "auto", "processes": 2}, 0, ("cpu", "cpu")),
    ({"device": "auto"}, 2, ("cuda:0", "cuda:1")),
    ({"device": "cuda"}, 2, ("cuda:0", "cuda:1")),
    ({"device": "cuda", "processes": 1}, 2, ("cuda:0",)),
]
BAD = [
    ({"device": "gpu"}, 1, r"device: gpu, .*Allowed: cpu, cuda or auto"),
    ({"processes": -1}, 0, r"processes: -1.*1 and more"),
    ({"device": "cuda"}, 0, r"PyTorch sees no GPU here\. Use `device: auto` or cpu"),
    ({"device": "auto", "processes": 3}, 2, r"processes: 3, but the job sees 2 GPUs"),
    ({"processes": 5}, 0, r"5 processes need 5 cores, the job has 4\. Raise its set-threads .*`processes: 4`"),
    ({"device": "cuda"}, 8, r"8 processes need 8 cores, the job has 4"),
]


@pytest.mark.parametrize(("profile", "gpus", "expected"), GOOD)
def test_devices(monkeypatch, profile, gpus, expected):
    monkeypatch.setattr(resources, "_num_gpus", lambda: gpus)
    assert resources.devices(profile, threads=4) == expected


@pytest.mark.parametrize(("profile", "gpus", "words"), BAD)
def test_what_cannot_be_is_refused(monkeypatch, profile, gpus, words):
    monkeypatch.setattr(resources, "_num_gpus", lambda: gpus)
    with pytest.raises(UserError, match=words):
        resources.devices(profile, threads=4)


def test_torch_is_not_asked_where_no_gpu_is_requested(monkeypatch):
    monkeypatch.setattr(resources, "_num_gpus", None)
    assert resources.devices({"processes": 2}, threads=2) == ("cpu", "cpu")
