"""The line at the bottom of a terminal: which programs are running since when, and what each said last."""

import contextlib
import os
import sys
import threading
import time

PERIOD_S = 5
COLUMNS = 110
CLEAR = "\r\33[K"


def last_line(path):
    try:
        with open(path, "rb") as log:
            log.seek(max(0, os.path.getsize(path) - 500))
            lines = log.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


class Status:
    """Draws nothing where the output is no terminal."""

    def __init__(self):
        self.shown = sys.stdout.isatty()
        self.lock = threading.Lock()
        self.running = {}
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._work)

    def __enter__(self):
        if self.shown:
            self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        if self.shown:
            self.thread.join()
            print(CLEAR, end="", flush=True)

    @contextlib.contextmanager
    def program(self, name, log_path):
        """Around a run of a program whose output goes to the log."""
        with self.lock:
            self.running[name] = (log_path, time.monotonic())
        try:
            yield
        finally:
            with self.lock:
                del self.running[name]

    def say(self, text):
        """A line that stays."""
        with self.lock:
            print((CLEAR if self.shown else "") + text, flush=True)

    def _work(self):
        while not self.over.wait(PERIOD_S):
            with self.lock:
                self._draw()

    def _draw(self):
        now = time.monotonic()
        texts = ["%s %d s: %s" % (name, now - since, last_line(path))
                 for name, (path, since) in sorted(self.running.items())]
        print(CLEAR + " | ".join(text[:COLUMNS // len(texts)] for text in texts), end="", flush=True)
