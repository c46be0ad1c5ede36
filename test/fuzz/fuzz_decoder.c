/* Frames and decoder: whatever comes, a frame that is taken stood in the stream as eight bytes in a row, is
 * sealed, of this round and of a type that is streamed; no byte is used twice; fields survive. A byte of the
 * input below 128 is followed by a byte for the stream, another one by a frame to be sealed. */
#include <string.h>

#include "protocol/crc.h"
#include "protocol/decoder.h"
#include "test/fuzz/fuzz.h"

#define STREAM_MAX 600u

static uint8_t stream[STREAM_MAX];
static size_t length;

static void add_frame(struct input *in, uint8_t header)
{
    uint8_t frame[FRAME_STREAM_SIZE] = { header };
    uint8_t size = frame_size(header);
    uint16_t crc;

    if (size == 0 || length + size > STREAM_MAX)
        return;
    for (uint8_t i = 1; i < size - FRAME_CRC_SIZE; i++)
        frame[i] = take_byte(in);
    crc = crc_of(frame, (uint8_t)(size - FRAME_CRC_SIZE));
    frame[size - 2u] = (uint8_t)crc;
    frame[size - 1u] = (uint8_t)(crc >> 8);
    MUST(frame_valid(frame, size));
    memcpy(&stream[length], frame, size);
    length += size;
}

static void fill(struct input *in)
{
    length = 0;
    while (in->left && length < STREAM_MAX) {
        if (take_byte(in) < 128)
            stream[length++] = take_byte(in);
        else
            add_frame(in, take_byte(in));
    }
}

/* The same bytes again, but for bits that are reserved. */
static void check_fields(const uint8_t *frame)
{
    uint8_t again[FRAME_SIZE_MAX];
    struct frame_cell cell;
    struct frame_charge charge;
    struct frame_end end;
    struct frame_command command;
    struct frame_reply reply;
    bool same = true;

    memcpy(again, frame, FRAME_STREAM_SIZE);
    if (frame_type_of(frame[0]) == FRAME_CELL) {
        frame_cell_decode(frame, &cell);
        MUST(cell.mv <= 8191 && cell.dc >= -400 && cell.dc <= 1647);
        frame_cell_encode(again, &cell);
    } else if (frame_type_of(frame[0]) == FRAME_CHARGE) {
        frame_charge_decode(frame, &charge);
        frame_charge_encode(again, &charge);
    } else if (frame_type_of(frame[0]) == FRAME_END) {
        frame_end_decode(frame, &end);
        frame_end_encode(again, &end);
    } else if (frame_type_of(frame[0]) == FRAME_REPLY) {
        frame_reply_decode(frame, &reply);
        frame_reply_encode(again, &reply);
    } else {
        frame_command_decode(frame, &command);
        frame_command_encode(again, &command);
        same = (frame[FRAME_COMMAND_INFO] & 0x0Eu) == 0;
    }
    MUST(!same || memcmp(again, frame, FRAME_STREAM_SIZE) == 0);
}

static void check_heads(void)
{
    uint8_t again[FRAME_SIZE_MAX];
    struct frame_start start;
    struct frame_hop hop;
    struct frame_ext ext;

    if (frame_valid(stream, FRAME_START_SIZE) && frame_type_of(stream[0]) == FRAME_START) {
        frame_start_decode(stream, &start);
        frame_start_encode(again, &start);
        MUST(memcmp(again, stream, FRAME_START_SIZE) == 0);
    }
    if (frame_valid(stream, FRAME_HOP_SIZE) && frame_type_of(stream[0]) == FRAME_HOP) {
        frame_hop_decode(stream, &hop);
        frame_hop_encode(again, &hop);
        MUST(memcmp(again, stream, FRAME_HOP_SIZE) == 0);
    }
    if (frame_valid(stream, FRAME_STREAM_SIZE) && frame_type_of(stream[0]) == FRAME_EXT) {
        frame_ext_decode(stream, &ext);
        frame_ext_encode(again, &ext);
        MUST(memcmp(again, stream, FRAME_STREAM_SIZE) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = { data, size };
    uint8_t first = take_byte(&in);
    uint8_t round = first & 0x0Fu;
    struct decoder d;
    size_t used = 0;

    fill(&in);
    if (first & 0x10u)
        decoder_start_hunting(&d, round);
    else
        decoder_start(&d, round);
    for (size_t at = 0; at < length; at++) {
        bool hunting = d.hunting;
        enum decode_result result = decoder_byte(&d, stream[at]);

        MUST(result != DECODE_FRAME || !d.hunting);
        MUST(result != DECODE_BAD || (d.hunting && !hunting));
        if (result != DECODE_FRAME)
            continue;
        MUST(at + 1u >= used + FRAME_STREAM_SIZE);
        MUST(memcmp(d.bytes, &stream[at + 1u - FRAME_STREAM_SIZE], FRAME_STREAM_SIZE) == 0);
        MUST(frame_valid(d.bytes, FRAME_STREAM_SIZE) && frame_is_streamed(d.bytes[0]));
        MUST(frame_round_of(d.bytes[0]) == round);
        check_fields(d.bytes);
        used = at + 1u;
    }
    memset(&stream[length], 0, STREAM_MAX - length);
    check_heads();
    return 0;
}
