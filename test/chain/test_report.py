#!/usr/bin/env python3
"""The report of a run: it is whole, it shows what the CSV of the same run says, and no words of it
lie over each other."""

import base64
import functools
import html.parser
import itertools
import os
import re
import struct
import xml.etree.ElementTree as ElementTree
import zlib

from chain import FIRMWARE, check, main
from elf import copy_images, patch

NO_OPCODE = b"\x01\x00"
SVG = "{http://www.w3.org/2000/svg}"
CHARACTER = 0.62  # of the font size: the digits of wide fonts have 0.64, letters less
SIZE_MAX = 5000000

SCENARIO = """# Everything that a report shows: <currents>, a break & a reset.
set capacity 20
set soc 0.6
set spread 0.02
at 8 print load "and" <break> & more
at 0 print the start
at 8.2 print close together
at 8.4 print and closer
at 10 load 20 A
at 25 noise 2 1e-3
at 30 break %(break)s
at 28 noise 2 0
at 40 repair %(break)s
at 50 load off
at 51 charger 30 A 3.5 V
at 60 temperature 2 -4
at 20 expect comm_ok == 1
at 33s expect charge_relay == 0
at 64s expect charge_relay == 1   # wrong on purpose
at 1h expect comm_ok == 1
at 20 within 5 app expect "nobody says this"
"""

# Peaks of a second, in a run whose figures have three seconds in a step.
LONG = """set capacity 2
at 10 load 1 A
at 600.5 load 5 A
at 601.5 load 1 A
at 1000.5 charger 6 A 4 V
at 1001.5 charger off
"""


# ---- reading a report -----------------------------------------------------------------------------


