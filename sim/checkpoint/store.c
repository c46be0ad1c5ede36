#include "checkpoint/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "bms-sim checkpoint\n"
#define BYTE_ORDER_MARK 0x01020304u

struct store_head {
    char magic[20]; /* with its zero */
    uint32_t version;
    uint32_t order; /* of the bytes of a word */
    uint32_t crc;   /* of what is before it and what is behind it */
    uint64_t size;  /* of the state */
};

_Static_assert(sizeof MAGIC == sizeof((struct store_head *)0)->magic, "the magic fills its place");

static uint32_t crc_of(const struct store_head *head, const uint8_t *data)
{
    uint32_t crc = state_crc(0, head, offsetof(struct store_head, crc));

    crc = state_crc(crc, &head->size, sizeof head->size);
    return state_crc(crc, data, (size_t)head->size);
}

/* ---- writing ------------------------------------------------------------------------------------ */

static bool write_all(int fd, const void *data, size_t size)
{
    const char *from = data;

    while (size > 0) {
        ssize_t written = write(fd, from, size);
        if (written < 0 && errno != EINTR)
            return false;
        from += written > 0 ? written : 0;
        size -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static bool write_file(const char *path, const struct store_head *head, const struct state *state)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool ok;

    if (fd < 0)
        return false;
    ok = write_all(fd, head, sizeof *head) && write_all(fd, state->data, state->size) &&
         fsync(fd) == 0;
    return close(fd) == 0 && ok;
}

static bool cannot(const char *path, int why, struct err *err)
{
    return err_set(err, "%s: cannot write: %s", path, strerror(why));
}

static bool name_beside(char *beside, size_t size, const char *path, struct err *err)
{
    return snprintf(beside, size, "%s.new", path) < (int)size || cannot(path, ENAMETOOLONG, err);
}

bool store_can_write(const char *path, struct err *err)
{
    char beside[PATH_MAX];
    struct stat about;
    int fd;

    if (!name_beside(beside, sizeof beside, path, err))
        return false;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return cannot(path, EISDIR, err);
    fd = open(beside, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return cannot(path, errno, err);
    close(fd);
    unlink(beside);
    return true;
}

bool store_write(const char *path, const struct state *state, struct err *err)
{
    struct store_head head = {
        .magic = MAGIC, .version = STORE_VERSION, .order = BYTE_ORDER_MARK, .size = state->size
    };
    char beside[PATH_MAX];
    int why;

    head.crc = crc_of(&head, state->data);
    if (!name_beside(beside, sizeof beside, path, err))
        return false;
    if (write_file(beside, &head, state) && rename(beside, path) == 0)
        return true;
    why = errno;
    unlink(beside);
    return cannot(path, why, err);
}

/* ---- reading ------------------------------------------------------------------------------------ */

static bool check_head(const char *path, const struct store_head *head, size_t got, size_t size,
                       struct err *err)
{
    if (got < sizeof head->magic || memcmp(head->magic, MAGIC, sizeof head->magic) != 0)
        return err_set(err, "%s: no checkpoint", path);
    if (got == sizeof *head && head->order != BYTE_ORDER_MARK)
        return err_set(err, "%s: damaged, or saved on a machine of another kind", path);
    if (got == sizeof *head && head->version != STORE_VERSION)
        return err_set(err, "%s: a checkpoint of version %u, this bms-sim has version %u", path,
                       head->version, STORE_VERSION);
    if (got < sizeof *head || size - sizeof *head < head->size)
        return err_set(err, "%s: cut off behind %zu bytes", path, size);
    return size - sizeof *head == head->size ||
           err_set(err, "%s: damaged: longer than it says", path);
}

static bool read_open(const char *path, FILE *file, struct state *state, struct err *err)
{
    struct store_head head;
    struct stat about;
    size_t got;
    uint8_t *data;

    if (fstat(fileno(file), &about) != 0 || !S_ISREG(about.st_mode))
        return err_set(err, "%s: not a regular file", path);
    got = fread(&head, 1, sizeof head, file);
    if (!check_head(path, &head, got, (size_t)about.st_size, err))
        return false;
    data = malloc((size_t)head.size + 1u);
    if (!data)
        return err_set(err, "%s: out of memory", path);
    got = fread(data, 1, (size_t)head.size, file);
    if (got == head.size && crc_of(&head, data) == head.crc) {
        state_load_init(state, data, got);
        return true;
    }
    free(data);
    return err_set(err, "%s: damaged", path);
}

bool store_read(const char *path, struct state *state, struct err *err)
{
    FILE *file = fopen(path, "rb");
    bool ok;

    if (!file)
        return err_set(err, "%s: cannot open: %s", path, strerror(errno));
    ok = read_open(path, file, state, err);
    fclose(file);
    return ok;
}
