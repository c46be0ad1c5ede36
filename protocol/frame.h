/* The frames of the ring. docs/protocol.md specifies every byte; this header is its C form.
 *
 * A round, as it leaves board k: break, sync 0x55, START, HOP(k), CELL(k), CELL(k-1) ... CELL(1),
 * CHARGE frames of the sensors, END. COMMAND and REPLY frames may follow any CELL frame. Every frame is header, fields (big-endian), CRC (low byte
 * first). The header is the frame type in the high nibble and the round number modulo 16 in the low
 * one. Behind HOP all frames have the same size: while a board sends its own frame it receives
 * exactly one of the board before, so checking whole frames costs no time.
 *
 * All functions are pure, never fail, and may be called from an ISR. Encoders return the size. */
#ifndef PROTOCOL_FRAME_H
#define PROTOCOL_FRAME_H

#include <stdbool.h>
#include <stdint.h>

/* Every two codes but EXT's differ in at least two bits: a single wrong bit never makes another type.
 * EXT is seen on the return wire only, behind END. */
enum frame_type {
    FRAME_START = 0x3,
    FRAME_HOP = 0x5,
    FRAME_CELL = 0x6,
    FRAME_EXT = 0x7,
    FRAME_CHARGE = 0x9,
    FRAME_END = 0xA,
    FRAME_COMMAND = 0xC,
    FRAME_REPLY = 0xF,
};

#define FRAME_START_SIZE 7u
#define FRAME_HOP_SIZE 7u
#define FRAME_STREAM_SIZE 8u /* all others */
#define FRAME_SIZE_MAX 8u
#define FRAME_CRC_SIZE 2u

#define FRAME_SYNC_BYTE 0x55u
#define FRAME_CELLS_MAX 255u
#define FRAME_SENSORS_MAX 2u

/* Start of a round, sealed by the board that starts it and passed on unchanged. */
struct frame_start {
    uint8_t round;     /* 0..15 */
    uint8_t switches;  /* option switches, switch 1 in bit 7, ON = 1 */
    uint8_t boot;      /* 0..15, changes with every reset of the Begin board */
    bool section_head; /* true: not from Begin, but from the first board behind a break */
    bool ring_closed;  /* Begin saw one of its last three rounds come back from End */
    uint8_t sensors;   /* 0..2: two CHARGE frames of each follow in this round */
    uint16_t time_ms;  /* Begin's own clock when the charge counters were latched, modulo 2^16 */
};

/* The only frame that changes on its way: which board sent it, how far its clock is off, and who the boards
 * up to it are. The sum goes low byte first, so that each board can add to it while it passes. */
struct frame_hop {
    uint8_t round;
    uint8_t hop;        /* number of the sending board, 1 = Begin */
    int8_t clock_error; /* sender's bit rate against Begin's in 1/1024, > 0 is fast; saturates */
    uint16_t sum;       /* of the parts of all boards so far (common/identity.h), modulo 2^16 */
};

enum cell_flag {
    CELL_BALANCING = 1u << 0,    /* the balance resistor is on between measurements */
    CELL_UNCALIBRATED = 1u << 1, /* no valid calibration record: defaults, voltage is +-10 % */
    CELL_UNTRUSTED = 1u << 2,    /* self-test or measurement failed: do not use the values */
    CELL_NTC_OPEN = 1u << 3,     /* no temperature: sensor open */
    CELL_NTC_SHORT = 1u << 4,    /* no temperature: sensor shorted */
    CELL_HOT = 1u << 5,          /* balancing held off by the board's temperature */
    CELL_RESTARTED = 1u << 6,    /* first reading after a reset of this board */
    CELL_CLOCK_LIMIT = 1u << 7,  /* oscillator trim is at the end of its range */
};

/* One cell's reading, sealed once by the board that measured it. */
struct frame_cell {
    uint8_t round;
    uint8_t number; /* 1..255 */
    uint16_t mv;    /* 0..8191 mV; larger values saturate */
    int16_t dc;     /* -400..1647 (0.1 C), saturates; no meaning with an NTC flag set */
    uint8_t flags;  /* enum cell_flag */
};

enum sensor_state {
    SENSOR_ABSENT = 0, /* nothing connected: shown as X */
    SENSOR_OK = 1,
    SENSOR_OVER_RANGE = 2, /* beyond full scale: the charge counted is too small */
    SENSOR_BROKEN = 3,     /* output outside its legal window: wire broken or shorted */
    SENSOR_UNZEROED = 4,   /* works, but no valid zero calibration */
};

/* Running total of one current sensor in one direction. The current is what two totals and the
 * times of their rounds make of it: a lost frame loses no charge. */
