#include "report/svg.h"

/* Of the font size; the digits of the widest usual font have 0.64. */
#define CHARACTER_WIDTH 0.62

void svg_escape(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '&')
            fputs("&amp;", out);
        else if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if (*text == '"')
            fputs("&quot;", out);
        else if ((unsigned char)*text >= ' ' || *text == '\t')
            fputc(*text, out);
    }
}

double svg_text_width(const char *text, int font)
{
    int characters = 0;

    for (; *text; text++)
        characters += ((unsigned char)*text & 0xC0u) != 0x80u;
    return characters * font * CHARACTER_WIDTH;
}

void svg_text(FILE *out, double x, double y, int font, enum svg_anchor anchor, const char *css,
              const char *text)
{
    static const char *const name[] = { "start", "middle", "end" };

    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" text-anchor=\"%s\" class=\"%s\">", x,
            y, font, name[anchor], css);
    svg_escape(out, text);
    fputs("</text>\n", out);
}

void svg_line(FILE *out, double x1, double y1, double x2, double y2, const char *css)
{
    fprintf(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1, y1,
            x2, y2, css);
}

void svg_rect(FILE *out, double x, double y, double width, double height, const char *css)
{
    fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\"/>\n", x,
            y, width, height, css);
}

void svg_open(FILE *out, const char *css, double width, double height, const char *title)
{
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"%s\" viewBox=\"0 0 %.0f %.0f\" "
            "role=\"img\" aria-label=\"",
            css, width, height);
    svg_escape(out, title);
    fputs("\">\n", out);
}

void svg_close(FILE *out)
{
    fputs("</svg>\n", out);
}
