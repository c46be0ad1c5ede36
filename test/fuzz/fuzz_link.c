/* The link of every board: a chain of four with the return wire, commands and the extended data output, and up to
 * three faults of the input. The promises of test/fake/host_case.h hold. Bytes behind the faults are what
 * comes over the wire where one of them adds bytes. */
#include "test/fake/host_case.h"
#include "test/fake/host_chain.h"
#include "test/fuzz/fuzz.h"

#define BOARDS 4u
#define SENSORS 1u
#define MS 1000000ull
#define UNIT_NS (MS / 20u)

static struct hit hit_of(struct input *in)
{
    struct hit f = { .kind = take_byte(in) % HIT_KINDS };
    uint8_t where = take_byte(in);
    uint16_t when = take_word(in);

    f.hop = where % BOARDS;
    f.byte = when % 128u;
    if (where & 0x80u) {
        f.byte = HIT_ANY_BYTE;
        f.at_ns = when % 1800u * MS;
    }
    if (hit_lasts(f.kind)) /* 50 us to 3.2 s */
        f.lasts_ns = (1u + take_word(in)) * UNIT_NS;
    return f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    struct input in = { data, size };
    struct hit set[HITS_MAX];
    struct case_result r;
    uint8_t first = take_byte(&in);
    uint8_t count = (uint8_t)(1u + first % HITS_MAX);

    if (!started)
        chain_start(BOARDS, SENSORS, 1);
    started = true;
    for (uint8_t k = 0; k < count; k++)
        set[k] = hit_of(&in);
    hit_raw = in.at;
    hit_raw_left = in.left;
    chain_talks = (first & 0x80u) != 0;
    case_run(set, count, first, (first & 0x40u) != 0, &r);
    for (unsigned p = 0; p < PROMISES; p++)
        if (r.broken[p]) {
            fprintf(stderr, "%s\n", r.why);
            MUST(!r.broken[p]);
        }
    return 0;
}
