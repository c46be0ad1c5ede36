#!/usr/bin/env python3
"""The supply currents that are wanted at 3.3 V without balancing. Not among the tests of `make test`
while the first and the last one fail."""

import functools

from chain import check, main
from test_current import figures

SWITCHES = {16: "01000000", 255: "11100000"} # no balancing


def wanted(cells, seconds, between_ua, bench):
    ua = figures(bench.run(["--cells", cells, "--switches", SWITCHES[cells], "--duration", seconds],
                           "set soc 0.5\n"))
    text = "Begin %.0f uA, last Between %.0f uA, most hungry Between %.0f uA, End %.0f uA" % (
        ua[0], ua[-2], max(ua[1:-1]), ua[-1])
    check(ua[0] <= 1000 and max(ua[1:-1]) <= between_ua, text)
    return text


if __name__ == "__main__":
    main([("current_16_cells", functools.partial(wanted, 16, 60, 100)),
          ("current_255_cells", functools.partial(wanted, 255, 30, 450))])
