/* Random and mutated lines at the app port: nothing crashes, every line has exactly one end of a reply,
 * and without a session nothing changes. Other lengths and seeds: FUZZ_LINES, FUZZ_SEED; a failure
 * prints the line and what replays it. */
#include <stdio.h>
#include <stdlib.h>

#include "test/fake/app_bench.h"

#define LINES_STANDARD 200000u
#define LINE_MAX 100u

static uint64_t random_state;
static uint8_t line[LINE_MAX];
static uint8_t size;

static uint32_t below(uint32_t limit)
{
    random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(random_state >> 33) % limit;
}

static unsigned from_environment(const char *name, unsigned standard)
{
    const char *text = getenv(name);
    return text ? (unsigned)strtoul(text, NULL, 0) : standard;
}

/* ---- lines ------------------------------------------------------------------------------------ */

static const char *const good[] = {
    "help",
    "pack",
    "cells",
    "cells 2",
    "cells 1 3",
    "warnings",
    "reasons",
    "settings",
    "get vmin_mv",
    "get pin",
    "set vmin_mv 3100",
    "set vmax_mv 3650",
    "set mode 1",
    "set charge_tmin_dc -50",
    "set sensor_passes 2",
    "set capacity_wh 4000",
    "set release_mv 20",
    "preset lfp",
    "preset lto",
    "preset liion",
    "confirm",
    "login 1234",
    "login 4321",
    "logout",
    "pin 4321",
    "pin 1234",
    "events",
    "events 20",
    "counters",
    "clear counters",
    "clock",
    "clock set 2026-11-20 20:14:03",
    "versions",
    "watch on",
    "watch off",
    "board 1",
    "board 2",
    "board 4",
    "",
};

static const char *const numbers[] = { "0",          "-1",          "255",         "256", "65536",
                                       "2147483647", "-2147483648", "99999999999", "-",   "1e9" };

static void take(const char *text)
{
    size = (uint8_t)strlen(text);
    memcpy(line, text, size);
}

static void insert(uint8_t at, uint8_t byte)
{
    if (size == LINE_MAX)
        return;
    memmove(line + at + 1, line + at, (size_t)(size - at));
    line[at] = byte;
    size++;
}

static void replace_last_word(const char *word)
{
    while (size > 0 && line[size - 1] != ' ')
        size--;
    while (*word && size < LINE_MAX)
        line[size++] = (uint8_t)*word++;
}

static void mutate(void)
{
    uint8_t at = size ? (uint8_t)below(size) : 0;

    switch (below(8)) {
    case 0:
        if (size)
            line[at] ^= (uint8_t)(1u << below(8));
        break;
    case 1:
        insert(at, (uint8_t)below(256));
        break;
    case 2:
        insert(at, ' ');
        break;
    case 3:
        if (size)
            memmove(line + at, line + at + 1, (size_t)(--size - at));
        break;
    case 4:
        size = at;
        break;
    case 5:
        replace_last_word(numbers[below(TEST_COUNT_OF(numbers))]);
        break;
    case 6:
        insert(size, (uint8_t)('0' + below(10)));
        break;
    case 7:
        while (size < LINE_MAX && below(20))
            insert(size, (uint8_t)below(256));
        break;
    }
}

static void add_checksum(void)
{
    char text[6];
    uint16_t sum = text_checksum((const char *)line, size);

    if (size > LINE_MAX - 5u)
        return;
    if (below(8) == 0)
        sum ^= (uint16_t)(1u << below(16));
    snprintf(text, sizeof text, "*%04X", sum);
    memcpy(line + size, text, 5);
    size = (uint8_t)(size + 5u);
}

static void make_line(void)
{
    take(!app.login.in && below(4) == 0 ? "login 1234" : good[below(TEST_COUNT_OF(good))]);
    if (below(10) == 0)
        for (size = 0; size < LINE_MAX && below(30); size++)
            line[size] = (uint8_t)below(256);
    while (below(3))
        mutate();
    if (below(4) == 0)
        add_checksum();
    for (uint8_t i = 0; i < size; i++)
        if (line[i] == '\r' || line[i] == '\n')
            line[i] = '.';
}

/* ---- the world -------------------------------------------------------------------------------- */

static void shake(void)
{
    now_ms += below(60) ? below(3000) : below(700000);
    if (below(200) == 0) {
        owner_reset_pin(&owner);
        app_pin_was_reset(&app);
    }
    pack.count = (uint8_t)(below(50) ? below(6) : below(256));
    for (uint8_t i = 0; i < 4; i++)
        pack.cell[below(255)] = (struct pack_cell){ .mv = (uint16_t)below(65536),
                                                    .dc = (int16_t)below(65536),
                                                    .flags = (uint8_t)below(256),
                                                    .fresh = (uint8_t)below(2) };
    pack_evaluate(&pack, (uint8_t)below(256), (uint8_t)below(256));
    d.facts.faults = (uint16_t)below(FAULT_ANY + 1u);
    d.facts.battery_ma = (int32_t)(below(UINT32_MAX) - below(UINT32_MAX));
    d.facts.current_known = below(2);
    d.relay.held[0] = below(UINT32_MAX);
    d.relay.held[1] = below(UINT32_MAX) & below(UINT32_MAX);
    d.energy.in.mwh += below(UINT32_MAX);
    cells_board.link.start.ring_closed = below(2);
    intake.replied = below(2);
    intake.reply.number = (uint8_t)below(5);
    intake.reply.status = (uint8_t)below(5);
    intake.reply.value = below(0x1000000u);
    d.cells = 0; /* another pack each time */
    decide_close(&d);
    keeper_step(&keeper, &d, now_ms);
}

