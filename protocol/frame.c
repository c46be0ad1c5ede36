#include "protocol/frame.h"

#include "protocol/bytes.h"
#include "protocol/crc.h"

#define MV_MAX 8191u
#define DC_OFFSET 400
#define DC_CODE_MAX 2047
#define FLAG_SECTION_HEAD 0x01u
#define FLAG_RING_CLOSED 0x08u
#define COMMAND_WRITE 0x80u
#define CHARGE_REVERSE 0x80u
#define CHARGE_SENSOR_SHIFT 4

static uint8_t seal(uint8_t *frame, uint8_t size)
{
    uint16_t crc = crc_of(frame, (uint8_t)(size - FRAME_CRC_SIZE));
    frame[size - 2] = (uint8_t)crc;
    frame[size - 1] = (uint8_t)(crc >> 8);
    return size;
}

uint8_t frame_size(uint8_t header)
{
    switch (header >> 4) {
    case FRAME_START:
        return FRAME_START_SIZE;
    case FRAME_HOP:
        return FRAME_HOP_SIZE;
    case FRAME_CELL:
    case FRAME_CHARGE:
    case FRAME_END:
    case FRAME_COMMAND:
    case FRAME_REPLY:
    case FRAME_EXT:
        return FRAME_STREAM_SIZE;
    default:
        return 0;
    }
}

bool frame_valid(const uint8_t *bytes, uint8_t size)
{
    return size != 0 && frame_size(bytes[0]) == size && crc_run(bytes, size) == CRC_RESIDUE;
}

uint8_t frame_start_encode(uint8_t *out, const struct frame_start *in)
{
    out[0] = frame_header(FRAME_START, in->round);
    out[1] = in->switches;
    out[2] = (uint8_t)((uint8_t)(in->boot << 4) | (uint8_t)((in->sensors & 3u) << 1) |
                       (uint8_t)(in->ring_closed ? FLAG_RING_CLOSED : 0u) |
                       (uint8_t)(in->section_head ? FLAG_SECTION_HEAD : 0u));
    put_u16(&out[3], in->time_ms);
    return seal(out, FRAME_START_SIZE);
}

void frame_start_decode(const uint8_t *bytes, struct frame_start *out)
{
    out->round = frame_round_of(bytes[0]);
    out->switches = bytes[1];
    out->boot = bytes[2] >> 4;
    out->sensors = (bytes[2] >> 1) & 3u;
    out->ring_closed = (bytes[2] & FLAG_RING_CLOSED) != 0;
    out->section_head = (bytes[2] & FLAG_SECTION_HEAD) != 0;
    out->time_ms = get_u16(&bytes[3]);
}

uint8_t frame_hop_encode(uint8_t *out, const struct frame_hop *in)
{
    out[0] = frame_header(FRAME_HOP, in->round);
    out[1] = in->hop;
    out[2] = (uint8_t)in->clock_error;
    out[3] = (uint8_t)in->sum;
    out[4] = (uint8_t)(in->sum >> 8);
    return seal(out, FRAME_HOP_SIZE);
}

void frame_hop_decode(const uint8_t *bytes, struct frame_hop *out)
{
    out->round = frame_round_of(bytes[0]);
    out->hop = bytes[1];
    out->clock_error = (int8_t)bytes[2];
    out->sum = (uint16_t)(bytes[3] | (uint16_t)(bytes[4] << 8));
}

static uint16_t temperature_code(int16_t dc)
{
    if (dc < -DC_OFFSET)
        return 0;
    if (dc > DC_CODE_MAX - DC_OFFSET)
        return DC_CODE_MAX;
    return (uint16_t)(dc + DC_OFFSET);
}

/* The eight flags share the spare bits above the 13 bit voltage (flags 0-2) and the 11 bit
 * temperature (flags 3-7), which keeps the frame at eight bytes. */
void frame_cell_fields(uint8_t *out, const struct frame_cell *in)
{
    uint16_t mv = in->mv > MV_MAX ? MV_MAX : in->mv;
    uint16_t temperature = temperature_code(in->dc);

    out[0] = frame_header(FRAME_CELL, in->round);
    out[1] = in->number;
    out[2] = (uint8_t)((uint8_t)(in->flags << 5) | (uint8_t)(mv >> 8));
    out[3] = (uint8_t)mv;
    out[4] = (uint8_t)((uint8_t)(in->flags & 0xF8u) | (uint8_t)(temperature >> 8));
    out[5] = (uint8_t)temperature;
}

uint8_t frame_cell_encode(uint8_t *out, const struct frame_cell *in)
{
    frame_cell_fields(out, in);
    return seal(out, FRAME_STREAM_SIZE);
}

