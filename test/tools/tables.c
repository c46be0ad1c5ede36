/* Prints a table of the firmware as Markdown, for docs/. test/tools/test_tables.sh compares it with
 * what the document holds, or writes it there. */
#include <stdio.h>
#include <string.h>

#include "end_board/app_commands.h"
#include "end_board/event.h"
#include "end_board/rules.h"
#include "end_board/settings.h"

static void print_choices(const struct setting *row)
{
    const char *comma = "";

    for (int value = row->min; value <= row->max; value++) {
        if (!(row->choices >> value & 1))
            continue;
        printf("%s%d", comma, value);
        comma = ", ";
    }
}

static void print_range(const struct setting *row)
{
    if (row->choices)
        print_choices(row);
    else
        printf("%d … %d", row->min, row->max);
}

static void print_presets(const struct setting *row)
{
    for (int i = 0; i < CHEMISTRY_COUNT; i++) {
        if (row->flags & SETTING_PRESET)
            printf(" %d |", row->preset[i]);
        else
            printf(" |");
    }
}

static void print_settings(void)
{
    struct setting row;

    printf("| id | name | unit | range | default | lfp | lto | nmc | liion |\n"
           "|---|---|---|---|---|---|---|---|---|\n");
    for (uint8_t id = 1; setting_row(id, &row); id++) {
        printf("| %u | `%s` | %s | ", id, row.name, row.unit);
        print_range(&row);
        printf(" | %d |", row.standard);
        print_presets(&row);
        printf("\n");
    }
}

static const char *limit_name(const struct rule *rule, struct setting *row)
{
    if (rule->compare == COMPARE_ANY_BIT)
        return "a fault";
    if (rule->compare == COMPARE_NO_BIT)
        return "no fault";
    setting_row(rule->limit, row);
    return row->name;
}

static void print_condition(const struct rule *rule)
{
    static const char *const quantity[] = {
        "lowest cell",  "highest cell", "lowest cell at a low charge rate",
        "coldest cell", "hottest cell", "state of charge"
    };
    static const char *const compare[] = { "<", "≤", "≥", ">" };
    struct setting limit;

    if (rule->quantity != QUANTITY_FAULTS)
        printf("%s %s ", quantity[rule->quantity], compare[rule->compare]);
    printf(rule->quantity == QUANTITY_FAULTS ? "%s" : "`%s`", limit_name(rule, &limit));
}

static void print_release(const struct rule *rule)
{
    struct setting margin;

    if (setting_row(rule->margin, &margin))
        printf("%s `%s`", rule->inside > 0 ? "+" : "−", margin.name);
}

static void print_rules(void)
{
    static const char *const modes[] = { "", "normal", "critical", "both" };
    static const char *const relays[] = { "", "charge", "load", "both" };
    struct rule rule;
    char name[RULE_NAME_SIZE];

    printf("| bit | rule | mode | relay | | condition | release | hold |\n"
           "|---|---|---|---|---|---|---|---|\n");
    for (uint8_t id = 0; id < RULE_COUNT; id++) {
        rules_row(id, &rule);
        rules_name(id, name);
        printf("| %u | `%s` | %s | %s | %s | ", id, name, modes[rule.modes], relays[rule.relays],
               rule.action == RULE_DISABLE ? "opens" : "needed to close");
        print_condition(&rule);
        printf(" | ");
        print_release(&rule);
        printf(" | %.1f s |\n", rule.hold_ms / 1000.0);
    }
}

static void print_events(void)
{
    struct event_row row;

    printf("| code | event | value |\n|---|---|---|\n");
    for (uint8_t code = 1; event_row(code, &row); code++)
        printf("| %u | `%s` | %s |\n", code, row.name, row.value);
}

/* A bar in a cell of a table. */
static void print_escaped(const char *text)
{
    for (; *text; text++)
        printf(*text == '|' ? "\\%c" : "%c", *text);
}

static void print_commands(void)
{
    struct app_command_row row;

    printf("| command | session | does |\n|---|---|---|\n");
    for (uint8_t i = 0; app_command_row(i, &row); i++) {
        printf("| `%s%s", row.name, row.arguments[0] ? " " : "");
        print_escaped(row.arguments);
        printf("` | %s | ", row.login ? "yes" : "");
        print_escaped(row.help);
        printf(" |\n");
    }
}

static void print_errors(void)
{
    struct app_error_row row;

    printf("| code | text |\n|---|---|\n");
    for (uint8_t i = 1; app_error_row(i, &row); i++)
        printf("| `%s` | %s |\n", row.code, row.text);
}

static void print_items(void)
{
    struct app_item_row row;

    printf("| in | key | unit | decimals |\n|---|---|---|---|\n");
    for (uint8_t i = 0; app_item_row(i, &row); i++)
        printf("| %s | `%s` | %s | %u |\n", i < SHOW_COUNTERS ? "`pack`" : "`counters`", row.name,
               row.unit, row.decimals);
}

static void print_board_items(void)
{
    struct app_board_row row;

    printf("| key | item of the ring |\n|---|---|\n");
    for (uint8_t i = 0; app_board_row(i, &row); i++)
        printf("| `%s` | 0x%02X |\n", row.name, row.item);
}

static void print_orders(void)
{
    struct app_order_row row;

    printf("| order | does | item of the ring |\n|---|---|---|\n");
    for (uint8_t i = 0; app_order_row(i, &row); i++)
        printf("| `%s%s` | %s | 0x%02X |\n", row.name, row.unit == ORDER_KEY ? "" : " VALUE",
               row.help, row.item);
}

static const struct {
    const char *name;
    void (*print)(void);
} tables[] = { { "settings", print_settings }, { "rules", print_rules },
               { "events", print_events },     { "commands", print_commands },
               { "errors", print_errors },     { "items", print_items },
               { "board", print_board_items }, { "orders", print_orders } };

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof tables / sizeof tables[0]; i++) {
        if (strcmp(argv[1], tables[i].name) != 0)
            continue;
        tables[i].print();
        return 0;
    }
    fprintf(stderr, "usage: tables settings|rules|events|commands|errors|items|board|orders\n");
    return 2;
}