class Tags(html.parser.HTMLParser):
    """Whether tags open and close in pairs, as a browser reads them."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        last = self.open.pop() if self.open else "nothing"
        check(last == tag, "</%s> closes <%s>" % (tag, last))


class Curve:
    """Points of a path, as (time in s, value, begins a piece)."""

    def __init__(self, path, group):
        x = [float(v) for v in group.get("data-x").split()]
        y = [float(v) for v in group.get("data-y").split()]
        unit_s = {"s": 1, "min": 60, "h": 3600, "days": 86400}[group.get("data-time-unit")]
        self.name = path.get("data-name")
        self.step = abs((y[3] - y[2]) / (y[1] - y[0])) * 0.1  # what a digit of the drawing means
        self.points = []
        for verb, px, py in re.findall(r"([ML])(-?[\d.]+) (-?[\d.]+)", path.get("d")):
            time_s = (x[2] + (float(px) - x[0]) / (x[1] - x[0]) * (x[3] - x[2])) * unit_s
            value = y[2] + (float(py) - y[0]) / (y[1] - y[0]) * (y[3] - y[2])
            self.points.append((time_s, value, verb == "M"))

    def low(self):
        return min(p[1] for p in self.points)

    def high(self):
        return max(p[1] for p in self.points)


class Report:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        check(self.text.startswith("<!DOCTYPE html>\n<html "), "no page")
        tags = Tags()
        tags.feed(self.text)
        check(tags.open == [], "never closed: %s" % tags.open)
        self.root = ElementTree.fromstring(self.text.split("\n", 1)[1])

    def figures(self):
        return {f.get("id"): f for f in self.root.iter("figure")}

    def curves(self, figure):
        group = next(g for g in self.figures()[figure].iter(SVG + "g") if g.get("class") == "curves")
        return {c.name: c for c in (Curve(p, group) for p in group.iter(SVG + "path"))}

    def table(self, name):
        """Rows of texts."""
        for table in self.root.iter("table"):
            if table.get("id") == name:
                return [["".join(cell.itertext()) for cell in row]
                        for row in table.find("tbody").iter("tr")]
        return []

    def verdict(self):
        return next(p for p in self.root.iter("p") if p.get("id") == "verdict")


def run(bench, cells, scenario, seconds, code):
    arguments = ["--cells", cells, "--duration", seconds, "--report", bench.path("report.html")]
    result = bench.run(arguments, scenario, code)
    return result, Report(bench.path("report.html"))


def of_size(bench, cells):
    """Two cells have a single place where the ring can break."""
    text = SCENARIO % {"break": "%d %d" % (cells // 2, cells // 2 + 1)}
    return run(bench, cells, text, 90, 1)


# ---- it is whole ----------------------------------------------------------------------------------


def check_figures(report, cells):
    wanted = {"voltage-true", "voltage-end", "temperature-true", "temperature-end", "current", "soc",
              "balancing", "relays", "bad-frames", "incomplete", "lost", "supply"}
    if cells > 16:
        wanted |= {"voltage-map", "temperature-map"}
    figures = report.figures()
    check(set(figures) == wanted, "figures %s" % sorted(figures))
    for name, figure in figures.items():
        caption = figure.find("figcaption")
        check(caption.find("h3").text and caption.find("p").text.endswith("."),
              "%s: title or caption" % name)
        check(len(list(figure.iter(SVG + "svg"))) == 1, "%s: no picture" % name)


def check_series(report, cells):
    lines = cells if cells <= 16 else 4
    for name in ("voltage-true", "voltage-end", "temperature-true", "temperature-end"):
        curves = report.curves(name)
        check(len(curves) == lines, "%s: %d series" % (name, len(curves)))
        check(all(c.points for c in curves.values()), "%s: an empty series" % name)
    for name, count in (("current", 2), ("soc", 2), ("balancing", 1), ("bad-frames", 1),
                        ("incomplete", 1), ("lost", 1)):
        check(len(report.curves(name)) == count, "%s: series %s" % (name, list(report.curves(name))))
    bars = [g for g in report.figures()["supply"].iter(SVG + "g") if g.get("class") == "bar"]
    check(len(bars) == cells, "%d bars" % len(bars))
    check(all(len(list(b.iter(SVG + "rect"))) == 7 for b in bars), "consumers of a bar")


def check_alone(report):
    """Nothing is fetched."""
    rest = report.text.replace('xmlns="http://www.w3.org/2000/svg"', "")
    for word in ("http:", "https:", "//fonts", "@import", "<link", "<iframe", " src=", "fetch("):
        check(word not in rest, "refers to something outside: %s" % word)
    for target in re.findall(r"url\(([^)]*)\)", rest) + re.findall(r'href="([^"]*)"', rest):
        check(target.startswith("#") or target.startswith("data:image/png;base64,"),
              "refers to %s" % target[:40])


def check_head(report, result, cells):
    facts = {d.find("dt").text: d.find("dd").text for d in report.root.iter("div")
             if d.find("dt") is not None}
    check(facts["Cells"].startswith("%d × LiFePO" % cells), "facts: %s" % facts)
    check(facts["Seed"] == "1" and facts["Exit code"] == "1", "facts: %s" % facts)
    check(facts["Simulated"].startswith("90 s, %d rounds" % result.json["rounds"]),
          "facts: %s" % facts)
    check(facts["Readings lost"] == "%d" % result.json["frames_lost"], "facts: %s" % facts)
    check("3 of 5 expectations" in report.verdict().text and report.verdict().get("data-code") == "1",
          "verdict: %s" % report.verdict().text)
    lead = next(p for p in report.root.iter("p") if p.get("class") == "lead")
    check("<currents>, a break & a reset." in lead.text, "description: %s" % lead.text)


def check_expectations(report, result):
    rows = report.table("expectations")
    failed = [r for r in rows if r[2] == "failed"]
    check(len(rows) == 5 and len(failed) == 3, "%s" % rows)
    wrong = next(r for r in rows if "on purpose" in r[1])
    check(wrong[3] == "was 0 at 64 s", "%s" % wrong)
    check(any(r[3] == "not reached" for r in failed), "%s" % failed)
    for row in failed:
        check(":%s: expected" % row[0] in result.out, "line %s is not in: %s" % (row[0], result.out))
    events = report.table("events")
    check(len(events) == 12 and events[1][2] == 'print load "and" <break> & more', "%s" % events[:1])


def check_ring(report, result, cells):
    span = report.table("breaks")
    check(len(span) == 1 and span[0][2] == "between board %d and board %d" % (
        cells // 2, cells // 2 + 1), "breaks: %s" % span)
    check(30.0 < float(span[0][0][:-2]) < 33.5 and 40.0 < float(span[0][1][:-2]) < 43.0, "%s" % span)
    hops = {r[0]: [int(v) for v in r[1:]] for r in report.table("hops")}
    check(len(hops) == cells if cells <= 16 else len(hops) < cells, "%d hops" % len(hops))
    for board in result.json["boards"]:
        before = board["number"] - 1 or cells
        hop = hops.get("%d → %d" % (before, board["number"]), [0] * 6)
        check(hop[1] <= board["bad_frames"] and hop[5] <= board["bad_syncs"],
              "hop to board %d: %s" % (board["number"], hop))
    drawn = report.curves("bad-frames")["Bad frames"]
    bad = sum(h[1] for h in hops.values())
    check(bad > 0 and abs(drawn.high() - bad) <= drawn.step, "%d bad, drawn %g" % (bad, drawn.high()))
    lost = report.curves("lost")["Lost readings"]
    check(abs(lost.high() - result.json["frames_lost"]) <= lost.step, "lost %g" % lost.high())
    missing = report.curves("incomplete")["Incomplete rounds"].high()
    rounds = 22 if cells <= 40 else 11 # Begin's, in an open ring
    check(rounds - 3 <= missing <= rounds + 5, "%g incomplete rounds in a break of 10 s" % missing)


# ---- it says what the CSV says --------------------------------------------------------------------


def column(rows, name, factor):
    return [v * factor for v in (rows.get(s, name) for s in rows.seconds()) if v is not None]


def check_extremes(curve, values, unit_step, what):
    slack = curve.step + unit_step
    check(abs(curve.low() - min(values)) <= slack and abs(curve.high() - max(values)) <= slack,
          "%s: drawn %.4f to %.4f, in the CSV %.4f to %.4f" % (
              what, curve.low(), curve.high(), min(values), max(values)))


def check_against_csv(report, rows, cells):
    for figure, kind, factor in (("voltage-true", "mv_true", 0.001), ("voltage-end", "mv_end", 0.001),
                                 ("temperature-true", "dc_true", 0.1),
                                 ("temperature-end", "dc_end", 0.1)):
        for name, curve in report.curves(figure).items():
            cell = re.match(r"cell (\d+)", name)
            if cell:
                check_extremes(curve, column(rows, "cell%s_%s" % (cell.group(1), kind), factor),
                               factor, figure + " " + name)
        if cells > 16:
            every = list(itertools.chain.from_iterable(
                column(rows, "cell%d_%s" % (i + 1, kind), factor) for i in range(cells)))
            check_extremes(report.curves(figure)["lowest to highest cell"], every, factor, figure)
    for figure, kind, factor in (("current", "current_ma", 0.001), ("soc", "soc_pm", 0.1)):
        curves = report.curves(figure)
        check_extremes(curves["what was"], column(rows, kind + "_true", factor), factor, figure)
        check_extremes(curves["what the End board believed"], column(rows, kind + "_end", factor),
                       factor, figure)


def csv_changes(rows):
    """(second, relay, closed); the relays are open before."""
    found = []
    for relay in ("charge", "load"):
        before = 0
        for second in rows.seconds():
            now = rows.get(second, relay + "_relay")
            if now != before:
                found.append((second, relay, now == 1))
            before = now
    return found


def check_relays(report, rows):
    table = [(float(r[1][:-2]), r[2], r[3] == "closes", r[4]) for r in report.table("changes")]
    expected = csv_changes(rows)
    check(len(table) == len(expected) > 3, "%d changes, %d in the CSV" % (len(table), len(expected)))
    for second, relay, closed in expected:
        check(any(second - 1.3 < t <= second and (name, c) == (relay, closed)
                  for t, name, c, _ in table), "no %s relay at %d s" % (relay, second))
    reasons = {(relay, reason) for _, relay, closed, reason in table if not closed}
    check(reasons == {("charge", "a cell is silent"), ("load", "a cell is silent"),
                      ("charge", "a cell is too cold to be charged")}, "reasons: %s" % reasons)
    strips = [r.get("class") for r in report.figures()["relays"].iter(SVG + "rect")]
    check(strips.count("closed") + strips.count("open") == len(table) + 2 + 2, "strips: %s" % strips)


def picture(report, figure):
    """Rows of colour numbers of a map, from the top."""
    data = next(report.figures()[figure].iter(SVG + "image")).get("href").split(",")[1]
    png = base64.b64decode(data)
    check(png[:8] == b"\x89PNG\r\n\x1a\n", "%s: no PNG" % figure)
    chunks, at = {}, 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + length]
        check(zlib.crc32(kind + body) == struct.unpack(">I", png[at + 8 + length:at + 12 + length])[0],
              "%s: CRC of %s" % (figure, kind))
        chunks[kind] = body
        at += 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    pixels = zlib.decompress(chunks[b"IDAT"])
    check(len(pixels) == (width + 1) * height, "%s: size" % figure)
    return [pixels[y * (width + 1) + 1:(y + 1) * (width + 1)] for y in range(height)]


def check_maps(report, rows, cells):
    """Each point has the colour of its value in the CSV."""
    for figure, kind in (("voltage-map", "mv_true"), ("temperature-map", "dc_true")):
        drawn = picture(report, figure)
        check(len(drawn) == cells and len(drawn[0]) == rows.last(), "%s: size" % figure)
        value = [[rows.get(s, "cell%d_%s" % (c, kind)) for s in rows.seconds()]
                 for c in range(cells, 0, -1)]
        low, high = min(map(min, value)), max(map(max, value))
        for y, x in itertools.product(range(0, cells, 7), range(0, rows.last(), 5)):
            color = (value[y][x] - low) / (high - low) * 63.0
            check(abs(drawn[y][x] - color) <= 0.5 + 63.0 / (high - low), "%s: cell %d at %d s" % (
                figure, cells - y, x + 1))


# ---- no words over each other ---------------------------------------------------------------------


def box(text):
    size = float(text.get("font-size"))
    width = len(text.text) * size * CHARACTER
    x, y = float(text.get("x")), float(text.get("y"))
    left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor")] * width
    return left, y - 0.75 * size, left + width, y + 0.15 * size


def touch(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def check_text(report):
    count = 0
    for name, figure in report.figures().items():
        svg = next(figure.iter(SVG + "svg"))
        width, height = [float(v) for v in svg.get("viewBox").split()[2:]]
        texts = [(t.text, box(t), t.get("class")) for t in svg.iter(SVG + "text")]
        count += len(texts)
        for (text, a, _), (other, b, _) in itertools.combinations(texts, 2):
            check(not touch(a, b), "%s: '%s' over '%s'" % (name, text, other))
        for text, b, _ in texts:
            check(b[0] >= -1.0 and b[1] >= 0.0 and b[2] <= width + 16.0 and b[3] <= height,
                  "%s: '%s' is outside: %s" % (name, text, b))
        check_legend(name, svg, texts)
    return count


def check_legend(name, svg, texts):
    """It stands above the data, and every axis has its unit."""
    names = [b for _, b, css in texts if css == "name"]
    group = [g for g in svg.iter(SVG + "g") if g.get("class") == "curves"]
    if group:
        top = float(group[0].get("data-y").split()[1])
        check(all(b[3] < top for b in names), "%s: the legend lies over the data" % name)
    units = [t for t, _, css in texts if css == "axistext"]
    check(len(units) == (1 if name == "relays" else 2), "%s: units %s" % (name, units))


# ---- cases ----------------------------------------------------------------------------------------


def whole(cells, bench):
    result, report = of_size(bench, cells)
    check_figures(report, cells)
    check_series(report, cells)
    check_alone(report)
    check_head(report, result, cells)
    check_expectations(report, result)
    check_ring(report, result, cells)
    check_against_csv(report, result.rows, cells)
    check_relays(report, result.rows)
    if cells > 16:
        check_maps(report, result.rows, cells)
    texts = check_text(report)
    size = os.path.getsize(bench.path("report.html"))
    check(size < SIZE_MAX, "%d bytes" % size)
    return "%d texts, %d kB" % (texts, size // 1000)


def long_run(bench):
    """More seconds than buckets: fewer points, the same extremes."""
    result, report = run(bench, 2, LONG, 2600, 0)
    curve = report.curves("current")["what was"]
    current = column(result.rows, "current_ma_true", 0.001)
    check(min(current) < -4.9 and max(current) > 4.9, "the seconds at 5 A are missing")
    for peak in (min(current), max(current)):
        check(current.index(peak) % 3 != 2, "a peak in the last second of its three")
    check_against_csv(report, result.rows, 2)
    check(len({round(p[0], 1) for p in curve.points}) <= 1200, "%d points" % len(curve.points))
    axis = [t.text for t in report.figures()["current"].iter(SVG + "text")
            if t.get("class") == "axistext"]
    check("time (min)" in axis, "%s" % axis)
    check_text(report)


def same_twice(bench):
    texts = []
    for _ in range(2):
        of_size(bench, 3)
        with open(bench.path("report.html"), encoding="utf-8") as file:
            texts.append(file.read().replace("run1.txt", "run2.txt").replace("run1", "run2")
                         .replace("Run1", "Run2"))
    check(texts[0] == texts[1], "two reports of the same run differ")


def end_reset(bench):
    """Its relays open, and no rule of it says why; nor is its RAM believed while it starts."""
    _, report = run(bench, 3, "at 20 load 5 A\nat 20 reset 3\n", 40, 0)
    changes = [r[1:] for r in report.table("changes")]
    opened = [r for r in changes if r[2] == "opens"]
    check(len(changes) == 6 and len(opened) == 2, "%s" % changes)
    for row in opened:
        check(20.0 <= float(row[0][:-2]) < 20.2 and
              row[3] == "the End board was in reset or without supply", "%s" % row)
    check(report.table("breaks") == [], "breaks: %s" % report.table("breaks"))


def without_scenario(bench):
    result, report = run(bench, 2, None, 5, 0)
    check("nothing was expected" in report.verdict().text, report.verdict().text)
    check(report.table("expectations") == [] and report.table("events") == [], "tables of nothing")
    check(result.json["sim_s"] == 5, "duration")


def no_second(bench):
    """A run that ends before anything was recorded still makes a page."""
    for cells in (2, 20):
        _, report = run(bench, cells, None, 0.5, 0)
        check(not re.search(r"\b(inf|nan)\b", report.text), "a figure that is no number")
        check("voltage-map" not in report.figures(), "a map of nothing")
        check_text(report)


def crashed(bench):
    folder = copy_images(FIRMWARE, bench.path("firmware"))
    patch(os.path.join(folder, "between_board.elf"), "main", NO_OPCODE)
    _, result = bench.raw(["--cells", 4, "--duration", 5, "--quiet", "--report",
                           bench.path("report.html")], folder)
    check(result.returncode == 3, "exit code %d" % result.returncode)
    report = Report(bench.path("report.html"))
    check("Crashed: board 2, bad opcode" in report.verdict().text, report.verdict().text)
    check(report.verdict().get("data-code") == "3", "code")


def bad_path(bench):
    path = bench.path("no/such/folder/report.html")
    _, result = bench.raw(["--duration", 2, "--report", path])
    lines = result.stderr.splitlines()
    check(result.returncode == 2 and len(lines) == 1 and result.stdout == "",
          "exit code %d, %s" % (result.returncode, lines[:3]))
    check(lines[0].startswith("bms-sim: " + path) and "No such file" in lines[0], lines[0])


if __name__ == "__main__":
    main([("report_%d_cells" % n, functools.partial(whole, n)) for n in (4, 16, 255)] +
         [("report_long_run", long_run), ("report_same_twice", same_twice),
          ("report_of_a_reset", end_reset), ("report_without_scenario", without_scenario),
          ("report_of_a_crash", crashed), ("report_without_a_second", no_second),
          ("report_bad_path", bad_path)])
