/* A damaged frame between two good ones, many times: what the decoder takes was sent, but for what
 * sixteen bits of CRC let through by chance. Each kind of damage has its own bound for frames read in
 * step; behind a bad frame the decoder hunts, and each byte that could be a header is another chance.
 *
 * FRAMES=n damaged frames (100 000 000 in `make soak`), BMS_SEED=n another seed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocol/crc.h"
#include "protocol/decoder.h"
#include "test.h"

#define FRAMES 2000000ull
#define SIZE FRAME_STREAM_SIZE
#define STREAM_MAX (4u * SIZE)
#define DATA_BITS (8u * SIZE)
#define MORE_FLIPS_MAX 40u

/* By chance: one in 65 536 of what the CRC does not find for sure, twice that for an even number of
 * wrong bits; a header must fit as well. */
#define NEVER 0.0
#define BY_CHANCE (1.0 / 32768)
#define HUNTED_HEADER (1.0 / 65536) /* its CRC fits by chance */

static uint64_t random_state;

static uint32_t draw(uint32_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state >> 24) % below);
}

struct stream {
    uint8_t bytes[STREAM_MAX];
    unsigned length;
};

/* ---- kinds of damage: of the frame in the middle -------------------------------------------- */

static void flip(struct stream *s, unsigned bit)
{
    s->bytes[SIZE + bit / 8u] ^= (uint8_t)(1u << bit % 8u);
}

static void flips(struct stream *s, unsigned count)
{
    uint64_t hit = 0;

    while (count) {
        unsigned bit = draw(DATA_BITS);
        if (!(hit >> bit & 1)) {
            hit |= 1ull << bit;
            flip(s, bit);
            count--;
        }
    }
}

static void few_flips(struct stream *s)
{
    flips(s, 1u + draw(5));
}

static void many_flips(struct stream *s)
{
    flips(s, 6u + draw(MORE_FLIPS_MAX));
}

/* Bits leave lowest first: so does the CRC count them, and its own bytes come low byte first. */
static void burst(struct stream *s)
{
    unsigned at = draw(DATA_BITS - 15u);
    uint32_t pattern = 1u | draw(0x10000);

    for (unsigned i = 0; i < 16; i++)
        if (pattern >> i & 1)
            flip(s, at + i);
}

static void other_contents(struct stream *s)
{
    for (unsigned i = 1; i < SIZE; i++)
        s->bytes[SIZE + i] = (uint8_t)draw(256);
}

static void all_random(struct stream *s)
{
    for (unsigned i = 0; i < SIZE; i++)
        s->bytes[SIZE + i] = (uint8_t)draw(256);
}

static void lose_bytes(struct stream *s)
{
    unsigned at = SIZE + draw(SIZE);
    unsigned count = 1u + draw(2u * SIZE - at);

    memmove(&s->bytes[at], &s->bytes[at + count], s->length - at - count);
    s->length -= count;
}

static void insert_bytes(struct stream *s)
{
    unsigned at = SIZE + draw(SIZE);
    unsigned count = 1u + draw(SIZE);

    memmove(&s->bytes[at + count], &s->bytes[at], s->length - at);
    for (unsigned i = 0; i < count; i++)
        s->bytes[at + i] = (uint8_t)draw(256);
    s->length += count;
}

static void repeat_byte(struct stream *s)
{
    unsigned at = SIZE + draw(SIZE);

    memmove(&s->bytes[at + 1u], &s->bytes[at], s->length - at);
    s->length++;
}

static void swap_bytes(struct stream *s)
{
    unsigned a = SIZE + draw(SIZE);
    unsigned b = SIZE + draw(SIZE);
    uint8_t kept = s->bytes[a];

    s->bytes[a] = s->bytes[b];
    s->bytes[b] = kept;
}

static void stuck_line(struct stream *s)
{
    memset(&s->bytes[SIZE + draw(SIZE)], draw(2) ? 0xFF : 0x00, 1u + draw(SIZE));
}

