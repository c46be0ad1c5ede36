#include "rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/command.h"
#include "factory.h"
#include "live.h"
#include "protocol/decoder.h"

#define US_PS 1000000LL
#define MS_PS (1000 * US_PS)
#define BIT_PS (1000000 * US_PS / 38400) /* of a rig that sends at 38 400 baud */
#define STEP_PS MS_PS
#define BOOT_PS (1200 * MS_PS)       /* 65 ms and the self-test: up to 0.8 s */
#define BREAK_PS (25 * MS_PS)        /* the slowest board has measured by then */
#define LEAD_PERIOD_PS (110 * MS_PS) /* a board may be saving for 40 ms */
#define BEGIN_PATIENCE_PS (1500 * MS_PS)
#define BEGIN_HEAD_PS (36 * MS_PS) /* break, sync and head of a Begin board 10 % slow */
#define BEGIN_ROUND_PS (80 * MS_PS)
#define TRIES 6
#define ROUNDS_PER_TRY 3
#define BYTES_MAX 256
#define FOLLOWER_NUMBER 2u

struct rig {
    struct board board;
    struct bench bench;
    struct wire to_board;
    struct wire from_board;
    int64_t now_ps;
    int64_t bit_ps; /* as the board sends */
    uint8_t round;
    uint8_t sequence;
    uint8_t heard[BYTES_MAX];
    int heard_bytes;
};

/* ---- the board runs ------------------------------------------------------------------------------ */

static bool run_to(struct rig *r, int64_t end_ps)
{
    struct board *b = &r->board;

    while (r->now_ps < end_ps) {
        r->now_ps += STEP_PS;
        board_environment(b);
        usart_wire_grew(&b->usart);
        ring_pins_wire_grew(&b->pins);
        mcu_run(&b->mcu, r->now_ps);
    }
    return b->mcu.crash == MCU_NO_CRASH;
}

/* ---- sending ------------------------------------------------------------------------------------- */

static int64_t send_byte(struct rig *r, int64_t at_ps, int64_t bit_ps, uint8_t byte)
{
    wire_drive(&r->to_board, at_ps, false);
    for (int i = 0; i < 8; i++)
        wire_drive(&r->to_board, at_ps + (i + 1) * bit_ps, (byte >> i) & 1);
    wire_drive(&r->to_board, at_ps + 9 * bit_ps, true);
    return at_ps + 10 * bit_ps;
}

static int64_t send_frame(struct rig *r, int64_t at_ps, int64_t bit_ps, const uint8_t *frame,
                          uint8_t size)
{
    while (size--)
        at_ps = send_byte(r, at_ps, bit_ps, *frame++);
    return at_ps;
}

/* Sync, gap and the frames of a round; command may be NULL. */
static int64_t send_round(struct rig *r, int64_t at_ps, int64_t bit_ps, uint8_t hop_number,
                          struct frame_command *command)
{
    uint8_t frame[FRAME_SIZE_MAX];
    struct frame_start start = { .round = r->round };
    struct frame_hop hop = { .round = r->round, .hop = hop_number };
    struct frame_end end = { .round = r->round };

    at_ps = send_byte(r, at_ps, bit_ps, FRAME_SYNC_BYTE) + 8 * bit_ps;
    at_ps = send_frame(r, at_ps, bit_ps, frame, frame_start_encode(frame, &start));
    at_ps = send_frame(r, at_ps, bit_ps, frame, frame_hop_encode(frame, &hop));
    if (command) {
        command->round = r->round;
        at_ps = send_frame(r, at_ps, bit_ps, frame, frame_command_encode(frame, command));
    }
    return send_frame(r, at_ps, bit_ps, frame, frame_end_encode(frame, &end));
}

/* ---- listening ----------------------------------------------------------------------------------- */

/* Start of the sync behind a break that falls at or after from_ps; sets the board's bit time. */
static int64_t find_sync(struct rig *r, int64_t from_ps)
{
    const struct wire *w = &r->from_board;
    int64_t edge_ps = wire_next_fall(w, from_ps);
    int64_t first_ps;

    if (edge_ps == WIRE_NEVER)
        return WIRE_NEVER;
    first_ps = edge_ps = wire_next_fall(w, edge_ps + 1);
    for (int i = 0; i < 4 && edge_ps != WIRE_NEVER; i++)
        edge_ps = wire_next_fall(w, edge_ps + 1);
    if (edge_ps == WIRE_NEVER)
        return WIRE_NEVER;
    r->bit_ps = (edge_ps - first_ps) / 8;
    return first_ps;
}

