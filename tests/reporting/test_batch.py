"""A panel on paper: everyone's report, each from that person's facts only, and a manifest that says so."""

from kanglu.reporting import render


def test_everyone_gets_their_own_report_in_both_formats(small_report, panel_of, order):
    wanted = order(small_report())

    done = render(wanted, panel_of(5), jobs=2)

    assert (done.made, done.skipped, done.failed) == (5, 0, {})
