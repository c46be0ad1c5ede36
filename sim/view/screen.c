#define _XOPEN_SOURCE_EXTENDED 1

#include "view/screen.h"
#include "view/hands.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <ncurses.h>
#include <term.h> /* takes many common words as macros: last */

static SCREEN *screen;
static bool ascii;
static volatile sig_atomic_t ended;
static struct termios before;
/* What a signal handler may still write: the terminal's own strings that undo what curses did. */
static char undo[256];
static size_t undo_size;

/* ---- signals ------------------------------------------------------------------------------------ */

static void end_soon(int number)
{
    (void)number;
    ended = 1;
}

static void die(int number)
{
    ssize_t written = write(STDOUT_FILENO, undo, undo_size);

    (void)written;
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
    signal(number, SIG_DFL);
    raise(number);
}

static void keep(const char *capability)
{
    const char *text = tigetstr(capability);
    size_t length = text && text != (char *)-1 ? strlen(text) : 0;

    if (undo_size + length > sizeof undo)
        return;
    memcpy(undo + undo_size, text ? text : "", length);
    undo_size += length;
}

static void catch_signals(void)
{
    static const int ending[] = { SIGINT, SIGTERM, SIGHUP };
    static const int deadly[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT };
    struct sigaction action = { .sa_handler = end_soon };

    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++)
        sigaction(ending[i], &action, NULL);
    action.sa_handler = die;
    action.sa_flags = (int)SA_NODEFER;
    for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++)
        sigaction(deadly[i], &action, NULL);
}

bool screen_ended(void)
{
    return ended != 0;
}

/* ---- opening and closing ------------------------------------------------------------------------ */

static void init_styles(void)
{
    static const struct {
        enum grid_style style;
        short color;
    } colors[] = {
        { STYLE_TITLE, COLOR_CYAN },  { STYLE_LABEL, COLOR_CYAN }, { STYLE_GOOD, COLOR_GREEN },
        { STYLE_WARN, COLOR_YELLOW }, { STYLE_BAD, COLOR_RED },    { STYLE_KEY, COLOR_CYAN },
    };

    start_color();
    use_default_colors();
    for (size_t i = 0; i < sizeof colors / sizeof colors[0]; i++)
        init_pair((short)(colors[i].style + 1), colors[i].color, -1);
}

static void keep_undo(void)
{
    keep("sgr0");
    keep("cnorm");
    keep("rmkx");
    keep("rmcup");
}

bool screen_open(struct err *err)
{
    const char *term = getenv("TERM");
    int found;

    if (!term || *term == '\0')
        return err_set(err, "--view: TERM is not set: what terminal is this?");
    if (setupterm(NULL, STDOUT_FILENO, &found) != OK)
        return err_set(err, "--view: no description of terminal '%.40s' is installed", term);
    if (tigetstr("cup") == NULL || tigetstr("cup") == (char *)-1)
        return err_set(err, "--view: terminal '%.40s' cannot move its cursor", term);
    setlocale(LC_CTYPE, ""); /* and no more: numbers keep their point */
    ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return err_set(err, "--view: the input is no terminal");
    keep_undo();
    screen = newterm(NULL, stdout, stdin);
    if (!screen)
        return err_set(err, "--view: ncurses cannot use terminal '%.40s'", term);
    catch_signals();
    cbreak();
    noecho();
    nonl();
    curs_set(0);
    set_escdelay(50);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    if (has_colors())
        init_styles();
    atexit(screen_close);
    return true;
}

void screen_close(void)
{
    if (!screen)
        return;
    endwin();
    delscreen(screen);
    screen = NULL;
}

/* ---- showing ------------------------------------------------------------------------------------ */

static attr_t attributes(uint8_t style)
{
    static const attr_t extra[STYLE_COUNT] = {
        [STYLE_DIM] = A_DIM,        [STYLE_TITLE] = A_BOLD, [STYLE_BAD] = A_BOLD,
        [STYLE_CHOSEN] = A_REVERSE, [STYLE_KEY] = A_BOLD,
    };
    return extra[style];
}

/* For a terminal that has no more than ASCII. */
static char plain(uint32_t glyph)
{
    if (glyph < 0x7F)
        return (char)glyph;
    if (glyph >= 0x2588 && glyph <= 0x258B)
        return '#';
    if (glyph >= 0x258C && glyph <= 0x258F)
        return ' ';
    switch (glyph) {
    case 0x00B7:
        return '.';
    case 0x00B0:
        return 'C';
    case 0x250A:
    case 0x2502:
        return '|';
    case 0x25B8:
    case 0x2192:
        return '>';
    case 0x25C2:
        return '<';
    case 0x2715:
        return 'x';
    case 0x2026:
        return '~';
    default:
        return '?';
    }
}

static void show_cell(int row, int col, const struct grid_cell *cell)
{
    wchar_t text[2] = { (wchar_t)cell->glyph, 0 };
    attr_t attr = attributes(cell->style);
    cchar_t glyph;

    if (ascii)
        text[0] = (wchar_t)plain(cell->glyph);
    setcchar(&glyph, text, attr, has_colors() ? (short)(cell->style + 1) : 0, NULL);
    mvadd_wch(row, col, &glyph);
}

void screen_size(int *cols, int *rows)
{
    *cols = COLS;
    *rows = LINES;
}

void screen_show(const struct grid *g)
{
    erase();
    for (int row = 0; row < g->rows; row++)
        for (int col = 0; col < g->cols; col++)
            if (g->cell[row * g->cols + col].glyph != 0)
                show_cell(row, col, &g->cell[row * g->cols + col]);
    refresh();
}

/* ---- keys --------------------------------------------------------------------------------------- */

int screen_key(void)
{
    int key = getch();

    switch (key) {
    case ERR:
    case KEY_RESIZE:
        return VIEW_KEY_NONE;
    case KEY_UP:
        return VIEW_KEY_UP;
    case KEY_DOWN:
        return VIEW_KEY_DOWN;
    case KEY_LEFT:
        return VIEW_KEY_LEFT;
    case KEY_RIGHT:
        return VIEW_KEY_RIGHT;
    case KEY_PPAGE:
        return VIEW_KEY_PAGE_UP;
    case KEY_NPAGE:
        return VIEW_KEY_PAGE_DOWN;
    case KEY_HOME:
        return VIEW_KEY_HOME;
    case KEY_END:
        return VIEW_KEY_END;
    default:
        return key > 0 && key < 0x80 ? key : VIEW_KEY_NONE;
    }
}

void screen_wait(double seconds)
{
    struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };

    if (poll(&in, 1, (int)(seconds * 1000.0) + 1) > 0 && (in.revents & (POLLHUP | POLLERR)))
        ended = 1;
}
