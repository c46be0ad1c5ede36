"""Columns of the optional recordings; BMS_DATA names their folder."""

import csv
import os

from chain import ROOT, Skipped

DATA = os.path.join(ROOT, os.environ.get("BMS_DATA", "../shared/data"))


def read_rows(name):
    """Header and rows; comment lines are left out."""
    path = os.path.join(DATA, name)
    if not os.path.exists(path):
        raise Skipped("no recordings (set BMS_DATA)")
    with open(path, newline="") as file:
        lines = [line for line in csv.reader(file) if line and not line[0].startswith("#")]
    return lines[0], lines[1:]


def read_columns(name, *columns):
    header, rows = read_rows(name)
    at = [header.index(column) for column in columns]
    return [tuple(float(row[i]) for i in at) for row in rows]