void frame_cell_decode(const uint8_t *bytes, struct frame_cell *out)
{
    uint16_t voltage = get_u16(&bytes[2]);
    uint16_t temperature = get_u16(&bytes[4]);

    out->round = frame_round_of(bytes[0]);
    out->number = bytes[1];
    out->mv = voltage & MV_MAX;
    out->dc = (int16_t)((int16_t)(temperature & DC_CODE_MAX) - DC_OFFSET);
    out->flags = (uint8_t)((voltage >> 13) | (uint16_t)((temperature >> 11) << 3));
}

uint8_t frame_charge_encode(uint8_t *out, const struct frame_charge *in)
{
    out[0] = frame_header(FRAME_CHARGE, in->round);
    out[1] = (uint8_t)((in->reverse ? CHARGE_REVERSE : 0u) |
                       (uint8_t)((in->sensor & 7u) << CHARGE_SENSOR_SHIFT) | (in->state & 0x0Fu));
    put_u32(&out[2], in->mas);
    return seal(out, FRAME_STREAM_SIZE);
}

void frame_charge_decode(const uint8_t *bytes, struct frame_charge *out)
{
    out->round = frame_round_of(bytes[0]);
    out->reverse = (bytes[1] & CHARGE_REVERSE) != 0;
    out->sensor = (bytes[1] >> CHARGE_SENSOR_SHIFT) & 7u;
    out->state = bytes[1] & 0x0Fu;
    out->mas = get_u32(&bytes[2]);
}

uint8_t frame_end_encode(uint8_t *out, const struct frame_end *in)
{
    out[0] = frame_header(FRAME_END, in->round);
    out[1] = in->sensors;
    put_u32(&out[2], in->rounds);
    return seal(out, FRAME_STREAM_SIZE);
}

void frame_end_decode(const uint8_t *bytes, struct frame_end *out)
{
    out->round = frame_round_of(bytes[0]);
    out->sensors = bytes[1];
    out->rounds = get_u32(&bytes[2]);
}

uint8_t frame_command_encode(uint8_t *out, const struct frame_command *in)
{
    out[0] = frame_header(FRAME_COMMAND, in->round);
    out[1] = in->target;
    out[2] = (uint8_t)((in->write ? COMMAND_WRITE : 0u) | (in->item & 0x7Fu));
    out[FRAME_COMMAND_INFO] =
        (uint8_t)((uint8_t)(in->sequence << 4) | (in->issued ? FRAME_COMMAND_ISSUED : 0u));
    put_u16(&out[4], in->argument);
    return seal(out, FRAME_STREAM_SIZE);
}

void frame_command_decode(const uint8_t *bytes, struct frame_command *out)
{
    out->round = frame_round_of(bytes[0]);
    out->target = bytes[1];
    out->write = (bytes[2] & COMMAND_WRITE) != 0;
    out->item = bytes[2] & 0x7Fu;
    out->sequence = bytes[FRAME_COMMAND_INFO] >> 4;
    out->issued = (bytes[FRAME_COMMAND_INFO] & FRAME_COMMAND_ISSUED) != 0;
    out->argument = get_u16(&bytes[4]);
}

uint8_t frame_reply_encode(uint8_t *out, const struct frame_reply *in)
{
    out[0] = frame_header(FRAME_REPLY, in->round);
    out[1] = in->number;
    out[2] = (uint8_t)((uint8_t)(in->sequence << 4) | (in->status & 0x0Fu));
    out[3] = (uint8_t)(in->value >> 16);
    put_u16(&out[4], (uint16_t)in->value);
    return seal(out, FRAME_STREAM_SIZE);
}

void frame_reply_decode(const uint8_t *bytes, struct frame_reply *out)
{
    out->round = frame_round_of(bytes[0]);
    out->number = bytes[1];
    out->sequence = bytes[2] >> 4;
    out->status = bytes[2] & 0x0Fu;
    out->value = (uint32_t)bytes[3] << 16 | get_u16(&bytes[4]);
}

uint8_t frame_ext_encode(uint8_t *out, const struct frame_ext *in)
{
    out[0] = frame_header(FRAME_EXT, in->round);
    out[1] = in->piece;
    for (uint8_t i = 0; i < FRAME_EXT_DATA; i++)
        out[2u + i] = in->data[i];
    return seal(out, FRAME_STREAM_SIZE);
}

void frame_ext_decode(const uint8_t *bytes, struct frame_ext *out)
{
    out->round = frame_round_of(bytes[0]);
    out->piece = bytes[1];
    for (uint8_t i = 0; i < FRAME_EXT_DATA; i++)
        out->data[i] = bytes[2u + i];
}

void frame_set_round(uint8_t frame[FRAME_STREAM_SIZE], uint8_t round)
{
    frame[0] = frame_header(frame_type_of(frame[0]), round);
    seal(frame, FRAME_STREAM_SIZE);
}
