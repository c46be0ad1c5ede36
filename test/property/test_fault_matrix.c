/* Every kind of fault at every byte of a round on chains of 2, 3 and 4 boards, and at random on these and
 * longer ones: five promises hold (test/fake/host_case.h).
 *
 * FAULTS=n random faults (a million in `make soak`), BMS_SEED=n where they begin, SEVERAL=1 two or three of them
 * at once in each case, not in one of eight. Each random fault has a seed of its own, which a failure prints:
 * BMS_SEED=that FAULTS=1 does exactly it again. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "test.h"
#include "test/fake/host_case.h"
#include "test/fake/host_chain.h"

#define FAULTS 20000ull
#define SEED 20261120ull

static unsigned long long failures;

/* ---- the table ----------------------------------------------------------------------------------- */

#define SEVERAL HIT_KINDS /* two or three kinds at once */
#define ROWS (HIT_KINDS + 1u)

static struct row {
    unsigned long long faults;
    unsigned long long broken[PROMISES];
    unsigned long long bytes;
    unsigned long long missing;
    unsigned long long halves;
    unsigned long long hasty;
    unsigned long long opened;
    unsigned long long named;
    unsigned long long forged;
    double release_s;
    unsigned rounds;
} rows[ROWS];

static const char *row_name(unsigned row)
{
    return row == SEVERAL ? "two or three at once" : hit_name((uint8_t)row);
}

static void add(unsigned row, const struct case_result *r)
{
    struct row *t = &rows[row];

    if (!r->fired)
        return;
    t->faults++;
    for (unsigned p = 0; p < PROMISES; p++)
        t->broken[p] += r->broken[p];
    t->bytes += r->taken;
    t->missing += r->missing;
    t->halves += r->halves;
    t->hasty += r->hasty;
    t->opened += r->opened;
    t->named += r->named;
    t->forged += r->forged;
    t->release_s = fmax(t->release_s, r->release_s);
    t->rounds = r->rounds > t->rounds ? r->rounds : t->rounds;
}

static void add_row(struct row *sum, const struct row *r)
{
    sum->faults += r->faults;
    for (unsigned p = 0; p < PROMISES; p++)
        sum->broken[p] += r->broken[p];
    sum->bytes += r->bytes;
    sum->missing += r->missing;
    sum->halves += r->halves;
    sum->hasty += r->hasty;
    sum->opened += r->opened;
    sum->named += r->named;
    sum->forged += r->forged;
    sum->release_s = fmax(sum->release_s, r->release_s);
    sum->rounds = r->rounds > sum->rounds ? r->rounds : sum->rounds;
}

static void print_row(const char *name, const struct row *r)
{
    printf("| %-20s | %8llu | %llu | %llu | %llu | %llu | %llu | %8llu | %4.2f s | %u | %6llu | "
           "%8llu | %4llu | %llu | %llu |\n",
           name, r->faults, r->broken[PROMISE_TRUE], r->broken[PROMISE_BLAME],
           r->broken[PROMISE_RELEASE], r->broken[PROMISE_WHOLE], r->broken[PROMISE_NO_PERSON],
           r->opened, r->release_s, r->rounds, r->named, r->missing, r->halves, r->hasty,
           r->forged);
}

/* A frame of random bytes has a fitting CRC in one of 65536 cases. Each fault makes two such frames at most
 * that are read in step; hunting adds less (docs/protocol.md, section 5). Four times as many, and three, come
 * in one of a thousand runs. */
static bool too_many_forged(const struct row *sum)
{
    return (double)sum->forged > 3.0 + 4.0 * 2.0 * (double)sum->faults / 65536.0;
}

