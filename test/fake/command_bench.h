/* A board that is told what to do, for the unit tests of commands. */
#ifndef TEST_FAKE_COMMAND_BENCH_H
#define TEST_FAKE_COMMAND_BENCH_H

#include "common/cell_board.h"
#include "protocol/bytes.h"
#include "test.h"
#include "test/fake/hal_fake.h"

#define WRITE 0x80u
#define NUMBER 77u

static struct cell_board b;
static struct frame_reply reply;

static inline void set_up(void)
{
    fake_reset();
    fake->sum[ANALOG_CELL] = 18900;
    fake->sum[ANALOG_NTC] = 8192;
    fake->trim = 0x60;
    cell_board_init(&b);
    b.link.number = NUMBER;
}

/* As the link leaves it after a round; the reply is read from where the next round takes it. */
static inline void command(uint8_t code, uint8_t sequence, uint16_t argument)
{
    uint8_t *frame = b.link.command_in.frame;

    frame[FRAME_COMMAND_TARGET] = NUMBER;
    frame[2] = code;
    frame[3] = (uint8_t)(sequence << 4);
    put_u16(&frame[4], argument);
    b.link.command_in.full = true;
    b.link.reply_out.full = false;
    cell_board_events(&b, LINK_COMMAND);
    assert_true(b.link.reply_out.full);
    frame_reply_decode(b.link.reply_out.frame, &reply);
    assert_int_equal(frame_type_of(b.link.reply_out.frame[0]), FRAME_REPLY);
    assert_int_equal(reply.number, NUMBER);
    assert_int_equal(reply.sequence, sequence);
    assert_int_equal(fake_irq_depth, 0);
}

static inline void expect(uint8_t status, uint32_t value)
{
    assert_int_equal(reply.status, status);
    assert_int_equal(reply.value, value);
}

static inline void rounds(uint16_t count)
{
    while (count--)
        cell_board_events(&b, LINK_BREAK_SEEN);
}

static inline void calibrated(void)
{
    set_up();
    calibration_default(&b.calibration);
    b.calibration.valid = true;
    calibration_save(&b.calibration);
    cell_board_seal(&b);
    fake->sum[ANALOG_BAND_GAP] = 4 * 341; /* 1.1 of 3.3 V */
    fake->sum[ANALOG_NTC] = 4096u;        /* 25 C */
    rounds(1);
    fake->writes = 0;
}

#endif
