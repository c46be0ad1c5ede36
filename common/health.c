#include "common/health.h"

#include <stddef.h>

#include "common/apart.h"
#include "common/eeprom_map.h"
#include "common/hal.h"
#include "common/record.h"
#include "protocol/crc.h"

#define LOG_MAGIC 0xB7u
#define MS_PER_S 1000u
#define STRIKES_MAX 3u

/* ---- reset log -------------------------------------------------------------------------------- */

#define SEALED offsetof(struct reset_log, crc)

_Static_assert(offsetof(struct reset_log, tag) == RESETS_PAYLOAD - 1u, "record without gaps");

/* But for external, the lowest bit is the worst. */
static void count_cause(struct reset_log *log, uint8_t causes)
{
    uint8_t cause = 0;

    if (causes & ~(1u << CAUSE_EXTERNAL))
        causes &= (uint8_t) ~(1u << CAUSE_EXTERNAL);
    if (causes == 0)
        return;
    for (; !(causes & 1u); causes >>= 1)
        cause++;
    log->counts.count[cause]++;
}

static void go_on_from_record(struct reset_log *log)
{
    uint8_t steps = crc_run((const uint8_t *)log, sizeof *log) & 0x0Fu;

    *log = (struct reset_log){ .magic = LOG_MAGIC };
    record_load(EEPROM_RESETS, RESETS_VERSION, (uint8_t *)log, RESETS_PAYLOAD);
    log->tag = (uint8_t)(log->tag + (steps ? steps - 1u : 0u));
}

void reset_log_start(struct reset_log *log, uint8_t causes)
{
    if (log->magic != LOG_MAGIC || log->crc != crc_run((const uint8_t *)log, SEALED))
        go_on_from_record(log);
    log->tag++;
    log->counts.boots++;
    count_cause(log, causes);
    log->crc = crc_run((const uint8_t *)log, SEALED);
}

/* ---- health ----------------------------------------------------------------------------------- */

APART void health_init(struct health *h)
{
    struct reset_log *log = hal_reset_log();

    *h = (struct health){ .causes = hal_reset_causes(), .lowest_mv = UINT16_MAX };
    reset_log_start(log, h->causes);
    h->resets = log->counts;
    h->stack_free = hal_stack_free();
    h->faults = hal_self_test();
}

APART void health_elapsed(struct health *h, uint16_t ms)
{
    ms = (uint16_t)(ms + h->uptime_ms);
    for (; ms >= MS_PER_S; ms = (uint16_t)(ms - MS_PER_S))
        h->uptime_s++;
    h->uptime_ms = ms;
}

static void save_once(struct health *h)
{
    if (h->saved || h->faults || h->uptime_s < HEALTH_SAVE_S)
        return;
    h->saved = 1;
    record_save(EEPROM_RESETS, RESETS_VERSION, (const uint8_t *)hal_reset_log(), RESETS_PAYLOAD);
}

APART void health_round(struct health *h, int8_t trim_steps, int8_t clock_error)
{
    h->trim_steps = trim_steps;
    h->clock_error = clock_error;
    if ((h->rounds & 15u) == 0)
        h->stack_free = hal_stack_free();
    save_once(h);
}

void health_reading(struct health *h, uint16_t mv)
{
    if (mv < h->lowest_mv)
        h->lowest_mv = mv;
    h->rounds++;
}

void health_analog(struct health *h, bool plausible)
{
    if (plausible) {
        h->strikes = 0;
        h->faults &= (uint8_t)~FAULT_ANALOG;
    } else if (h->strikes < STRIKES_MAX && ++h->strikes == STRIKES_MAX) {
        h->faults |= FAULT_ANALOG;
    }
}
