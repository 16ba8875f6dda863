"""The same batch on a Dask cluster."""

import sys

import distributed
import pytest

from kanglu.errors import ReportError
from kanglu.reporting import manifest, render


def test_workers_of_a_cluster_make_the_reports(small_report, panel_of, order):
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)

    with cluster:
        done = render(order(small_report()), panel_of(12), scheduler=cluster.scheduler_address)

    assert (done.made, done.failed) == (12, {})
    assert len(manifest.read(done.folder)) == 12


def test_without_dask_the_error_says_how_to_get_it(small_report, panel_of, order, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(ReportError, match=r"pip install 'kanglu\[cluster\]'"):
        render(order(small_report(), formats=("html",)), panel_of(1), scheduler="tcp://127.0.0.1:1")