static void print_table(const char *title)
{
    struct row sum = { 0 };

    printf("%s\n| %-20s |   faults | a | b | c | d | e | relays   | opened | rounds | named | "
           "readings | halves | hasty | chance |\n",
           title, "");
    for (unsigned row = 0; row < ROWS; row++) {
        add_row(&sum, &rows[row]);
        if (rows[row].faults)
            print_row(row_name(row), &rows[row]);
    }
    print_row("all", &sum);
    failures += too_many_forged(&sum);
    memset(rows, 0, sizeof rows);
}

/* ---- one fault ------------------------------------------------------------------------------------- */

static void complain(const struct hit *set, uint8_t count, const struct case_result *r)
{
    failures++;
    printf("BROKEN: %s; %u boards, %u sensors:", r->why, chain.boards, chain.sensors);
    for (uint8_t k = 0; k < count; k++)
        printf(" [%s, hop %u, byte %u, at %.3f ms, for %.3f ms]", hit_name(set[k].kind),
               set[k].hop + 1u, set[k].byte, (double)set[k].at_ns / 1e6,
               (double)set[k].lasts_ns / 1e6);
}

static bool bad(const struct case_result *r)
{
    for (unsigned p = 0; p < PROMISES; p++)
        if (r->broken[p])
            return true;
    return false;
}

static uint64_t random_state;

static uint32_t draw(uint32_t below)
{
    random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(random_state >> 33) % below;
}

static uint64_t how_long_ns(uint8_t kind)
{
    if (!hit_lasts(kind))
        return 0;
    if (kind == HIT_BROKEN || kind == HIT_MUTE || kind == HIT_DEAD)
        return 1000ull * (2000000u + draw(5000000));
    if (kind == HIT_CLOCK)
        return 1000ull * (10000u + draw(draw(4) ? 300000 : 3000000));
    return 1000ull * (50u + draw(draw(2) ? 1000 : draw(2) ? 60000 : draw(3) ? 900000 : 5000000));
}

/* Bytes that leave board hop + 1 in a round, the sync included. */
static uint16_t bytes_of(uint8_t hop)
{
    return (uint16_t)(1u + FRAME_START_SIZE + FRAME_HOP_SIZE +
                      FRAME_STREAM_SIZE * (hop + 1u + 2u * chain.sensors + 1u));
}

static bool any_moment(uint8_t kind)
{
    return hit_lasts(kind) || kind == HIT_RESET || kind == HIT_PULSE || kind == HIT_INSERT ||
           kind == HIT_OLD_FRAME;
}

static struct hit random_fault(uint8_t kind)
{
    struct hit f = { .kind = kind, .hop = (uint8_t)draw(chain.boards) };

    f.byte = (uint16_t)draw(bytes_of(f.hop));
    if (any_moment(kind) && draw(2)) {
        f.byte = HIT_ANY_BYTE;
        f.at_ns = 1000ull * draw(1800000);
    }
    f.lasts_ns = how_long_ns(kind);
    return f;
}

static struct case_result run(const struct hit *set, uint8_t count, unsigned row, uint64_t seed,
                              bool until_closed)
{
    struct case_result r;

    case_run(set, count, seed, until_closed, &r);
    add(row, &r);
    if (bad(&r))
        complain(set, count, &r);
    return r;
}

/* ---- every kind at every byte ------------------------------------------------------------------------ */

static void at_every_byte(uint16_t boards, uint8_t sensors)
{
    char title[60];

    chain_start(boards, sensors, boards);
    for (uint8_t kind = 0; kind < HIT_KINDS; kind++)
        for (uint8_t hop = 0; hop < boards; hop++)
            for (uint16_t byte = 0; byte < bytes_of(hop); byte++) {
                struct hit f = { .kind = kind, .hop = hop, .byte = byte };
                uint64_t seed = (uint64_t)byte << 16 | (uint64_t)hop << 8 | kind;
                random_state = seed;
                f.lasts_ns = how_long_ns(kind);
                struct case_result r = run(&f, 1, kind, seed, byte % 8u == 0);
                if (bad(&r))
                    printf(" seed %llu\n", (unsigned long long)seed);
            }
    snprintf(title, sizeof title, "%u boards, %u sensors, every byte", boards, sensors);
    print_table(title);
}