/* Bytes of the round whose break falls at or after from_ps, as far as the board has sent them. */
static void listen(struct rig *r, int64_t from_ps)
{
    const struct wire *w = &r->from_board;
    int64_t at_ps = find_sync(r, from_ps);

    r->heard_bytes = 0;
    if (at_ps == WIRE_NEVER)
        return;
    at_ps += 19 * r->bit_ps / 2;
    while (r->heard_bytes < BYTES_MAX) {
        uint8_t byte = 0;
        at_ps = wire_next_fall(w, at_ps);
        if (at_ps == WIRE_NEVER || at_ps + 10 * r->bit_ps > r->now_ps)
            return;
        for (int i = 0; i < 8; i++)
            byte = (uint8_t)(byte | wire_level(w, at_ps + (2 * i + 3) * r->bit_ps / 2) << i);
        r->heard[r->heard_bytes++] = byte;
        at_ps += 19 * r->bit_ps / 2;
    }
}

/* The reply with the present sequence number in what was heard. */
static bool find_reply(const struct rig *r, struct frame_reply *reply)
{
    struct decoder d;

    decoder_start_hunting(&d, r->round);
    for (int i = 0; i < r->heard_bytes; i++) {
        if (decoder_byte(&d, r->heard[i]) != DECODE_FRAME ||
            frame_type_of(d.bytes[0]) != FRAME_REPLY)
            continue;
        frame_reply_decode(d.bytes, reply);
        if (reply->sequence == r->sequence)
            return true;
    }
    return false;
}

/* ---- a round ------------------------------------------------------------------------------------- */

/* The rig leads. */
static bool lead(struct rig *r, struct frame_command *command)
{
    int64_t from_ps = r->now_ps;

    r->round = (uint8_t)(r->round + 1u) & 0x0Fu;
    wire_drive(&r->to_board, from_ps, false);
    wire_drive(&r->to_board, from_ps + BREAK_PS, true);
    send_round(r, from_ps + BREAK_PS + 2 * BIT_PS, BIT_PS, FOLLOWER_NUMBER - 1u, command);
    if (!run_to(r, from_ps + LEAD_PERIOD_PS))
        return false;
    listen(r, from_ps);
    return true;
}

/* Begin leads; the rig sends at Begin's rate, as a chain trimmed to it would. */
static bool follow(struct rig *r, struct frame_command *command)
{
    int64_t give_up_ps = r->now_ps + BEGIN_PATIENCE_PS;
    int64_t from_ps = r->now_ps;
    int64_t fall_ps;

    do {
        if (!run_to(r, r->now_ps + STEP_PS))
            return false;
        fall_ps = wire_next_fall(&r->from_board, from_ps);
    } while (fall_ps == WIRE_NEVER && r->now_ps < give_up_ps);
    if (fall_ps == WIRE_NEVER || !run_to(r, fall_ps + BEGIN_HEAD_PS))
        return false;
    listen(r, fall_ps);
    if (r->heard_bytes < (int)FRAME_START_SIZE || !frame_valid(r->heard, FRAME_START_SIZE))
        return true;
    r->round = frame_round_of(r->heard[0]);
    if (command)
        send_round(r, r->now_ps, r->bit_ps, FOLLOWER_NUMBER, command);
    if (!run_to(r, fall_ps + BEGIN_ROUND_PS))
        return false;
    listen(r, fall_ps);
    return true;
}

static bool one_round(struct rig *r, struct frame_command *command)
{
    bool ok = r->board.kind == BOARD_BEGIN ? follow(r, command) : lead(r, command);

    wire_forget(&r->from_board, r->now_ps);
    return ok;
}

/* ---- commands ------------------------------------------------------------------------------------ */

static bool ask(struct rig *r, bool write, uint8_t item, uint16_t argument, uint32_t *value)
{
    bool begin = r->board.kind == BOARD_BEGIN;
    struct frame_command command = { .target = begin ? 1u : FOLLOWER_NUMBER,
                                     .write = write,
                                     .item = item,
                                     .issued = !begin,
                                     .argument = argument };
    struct frame_reply reply;

    r->sequence = (uint8_t)(r->sequence + 1u) & 0x0Fu;
    command.sequence = r->sequence;
    for (int i = 0; i < TRIES; i++) {
        for (int k = 0; k < ROUNDS_PER_TRY; k++) {
            if (!one_round(r, k == 0 ? &command : NULL))
                return false;
            if (!find_reply(r, &reply))
                continue;
            *value = reply.value;
            return reply.status == REPLY_DONE;
        }
    }
    return false;
}