struct frame_charge {
    uint8_t round;
    uint8_t sensor; /* 0: incoming, 1: consumers */
    bool reverse;   /* against the arrow on the sensor */
    uint8_t state;  /* enum sensor_state */
    uint32_t mas;   /* charge since Begin's reset, modulo 2^32 */
};

/* End of a round: everything of this round has been sent. */
struct frame_end {
    uint8_t round;
    uint8_t sensors; /* as in START */
    uint32_t rounds; /* rounds since Begin's reset, this one included */
};

/* A wish to one board, which may come from the board itself. */
struct frame_command {
    uint8_t round;
    uint8_t target; /* 1..255: number of the board in this round */
    bool write;
    uint8_t item;      /* 0..127, docs/protocol.md lists them */
    uint8_t sequence;  /* 0..15: a repeated command is answered again, not executed again */
    bool issued;       /* by Begin, which sends it round; else it is on its way to Begin */
    uint16_t argument; /* of a write */
};

/* Where the target is in the frame; where `issued` is. */
#define FRAME_COMMAND_TARGET 1u
#define FRAME_COMMAND_INFO 3u
#define FRAME_COMMAND_ISSUED 0x01u

enum reply_status {
    REPLY_DONE = 0,
    REPLY_UNKNOWN = 1,      /* no such item, or it cannot be read or written */
    REPLY_OUT_OF_RANGE = 2, /* the argument */
    REPLY_REFUSED = 3,      /* not now */
    REPLY_FAILED = 4,       /* tried in vain */
};

/* What came of a command, sent by its target one round later. */
struct frame_reply {
    uint8_t round;
    uint8_t number; /* of the board that answers */
    uint8_t sequence;
    uint8_t status; /* enum reply_status */
    uint32_t value; /* of the item now, 24 bits; signed items in two's complement */
};

/* A piece of the extended data output, from the last board to the first. */
#define FRAME_EXT_DATA 4u
struct frame_ext {
    uint8_t round;
    uint8_t piece; /* 0..14 */
    uint8_t data[FRAME_EXT_DATA];
};

/* Size in bytes of a frame with this header byte, or 0 when no frame has such a type. */
uint8_t frame_size(uint8_t header);
/* True for the headers of the frames behind HOP, all of FRAME_STREAM_SIZE bytes; not for EXT, which no
 * follower takes. */
static inline bool frame_is_streamed(uint8_t header)
{
    switch (header & 0xF0u) {
    case FRAME_CELL << 4:
    case FRAME_CHARGE << 4:
    case FRAME_END << 4:
    case FRAME_COMMAND << 4:
    case FRAME_REPLY << 4:
        return true;
    default:
        return false;
    }
}

static inline uint8_t frame_header(enum frame_type type, uint8_t round)
{
    return (uint8_t)((uint8_t)((uint8_t)type << 4) | (round & 0x0Fu));
}

static inline enum frame_type frame_type_of(uint8_t header)
{
    return (enum frame_type)(header >> 4);
}

static inline uint8_t frame_round_of(uint8_t header)
{
    return header & 0x0Fu;
}

uint8_t frame_start_encode(uint8_t *out, const struct frame_start *in);
uint8_t frame_hop_encode(uint8_t *out, const struct frame_hop *in);
uint8_t frame_cell_encode(uint8_t *out, const struct frame_cell *in);
uint8_t frame_charge_encode(uint8_t *out, const struct frame_charge *in);
uint8_t frame_end_encode(uint8_t *out, const struct frame_end *in);
uint8_t frame_command_encode(uint8_t *out, const struct frame_command *in);
uint8_t frame_reply_encode(uint8_t *out, const struct frame_reply *in);
uint8_t frame_ext_encode(uint8_t *out, const struct frame_ext *in);

/* frame_cell_encode() without the CRC, for frame_set_round(). */
void frame_cell_fields(uint8_t *out, const struct frame_cell *in);
/* Makes a stream frame one of this round, with its CRC. */
void frame_set_round(uint8_t frame[FRAME_STREAM_SIZE], uint8_t round);

/* True when size bytes are a frame of that header's size with a right CRC. */
bool frame_valid(const uint8_t *bytes, uint8_t size);

/* Decoders take the bytes of a frame that was found valid and has that type. */
void frame_start_decode(const uint8_t *bytes, struct frame_start *out);
void frame_hop_decode(const uint8_t *bytes, struct frame_hop *out);
void frame_cell_decode(const uint8_t *bytes, struct frame_cell *out);
void frame_charge_decode(const uint8_t *bytes, struct frame_charge *out);
void frame_end_decode(const uint8_t *bytes, struct frame_end *out);
void frame_command_decode(const uint8_t *bytes, struct frame_command *out);
void frame_reply_decode(const uint8_t *bytes, struct frame_reply *out);
void frame_ext_decode(const uint8_t *bytes, struct frame_ext *out);

#endif
