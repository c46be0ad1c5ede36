/* Prints a table of the firmware as Markdown, for docs/. test/tools/test_tables.sh compares it with
 * what the document holds, or writes it there. */
#include <stdio.h>
#include <string.h>

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

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "settings") == 0) {
        print_settings();
        return 0;
    }
    fprintf(stderr, "usage: tables settings\n");
    return 2;
}
