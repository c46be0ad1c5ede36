/* The stream of a checkpoint, and its file: what is saved comes back, and nothing else does. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkpoint/store.h"

#define ITEMS_MAX 5

/* Something with all that a visit can do. */
struct thing {
    uint8_t byte;
    double number;
    int64_t wide[3];
    char *name;
    uint32_t items;
    uint16_t item[ITEMS_MAX];
};

static void thing_state(struct thing *t, struct state *s)
{
    state_begin(s, "ONE ");
    STATE(s, t->byte);
    STATE(s, t->number);
    STATE(s, t->wide);
    state_end(s);
    state_begin(s, "MORE");
    state_text(s, "name", &t->name);
    state_same(s, "places", ITEMS_MAX);
    state_count(s, "items", &t->items, ITEMS_MAX);
    for (uint32_t i = 0; i < t->items; i++)
        STATE(s, t->item[i]);
    state_end(s);
}

static struct thing sample(void)
{
    struct thing t = { .byte = 0xA5, .number = -0.1, .wide = { 1, -2, INT64_MIN }, .items = 3 };

    t.name = strdup("a name");
    for (uint32_t i = 0; i < t.items; i++)
        t.item[i] = (uint16_t)(1000u + i);
    return t;
}

static void assert_same(const struct thing *a, const struct thing *b)
{
    assert_int_equal(a->byte, b->byte);
    assert_memory_equal(&a->number, &b->number, sizeof a->number);
    assert_memory_equal(a->wide, b->wide, sizeof a->wide);
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->items, b->items);
    assert_memory_equal(a->item, b->item, a->items * sizeof a->item[0]);
}

static void saved(struct state *s, struct thing *t)
{
    state_save_init(s);
    thing_state(t, s);
    assert_false(s->failed);
}

/* A stream to be loaded from the first bytes of another. */
static void reread(struct state *s, const struct state *from, size_t size)
{
    uint8_t *copy = malloc(size + 1);

    assert_non_null(copy);
    memcpy(copy, from->data, size);
    state_load_init(s, copy, size);
}

/* ---- the stream --------------------------------------------------------------------------------- */

static void test_state_what_is_saved_comes_back(void **state)
{
    struct thing t = sample();
    struct thing back = { .name = strdup("another one"), .items = 1 };
    struct state s;
    struct state in;

    (void)state;
    saved(&s, &t);
    reread(&in, &s, s.size);
    thing_state(&back, &in);
    assert_false(in.failed);
    assert_int_equal(in.at, in.size);
    assert_same(&t, &back);
    state_free(&s);
    state_free(&in);
    free(t.name);
    free(back.name);
}

static void test_state_null_text_stays_null(void **state)
{
    struct thing t = { .name = NULL };
    struct thing back = { .name = strdup("x") };
    struct state s;
    struct state in;

    (void)state;
    saved(&s, &t);
    reread(&in, &s, s.size);
    thing_state(&back, &in);
    assert_false(in.failed);
    assert_null(back.name);
    state_free(&s);
    state_free(&in);
}

static void test_state_cut_at_any_byte_fails(void **state)
{
    struct thing t = sample();
    struct state s;

    (void)state;
    saved(&s, &t);
    for (size_t size = 0; size < s.size; size++) {
        struct thing back = { .name = NULL };
        struct state in;
        reread(&in, &s, size);
        thing_state(&back, &in);
        assert_true(in.failed);
        state_free(&in);
        free(back.name);
    }
    state_free(&s);
    free(t.name);
}

/* What a build would visit that has another field, another order, another size or another section. */
enum change { RENAMED, SWAPPED, RESIZED, DROPPED, ADDED, RETAGGED, CHANGES };

static void visit_changed(struct thing *t, struct state *s, enum change change)
{
    uint16_t small = 0;

    state_begin(s, change == RETAGGED ? "TWO " : "ONE ");
    if (change == RENAMED)
        state_bytes(s, "t->other", &t->byte, sizeof t->byte);
    else if (change == RESIZED)
        state_bytes(s, "t->byte", &small, sizeof small);
    else if (change != SWAPPED)
        STATE(s, t->byte);
    if (change == ADDED)
        state_bytes(s, "t->added", &small, 1);
    if (change != DROPPED)
        STATE(s, t->number);
    if (change == SWAPPED)
        STATE(s, t->byte);
    STATE(s, t->wide);
    state_end(s);
}

static void test_state_of_another_build_fails(void **state)
{
    struct thing t = sample();
    struct state s;

    (void)state;
    saved(&s, &t);
    for (int change = 0; change < CHANGES; change++) {
        struct thing back = { .name = NULL };
        struct state in;
        reread(&in, &s, s.size);
        visit_changed(&back, &in, (enum change)change);
        assert_true(in.failed);
        assert_non_null(strstr(in.err.text, "another build"));
        state_free(&in);
    }
    state_free(&s);
    free(t.name);
}

