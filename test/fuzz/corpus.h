/* Runs a fuzz target over its committed corpus, without libFuzzer. The target is CORPUS. */
#ifndef TEST_FUZZ_CORPUS_H
#define TEST_FUZZ_CORPUS_H

#include <dirent.h>

#include "test.h"
#include "test/fuzz/fuzz.h"

#define CORPUS_INPUT_MAX 65536u
#define CORPUS_LEAST 10u

static inline void run_file(const char *path)
{
    static uint8_t bytes[CORPUS_INPUT_MAX];
    FILE *file = fopen(path, "rb");
    size_t size;
    uint8_t *copy;

    assert_non_null(file);
    size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    copy = malloc(size + !size); /* its own, so that a byte read behind it is found */
    memcpy(copy, bytes, size);
    printf("%s\n", path);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static inline void run_corpus(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    unsigned files = 0;
    char path[300];

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        run_file(path);
        files++;
    }
    closedir(dir);
    assert_true(files >= CORPUS_LEAST);
}

static void test_corpus_holds_what_must_hold(void **state)
{
    (void)state;
    run_corpus("test/fuzz/corpus/" CORPUS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus_holds_what_must_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
