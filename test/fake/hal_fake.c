#include "test/fake/hal_fake.h"

#include <stddef.h>
#include <string.h>

#include "common/calibration.h"
#include "test.h"

#define TRIM_AT_RESET 0x50u
#define IRQ_DEPTH_MAX 4u /* no code is nested so deeply */

struct fake_board fake_boards[FAKE_BOARDS];
struct fake_board *fake = fake_boards;
void (*fake_on_frame)(struct link *l, const uint8_t *frame);
void (*fake_on_break)(struct link *l);
void (*fake_on_round)(struct link *l);
uint8_t fake_irq_depth;
uint8_t fake_end_eeprom[FAKE_END_EEPROM_SIZE];
#ifndef __AVR__
uint32_t fake_end_wear[FAKE_END_EEPROM_SIZE];
#endif
static bool end_eeprom;

static void power_up(struct fake_board *b)
{
    memset(b, 0, sizeof *b);
    memset(b->eeprom, FAKE_ERASED, sizeof b->eeprom);
    b->trim = TRIM_AT_RESET;
    b->out_limit = FAKE_OUT_SIZE;
    b->power_fails_at = FAKE_NO_LIMIT;
}

/* The test before has left interrupts on. */
static void check_irq(void)
{
    uint8_t depth = fake_irq_depth;

    fake_irq_depth = 0;
    assert_int_equal(depth, 0);
}

void fake_reset(void)
{
    for (uint16_t i = 0; i < FAKE_BOARDS; i++)
        power_up(&fake_boards[i]);
    fake = fake_boards;
    end_eeprom = false;
    fake_on_frame = NULL;
    fake_on_break = NULL;
    fake_on_round = NULL;
    check_irq();
}

void fake_use_end_eeprom(void)
{
    end_eeprom = true;
    memset(fake_end_eeprom, FAKE_ERASED, sizeof fake_end_eeprom);
#ifndef __AVR__
    memset(fake_end_wear, 0, sizeof fake_end_wear);
#endif
}

void fake_use(uint8_t board)
{
    fake = &fake_boards[board];
}

bool fake_take(uint8_t *byte)
{
    if (fake->out_count == 0)
        return false;
    *byte = fake->out[0];
    fake->out_count--;
    memmove(fake->out, fake->out + 1, fake->out_count);
    return true;
}

void fake_power_fails_after(uint32_t writes)
{
    fake->power_fails_at = fake->writes + writes;
}

void fake_power_on(void)
{
    fake->power_fails_at = FAKE_NO_LIMIT;
}

/* ---- link ------------------------------------------------------------------------------------ */

void hal_link_break(void)
{
    fake->line = FAKE_LINE_BREAK;
    fake->drain = fake->notify_sent = false;
    fake->out_count = 0;
    fake->breaks++;
}

void hal_link_release(uint8_t divisor)
{
    fake->line = FAKE_LINE_BYTES;
    fake->divisor = divisor;
    fake->sent = 0;
    fake->releases++;
}

void hal_link_resume(uint8_t divisor)
{
    fake->line = FAKE_LINE_BYTES;
    fake->divisor = divisor;
    fake->resumes++;
}

void hal_link_idle(void)
{
    fake->line = FAKE_LINE_HIGH;
    fake->drain = fake->notify_sent = false;
    fake->idles++;
}

void hal_link_wait(void)
{
    fake->waits++;
}

bool hal_link_ready(void)
{
    return fake->line == FAKE_LINE_BYTES && fake->out_count < fake->out_limit;
}

void hal_link_send(uint8_t byte)
{
    if (!hal_link_ready()) {
        fake->lost++;
        return;
    }
    fake->out[fake->out_count++] = byte;
    fake->sent++;
}

void hal_link_drain(bool on)
{
    fake->drain = on;
}

void hal_link_event(void)
{
    fake->told = true;
}

void hal_link_notify_sent(void)
{
    fake->notify_sent = true;
}

/* ---- clock, analog, outputs ------------------------------------------------------------------ */

uint8_t hal_clock_trim(void)
{
    return fake->trim;
}

