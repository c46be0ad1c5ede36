#include "world/chemistry.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* LiFePO4: Sony/Murata US26650FTC1, M. Naumann, PhD thesis TUM 2018, as
 * published with simses; middle of its hysteresis. */
static const struct ocv_point LFP_OCV[] = {
    { 0, 2286 },    { 0.5, 2683 }, { 1, 2783 },    { 2, 2895 },   { 3, 2967 },  { 4, 3021 },
    { 5, 3065 },    { 7, 3132 },   { 9, 3181 },    { 10, 3197 },  { 12, 3206 }, { 15, 3212 },
    { 20, 3234 },   { 25, 3255 },  { 30, 3270 },   { 35, 3283 },  { 40, 3292 }, { 45, 3297 },
    { 50, 3299 },   { 55, 3301 },  { 60, 3303 },   { 65, 3306 },  { 70, 3311 }, { 75, 3319 },
    { 80, 3334 },   { 85, 3340 },  { 90, 3342 },   { 95, 3345 },  { 97, 3346 }, { 98, 3349 },
    { 98.5, 3352 }, { 99, 3362 },  { 99.5, 3396 }, { 100, 3530 },
};

/* Lithium titanate: table of Libre Solar's bms-firmware, which takes it from
 * doi:10.3390/batteries5010031. */
static const struct ocv_point LTO_OCV[] = {
    { 0, 2000 },  { 5, 2105 },  { 10, 2125 },  { 15, 2141 }, { 20, 2154 }, { 25, 2166 },
    { 30, 2177 }, { 35, 2187 }, { 40, 2198 },  { 45, 2210 }, { 50, 2224 }, { 55, 2240 },
    { 60, 2259 }, { 65, 2282 }, { 70, 2309 },  { 75, 2340 }, { 80, 2376 }, { 85, 2415 },
    { 90, 2458 }, { 95, 2513 }, { 100, 2800 },
};

/* NMC: Samsung SDI 94 Ah, fit of Collath et al. 2024,
 * doi:10.1016/j.est.2024.111508, as published with simses. */
static const struct ocv_point NMC_OCV[] = {
    { 0, 3238 },  { 1, 3300 },  { 2, 3353 },  { 3, 3393 },  { 5, 3441 },
    { 7, 3466 },  { 10, 3490 }, { 15, 3523 }, { 20, 3553 }, { 25, 3580 },
    { 30, 3604 }, { 35, 3627 }, { 40, 3649 }, { 45, 3671 }, { 50, 3694 },
    { 55, 3719 }, { 60, 3747 }, { 65, 3780 }, { 70, 3818 }, { 75, 3861 },
    { 80, 3911 }, { 85, 3964 }, { 90, 4021 }, { 95, 4076 }, { 100, 4127 },
};

/* Li-ion to 4.2 V: LG M50, half-cell fits of Chen et al. 2020 (J. Electrochem.
 * Soc. 167 080534) combined, then counted from 3.0 V instead of 2.5 V. Its
 * nickel-rich cathode has the shape of the older NCA cells. */
static const struct ocv_point LIION_OCV[] = {
    { 0, 3000 },  { 1, 3070 },  { 2, 3123 },  { 3, 3165 },   { 5, 3234 },  { 7, 3300 },
    { 9, 3365 },  { 11, 3416 }, { 13, 3447 }, { 16, 3476 },  { 20, 3507 }, { 25, 3555 },
    { 30, 3605 }, { 35, 3646 }, { 40, 3682 }, { 45, 3721 },  { 50, 3767 }, { 55, 3812 },
    { 60, 3852 }, { 65, 3904 }, { 70, 3958 }, { 75, 4002 },  { 80, 4048 }, { 85, 4083 },
    { 90, 4098 }, { 95, 4126 }, { 97, 4150 }, { 100, 4200 },
};

/*
 * Sources of the scalar figures:
 * - LFP resistance: between the energy cell above (0.135 ohm*Ah over 10 s, same
 *   source) and power cells such as A123's 26650 (about 0.02); large prismatic
 *   cells lie there. Mass and specific heat as the 26650: 70 g, 1001 J/kg/K.
 * - NMC: 0.819 mohm and 2.1 kg * 1000 J/kg/K at 94 Ah, same source as the OCV.
 * - Li-ion: 68 g at 5 Ah with 1000 J/kg/K; about 28 mohm in steady state.
 * - LTO: estimates for 20 Ah power cells: 1.1 mohm, 0.52 kg.
 * - Steepness past the ends, RC time constants, self-discharge: estimates that
 *   carry the last slope of the curve on, or are usual for the chemistry.
 */
