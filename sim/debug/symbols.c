#include "debug/symbols.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATA_SPACE 0x800000u

struct symbol {
    uint32_t address;
    int rank; /* of those at one address the highest is told */
    char *name;
};

struct symbols {
    struct symbol *symbol; /* in order of address, then of rank */
    size_t count;
};

static int compare(const void *left, const void *right)
{
    const struct symbol *a = left;
    const struct symbol *b = right;

    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return a->rank - b->rank;
}

/* Functions before objects before labels; and names of a program before those of a linker. */
static int rank_of(const GElf_Sym *symbol, const char *name)
{
    int type = GELF_ST_TYPE(symbol->st_info);
    int rank = type == STT_FUNC ? 4 : type == STT_OBJECT ? 2 : 0;

    return rank + (name[0] != '_');
}

static void add(struct symbols *s, const GElf_Sym *symbol, const char *name)
{
    int type = GELF_ST_TYPE(symbol->st_info);
    struct symbol *all;

    if (!name || *name == '\0' || symbol->st_value >= DATA_SPACE || symbol->st_shndx == SHN_UNDEF ||
        symbol->st_shndx >= SHN_LORESERVE)
        return;
    if (type != STT_FUNC && type != STT_OBJECT && type != STT_NOTYPE)
        return;
    all = realloc(s->symbol, (s->count + 1) * sizeof *all);
    if (!all)
        return;
    s->symbol = all;
    s->symbol[s->count++] =
        (struct symbol){ (uint32_t)symbol->st_value, rank_of(symbol, name), strdup(name) };
}

static void read_table(struct symbols *s, Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = header->sh_entsize ? header->sh_size / header->sh_entsize : 0;

    for (size_t i = 0; data && i < count; i++) {
        GElf_Sym symbol;
        if (gelf_getsym(data, (int)i, &symbol))
            add(s, &symbol, elf_strptr(elf, header->sh_link, symbol.st_name));
    }
}

struct symbols *symbols_load(const char *path)
{
    struct symbols *s = calloc(1, sizeof *s);
    int fd = open(path, O_RDONLY);
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    Elf *elf;

    elf_version(EV_CURRENT);
    elf = fd >= 0 ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
    while (s && elf && (section = elf_nextscn(elf, section)) != NULL)
        if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
            read_table(s, elf, section, &header);
    if (elf)
        elf_end(elf);
    if (fd >= 0)
        close(fd);
    if (s && s->count > 0)
        qsort(s->symbol, s->count, sizeof *s->symbol, compare);
    return s;
}

void symbols_free(struct symbols *s)
{
    for (size_t i = 0; s && i < s->count; i++)
        free(s->symbol[i].name);
    free(s ? s->symbol : NULL);
    free(s);
}

void symbols_place(const struct symbols *s, uint32_t address, char *text, size_t size)
{
    const struct symbol *best = NULL;

    for (size_t i = 0; s && i < s->count && s->symbol[i].address <= address; i++)
        best = &s->symbol[i];
    if (best && best->name)
        snprintf(text, size, "%s+0x%x", best->name, address - best->address);
    else
        snprintf(text, size, "?");
}
