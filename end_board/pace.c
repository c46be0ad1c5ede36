#include "end_board/pace.h"

#include "common/command.h"

#define BEGIN_NUMBER 1u

void pace_init(struct pace *p)
{
    *p = (struct pace){ .wait = PACE_FIRST_ROUNDS, .sequence = PACE_SEQUENCE };
}

void pace_round(struct pace *p)
{
    if (p->wait != 0)
        p->wait--;
}

/* cycles * 256 a second, over 8 * divisor * 38 400, times 1024. */
int16_t pace_error_1024(uint16_t cycles, uint8_t divisor)
{
    uint16_t whole = (uint16_t)(75u * divisor);
    uint32_t rate = ((uint32_t)cycles * 64u + whole / 2u) / whole;

    return rate > 2048u ? 1024 : (int16_t)((int16_t)rate - 1024);
}

/* A step is 0.55 %, 45/8 of 1/1024. */
static int16_t steps_for(int16_t error)
{
    int16_t steps = (int16_t)((8 * error + (error < 0 ? -22 : 22)) / 45);

    if (steps > PACE_STEPS_MAX)
        return PACE_STEPS_MAX;
    return steps < -PACE_STEPS_MAX ? -PACE_STEPS_MAX : steps;
}

static bool within(int16_t value, int16_t limit)
{
    return value <= limit && value >= -limit;
}

static uint16_t rounds_for(int16_t steps)
{
    if (within(steps, PACE_DRIFT_STEPS))
        return PACE_DRIFT_ROUNDS;
    return (uint16_t)((steps < 0 ? -steps : steps) + (int16_t)PACE_SETTLE_ROUNDS);
}

/* True with the mean of some looks. */
static bool look(struct pace *p, int16_t *error)
{
    p->sum_1024 = (int16_t)(p->sum_1024 + *error);
    p->wait = 1;
    if (++p->looks < PACE_LOOKS)
        return false;
    *error = (int16_t)((p->sum_1024 + (p->sum_1024 < 0 ? -2 : 2)) / (int16_t)PACE_LOOKS);
    return true;
}

static void start_looking(struct pace *p, uint16_t rounds)
{
    p->wait = rounds;
    p->looks = 0;
    p->sum_1024 = 0;
}

bool pace_step(struct pace *p, uint16_t cycles, uint8_t divisor, int8_t error_1024,
               struct frame_command *command)
{
    int16_t error = pace_error_1024(cycles, divisor);
    int16_t steps;

    if (!within(error_1024, PACE_FOLLOWED_1024)) {
        start_looking(p, PACE_AGAIN_ROUNDS);
        return false;
    }
    if (!look(p, &error))
        return false;
    start_looking(p, PACE_REST_ROUNDS);
    if (within(error, PACE_GOOD_1024) || !within(error, PACE_BROKEN_1024))
        return false;
    steps = steps_for(error);
    p->wait = rounds_for(steps);
    p->sequence ^= 1u; /* the same wish twice is two wishes */
    *command = (struct frame_command){ .target = BEGIN_NUMBER,
                                       .write = true,
                                       .item = ITEM_CLOCK_STEPS,
                                       .sequence = p->sequence,
                                       .argument = (uint16_t)-steps };
    return true;
}