static void test_every_fault_at_every_byte_keeps_all_promises(void **state)
{
    (void)state;
    if (getenv("BMS_SEED") && getenv("FAULTS") && atoi(getenv("FAULTS")) == 1)
        skip();
    failures = 0;
    at_every_byte(2, 1);
    at_every_byte(3, 0);
    at_every_byte(4, 1);
    assert_int_equal(failures, 0);
}

/* ---- at random ------------------------------------------------------------------------------------------ */

/* One chain for so many faults in a row: settling it takes as long as a hundred of them. */
#define BLOCK 500u

/* A line of output for so many. */
#define PROGRESS 50000u

/* Long chains take long: 40 boards in 1 of 100 blocks, 255 in 1 of 1000. */
static uint16_t boards_of(uint64_t block)
{
    static const uint16_t sizes[] = { 2, 3, 4, 5, 3, 4, 6, 8, 3, 16, 4, 5, 3, 4, 6, 8, 2, 3, 4, 5 };

    if (block % 1000u == 999u)
        return 255;
    return block % 100u == 50u ? 40 : sizes[block % TEST_COUNT_OF(sizes)];
}

static void start_block(uint64_t block)
{
    static uint64_t started = UINT64_MAX;

    if (block == started)
        return;
    chain_start(boards_of(block), (uint8_t)(block % 3u), block);
    started = block;
}

/* The frames that nobody made. */
static unsigned long long one_at_random(uint64_t seed)
{
    struct hit set[HITS_MAX];
    uint8_t count = 1;
    struct case_result r;

    start_block(seed / BLOCK);
    random_state = seed * 0x9E3779B97F4A7C15ull + 1u;
    draw(2);
    if (draw(8) == 0 || getenv("SEVERAL"))
        count = (uint8_t)(2u + draw(2));
    for (uint8_t k = 0; k < count; k++)
        set[k] = random_fault((uint8_t)draw(HIT_KINDS));
    r = run(set, count, count > 1 ? SEVERAL : set[0].kind, seed, seed % 16u == 0);
    if (r.forged)
        printf("%s frame that nobody made, its CRC fits by chance:", r.forged_what);
    if (bad(&r) || r.forged)
        printf("\n  again: BMS_SEED=%llu FAULTS=1 %sbuild/test/host/test_fault_matrix\n",
               (unsigned long long)seed, getenv("SEVERAL") ? "SEVERAL=1 " : "");
    return r.forged;
}

/* What once broke a promise, and is repaired: docs/reliability.md. */
static void test_faults_that_broke_a_promise_once_do_not_any_more(void **state)
{
    static const uint64_t seeds[] = { 5603476,   5825314,   6545655,   10619393,
                                      150060290, 150443365, 160197127, 175025226 };

    (void)state;
    failures = 0;
    for (size_t i = 0; i < TEST_COUNT_OF(seeds); i++)
        failures += one_at_random(seeds[i]);
    print_table("found before");
    assert_int_equal(failures, 0);
}

static unsigned long long from_environment(const char *name, unsigned long long standard)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : standard;
}

static void test_random_faults_keep_all_promises(void **state)
{
    unsigned long long seed = from_environment("BMS_SEED", SEED);
    unsigned long long count = from_environment("FAULTS", FAULTS);

    (void)state;
    failures = 0;
    for (unsigned long long i = 0; i < count; i++) {
        one_at_random(seed + i);
        if ((i + 1u) % PROGRESS == 0) {
            printf("%llu of %llu faults\n", i + 1u, count);
            fflush(stdout);
        }
    }
    print_table("at random");
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_fault_at_every_byte_keeps_all_promises),
        cmocka_unit_test(test_faults_that_broke_a_promise_once_do_not_any_more),
        cmocka_unit_test(test_random_faults_keep_all_promises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