static void test_state_count_beyond_the_room_fails_and_is_zero(void **state)
{
    uint32_t many = ITEMS_MAX + 1;
    struct state s;
    struct state in;

    (void)state;
    state_save_init(&s);
    state_begin(&s, "MANY");
    state_count(&s, "items", &many, ITEMS_MAX + 1);
    state_end(&s);
    reread(&in, &s, s.size);
    state_begin(&in, "MANY");
    state_count(&in, "items", &many, ITEMS_MAX);
    assert_true(in.failed);
    assert_int_equal(many, 0);
    state_free(&s);
    state_free(&in);
}

static void test_state_first_failure_is_kept_and_fields_are_left_alone(void **state)
{
    struct thing t = sample();
    struct thing back = { .byte = 7, .number = 8.0 };
    struct state s;
    struct state in;

    (void)state;
    saved(&s, &t);
    reread(&in, &s, s.size);
    assert_false(state_fail(&in, "first %d", 1));
    state_fail(&in, "second");
    thing_state(&back, &in);
    assert_string_equal(in.err.text, "first 1");
    assert_int_equal(back.byte, 7);
    assert_true(back.number == 8.0);
    state_free(&s);
    state_free(&in);
    free(t.name);
}

/* ---- the file ----------------------------------------------------------------------------------- */

static char folder[] = P_tmpdir "/state-XXXXXX";
static char path[64];

static int enter(void **state)
{
    (void)state;
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/c.ckpt", folder);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder); /* nothing else is left in it */
}

static void write_sample(void)
{
    struct thing t = sample();
    struct err err = { "" };
    struct state s;

    saved(&s, &t);
    assert_true(store_write(path, &s, &err));
    state_free(&s);
    free(t.name);
}

static size_t read_bytes(uint8_t *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    size_t size;

    assert_non_null(file);
    size = fread(bytes, 1, room, file);
    fclose(file);
    return size;
}

static void write_bytes(const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void assert_refused(const char *why)
{
    struct err err = { "" };
    struct state in;

    assert_false(store_read(path, &in, &err));
    assert_memory_equal(err.text, path, strlen(path));
    assert_non_null(strstr(err.text, why));
    assert_null(strchr(err.text, '\n'));
}

static void test_store_file_comes_back(void **state)
{
    struct thing t = sample();
    struct thing back = { .name = NULL };
    struct err err = { "" };
    struct state in;

    (void)state;
    write_sample();
    assert_true(store_read(path, &in, &err));
    thing_state(&back, &in);
    assert_false(in.failed);
    assert_same(&t, &back);
    state_free(&in);
    free(t.name);
    free(back.name);
}

static void test_store_cut_at_any_byte_is_refused(void **state)
{
    uint8_t bytes[1024];
    size_t size;

    (void)state;
    write_sample();
    size = read_bytes(bytes, sizeof bytes);
    for (size_t cut = 0; cut < size; cut++) {
        write_bytes(bytes, cut);
        assert_refused(cut < 20 ? "no checkpoint" : "cut off");
    }
}

static void test_store_any_bit_flipped_is_refused(void **state)
{
    uint8_t bytes[1024];
    size_t size;

    (void)state;
    write_sample();
    size = read_bytes(bytes, sizeof bytes);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        write_bytes(bytes, size);
        assert_refused("");
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void test_store_longer_file_is_refused(void **state)
{
    uint8_t bytes[1024];
    size_t size;

    (void)state;
    write_sample();
    size = read_bytes(bytes, sizeof bytes);
    write_bytes(bytes, size + 1);
    assert_refused("longer");
}

static void test_store_other_version_is_refused(void **state)
{
    uint8_t bytes[1024];
    size_t size;

    (void)state;
    write_sample();
    size = read_bytes(bytes, sizeof bytes);
    bytes[20]++;
    write_bytes(bytes, size);
    assert_refused("version");
}

/* A disk that is full, a folder that is gone: here, a name beside it that cannot be written. */
static void test_store_failed_write_leaves_the_older_file(void **state)
{
    uint8_t before[1024];
    uint8_t after[1024];
    struct thing t = sample();
    struct err err = { "" };
    struct state s;
    char beside[80];
    size_t size;

    (void)state;
    write_sample();
    size = read_bytes(before, sizeof before);
    snprintf(beside, sizeof beside, "%s.new", path);
    assert_int_equal(symlink("/dev/full", beside), 0);
    t.byte = 1;
    saved(&s, &t);
    assert_false(store_write(path, &s, &err));
    assert_non_null(strstr(err.text, "cannot write"));
    assert_int_equal(read_bytes(after, sizeof after), size);
    assert_memory_equal(before, after, size);
    state_free(&s);
    free(t.name);
}

#define with_file(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_what_is_saved_comes_back),
        cmocka_unit_test(test_state_null_text_stays_null),
        cmocka_unit_test(test_state_cut_at_any_byte_fails),
        cmocka_unit_test(test_state_of_another_build_fails),
        cmocka_unit_test(test_state_count_beyond_the_room_fails_and_is_zero),
        cmocka_unit_test(test_state_first_failure_is_kept_and_fields_are_left_alone),
        with_file(test_store_file_comes_back),
        with_file(test_store_cut_at_any_byte_is_refused),
        with_file(test_store_any_bit_flipped_is_refused),
        with_file(test_store_longer_file_is_refused),
        with_file(test_store_other_version_is_refused),
        with_file(test_store_failed_write_leaves_the_older_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
