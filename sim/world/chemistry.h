#ifndef SIM_WORLD_CHEMISTRY_H
#define SIM_WORLD_CHEMISTRY_H

#include <stdbool.h>

/*
 * What the simulator knows about a kind of cell. Figures "per Ah" are for a
 * cell of 1 Ah: resistances are divided by the capacity, masses multiplied.
 */
enum chemistry { CHEM_LFP, CHEM_LTO, CHEM_NMC, CHEM_LIION, CHEM_COUNT };

struct ocv_point {
    double soc_pct;
    double mv;
};

struct chemistry_info {
    const char *name;            /* as in scenario files: "lfp" ... */
    const struct ocv_point *ocv; /* rising in both members, 0 % to 100 % */
    int ocv_points;
    double below_empty_v; /* volt per unit of charge state below 0 */
    double above_full_v;  /* the same above 1 */
    double nominal_v;
    double r0_ohm_ah; /* resistance at once, 25 °C */
    double r1_ohm_ah; /* polarisation: the RC pair's, 25 °C */
    double tau_s;     /* of the RC pair */
    double heat_j_per_k_ah;
    double self_discharge_per_month; /* share of the capacity, 25 °C */
    int vmin_mv;                     /* the product's presets for this chemistry */
    int vbalance_mv;
    int vmax_mv;
};

const struct chemistry_info *chemistry_info(enum chemistry chemistry);

/* "lfp", "lto", "nmc" or "liion". False leaves *chemistry alone. */
bool chemistry_from_name(const char *name, enum chemistry *chemistry);

/*
 * Open-circuit voltage at charge state soc (0 empty, 1 full). Past both ends
 * the curve goes on steeply, down to 0 V and up to 5.5 V.
 */
double chemistry_ocv_v(const struct chemistry_info *info, double soc);

/* The charge states at which chemistry_ocv_v reaches 0 V and 5.5 V. A cell
 * stores no charge beyond them. */
double chemistry_soc_lowest(const struct chemistry_info *info);
double chemistry_soc_highest(const struct chemistry_info *info);

/* Resistance at this temperature as a multiple of that at 25 °C. */
double chemistry_resistance_factor(double temp_c);

#define CHEMISTRY_VOLT_MAX 5.5

#endif
