/* What the live view shows, as plain data: taken from a run (take.h), laid out on a page (layout.h).
 * Units: mV, mA, 0.1 °C, ‰. */
#ifndef SIM_VIEW_MODEL_H
#define SIM_VIEW_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#define VIEW_CELLS_MAX 255
#define VIEW_MESSAGES 16
#define VIEW_TEXT_MAX 160

struct view_cell {
    bool known; /* End has a reading that is fresh */
    bool dc_known;
    bool balancing;
    bool untrusted;
    bool cut;  /* the wire behind this board is broken: the truth */
    int noisy; /* bad frames in 100 rounds on the hop that ends here, as End says */
    int mv;
    int dc;
};

enum view_state { VIEW_RUNS, VIEW_PAUSED, VIEW_ENDED, VIEW_CRASHED };

struct view_relay {
    bool closed;
    uint32_t held;  /* RULE_BIT of all that hold it open */
    uint8_t reason; /* enum rule_id that opened it last */
};

/* The chosen cell and its board, closer. */
struct view_detail {
    double true_mv;
    double true_dc;
    double true_soc; /* 0..1, NAN: nobody knows */
    const char *board_mode;
    double clock_mhz;
    int bad_frames; /* counted by its board since reset */
};

struct view_model {
    /* the run */
    int cells;
    const char *chemistry;
    double capacity_ah;
    double time_s;
    double duration_s; /* INFINITY: until somebody ends it */
    enum view_state state;
    double speed;   /* times real time, INFINITY: as fast as it can */
    double reached; /* what it makes of that */
    int vmin_mv;
    int vbalance_mv;
    int vmax_mv;
    /* the pack as End believes, and the truth */
    bool comm_ok;
    bool mv_known;
    int pack_mv;
    bool ma_known;
    int ma;
    double true_ma;
    bool soc_known;
    bool soc_calibrated;
    int soc_pm;
    double true_soc_pm; /* NAN: nobody knows */
    struct view_relay charge;
    struct view_relay load;
    unsigned faults; /* enum pack_fault, enum fault */
    bool broken;
    int broken_after; /* 0: nobody knows where */
    /* what somebody has set */
    double load_a;
    double charger_a;
    uint8_t switches; /* switch 1 is bit 7 */
    int chosen;       /* index of a cell */
    struct view_detail detail;
    struct view_cell cell[VIEW_CELLS_MAX];
    char message[VIEW_MESSAGES][VIEW_TEXT_MAX]; /* newest last */
    int messages;
};

#endif
