#include "begin_board/ext_relay.h"

#include <string.h>

#include "protocol/bytes.h"

#define ALL_PIECES ((uint16_t)((1ul << EXT_PIECES) - 1u))
#define RATIO_MIN 13926u /* 0.85: beyond, one of the clocks is broken (end_board/meter.c) */
#define RATIO_MAX 18842u /* 1.15 */
#define BIT_CYCLES_AT_UNITY ((uint32_t)(F_CPU_NOMINAL_HZ * 1ull * EXT_RATIO_UNITY / EXT_BAUD))

void ext_relay_init(struct ext_relay *x)
{
    *x = (struct ext_relay){ 0 };
}

void ext_relay_piece(struct ext_relay *x, const uint8_t frame[FRAME_STREAM_SIZE])
{
    struct frame_ext ext;

    frame_ext_decode(frame, &ext);
    if (ext.piece >= EXT_PIECES)
        return;
    if (ext.round != x->round)
        x->have = 0;
    x->round = ext.round;
    x->have |= (uint16_t)(1u << ext.piece);
    memcpy(&x->parcel[ext.piece * FRAME_EXT_DATA], ext.data, FRAME_EXT_DATA);
}

static bool complete(const struct ext_relay *x)
{
    const uint8_t *p = x->parcel;
    uint16_t ratio = get_u16(&p[EXT_AT_RATIO]);

    return x->have == ALL_PIECES && ext_sum(p) == p[EXT_AT_SUM] && p[EXT_AT_CELL] != 0 &&
           p[EXT_AT_CELL] <= p[EXT_AT_CELLS] && ratio >= RATIO_MIN && ratio <= RATIO_MAX;
}

/* A slow clock's seconds are long, and its bits have fewer cycles. */
static uint16_t bit_cycles(uint16_t ratio)
{
    return (uint16_t)((BIT_CYCLES_AT_UNITY + ratio / 2u) / ratio);
}

static void take(struct ext_relay *x)
{
    memcpy(x->frame, x->parcel, EXT_FRAME_SIZE);
    x->bit_cycles = bit_cycles(get_u16(&x->parcel[EXT_AT_RATIO]));
    x->known = true;
    x->missed = 0;
}

static void nobody_communicates(uint8_t frame[EXT_FRAME_SIZE])
{
    frame[EXT_AT_STATUS] &= (uint8_t) ~(EXT_CHARGE_ALLOWED | EXT_LOAD_ALLOWED);
    frame[EXT_AT_STATUS] |= EXT_COMMUNICATION;
    frame[EXT_AT_SUM] = ext_sum(frame);
}

bool ext_relay_close(struct ext_relay *x)
{
    if (complete(x))
        take(x);
    else if (x->missed < EXT_ROUNDS_LOST)
        x->missed++;
    x->have = 0;
    if (x->missed >= EXT_ROUNDS_LOST)
        nobody_communicates(x->frame);
    return x->known;
}