static bool mean_of(struct rig *r, enum command_item item, double volts, double celsius,
                    double *mean)
{
    double sum = 0.0;
    uint32_t value;

    r->bench = (struct bench){ .volts = volts, .celsius = celsius };
    if (!one_round(r, NULL) || !one_round(r, NULL)) /* settle */
        return false;
    for (int i = 0; i < FACTORY_REPEATS; i++) {
        if (!ask(r, false, item, 0, &value))
            return false;
        sum += value;
    }
    *mean = sum / FACTORY_REPEATS;
    return true;
}

static bool write_item(struct rig *r, uint8_t item, uint16_t value)
{
    uint32_t held;

    return ask(r, true, item, value, &held) && (uint16_t)held == value;
}

static bool is_kept(struct rig *r, uint8_t item, uint16_t value)
{
    uint32_t held;

    return ask(r, false, item, 0, &held) && (uint16_t)held == value;
}

static bool measure(struct rig *r, struct calibration *c)
{
    struct factory_sums sums;

    if (!mean_of(r, ITEM_CELL_SUM, FACTORY_LOW_V, FACTORY_ROOM_C, &sums.low) ||
        !mean_of(r, ITEM_CELL_SUM, FACTORY_HIGH_V, FACTORY_ROOM_C, &sums.high) ||
        !mean_of(r, ITEM_NTC_SHARE, FACTORY_HIGH_V, FACTORY_ROOM_C, &sums.ntc_share) ||
        !mean_of(r, ITEM_CELL_SUM, FACTORY_MIDDLE_V, FACTORY_COLD_C, &sums.cold) ||
        !mean_of(r, ITEM_CELL_SUM, FACTORY_MIDDLE_V, FACTORY_WARM_C, &sums.warm))
        return false;
    factory_calibration(&sums, c);
    return true;
}

static bool write_calibration(struct rig *r, const struct calibration *c)
{
    uint32_t ignored;

    return write_item(r, ITEM_GAIN_Q16, c->gain_q16) &&
           write_item(r, ITEM_OFFSET_DMV, (uint16_t)c->offset_dmv) &&
           write_item(r, ITEM_TC_PPM, (uint16_t)c->tc_ppm) &&
           write_item(r, ITEM_OFFSET_DC, (uint16_t)c->offset_dc) &&
           ask(r, true, ITEM_SAVE_CALIBRATION, COMMAND_SAVE_KEY, &ignored) &&
           is_kept(r, ITEM_GAIN_Q16, c->gain_q16) &&
           is_kept(r, ITEM_OFFSET_DMV, (uint16_t)c->offset_dmv) &&
           is_kept(r, ITEM_TC_PPM, (uint16_t)c->tc_ppm);
}

/* ---- all boards ---------------------------------------------------------------------------------- */

static bool calibrate(struct rig *r)
{
    struct calibration c;
    uint32_t version;

    return run_to(r, BOOT_PS) && ask(r, false, ITEM_VERSION, 0, &version) && measure(r, &c) &&
           write_calibration(r, &c);
}

static bool calibrate_board(struct chain *c, const struct chain_config *config, int index)
{
    struct rig *r = calloc(1, sizeof *r);
    bool ok;

    if (!r)
        return false;
    wire_init(&r->to_board);
    wire_init(&r->from_board);
    chain_twin(c, config, index, &r->to_board, &r->from_board, &r->board);
    r->bench = (struct bench){ .volts = FACTORY_MIDDLE_V, .celsius = FACTORY_ROOM_C };
    r->board.bench = &r->bench;
    ok = calibrate(r);
    if (ok)
        factory_copy_eeprom(&c->board[index], &r->board);
    board_free(&r->board);
    free(r);
    return ok;
}

/* On a terminal, in a line that the run will take away. */
static void show_progress(int board, int boards)
{
    printf("\r\033[Krig: board %d of %d", board, boards);
    fflush(stdout);
}

bool rig_calibrate(struct chain *c, const struct chain_config *config, bool show, struct err *err)
{
    bool terminal = show && isatty(STDOUT_FILENO);
    int i = 0;

    while (i < c->cells) {
        if (terminal)
            show_progress(i + 1, c->cells);
        if (!calibrate_board(c, config, i))
            break;
        i++;
    }
    if (terminal)
        live_clear();
    if (i < c->cells)
        return err_set(err, "rig: board %d does not answer or does not keep its calibration",
                       i + 1);
    factory_calibrate_sensors(&c->board[0]);
    return true;
}