/* ---- what must hold --------------------------------------------------------------------------- */

struct kept {
    struct settings settings;
    bool clock_set;
    uint64_t in_mwh;
    uint64_t day_mwh;
};

static struct kept keep(void)
{
    return (struct kept){ d.settings, d.calendar.set, d.energy.in.mwh, d.energy.in.base_mwh };
}

static bool same(const struct kept *a, const struct kept *b)
{
    return memcmp(a->settings.value, b->settings.value, sizeof a->settings.value) == 0 &&
           a->settings.confirmed == b->settings.confirmed && a->clock_set == b->clock_set &&
           a->in_mwh == b->in_mwh && a->day_mwh == b->day_mwh;
}

/* Ends of replies among the lines that were said; all lines must be whole and printable. */
static unsigned ends(void)
{
    unsigned count = 0;
    char *at = said;

    while (*at) {
        char *end = strstr(at, "\r\n");
        assert_non_null(end);
        for (char *c = at; c < end; c++)
            assert_true(*c >= ' ' && *c <= '~');
        count += strncmp(at, "ok", 2) == 0 && (end - at == 2 || at[2] == '*');
        count += strncmp(at, "error ", 6) == 0;
        at = end + 2;
    }
    return count;
}

/* A line and its whole reply, in portions that fit the test's buffer. */
static unsigned reply(void)
{
    unsigned count = 0;

    said_size = 0;
    said[0] = '\0';
    for (uint8_t i = 0; i < size; i++)
        app_byte(&app, line[i], now_ms);
    app_byte(&app, '\r', now_ms);
    for (unsigned turn = 0; turn < 100000 && !app_listens(&app); turn++) {
        if (!app_step(&app, now_ms))
            now_ms += 250;
        if (said_size > SAID_MAX / 2) {
            count += ends();
            said_size = 0;
            said[0] = '\0';
        }
    }
    return count + ends();
}

static void complain(unsigned seed, unsigned number, const char *what)
{
    print_error("FUZZ_SEED=%u line %u: %s: '", seed, number, what);
    for (uint8_t i = 0; i < size; i++)
        print_error(line[i] >= ' ' && line[i] <= '~' ? "%c" : "\\x%02x", line[i]);
    print_error("'\n");
    fail();
}

static void test_lines_random_and_mutated_change_nothing_without_a_session(void **state)
{
    unsigned lines = from_environment("FUZZ_LINES", LINES_STANDARD);
    unsigned seed = from_environment("FUZZ_SEED", 1);
    unsigned in_session = 0;
    unsigned changed = 0;
    uint8_t id;
    uint8_t other;

    (void)state;
    random_state = seed * 0x9E3779B97F4A7C15ull;
    set_up();
    for (unsigned i = 0; i < lines; i++) {
        struct kept before, after;
        bool in;

        shake();
        while (app_step(&app, now_ms))
            ;
        make_line();
        before = keep();
        in = app.login.in;
        if (reply() != 1)
            complain(seed, i, "not one end of a reply");
        after = keep();
        if (!in && !same(&before, &after))
            complain(seed, i, "changed without a session");
        if (settings_check(&d.settings, &id, &other) != SETTINGS_OK)
            complain(seed, i, "settings that contradict each other");
        in_session += in;
        changed += !same(&before, &after);
    }
    print_message("%u lines, %u in a session, %u changed something\n", lines, in_session, changed);
    assert_true(in_session > lines / 20 && changed > lines / 200); /* it got that far */
}

static void test_bytes_of_any_kind_never_stop_the_port(void **state)
{
    unsigned lines = from_environment("FUZZ_LINES", LINES_STANDARD);

    (void)state;
    random_state = from_environment("FUZZ_SEED", 1);
    set_up();
    for (unsigned i = 0; i < lines; i++) {
        said_size = 0;
        for (unsigned n = below(40); n && app_listens(&app); n--)
            app_byte(&app, (uint8_t)(below(4) ? below(256) : '\r'), now_ms);
        for (unsigned n = 0; n < 300 && !app_listens(&app); n++, said_size = 0)
            now_ms += app_step(&app, now_ms) ? 0 : 250;
        now_ms += below(200);
    }
    now_ms += APP_LINE_PATIENCE_MS;
    said_size = 0;
    assert_true(says("versions", "protocol 1\r\n") || strstr(said, "protocol 1*"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_random_and_mutated_change_nothing_without_a_session),
        cmocka_unit_test(test_bytes_of_any_kind_never_stop_the_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