static const struct chemistry_info INFO[CHEM_COUNT] = {
    [CHEM_LFP] = {
        .name = "lfp", .ocv = LFP_OCV, .ocv_points = COUNT(LFP_OCV),
        .below_empty_v = 40.0, .above_full_v = 25.0, .nominal_v = 3.2,
        .r0_ohm_ah = 0.045, .r1_ohm_ah = 0.035, .tau_s = 45.0,
        .heat_j_per_k_ah = 23.4, .self_discharge_per_month = 0.02,
        .vmin_mv = 3000, .vbalance_mv = 3400, .vmax_mv = 3700,
    },
    [CHEM_LTO] = {
        .name = "lto", .ocv = LTO_OCV, .ocv_points = COUNT(LTO_OCV),
        .below_empty_v = 30.0, .above_full_v = 15.0, .nominal_v = 2.3,
        .r0_ohm_ah = 0.014, .r1_ohm_ah = 0.008, .tau_s = 30.0,
        .heat_j_per_k_ah = 26.0, .self_discharge_per_month = 0.03,
        .vmin_mv = 2150, .vbalance_mv = 2600, .vmax_mv = 2700,
    },
    [CHEM_NMC] = {
        .name = "nmc", .ocv = NMC_OCV, .ocv_points = COUNT(NMC_OCV),
        .below_empty_v = 20.0, .above_full_v = 5.0, .nominal_v = 3.68,
        .r0_ohm_ah = 0.045, .r1_ohm_ah = 0.032, .tau_s = 40.0,
        .heat_j_per_k_ah = 22.3, .self_discharge_per_month = 0.02,
        .vmin_mv = 3430, .vbalance_mv = 4000, .vmax_mv = 4100,
    },
    [CHEM_LIION] = {
        .name = "liion", .ocv = LIION_OCV, .ocv_points = COUNT(LIION_OCV),
        .below_empty_v = 20.0, .above_full_v = 5.0, .nominal_v = 3.63,
        .r0_ohm_ah = 0.090, .r1_ohm_ah = 0.050, .tau_s = 50.0,
        .heat_j_per_k_ah = 13.6, .self_discharge_per_month = 0.02,
        .vmin_mv = 3430, .vbalance_mv = 4100, .vmax_mv = 4150,
    },
};

const struct chemistry_info *chemistry_info(enum chemistry chemistry)
{
    return &INFO[chemistry];
}

bool chemistry_from_name(const char *name, enum chemistry *chemistry)
{
    for (int i = 0; i < CHEM_COUNT; i++)
        if (strcmp(name, INFO[i].name) == 0) {
            *chemistry = (enum chemistry)i;
            return true;
        }
    return false;
}

static double empty_v(const struct chemistry_info *info)
{
    return info->ocv[0].mv / 1000.0;
}

static double full_v(const struct chemistry_info *info)
{
    return info->ocv[info->ocv_points - 1].mv / 1000.0;
}

static double inside_v(const struct chemistry_info *info, double soc_pct)
{
    const struct ocv_point *p = info->ocv;

    while (p[1].soc_pct < soc_pct)
        p++;
    return (p->mv + (p[1].mv - p->mv) * (soc_pct - p->soc_pct) / (p[1].soc_pct - p->soc_pct)) /
           1000.0;
}

double chemistry_ocv_v(const struct chemistry_info *info, double soc)
{
    if (soc < 0.0)
        return fmax(0.0, empty_v(info) + soc * info->below_empty_v);
    if (soc > 1.0)
        return fmin(CHEMISTRY_VOLT_MAX, full_v(info) + (soc - 1.0) * info->above_full_v);
    return inside_v(info, soc * 100.0);
}

double chemistry_soc_lowest(const struct chemistry_info *info)
{
    return -empty_v(info) / info->below_empty_v;
}

double chemistry_soc_highest(const struct chemistry_info *info)
{
    return 1.0 + (CHEMISTRY_VOLT_MAX - full_v(info)) / info->above_full_v;
}

double chemistry_resistance_factor(double temp_c)
{
    /* Arrhenius with an activation temperature that gives 2.2 at -10 °C. The
     * Sony cell's measured table has 1.40 at 10 °C and 0.79 at 40 °C; this
     * gives 1.37 and 0.75. */
    const double activation_k = 1767.0;
    const double reference_k = 298.15;

    return exp(activation_k * (1.0 / (temp_c + 273.15) - 1.0 / reference_k));
}
