/* What a receiver hears of a round when its hop is disturbed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>

#include "engine/disturb.h"
#include "engine/serial.h"

#define MS 1000000000LL
#define US 1000000LL
#define BIT (26 * US)
#define ROUND_BYTES 12

struct hop {
    struct disturb d;
    struct wire out;
    int64_t now_ps;
    int64_t step_ps;
    uint8_t heard[4 * ROUND_BYTES];
    bool framing[4 * ROUND_BYTES];
    int bytes;
};

static struct hop hop;

static void begin(int64_t step_ps, uint64_t seed)
{
    hop = (struct hop){ .step_ps = step_ps };
    disturb_init(&hop.d, seed, 1, true, 0);
    wire_init(&hop.out);
}

static void carry(int64_t until_ps)
{
    while (hop.now_ps < until_ps) {
        hop.now_ps += hop.step_ps;
        disturb_carry(&hop.d, &hop.d.raw, &hop.out, hop.now_ps, 0);
    }
}

/* Break, sync, bytes 1, 2, 3 ...: at the sender's end. Returns when they are over. */
static int64_t send_edges(void)
{
    struct serial_mouth mouth;
    int64_t at_ps = hop.now_ps + 7 * MS;

    serial_mouth_init(&mouth, &hop.d.raw, 1e12 / (double)BIT);
    wire_drive(&hop.d.raw, at_ps, false);
    wire_drive(&hop.d.raw, at_ps + 20 * MS, true);
    mouth.free_ps = at_ps + 20 * MS + 2 * BIT;
    serial_say(&mouth, 0, 0x55);
    mouth.free_ps += 8 * BIT;
    for (int i = 1; i <= ROUND_BYTES; i++)
        serial_say(&mouth, 0, (uint8_t)i);
    return mouth.free_ps;
}

/* And 100 ms of silence behind it. */
static void send_round(void)
{
    carry(send_edges() + 100 * MS);
}

static void hear(void)
{
    struct serial_ear ear;
    struct serial_byte byte;
    int64_t fall_ps;

    serial_ear_init(&ear, &hop.out, 1e12 / (double)BIT);
    fall_ps = wire_next_fall(&hop.out, 0);
    ear.from_ps = fall_ps + 20 * MS + 15 * BIT; /* behind the sync */
    hop.bytes = 0;
    while (serial_hear(&ear, hop.now_ps, &byte)) {
        hop.heard[hop.bytes] = byte.value;
        hop.framing[hop.bytes++] = byte.framing_error;
    }
}

static void round_with(enum disturb_kind kind, int byte, uint8_t value, int64_t span_ps)
{
    struct disturb_fault f = { .kind = kind, .byte = byte, .value = value, .span_ps = span_ps };

    begin(MS, 1);
    assert_true(disturb_arm(&hop.d, &f));
    send_round();
    hear();
}

static void expect(int n, const uint8_t *want)
{
    assert_int_equal(hop.bytes, n);
    assert_memory_equal(hop.heard, want, (size_t)n);
}

