/* Lines at the app port: every line has one end of a reply, what is said is text, the settings never contradict
 * each other, and without a session nothing changes. Byte 1 of the input puts the right checksum behind the
 * line, byte 2 lets time pass. */
#include "test/fake/app_bench.h"
#include "test/fuzz/fuzz.h"

#define TURNS 100000u

static char text[APP_LINE_MAX + 20u];
static uint8_t text_size;

static unsigned ends(void)
{
    unsigned count = 0;

    for (char *at = said; *at;) {
        char *end = strstr(at, "\r\n");
        MUST(end != NULL);
        for (char *c = at; c < end; c++)
            MUST(*c >= ' ' && *c <= '~');
        count += strncmp(at, "ok", 2) == 0 && (end - at == 2 || at[2] == '*');
        count += strncmp(at, "error ", 6) == 0;
        at = end + 2;
    }
    said_size = 0;
    said[0] = '\0';
    return count;
}

static unsigned answers(void)
{
    unsigned count = 0;

    for (unsigned turn = 0; turn < TURNS && !app_listens(&app); turn++) {
        if (!app_step(&app, now_ms))
            now_ms += 250;
        if (said_size > SAID_MAX / 2)
            count += ends();
    }
    MUST(app_listens(&app));
    return count + ends();
}

static void end_line(void)
{
    struct settings settings = d.settings;
    uint64_t in_mwh = d.energy.in.base_mwh;
    bool clock_set = d.calendar.set;
    bool in = app.login.in;
    uint8_t id;
    uint8_t other;

    app_byte(&app, '\r', now_ms);
    MUST(answers() == 1);
    text_size = 0;
    MUST(settings_check(&d.settings, &id, &other) == SETTINGS_OK);
    if (in || app.login.in)
        return;
    MUST(memcmp(settings.value, d.settings.value, sizeof settings.value) == 0);
    MUST(settings.confirmed == d.settings.confirmed && in_mwh == d.energy.in.base_mwh);
    MUST(clock_set == d.calendar.set);
}

static void type_byte(uint8_t byte)
{
    while (!app_listens(&app))
        steps();
    app_byte(&app, byte, now_ms);
    if (text_size < sizeof text - 1u)
        text[text_size++] = (char)byte;
}

static void type_checksum(void)
{
    static const char digits[] = "0123456789ABCDEF";
    uint16_t sum = text_checksum(text, text_size);

    type_byte('*');
    for (uint8_t i = 0; i < 4; i++)
        type_byte((uint8_t)digits[sum >> (12 - 4 * i) & 0xF]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    set_up();
    text_size = 0;
    for (size_t i = 0; i < size && i < 1000; i++) {
        if (data[i] == '\n' || data[i] == '\r')
            end_line();
        else if (data[i] == 1)
            type_checksum();
        else if (data[i] == 2)
            now_ms += 30000;
        else
            type_byte(data[i]);
        if (app_listens(&app))
            while (app_step(&app, now_ms)) /* what is watched */
                ;
        said_size = 0;
        said[0] = '\0';
    }
    end_line();
    return 0;
}
