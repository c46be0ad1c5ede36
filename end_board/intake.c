#include "end_board/intake.h"

void intake_begin(struct intake *in, bool section)
{
    in->got = 0;
    in->section = section;
}

static void take_cell(struct pack *pack, const uint8_t *frame, uint8_t tick)
{
    struct frame_cell cell;
    frame_cell_decode(frame, &cell);
    pack_store(pack, &cell, tick);
}

static void take_charge(struct intake *in, const uint8_t *frame)
{
    struct frame_charge charge;
    uint8_t index;

    frame_charge_decode(frame, &charge);
    if (charge.sensor >= FRAME_SENSORS_MAX || in->section)
        return;
    if (charge.round != in->round)
        in->got = 0;
    in->round = charge.round;
    index = (uint8_t)(2u * charge.sensor + charge.reverse);
    in->charge[index] = charge;
    in->got = (uint8_t)(in->got | (1u << index));
}

static void take_end(struct intake *in, const uint8_t *frame)
{
    struct frame_end end;

    frame_end_decode(frame, &end);
    if (in->section || end.rounds == 0) /* a head's */
        return;
    in->begin_rounds = end.rounds;
    in->rounds++;
}

void intake_frame(struct intake *in, struct pack *pack, const uint8_t *frame, uint8_t tick)
{
    switch (frame_type_of(frame[0])) {
    case FRAME_CELL:
        take_cell(pack, frame, tick);
        break;
    case FRAME_CHARGE:
        take_charge(in, frame);
        break;
    case FRAME_END:
        take_end(in, frame);
        break;
    case FRAME_REPLY:
        frame_reply_decode(frame, &in->reply);
        in->replied = true;
        break;
    case FRAME_START:
    case FRAME_HOP:
    case FRAME_COMMAND:
    case FRAME_EXT:
        break;
    }
}
