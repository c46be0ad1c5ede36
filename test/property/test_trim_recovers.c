/* From every oscillator trim and divisor that disturbances can leave behind, with every pair of clocks, a board
 * hears its neighbour again by the third round: so nothing that comes over the wire makes it need a reset. */
#include "common/trim.h"
#include "test.h"
#include "test/fake/hal_fake.h"
#include "test/fake/ring_fake.h"

#define FACTORY 0xA0u
#define RANGE 16          /* steps of OSCCAL to either side, common/trim.c */
#define HEARS_PPM 39000.0 /* ATmega328P data sheet, receiver error with U2X, 8 data bits */
#define SETTLED_PPM 12000.0
#define ROUNDS 3
#define SETTLES 40

static struct trim t;
static double ratio; /* its clock at the factory trim to the sender's */
static double step;  /* of OSCCAL */

static double speed(void)
{
    return ratio * (1.0 + step * ((int)fake->trim - (int)FACTORY));
}

static double error_ppm(void)
{
    return (speed() * LINK_DIVISOR_NOMINAL / t.divisor - 1.0) * 1e6;
}

static bool near(double ppm)
{
    return error_ppm() < ppm && error_ppm() > -ppm;
}

/* HOP comes only when its bytes can be read. */
static bool round_is_heard(void)
{
    uint16_t edges[SYNC_EDGES];
    bool heard;

    ring_edges(0x1234u, (uint16_t)(LINK_DIVISOR_NOMINAL * 64.0 * speed() + 0.5), edges);
    heard = trim_sync(&t, edges) && near(HEARS_PPM);
    if (heard) {
        trim_hop(&t, 0);
        trim_adjust(&t);
    } else {
        trim_stray(&t);
    }
    return heard;
}

static void recover(int trim, uint8_t divisor)
{
    int heard = 0;

    fake->trim = FACTORY;
    trim_init(&t, FACTORY);
    fake->trim = (uint8_t)((int)FACTORY + trim);
    t.divisor = divisor;
    for (int round = 1; round <= SETTLES; round++) {
        heard = round_is_heard() ? heard + 1 : 0;
        if (round >= ROUNDS && heard == 0)
            fail_msg(
                "ratio %.3f, step %.4f, trim %d, divisor %u: deaf in round %d, off by %.0f ppm",
                ratio, step, trim, divisor, round, error_ppm());
    }
    if (!near(SETTLED_PPM))
        fail_msg("ratio %.3f, step %.4f, trim %d, divisor %u: ends off by %.0f ppm", ratio, step,
                 trim, divisor, error_ppm());
}

/* Both clocks are 10 % off at most. */
static void test_any_trim_and_divisor_any_clocks_heard_by_third_round(void **state)
{
    (void)state;
    fake_reset();
    for (step = 0.004; step < 0.0071; step += 0.0005)
        for (ratio = 0.9 / 1.1; ratio < 1.1 / 0.9; ratio += 0.0021)
            for (int trim = -RANGE; trim <= RANGE; trim++)
                for (uint8_t divisor = 10; divisor <= 17; divisor++)
                    recover(trim, divisor);
}

/* A sync that never came must not move the clock each time it is missed. */
static void test_missed_syncs_at_the_limit_move_the_clock_once(void **state)
{
    uint8_t trim;
    uint8_t divisor;

    (void)state;
    fake_reset();
    ratio = 1.0;
    step = 0.0055;
    fake->trim = FACTORY;
    trim_init(&t, FACTORY);
    fake->trim = (uint8_t)(FACTORY - RANGE);
    t.at_limit = true;
    t.relative = 38;
    trim_stray(&t);
    assert_int_not_equal(t.divisor, LINK_DIVISOR_NOMINAL);
    trim = fake->trim;
    divisor = t.divisor;
    for (int i = 0; i < 10; i++)
        trim_stray(&t);
    assert_int_equal(fake->trim, trim);
    assert_int_equal(t.divisor, divisor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_trim_and_divisor_any_clocks_heard_by_third_round),
        cmocka_unit_test(test_missed_syncs_at_the_limit_move_the_clock_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
