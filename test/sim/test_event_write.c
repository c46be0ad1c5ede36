/* What event_write() writes is read back as the very same event. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/event_write.h"

static struct event parsed(const char *text)
{
    struct event event;
    struct err err = { "" };
    char line[512];
    struct reader reader = { .path = "test", .line = 1, .rest = line, .err = &err };

    snprintf(line, sizeof line, "%s", text);
    if (!event_parse(&reader, &event))
        fail_msg("'%s': %s", text, err.text);
    return event;
}

static void written(const struct event *event, char *text, size_t size)
{
    FILE *out = fmemopen(text, size, "w");

    event_write(out, event);
    fclose(out);
}

static void assert_same(const struct event *a, const struct event *b, const char *text)
{
    if (a->kind != b->kind || a->cell != b->cell || a->cell2 != b->cell2 ||
        a->sensor != b->sensor || a->address != b->address || a->bit != b->bit || a->a != b->a ||
        a->b != b->b || a->flag != b->flag || a->flag2 != b->flag2 || a->ntc != b->ntc ||
        a->wire != b->wire || a->stuck != b->stuck || a->switches != b->switches ||
        strcmp(a->text, b->text) != 0)
        fail_msg("'%s' is another event than it was written from", text);
}

static const char *const every_action[] = {
    "charger 20 A 3.55 V",
    "charger off",
    "load 30 A",
    "load 500.125 W",
    "load off",
    "profile off",
    "profile /a/b.csv scale -0.1 loop",
    "profile b.csv",
    "ripple 100 0.3",
    "ripple off",
    "break 3 4",
    "break 4 1",
    "repair 3 4",
    "temperature 2 -10.3",
    "temperature all 50",
    "temperature all free",
    "temperature 3 free",
    "ambient 30",
    "remove 2",
    "insert 2",
    "swap 2 3",
    "replace 2",
    "leak 2 10",
    "leak all off",
    "soc 2 55.7",
    "soc all 0",
    "sensor 1 offset -0.5",
    "sensor 2 gain 1.1",
    "sensor 1 open",
    "sensor 2 ok",
    "reset 3",
    "reset all",
    "fault ram 3 300 7 1",
    "fault ram 3 300 7 0",
    "fault flash 2 1234 3",
    "fault divider 2 0.97",
    "fault eeprom 2 12 random",
    "fault eeprom 2 12 old",
    "fault crystal 4 dead",
    "fault crystal 4 ok",
    "fault byte 2 513 77",
    "fault wire 2 7 drop",
    "fault wire 2 7 flip 12",
    "fault wire 2 7 insert 200",
    "fault wire 2 7 duplicate",
    "fault wire 2 7 truncate",
    "fault wire 2 7 framing",
    "fault wire 2 7 delay 33.3",
    "fault wire 2 7 glitch 5",
    "fault pulse 2 12.5 low 300",
    "fault pulse 2 12.5 high 300",
    "noise 2 0.0003",
    "noise all off",
    "stuck 2 off",
    "stuck 2 low",
    "stuck 2 high",
    "babble 2 on",
    "babble 2 off",
    "clock 2 -3.7",
    "clock all 3.3 over 250",
    "brownout 2 0.35",
    "switches 01011010",
    "button begin down",
    "button end up",
    "ntc cell 2 open",
    "ntc resistor all short",
    "ntc cell 2 ok",
    "print a text with # and \"quotes\"",
    "app \"set mode critical\"",
};

#define ACTIONS (sizeof every_action / sizeof every_action[0])

static void test_event_write_reads_back_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < ACTIONS; i++) {
        struct event event = parsed(every_action[i]);
        struct event again;
        char text[512];

        written(&event, text, sizeof text);
        again = parsed(text);
        assert_same(&event, &again, text);
    }
}

static void test_event_write_knows_every_kind(void **state)
{
    bool seen[EVENT_KINDS] = { false };

    (void)state;
    for (size_t i = 0; i < ACTIONS; i++)
        seen[parsed(every_action[i]).kind] = true;
    for (int kind = 0; kind < EVENT_KINDS; kind++)
        if (!seen[kind])
            fail_msg("no action of kind %d above", kind);
}

/* Any double that a scenario can say, not only those that somebody typed. */
static void test_event_write_numbers_are_exact(void **state)
{
    (void)state;
    srand(1);
    for (int i = 0; i < 20000; i++) {
        struct event event = { .kind = EVENT_CLOCK, .cell = 1, .line = 1 };
        struct event again;
        char text[512];

        event.a = 60.0 * ((double)rand() / RAND_MAX - 0.5) / 100.0;
        event.b = (0.1 + 9e6 * (double)rand() / RAND_MAX) / 1000.0;
        written(&event, text, sizeof text);
        again = parsed(text);
        assert_same(&event, &again, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event_write_reads_back_the_same),
        cmocka_unit_test(test_event_write_knows_every_kind),
        cmocka_unit_test(test_event_write_numbers_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