static const struct kind {
    const char *name;
    void (*damage)(struct stream *s);
    double bound; /* of accepted damaged frames, share */
} kinds[] = {
    { "1 to 5 wrong bits", few_flips, NEVER },
    { "burst of up to 16 bits", burst, NEVER },
    { "6 and more wrong bits", many_flips, BY_CHANCE },
    { "other contents", other_contents, BY_CHANCE },
    { "random bytes", all_random, BY_CHANCE },
    { "lost bytes", lose_bytes, BY_CHANCE },
    { "extra bytes", insert_bytes, BY_CHANCE },
    { "repeated byte", repeat_byte, BY_CHANCE },
    { "swapped bytes", swap_bytes, BY_CHANCE },
    { "stuck line", stuck_line, BY_CHANCE },
};

#define KINDS (sizeof kinds / sizeof kinds[0])

/* ---- one try ------------------------------------------------------------------------------------ */

static void make_cell(uint8_t *out, uint8_t round, uint8_t number)
{
    struct frame_cell cell = { .round = round,
                               .number = number,
                               .mv = (uint16_t)draw(8192),
                               .dc = (int16_t)(draw(2048) - 400),
                               .flags = (uint8_t)draw(256) };
    frame_cell_encode(out, &cell);
}

static bool was_sent(const uint8_t sent[3][SIZE], const uint8_t *frame)
{
    for (unsigned i = 0; i < 3; i++)
        if (memcmp(sent[i], frame, SIZE) == 0)
            return true;
    return false;
}

struct tally {
    unsigned long long in_step; /* taken, and nobody sent them */
    unsigned long long hunted;
    unsigned long long hunted_headers;
};

/* The first frame, before any damage, must be taken. */
static void try_one(const struct kind *kind, struct tally *tally)
{
    struct stream s = { .length = 3u * SIZE };
    struct decoder d;
    uint8_t round = (uint8_t)draw(16);
    uint8_t sent[3][SIZE];
    bool first = false;

    for (unsigned i = 0; i < 3; i++) {
        make_cell(sent[i], round, (uint8_t)(200u - i));
        memcpy(&s.bytes[i * SIZE], sent[i], SIZE);
    }
    kind->damage(&s);
    decoder_start(&d, round);
    for (unsigned i = 0; i < s.length; i++) {
        bool hunting = d.hunting;

        enum decode_result result = decoder_byte(&d, s.bytes[i]);
        tally->hunted_headers +=
            hunting && frame_is_streamed(d.bytes[0]) && frame_round_of(d.bytes[0]) == round;
        if (result != DECODE_FRAME)
            continue;
        first = first || memcmp(d.bytes, sent[0], SIZE) == 0;
        if (!was_sent((const uint8_t(*)[SIZE])sent, d.bytes))
            *(hunting ? &tally->hunted : &tally->in_step) += 1;
    }
    assert_true(first);
}

static void at_most(const char *kind, const char *how, unsigned long long wrong, double mean)
{
    printf("  %s: %llu taken wrongly, %.1f expected at most\n", how, wrong, mean);
    if ((double)wrong > mean + 4.0 * sqrt(mean) + (mean > 0 ? 2.0 : 0.0))
        fail_msg("%s, %s: %llu taken wrongly", kind, how, wrong);
}

static void test_decoder_takes_what_was_sent(void **state)
{
    const char *wanted = getenv("FRAMES");
    unsigned long long each = (wanted ? strtoull(wanted, NULL, 0) : FRAMES) / KINDS;

    (void)state;
    for (const struct kind *k = kinds; k < kinds + KINDS; k++) {
        struct tally tally = { 0 };

        for (unsigned long long i = 0; i < each; i++)
            try_one(k, &tally);
        printf("%llu frames with %s\n", each, k->name);
        at_most(k->name, "in step", tally.in_step, (double)each * k->bound);
        at_most(k->name, "hunting", tally.hunted, (double)tally.hunted_headers * HUNTED_HEADER);
        fflush(stdout);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decoder_takes_what_was_sent),
    };
    const char *wanted = getenv("BMS_SEED");
    unsigned long long seed = wanted ? strtoull(wanted, NULL, 0) : 20261120u;

    random_state = seed * 0x9E3779B97F4A7C15u | 1u;
    printf("seed %llu\n", seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