void hal_clock_set_trim(uint8_t osccal)
{
    if (fake->trim != osccal)
        fake->trim_moves++;
    fake->trim = osccal;
}

void hal_analog_on(void)
{
    fake->analog_on = true;
}

void hal_analog_off(void)
{
    fake->analog_on = false;
}

/* Nominal divider and reference: code of 1.1 V against the cell. */
static uint16_t fitting_band_gap(uint8_t count)
{
    uint32_t mv = (uint32_t)fake->sum[ANALOG_CELL] * CALIBRATION_GAIN_NOMINAL / 65536u;
    return (uint16_t)(mv ? count * 1100UL * 1024UL / mv : 0u);
}

uint16_t hal_analog_sum(enum analog_input input, uint8_t count)
{
    if (!fake->analog_on || fake->balance)
        fake->misreadings++;
    fake->asked[input] = count;
    if (input == ANALOG_BAND_GAP && fake->sum[input] == 0)
        return fitting_band_gap(count);
    return fake->sum[input];
}

uint16_t hal_analog_resistor(uint8_t count)
{
    (void)count;
    if (fake->analog_on)
        fake->misreadings++;
    fake->resistor_looks++;
    return fake->resistor_sum;
}

uint8_t hal_reset_causes(void)
{
    return fake->reset_causes;
}

struct reset_log *hal_reset_log(void)
{
    return &fake->log;
}

uint8_t hal_self_test(void)
{
    return fake->self_test;
}

uint16_t hal_constants_seal(void)
{
    return fake->constants;
}

uint16_t hal_stack_free(void)
{
    return fake->stack_free;
}

void hal_balance(bool on)
{
    fake->balance = on;
}

void hal_led(bool on)
{
    fake->led = on;
    fake->led_was_lit = fake->led_was_lit || on;
}

/* ---- EEPROM ---------------------------------------------------------------------------------- */

static uint8_t *eeprom_byte(uint16_t address)
{
    if (end_eeprom && address < FAKE_END_EEPROM_SIZE)
        return &fake_end_eeprom[address];
    if (!end_eeprom && address < FAKE_EEPROM_SIZE)
        return &fake->eeprom[address];
    fake->stray++;
    return NULL;
}

bool hal_eeprom_ready(void)
{
    if (fake->busy_left == 0)
        return true;
    fake->busy_left--;
    return false;
}

uint8_t hal_eeprom_read(uint16_t address)
{
    const uint8_t *byte = eeprom_byte(address);
    fake->blocked += fake->busy_left != 0;
    return byte ? *byte : FAKE_ERASED;
}

static void count_wear(uint16_t address)
{
    if (!end_eeprom && fake->wear[address] != UINT8_MAX)
        fake->wear[address]++;
#ifndef __AVR__
    if (end_eeprom)
        fake_end_wear[address]++;
#endif
}

void hal_eeprom_write(uint16_t address, uint8_t value)
{
    uint32_t index = fake->writes++;
    uint8_t *byte = eeprom_byte(address);

    fake->blocked += fake->busy_left != 0;
    fake->busy_left = fake->eeprom_busy;

    if (!byte || index > fake->power_fails_at || (index == fake->power_fails_at && !fake->tears))
        return;
    if (index == fake->power_fails_at)
        value = fake->torn_value;
    if (*byte != value)
        count_wear(address);
    *byte = value;
}

/* ---- interrupts ------------------------------------------------------------------------------ */

/* Whoever saves and never restores is deeper each time. */
uint8_t hal_irq_save(void)
{
    assert_true(fake_irq_depth < IRQ_DEPTH_MAX);
    return fake_irq_depth++;
}

void hal_irq_restore(uint8_t state)
{
    fake_irq_depth = state;
}

/* ---- the board's own part -------------------------------------------------------------------- */

void board_frame_received(struct link *l, const uint8_t *frame)
{
    fake->frames++;
    if (fake_on_frame)
        fake_on_frame(l, frame);
}

void board_break_started(struct link *l)
{
    fake->breaks_told++;
    if (fake_on_break)
        fake_on_break(l);
}

void board_round_started(struct link *l)
{
    fake->rounds++;
    if (fake_on_round)
        fake_on_round(l);
}
