#define _GNU_SOURCE

#include "pty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define LINKS_MAX 4

/* For the signal handler. */
static const char *volatile links[LINKS_MAX];

static void remove_links(int signal_number)
{
    for (int i = 0; i < LINKS_MAX; i++)
        if (links[i])
            unlink(links[i]);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void remember(const char *link)
{
    int i = 0;

    while (i < LINKS_MAX - 1 && links[i])
        i++;
    links[i] = link;
    signal(SIGINT, remove_links);
    signal(SIGTERM, remove_links);
    signal(SIGHUP, remove_links);
}

static void forget(const char *link)
{
    for (int i = 0; i < LINKS_MAX; i++)
        if (links[i] == link)
            links[i] = NULL;
}

static bool open_both(struct pty *p)
{
    char name[64];
    struct termios raw;

    p->fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (p->fd < 0 || grantpt(p->fd) != 0 || unlockpt(p->fd) != 0 ||
        ptsname_r(p->fd, name, sizeof name) != 0)
        return false;
    p->other = open(name, O_RDWR | O_NOCTTY);
    if (p->other < 0 || tcgetattr(p->other, &raw) != 0)
        return false;
    cfmakeraw(&raw);
    return tcsetattr(p->other, TCSANOW, &raw) == 0;
}

static bool make_link(struct pty *p, const char *link)
{
    char name[64];
    struct stat old;

    if (lstat(link, &old) == 0 && S_ISLNK(old.st_mode))
        unlink(link);
    return ptsname_r(p->fd, name, sizeof name) == 0 && symlink(name, link) == 0;
}

bool pty_open(struct pty *p, const char *link, struct err *err)
{
    *p = (struct pty){ .fd = -1, .other = -1 };
    if (!open_both(p) || !make_link(p, link)) {
        err_set(err, "%s: no pseudo-terminal: %s", link, strerror(errno));
        pty_close(p);
        return false;
    }
    p->link = link;
    remember(link);
    return true;
}

void pty_close(struct pty *p)
{
    if (p->link) {
        unlink(p->link);
        forget(p->link);
    }
    if (p->other >= 0)
        close(p->other);
    if (p->fd >= 0)
        close(p->fd);
    *p = (struct pty){ .fd = -1, .other = -1 };
}

void pty_write(struct pty *p, uint8_t byte)
{
    if (p->fd < 0 || write(p->fd, &byte, 1) == 1)
        return;
    tcflush(p->other, TCIFLUSH);
    if (write(p->fd, &byte, 1) != 1)
        return; /* not even now: lost, as on a line that nobody listens to */
}

size_t pty_read(struct pty *p, uint8_t *to, size_t size)
{
    ssize_t got = p->fd < 0 ? 0 : read(p->fd, to, size);
    return got > 0 ? (size_t)got : 0;
}