static void test_disturb_without_fault_changes_nothing(void **state)
{
    static const uint8_t want[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

    (void)state;
    begin(MS, 1);
    send_round();
    hear();
    expect(12, want);
}

static void test_disturb_faults_hit_their_byte_alone(void **state)
{
    static const uint8_t dropped[] = { 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
    static const uint8_t flipped[] = { 1, 2, 3 ^ 0x81, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
    static const uint8_t inserted[] = { 1, 2, 0xA5, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
    static const uint8_t twice[] = { 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
    static const uint8_t cut[] = { 1, 2 };
    static const uint8_t whole[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

    (void)state;
    round_with(DISTURB_DROP, 3, 0, 0);
    expect(11, dropped);
    round_with(DISTURB_FLIP, 3, 0x81, 0);
    expect(12, flipped);
    round_with(DISTURB_INSERT, 3, 0xA5, 0);
    expect(13, inserted);
    round_with(DISTURB_DUPLICATE, 3, 0, 0);
    expect(13, twice);
    round_with(DISTURB_TRUNCATE, 3, 0, 0);
    expect(2, cut);
    round_with(DISTURB_DELAY, 3, 0, 900 * US);
    expect(12, whole);
    round_with(DISTURB_FRAMING, 3, 0, 0);
    assert_true(hop.framing[2]);
    for (int i = 0; i < 3; i++)
        assert_int_equal(hop.framing[i], i == 2);
    round_with(DISTURB_GLITCH, 3, 0, BIT);
    assert_int_not_equal(hop.heard[2], 3);
    hop.heard[2] = 3;
    expect(12, whole);
}

static void test_disturb_fault_acts_once(void **state)
{
    static const uint8_t want[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

    (void)state;
    round_with(DISTURB_FLIP, 5, 0xFF, 0);
    assert_int_not_equal(hop.heard[4], 5);
    wire_forget(&hop.out, hop.now_ps);
    wire_init(&hop.out);
    send_round();
    hear();
    expect(12, want);
}

/* Seen from the break: the pulse is where it should be, and nowhere else. */
static void test_disturb_pulse_is_timed_from_the_break(void **state)
{
    struct disturb_fault f = {
        .kind = DISTURB_LOW, .span_ps = 300 * US, .after_ps = 80 * MS, .byte = -1
    };
    int64_t fall_ps;
    bool level;

    (void)state;
    begin(MS, 1);
    disturb_arm(&hop.d, &f);
    send_round();
    fall_ps = wire_next_fall(&hop.out, 0);
    assert_int_equal(wire_next_fall(&hop.out, fall_ps + 60 * MS), fall_ps + 80 * MS);
    assert_int_equal(wire_next_edge(&hop.out, fall_ps + 80 * MS + 1, &level),
                     fall_ps + 80 * MS + 300 * US);
}

static void test_disturb_stuck_line_has_no_edge_until_it_is_freed(void **state)
{
    (void)state;
    for (int high = 0; high < 2; high++) {
        begin(MS, 1);
        carry(10 * MS);
        disturb_stuck(&hop.d, high ? DISTURB_STUCK_HIGH : DISTURB_STUCK_LOW);
        send_round();
        assert_int_equal(wire_level(&hop.out, 11 * MS), high);
        assert_int_equal(wire_next_fall(&hop.out, 11 * MS), WIRE_NEVER);
        disturb_stuck(&hop.d, DISTURB_FREE);
        carry(hop.now_ps + 2 * MS);
        assert_true(wire_level(&hop.out, hop.now_ps - 1));
    }
}

/* Inverted bit times per bit time: within five standard deviations of what was asked for. */
static void test_disturb_noise_has_its_rate(void **state)
{
    static const double rates[] = { 1e-4, 1e-3, 1e-2 };

    (void)state;
    for (int i = 0; i < 3; i++) {
        double bits = 2e6;
        double low = 0.0;
        double want = rates[i] * bits;
        int64_t end_ps = (int64_t)bits * BIT;
        begin(10 * MS, 7);
        disturb_noise(&hop.d, rates[i], 0);
        while (hop.now_ps < end_ps) {
            int64_t at_ps = hop.now_ps;
            int64_t from_ps = at_ps;
            bool level;
            carry(hop.now_ps + 10 * MS);
            while ((at_ps = wire_next_edge(&hop.out, at_ps, &level)) < hop.now_ps) {
                if (level)
                    low += (double)(at_ps - from_ps) / (double)BIT;
                from_ps = at_ps++;
            }
            if (!wire_level(&hop.out, hop.now_ps - 1))
                low += (double)(hop.now_ps - from_ps) / (double)BIT;
            wire_forget(&hop.out, hop.now_ps);
        }
        assert_true(low > want - 5.0 * sqrt(want) && low < want + 5.0 * sqrt(want));
    }
}

/* The pieces in which time passes make no difference. */
static void test_disturb_is_the_same_in_any_steps(void **state)
{
    static struct wire first;

    (void)state;
    for (int step_ms = 1; step_ms <= 10; step_ms += 9) {
        struct disturb_fault f = { .kind = DISTURB_INSERT, .byte = 4, .value = 9 };
        begin(step_ms * MS, 3);
        disturb_noise(&hop.d, 0.01, 0);
        disturb_arm(&hop.d, &f);
        disturb_babble(&hop.d, true, 0);
        carry(10 * MS);
        disturb_babble(&hop.d, false, hop.now_ps);
        send_round();
        carry(200 * MS);
        if (step_ms == 1)
            first = hop.out;
    }
    assert_int_equal(first.head, hop.out.head);
    assert_true(first.head > 300);
    for (uint64_t i = 0; i < first.head; i++) {
        assert_int_equal(first.edge[i].at_ps, hop.out.edge[i].at_ps);
        assert_int_equal(first.edge[i].level, hop.out.edge[i].level);
    }
}

static void test_disturb_babble_is_bytes_without_end(void **state)
{
    (void)state;
    begin(MS, 5);
    disturb_babble(&hop.d, true, 0);
    carry(20 * MS);
    assert_true(hop.out.head > 200);
    disturb_babble(&hop.d, false, hop.now_ps);
    carry(40 * MS);
    assert_int_equal(wire_next_fall(&hop.out, 21 * MS), WIRE_NEVER);
}

/* ---- saved ---------------------------------------------------------------------------------------- */

/* Another one takes its place, which was made with other figures. */
static void save_and_load(void)
{
    static struct disturb other;
    struct state out;
    struct state in;

    state_save_init(&out);
    state_begin(&out, "HOP ");
    disturb_state(&hop.d, &out);
    state_end(&out);
    disturb_init(&other, 77, 3, !hop.d.level, 12345);
    state_load_init(&in, out.data, out.size);
    state_begin(&in, "HOP ");
    disturb_state(&other, &in);
    state_end(&in);
    assert_false(in.failed);
    hop.d = other;
    state_free(&in);
}

#define ALL_KINDS (DISTURB_HIGH + 3) /* and noise, and one that babbles */
#define SAVE_FROM (26 * MS)          /* the end of the break */
#define SAVE_TO (33 * MS)            /* behind the last byte */

static void carry_a_round(int kind, bool saved)
{
    struct disturb_fault f = { .kind = (enum disturb_kind)kind,
                               .byte = 3,
                               .value = 0x81,
                               .span_ps = 60 * US,
                               .after_ps = 22 * MS };
    int64_t end_ps;

    begin(17 * US, 9);
    if (kind <= DISTURB_HIGH)
        assert_true(disturb_arm(&hop.d, &f));
    else if (kind == DISTURB_HIGH + 1)
        disturb_noise(&hop.d, 0.01, 0);
    else
        disturb_babble(&hop.d, true, 0);
    if (!saved) {
        send_round();
        return;
    }
    end_ps = send_edges() + 100 * MS;
    while (hop.now_ps < end_ps) {
        carry(hop.now_ps + hop.step_ps);
        if (hop.now_ps > SAVE_FROM && hop.now_ps < SAVE_TO)
            save_and_load();
    }
}

static void test_disturb_saved_at_any_moment_goes_on_the_same(void **state)
{
    static struct wire want;

    (void)state;
    for (int kind = 0; kind < ALL_KINDS; kind++) {
        carry_a_round(kind, false);
        want = hop.out;
        carry_a_round(kind, true);
        assert_int_equal(hop.out.head, want.head);
        for (uint64_t i = 0; i < want.head; i++) {
            assert_int_equal(hop.out.edge[i].at_ps, want.edge[i].at_ps);
            assert_int_equal(hop.out.edge[i].level, want.edge[i].level);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disturb_without_fault_changes_nothing),
        cmocka_unit_test(test_disturb_faults_hit_their_byte_alone),
        cmocka_unit_test(test_disturb_fault_acts_once),
        cmocka_unit_test(test_disturb_pulse_is_timed_from_the_break),
        cmocka_unit_test(test_disturb_stuck_line_has_no_edge_until_it_is_freed),
        cmocka_unit_test(test_disturb_noise_has_its_rate),
        cmocka_unit_test(test_disturb_is_the_same_in_any_steps),
        cmocka_unit_test(test_disturb_babble_is_bytes_without_end),
        cmocka_unit_test(test_disturb_saved_at_any_moment_goes_on_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
