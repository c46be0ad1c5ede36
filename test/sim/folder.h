#ifndef TEST_SIM_FOLDER_H
#define TEST_SIM_FOLDER_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenario/scenario.h"

/* A folder of its own for each test; *state points to it. */
struct folder {
    char path[64];
    char file[128]; /* the last one written */
};

static inline int enter(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);

    snprintf(folder->path, sizeof folder->path, "%s/scenario-XXXXXX", P_tmpdir);
    *state = folder;
    return mkdtemp(folder->path) == NULL ? -1 : 0;
}

static inline const char *in_folder(struct folder *folder, const char *name)
{
    snprintf(folder->file, sizeof folder->file, "%s/%s", folder->path, name);
    return folder->file;
}

static inline int leave(void **state)
{
    static const char *const names[] = { "s.txt", "a.csv", "b.csv" };
    struct folder *folder = *state;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(in_folder(folder, names[i]));
    rmdir(folder->path);
    free(folder);
    return 0;
}

static inline const char *write_bytes(struct folder *folder, const char *name, const char *text,
                                      size_t length)
{
    FILE *file = fopen(in_folder(folder, name), "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    fclose(file);
    return folder->file;
}

static inline const char *write_file(struct folder *folder, const char *name, const char *text)
{
    return write_bytes(folder, name, text, strlen(text));
}

/* The message must be the file's name followed by `rest`. */
static inline void assert_message(const struct folder *folder, const char *name,
                                  const struct err *err, const char *rest)
{
    char want[600];

    snprintf(want, sizeof want, "%s/%s%s", folder->path, name, rest);
    assert_string_equal(err->text, want);
}

static inline struct scenario *load(struct folder *folder, const char *text)
{
    struct err err = { "" };
    struct scenario *sc = scenario_load(write_file(folder, "s.txt", text), NULL, &err);

    assert_string_equal(err.text, "");
    assert_non_null(sc);
    return sc;
}

#define in_own_folder(test) cmocka_unit_test_setup_teardown(test, enter, leave)

#endif
