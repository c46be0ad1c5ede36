#include "world/cell.h"

#include <math.h>

#define SECONDS_PER_MONTH (30.0 * 86400.0)

/* Surface grows with the 2/3 power of the volume. 15 W/m²K on the surfaces of
 * the 3 Ah 26650 (64 cm²) and the 94 Ah prismatic cell (700 cm²) gives 0.046
 * and 0.051 W/K per Ah^(2/3). */
#define COOLING_W_PER_K_AH23 0.048

void cell_init(struct cell *cell, enum chemistry chemistry, double capacity_ah, double soc,
               double temp_c)
{
    const struct chemistry_info *chem = chemistry_info(chemistry);

    *cell = (struct cell){
        .chem = chem,
        .capacity_as = capacity_ah * 3600.0,
        .charge_as = capacity_ah * 3600.0 * soc,
        .r0_ohm = chem->r0_ohm_ah / capacity_ah,
        .r1_ohm = chem->r1_ohm_ah / capacity_ah,
        .tau_s = chem->tau_s,
        .temp_c = temp_c,
        .heat_capacity_j_per_k = chem->heat_j_per_k_ah * capacity_ah,
        .heat_w_per_k = COOLING_W_PER_K_AH23 * pow(capacity_ah, 2.0 / 3.0),
        .self_discharge_a =
            chem->self_discharge_per_month * capacity_ah * 3600.0 / SECONDS_PER_MONTH,
    };
}

static void move_charge(struct cell *cell, double current_a, double dt_s)
{
    double lowest = chemistry_soc_lowest(cell->chem) * cell->capacity_as;
    double highest = chemistry_soc_highest(cell->chem) * cell->capacity_as;
    double charge = cell->charge_as + (current_a - cell->self_discharge_a) * dt_s;

    cell->charge_as = fmin(fmax(charge, lowest), highest);
}

static void warm(struct cell *cell, double heat_w, double dt_s, double ambient_c)
{
    double final_c = ambient_c + heat_w / cell->heat_w_per_k;
    double decay = exp(-dt_s * cell->heat_w_per_k / cell->heat_capacity_j_per_k);

    cell->temp_c = final_c + (cell->temp_c - final_c) * decay;
}

void cell_step(struct cell *cell, double current_a, double dt_s, double ambient_c,
               double extra_heat_w)
{
    double factor = chemistry_resistance_factor(cell->temp_c);
    double r0 = cell->r0_ohm * factor;
    double r1 = cell->r1_ohm * factor;
    double final_v = current_a * r1;
    double heat_w = current_a * current_a * r0 + cell->u1_v * cell->u1_v / r1;

    cell->u1_v = final_v + (cell->u1_v - final_v) * exp(-dt_s / cell->tau_s);
    move_charge(cell, current_a, dt_s);
    warm(cell, heat_w + extra_heat_w, dt_s, ambient_c);
}

double cell_emf_v(const struct cell *cell)
{
    return chemistry_ocv_v(cell->chem, cell_soc(cell)) + cell->u1_v;
}

double cell_series_ohm(const struct cell *cell)
{
    return cell->r0_ohm * chemistry_resistance_factor(cell->temp_c);
}

double cell_voltage_v(const struct cell *cell, double current_a)
{
    double volts = cell_emf_v(cell) + current_a * cell_series_ohm(cell);

    if (cell->removed)
        return 0.0;
    return fmin(fmax(volts, 0.0), CHEMISTRY_VOLT_MAX);
}

double cell_soc(const struct cell *cell)
{
    return cell->charge_as / cell->capacity_as;
}

void cell_set_soc(struct cell *cell, double soc)
{
    cell->charge_as = soc * cell->capacity_as;
    cell->u1_v = 0.0;
}
