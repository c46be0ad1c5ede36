#!/usr/bin/env python3
"""Breaks sources token by token and looks which breaks no unit test notices.

  mutants.py --compile COMMAND --link COMMAND --libs LIBRARIES --tests PROGRAMS [--objects DIR] [--jobs N] FILE...

A mutant is a source with one operator, number, truth value or statement changed. It is compiled alone, linked in front of the
library with each unit test that uses it, and run until one fails. What compiles to the same code is no mutant.
Each that survives is printed with its line: a test that is missing, or a change that makes no difference.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time

# a mutant may loop for ever; the source as it is takes what it takes on a busy machine
PATIENCE_S, PATIENCE_TIMES = 20, 5
# text in a statement -> what may stand there instead
SWAPS = {
    "<": ["<="], "<=": ["<"], ">": [">="], ">=": [">"], "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
    "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["*"], "&": ["|"], "|": ["&"], "<<": [">>"], ">>": ["<<"],
    "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="], "++": ["--"], "--": ["++"], "!": [""], "~": [""],
    "true": ["false"], "false": ["true"], "break": [";"],
}
TOKEN = re.compile(r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])'|->|<<|>>|[-+|&<>=!]=|&&|\|\||\+\+|--|
                       [A-Za-z_]\w*|0[xX][0-9A-Fa-f]+[uUlL]*|\d+[uUlL]*|[-+*/%&|<>!~?:;,(){}\[\]=.]""", re.X | re.S)
CALL = re.compile(r"^\s+[a-z_]\w*(?:[.\[\]>-][\w.\[\]>-]*)?(?:\(.*\)| [|&+-]?= .*|\+\+|--);$")
UNARY_BEFORE = set("(,=?:{[;&|<>!+-*/%") | {"return", "&&", "||", "==", "!=", "<=", ">=", "case"}


def blocks(text):
    """Positions at which code of functions stands."""
    spans, depth, since = [], 0, 0
    for match in TOKEN.finditer(text):
        if match.group() == "{":
            if depth == 0 and text[text.rfind("\n", 0, match.start()) + 1:match.end()] == "{":
                since = match.end()
                spans.append([since, len(text)])
            depth += 1
        elif match.group() == "}":
            depth -= 1
            if depth == 0 and spans and spans[-1][1] == len(text):
                spans[-1][1] = match.start()
    return spans


def number_swap(word):
    digits = word.rstrip("uUlL")
    value = int(digits, 0)
    return "%d%s" % (value + 1, word[len(digits):])


def mutations(text):
    """(position, old text, new text)"""
    inside = blocks(text)
    found = []
    before = ""
    for match in TOKEN.finditer(text):
        word, at = match.group(), match.start()
        line = text[text.rfind("\n", 0, at) + 1:text.find("\n", at)]
        if not any(begin <= at < end for begin, end in inside) or line.startswith("#") or "static const" in line:
            before = word
            continue
        unary = before in UNARY_BEFORE
        if word in SWAPS and not (word in "+-*&" and unary) and not (word == "*" and before in ("void", "struct")):
            if not (word == "*" and re.search(r"\b(struct \w+|u?int\d+_t|char|bool|void) \*", line[:line.find("*") + 1])):
                found += [(at, word, new) for new in SWAPS[word]]
        elif word[0].isdigit() and before != "[":
            found.append((at, word, number_swap(word)))
        before = word
    at = 0
    for line in text.splitlines(keepends=True):
        if CALL.match(line.rstrip("\n")) and any(begin <= at < end for begin, end in inside):
            indent = len(line) - len(line.lstrip())
            found.append((at + indent, line.strip(), ";"))
        at += len(line)
    return sorted(found)


