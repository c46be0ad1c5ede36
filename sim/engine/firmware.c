#include "engine/firmware.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATA_SPACE 0x800000u
#define DATA_SPACE_SIZE 0x10000u
#define ADDRESS_MASK 0xFFFFu

struct symbols {
    Elf *elf;
    Elf_Data *data;
    size_t count;
    size_t names;
};

static bool open_symbols(struct symbols *s, int fd)
{
    Elf_Scn *section = NULL;
    GElf_Shdr header;

    elf_version(EV_CURRENT);
    s->elf = elf_begin(fd, ELF_C_READ, NULL);
    if (!s->elf || elf_kind(s->elf) != ELF_K_ELF)
        return false;
    while ((section = elf_nextscn(s->elf, section)) != NULL) {
        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_SYMTAB)
            continue;
        s->data = elf_getdata(section, NULL);
        s->count = header.sh_size / header.sh_entsize;
        s->names = header.sh_link;
        return s->data != NULL;
    }
    return false;
}

/* Value of a symbol, 0 when there is none. */
static uint32_t lookup(const struct symbols *s, const char *name)
{
    GElf_Sym symbol;

    for (size_t i = 0; i < s->count; i++) {
        const char *text;
        gelf_getsym(s->data, (int)i, &symbol);
        text = elf_strptr(s->elf, s->names, symbol.st_name);
        if (text && strcmp(text, name) == 0)
            return (uint32_t)symbol.st_value;
    }
    return 0;
}

static void find_state(struct firmware *f, const struct symbols *s)
{
    uint32_t offset_at = lookup(s, "cell_board_counters_offset");
    uint32_t health_at = lookup(s, "cell_board_health_offset");
    uint32_t bss_end = lookup(s, "_end");

    f->bss_end = (uint16_t)(bss_end & ADDRESS_MASK);
    f->ram_bytes = bss_end ? bss_end - DATA_SPACE - f->part->ram_start : 0;
    f->board_address = (uint16_t)(lookup(s, "board") & ADDRESS_MASK);
    f->pack_address = (uint16_t)(lookup(s, "pack") & ADDRESS_MASK);
    f->view_address = (uint16_t)(lookup(s, "end_view") & ADDRESS_MASK);
    if (offset_at + 1 < f->elf.flashsize)
        f->counters_offset = (uint16_t)(f->elf.flash[offset_at] | f->elf.flash[offset_at + 1] << 8);
    if (health_at + 1 < f->elf.flashsize)
        f->health_offset = (uint16_t)(f->elf.flash[health_at] | f->elf.flash[health_at + 1] << 8);
}

static bool read_symbols(struct firmware *f)
{
    struct symbols symbols = { 0 };
    int fd = open(f->path, O_RDONLY);
    bool ok = fd >= 0 && open_symbols(&symbols, fd);

    if (ok)
        find_state(f, &symbols);
    if (symbols.elf)
        elf_end(symbols.elf);
    if (fd >= 0)
        close(fd);
    return ok && f->board_address != 0;
}

/* simavr reports a wrong opcode to its log and runs on; silicon does who knows what. */
static void listen_to_simavr(avr_t *avr, const int level, const char *format, va_list ap)
{
    (void)level;
    (void)ap;
    if (avr && strstr(format, "Invalid Opcode"))
        avr->state = cpu_Crashed;
}

/* simavr's own loader would print more than one line about such a file. */
static bool is_avr_elf(const char *path)
{
    GElf_Ehdr header;
    int fd = open(path, O_RDONLY);
    Elf *elf;
    bool is;

    elf_version(EV_CURRENT);
    elf = fd >= 0 ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
    is = elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header) &&
         header.e_machine == EM_AVR && header.e_type == ET_EXEC && header.e_shnum > 0;
    if (elf)
        elf_end(elf);
    if (fd >= 0)
        close(fd);
    return is;
}

bool firmware_load(struct firmware *f, const char *path, const struct part *part, struct err *err)
{
    avr_global_logger_set(listen_to_simavr);
    *f = (struct firmware){ .path = path, .part = part };
    if (access(path, R_OK) != 0)
        return err_set(err, "%s: cannot open: %s", path, strerror(errno));
    if (!is_avr_elf(path))
        return err_set(err, "%s: not an AVR image", path);
    if (elf_read_firmware(path, &f->elf) != 0 || f->elf.flashsize == 0)
        return err_set(err, "%s: not an AVR image", path);
    f->flash_bytes = f->elf.flashsize;
    if (!read_symbols(f))
        return err_set(err, "%s: no symbol `board`: not an image of this project", path);
    return true;
}

/* All chips with one image read the same flash: 255 copies would not fit into a cache. The images
 * do not write it (no SPM instruction: they have no boot loader). */
static void share_flash(struct firmware *f, avr_t *avr)
{
    if (!f->flash) {
        f->flash = avr->flash;
        f->core = core_new(f->flash, avr->flashend + 1u);
        return;
    }
    free(avr->flash);
    avr->flash = f->flash;
}

bool firmware_own_flash(struct firmware *f, avr_t *avr)
{
    size_t size = avr->flashend + 1u;
    uint8_t *own;

    if (avr->flash != f->flash)
        return true;
    own = malloc(size + 4u); /* simavr looks at the word behind */
    if (!own)
        return false;
    memcpy(own, f->flash, size);
    memset(own + size, 0xFF, 4u);
    avr->flash = own;
    return true;
}

void firmware_flip(struct firmware *f, avr_t *avr, uint32_t address, uint8_t bit)
{
    if (firmware_own_flash(f, avr))
        avr->flash[address] ^= (uint8_t)(1u << bit);
}

void firmware_chip_free(struct firmware *f, avr_t *avr)
{
    if (avr->flash == f->flash)
        avr->flash = NULL;
    avr_terminate(avr);
    free(avr);
}

void firmware_free(struct firmware *f)
{
    free(f->flash);
    free(f->core);
    f->flash = NULL;
    f->core = NULL;
}

/* simavr reports an access beyond the RAM and then does it: with a whole address space it stays
 * inside. */
static bool widen_data(avr_t *avr)
{
    uint8_t *wide = realloc(avr->data, DATA_SPACE_SIZE);

    if (!wide)
        return false;
    memset(wide + avr->ramend + 1, 0, DATA_SPACE_SIZE - avr->ramend - 1u);
    avr->data = wide;
    return true;
}

avr_t *firmware_chip(struct firmware *f)
{
    avr_t *avr = avr_make_mcu_by_name(f->part->name);
    elf_firmware_t image = f->elf;

    if (!avr)
        return NULL;
    avr->log = LOG_NONE;
    avr_init(avr);
    if (!widen_data(avr))
        return NULL;
    image.frequency = 1000000;
    avr_load_firmware(avr, &image);
    share_flash(f, avr);
    avr->log = LOG_NONE;
    return avr;
}

void firmware_state(const struct firmware *f, struct state *s)
{
    uint32_t crc = state_crc(0, f->elf.flash, f->elf.flashsize);
    uint32_t saved;
    uint16_t address[] = { f->bss_end,       f->board_address, f->counters_offset,
                           f->health_offset, f->pack_address,  f->view_address };

    crc = state_crc(crc, address, sizeof address);
    saved = crc;
    state_bytes(s, "crc", &saved, sizeof saved);
    if (saved != crc)
        state_fail(s, "%s is not the image that it was", f->path);
}
