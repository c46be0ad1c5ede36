#define _GNU_SOURCE
#include "sweep/pool.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AT_ONCE_MAX = 256 };

struct slot {
    pid_t pid; /* 0: free */
    int number;
    int pipe;
};

/* Of those that this program may use, which is fewer where somebody has pinned it. */
static int cores(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    cpu_set_t mine;

    if (sched_getaffinity(0, sizeof mine, &mine) == 0)
        count = CPU_COUNT(&mine);
    return count < 1 ? 1 : count > AT_ONCE_MAX ? AT_ONCE_MAX : (int)count;
}

static _Noreturn void be_child(const struct pool *p, int number, int out)
{
    void *result = p->results + (size_t)number * p->size;
    ssize_t written;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!freopen("/dev/null", "w", stdout))
        _exit(1);
    p->job(p->ctx, number, result);
    written = write(out, result, p->size);
    _exit(written != (ssize_t)p->size);
}

static bool begin(const struct pool *p, struct slot *slot, int number)
{
    int ends[2];

    if (pipe(ends) != 0)
        return false;
    fflush(NULL);
    slot->pid = fork();
    if (slot->pid == 0)
        be_child(p, number, ends[1]);
    close(ends[1]);
    slot->number = number;
    slot->pipe = ends[0];
    if (slot->pid > 0)
        return true;
    close(ends[0]);
    slot->pid = 0;
    return false;
}

static bool end(const struct pool *p, struct slot *slot, int status)
{
    char why[64];
    bool whole =
        read(slot->pipe, p->results + (size_t)slot->number * p->size, p->size) == (ssize_t)p->size;

    close(slot->pipe);
    slot->pid = 0;
    if (WIFSIGNALED(status))
        snprintf(why, sizeof why, "bms-sim: %s", strsignal(WTERMSIG(status)));
    else
        snprintf(why, sizeof why, "bms-sim: exit code %d", WEXITSTATUS(status));
    return p->ended(p->ctx, slot->number, whole ? NULL : why);
}

/* A result fits into its pipe, so a job ends whether or not it is read. */
static bool wait_for_one(const struct pool *p, struct slot *slots, int count)
{
    int status;
    pid_t pid;

    do
        pid = waitpid(-1, &status, 0);
    while (pid < 0 && errno == EINTR);
    for (int i = 0; i < count; i++)
        if (pid > 0 && slots[i].pid == pid)
            return end(p, &slots[i], status);
    return true;
}

static struct slot *free_slot(struct slot *slots, int count)
{
    for (int i = 0; i < count; i++)
        if (slots[i].pid == 0)
            return &slots[i];
    return NULL;
}

static bool any_runs(const struct slot *slots, int count)
{
    for (int i = 0; i < count; i++)
        if (slots[i].pid != 0)
            return true;
    return false;
}

void pool_run(const struct pool *p)
{
    struct slot slots[AT_ONCE_MAX] = { 0 };
    int count = cores();
    bool go_on = true;
    int next = 0;

    while (any_runs(slots, count) || (go_on && next < p->jobs)) {
        struct slot *slot = free_slot(slots, count);

        if (!slot || !go_on || next == p->jobs) {
            go_on = wait_for_one(p, slots, count) && go_on;
            continue;
        }
        if (!begin(p, slot, next))
            go_on = p->ended(p->ctx, next, strerror(errno)) && go_on;
        next++;
    }
}