def tests_of(source, objects, tests):
    """Unit tests whose programs hold a function of this source, its own first."""
    stem = os.path.splitext(os.path.basename(source))[0]
    lines = subprocess.run(["nm", "--defined-only", "-g", os.path.join(objects, source[:-2] + ".o")], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.splitlines()
    own = {words[2] for words in map(str.split, lines) if words[1] in "Tt"}
    users = []
    for test in tests:
        symbols = subprocess.run(["nm", test], check=True, text=True, stdout=subprocess.PIPE).stdout.split()
        if own & set(symbols):
            users.append(test)
    return sorted(users, key=lambda t: (stem not in os.path.basename(t), os.path.basename(t)))


class Bench:
    def __init__(self, args, source):
        self.args, self.source = args, source
        self.timeout_s = None
        self.tests = tests_of(source, args.objects, args.tests)
        with open(source) as file:
            self.text = file.read()
        with tempfile.TemporaryDirectory() as folder:
            self.code = self.plain_code(self.text, folder)

    def compile(self, text, path, more=()):
        """Beside the source, for its includes; None when it does not compile."""
        with open(path + ".c", "w") as file:
            file.write(text)
        return subprocess.run(shlex.split(self.args.compile) + ["-w", "-I" + os.path.dirname(self.source), *more, "-c",
                                                                path + ".c", "-o", path + ".o"],
                              stderr=subprocess.DEVNULL, check=False).returncode == 0

    def plain_code(self, text, folder):
        path = os.path.join(folder, "plain")
        if not self.compile(text, path, ["-O2", "-g0", "-fno-sanitize=all", "-S"]):
            return None
        with open(path + ".o") as file:
            return "\n".join(line for line in file if not re.match(r"\s+\.(file|ident)", line))

    def noticed_by(self, text, folder):
        """The first test that fails with this text for the source."""
        path = os.path.join(folder, "mutant")
        self.compile(text, path)
        return next((os.path.basename(test) for test in self.tests if not self.passes(test, path, folder)), None)

    def verdict(self, mutation):
        at, old, new = mutation
        text = self.text[:at] + new + self.text[at + len(old):]
        with tempfile.TemporaryDirectory() as folder:
            code = self.plain_code(text, folder)
            if code is None or code == self.code:
                return "no mutant"
            return self.noticed_by(text, folder) or "survived"

    def control(self):
        """As it is, no test may fail."""
        begin = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            fails = self.noticed_by(self.text, folder)
        self.timeout_s = PATIENCE_S + PATIENCE_TIMES * (time.monotonic() - begin)
        return fails

    def passes(self, test, path, folder):
        program = os.path.join(folder, "test")
        name = os.path.basename(test)
        own = glob.glob(os.path.join(self.args.objects, "test", "*", name + ".o"))
        link = shlex.split(self.args.link) + own + [path + ".o"] + shlex.split(self.args.libs) + ["-o", program]
        if subprocess.run(link, stderr=subprocess.DEVNULL, check=False).returncode != 0:
            return True
        env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
        try:
            return subprocess.run([program], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, env=env, timeout=self.timeout_s, check=False).returncode == 0
        except subprocess.TimeoutExpired:
            return False


def show(source, text, mutation):
    at, old, new = mutation
    line = text.count("\n", 0, at) + 1
    words = text.splitlines()[line - 1].strip()
    print("  %s:%d: '%s' for '%s' in: %s" % (source, line, new, old, words), flush=True)


def look_at(args, source, pool):
    bench = Bench(args, source)
    fails = bench.control()
    if fails or not bench.tests:
        sys.exit("%s: %s" % (source, "%s fails without a change" % fails if fails else "no test uses it"))
    todo = mutations(bench.text)
    verdicts = list(pool.map(bench.verdict, todo))
    tried = sum(v != "no mutant" for v in verdicts)
    survived = [m for m, v in zip(todo, verdicts) if v == "survived"]
    print("%s: %d of %d mutants noticed, by %d tests" % (source, tried - len(survived), tried, len(bench.tests)), flush=True)
    for mutation in survived:
        show(source, bench.text, mutation)
    return tried, len(survived)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--compile", required=True)
    parser.add_argument("--link", required=True)
    parser.add_argument("--libs", required=True)
    parser.add_argument("--objects", default="build/test/host/obj")
    parser.add_argument("--tests", type=str.split, required=True, help="programs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        sums = [look_at(args, source, pool) for source in args.files]
    print("%d of %d mutants noticed" % (sum(t - s for t, s in sums), sum(t for t, _ in sums)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
