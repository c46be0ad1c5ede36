#ifndef SIM_WORLD_SITE_H
#define SIM_WORLD_SITE_H

#include <stdbool.h>

#include "checkpoint/state.h"
#include "world/cell.h"

/*
 * A cell with the board that sits on its terminals: the balance resistor, a
 * leak (a weak cell, dirt on the board) and the temperature of the board. Both
 * resistors lie across the cell's terminals; the leak's heat stays in the cell,
 * the balance resistor's goes to the board's heat sink, a small share through
 * the terminals into the cell.
 */
struct site {
    struct cell cell;
    double balance_ohm;
    double leak_s; /* conductance in siemens, 0 = none */
    bool balancing;
    bool duty_given; /* duty counts for the next step instead */
    double duty;
    bool temp_forced; /* cell.temp_c is held from outside */
    double board_temp_c;
};

/* The site as the pack's current sees it in this step: emf and resistance. */
void site_source(const struct site *site, double *emf_v, double *ohm);

/* Terminal voltage while the pack current flows, with the resistor on or off;
 * within 0..5.5 V, 0 when the cell is removed. */
double site_voltage_v(const struct site *site, double pack_current_a, bool balancing);

/* Advances cell and board. Uses up a given duty. */
void site_step(struct site *site, double pack_current_a, double dt_s, double ambient_c);

/* Advances only the board, with the resistor at that voltage: for a cell whose
 * behaviour comes from a recording. Uses up a given duty. */
void site_step_board(struct site *site, double cell_v, double dt_s, double ambient_c);

void site_state(struct site *site, struct state *s);

#endif
