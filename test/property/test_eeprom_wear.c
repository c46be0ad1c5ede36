/* A year of the End board at the worst rate it can be driven to: how often each byte of the EEPROM is
 * written, against 100 000 cycles (ATmega1284P data sheet, "EEPROM data memory") in 20 years. Host
 * only. */
#include "end_board/eeprom_map.h"
#include "end_board/owner.h"
#include "test.h"
#include "test/fake/hal_fake.h"

#define YEAR_S 31557600u
#define STEP_S 5u
#define YEARS 20u
#define ENDURANCE 100000u

static struct decide d;
static struct keeper keeper;

static uint32_t worst(uint16_t from, uint16_t to)
{
    uint32_t most = 0;

    for (uint16_t at = from; at < to; at++)
        if (fake_end_wear[at] > most)
            most = fake_end_wear[at];
    return most;
}

static void idle(uint32_t now_ms)
{
    decide_close(&d);
    do
        keeper_step(&keeper, &d, now_ms);
    while (keeper_busy(&keeper));
}

/* Everything changes all the time, so that no byte is skipped for being equal, and an event comes
 * every five seconds that was not there in the last quarter of an hour. */
static void live_a_year(void)
{
    uint32_t noise = 1;

    for (uint32_t s = 0; s < YEAR_S; s += STEP_S) {
        noise = noise * 1664525u + 1013904223u;
        d.calendar.now_s = s;
        d.soc.charge_mas = (int64_t)noise << 13;
        d.energy.in.mwh = (uint64_t)noise * 54321u;
        d.energy.out.mwh = (uint64_t)(noise ^ 0x55AA55AAu) * 12345u;
        d.energy.in.base_mwh = d.energy.in.mwh / 3u;
        d.energy.out.base_mwh = d.energy.out.mwh / 5u;
        d.energy.cycles_milli = noise >> 3;
        d.extremes.min_mv = (uint16_t)noise;
        d.extremes.charge_ma = (int32_t)(noise >> 1);
        d.day_changed = true;
        event_log_add(&keeper.log, &(struct event){ .time_s = s,
                                                    .code = (uint8_t)(1u + s / STEP_S % 15u),
                                                    .cell = (uint8_t)(noise >> 9),
                                                    .value = (int32_t)(noise >> 8) });
        idle(s * 1000u);
        idle(s * 1000u);
    }
}

static void test_every_byte_lasts_twenty_years_at_the_worst_rate(void **state)
{
    static const struct {
        const char *name;
        uint16_t from, to;
    } areas[] = { { "counters", EEPROM_COUNTERS, EEPROM_DAY },
                  { "day", EEPROM_DAY, EEPROM_LOG },
                  { "log", EEPROM_LOG, EEPROM_END } };

    (void)state;
    fake_reset();
    fake_use_end_eeprom();
    decide_init(&d, 0);
    keeper_load(&keeper, &d, 1, 0);
    live_a_year();
    for (uint8_t i = 0; i < TEST_COUNT_OF(areas); i++) {
        uint32_t most = worst(areas[i].from, areas[i].to);
        print_message("%s: %u writes of a byte in a year, %u in %u years\n", areas[i].name, most,
                      most * YEARS, YEARS);
        assert_in_range(most, 1, ENDURANCE / YEARS);
    }
    assert_int_equal(worst(0, EEPROM_COUNTERS), 0); /* settings change by hand only */
    assert_int_equal(worst(EEPROM_END, END_EEPROM_SIZE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_lasts_twenty_years_at_the_worst_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
