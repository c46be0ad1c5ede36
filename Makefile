# bms-chain: firmware images, chain simulator and their tests. `make help` lists the goals.
#
# Everything is built under build/. Tools that are missing are installed before the first rule runs
# (test/tools/bootstrap.sh), so a fresh Debian or Ubuntu needs git and make and nothing else.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

B := build
GOALS := $(or $(MAKECMDGOALS),all)

# Goals that need no tool, and those that flash a board.
TOOLLESS_GOALS := help clean format check-format
FLASH_GOALS := flash-begin flash-between flash-end

ifeq ($(MAKELEVEL),0)
# The user's own -j wins over this one.
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2) --output-sync=target
endif

ifneq ($(and $(filter clean,$(GOALS)),$(filter-out clean,$(GOALS))),)
.NOTPARALLEL:
endif

# ---- tools --------------------------------------------------------------------------------------

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin AR),default)
AR := ar
endif
AVR_PREFIX ?= avr-
AVR_CC := $(AVR_PREFIX)gcc
PYTHON ?= python3
SIMAVR_INCLUDE ?= /usr/include/simavr

ifneq ($(filter-out $(TOOLLESS_GOALS),$(GOALS)),)
ifndef BMS_TOOLS_CHECKED
# avrdude: to flash, and for the test of what would be flashed. spin: for the models. clang: to fuzz.
EXTRA_TOOLS := $(if $(filter test,$(GOALS))$(if $(DRY),,$(filter $(FLASH_GOALS),$(GOALS))),flash) $(if $(filter test,$(GOALS)),model) $(if $(filter fuzz,$(GOALS)),fuzz)
WHY_NO_TOOLS := $(shell CC='$(CC)' AVR_PREFIX='$(AVR_PREFIX)' \
	sh test/tools/bootstrap.sh $(EXTRA_TOOLS) </dev/null)
ifneq ($(WHY_NO_TOOLS),)
$(error $(WHY_NO_TOOLS))
endif
export BMS_TOOLS_CHECKED := 1
endif
endif

ifneq ($(filter $(FLASH_GOALS),$(GOALS)),)
ifndef PROGRAMMER
$(error say which programmer: PROGRAMMER=usbasp, and PORT=/dev/tty... if it is a serial one)
endif
endif

# ---- how commands are shown ---------------------------------------------------------------------

ifdef V
Q :=
say :=
else
Q := @
say = @printf '  %-6s %s\n' $1 '$2'
endif

# Output as it comes, not when the recipe is over; with -n only shown.
LIVE = $(if $(findstring n,$(firstword -$(MAKEFLAGS))),,+)@

# ---- sources ------------------------------------------------------------------------------------

BOARDS := begin_board between_board end_board
MCU_begin_board := atmega328p
MCU_between_board := atmega328p
MCU_end_board := atmega1284p
MCU_test := atmega1284p

PROTOCOL_SRC := $(wildcard protocol/*.c)
COMMON_SRC := $(wildcard common/*.c)
PORT_SRC := $(wildcard common/avr/*.c)
SIM_SRC := $(wildcard sim/*.c sim/*/*.c)

# Logic of all boards: what runs on the host as well. Set it on the command line to test a part of
# the tree, for example LOGIC='protocol/crc.c'.
LOGIC := $(PROTOCOL_SRC) $(COMMON_SRC) \
	$(foreach b,$(BOARDS),$(filter-out $b/main.c,$(wildcard $b/*.c)))
FAKE := $(wildcard test/fake/*.c)
AVR_FAKE := $(filter-out test/fake/host_%,$(FAKE))

UNIT_SRC := $(wildcard test/unit/test_*.c)
HOST_ONLY_SRC := $(wildcard test/property/test_*.c test/fuzz/test_*.c)
SIM_TEST_SRC := $(wildcard test/sim/test_*.c)
CHAIN_TEST_SRC := $(wildcard test/chain/test_*.c)
CHAIN_HELPER_SRC := $(filter-out $(CHAIN_TEST_SRC),$(wildcard test/chain/*.c))
CHAIN_SCRIPTS := $(wildcard test/chain/test_*.sh test/chain/test_*.py)
TOOL_TESTS := $(wildcard test/tools/test_*.sh test/tools/test_*.py test/model/test_*.sh)

# ---- flags --------------------------------------------------------------------------------------

WARN := -Wall -Wextra -Wconversion -Werror
DEPS = -MMD -MP
DEFINES := -DF_CPU_NOMINAL_HZ=4000000UL $(EXTRA_DEFINES)

LTO ?= 1
LTO_FLAGS := $(if $(filter 1 y yes,$(LTO)),-flto)

# A newer linker warns that AVR code is writable, which it always is.
AVR_LD_QUIET = $(eval AVR_LD_QUIET := $$(shell $(AVR_PREFIX)ld --help 2>/dev/null | \
	grep -q -e no-warn-rwx-segments && echo -Wl$$(comma)--no-warn-rwx-segments))$(AVR_LD_QUIET)
comma := ,

# Registers of the ring's receive interrupt alone, see common/avr/ring.c.
AVR_FIXED := -ffixed-r2 -ffixed-r3 -ffixed-r4 -ffixed-r5

AVR_CFLAGS := -std=c11 -Os -g $(WARN) -Wswitch-enum -ffunction-sections -fdata-sections \
	-fshort-enums -fno-common -mrelax -mstrict-X -mcall-prologues -fno-inline-small-functions \
	$(AVR_FIXED) $(DEFINES)
AVR_LDFLAGS = -Wl,--gc-sections -Wl,--fatal-warnings $(AVR_LD_QUIET)

HOST_CFLAGS := -std=gnu11 -g $(WARN) -Wswitch-enum -fno-common $(DEFINES)
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SIM_LIBS := -lsimavr -lelf -ljansson -lncursesw -lz -lm -lpthread

# Only the simulator and the harness see simavr; -isystem keeps its headers out of our warnings.
SIM_INCLUDES := -Isim -isystem $(SIMAVR_INCLUDE)
TEST_INCLUDES := -I. -Itest -Itest/harness
host_includes = $(if $(filter test/%,$1),$(TEST_INCLUDES),-I.) \
	$(if $(filter sim/% test/sim/% test/chain/% test/harness/%,$1),$(SIM_INCLUDES))

# ---- goals --------------------------------------------------------------------------------------

.PHONY: all firmware tables sim-build sim test unit soak lint size bench clean format check-format help \
	$(FLASH_GOALS) FORCE

all: firmware sim-build ## the three images and the simulator (what plain `make` does)

IMAGES := $(BOARDS:%=$B/firmware/%.elf)
firmware: $(IMAGES) $(IMAGES:.elf=.hex) ## the images of the boards, in build/firmware

sim-build: $B/bms-sim

# ---- firmware -----------------------------------------------------------------------------------

# Length and CRC of the flash go into the ELF file, from which the .hex is made.
SEAL := common/avr/seal_image.py

# $1: board; objects with and without LTO do not mix, so each kind has its folder
define board_rules
$B/firmware/obj$(LTO_FLAGS)/$1/%.o: %.c Makefile
	@mkdir -p $$(@D)
	$$(call say,CC,$1 $$<)
	$(Q)$$(AVR_CC) $$(AVR_CFLAGS) $$(LTO_FLAGS) -mmcu=$(MCU_$1) $$(DEPS) -I. -I$1 -c $$< -o $$@

OBJ_$1 := $(patsubst %.c,$B/firmware/obj$(LTO_FLAGS)/$1/%.o,$(sort $1/main.c $(wildcard $1/*.c) \
	$(PROTOCOL_SRC) $(COMMON_SRC) $(PORT_SRC)))

$B/firmware/$1.elf: $$(OBJ_$1) $B/firmware/$1.list $$(SEAL)
	$$(call say,LINK,$$@)
	$(Q)$$(LINK_$1) -Wl,-Map=$$(@:.elf=.map) -o $$@
	$(Q)$$(PYTHON) $$(SEAL) $$@
	$(if $(LTO_FLAGS),$$(stack_usage_$1))

LINK_$1 = $$(AVR_CC) $$(AVR_CFLAGS) $$(LTO_FLAGS) -mmcu=$(MCU_$1) $$(OBJ_$1) $$(AVR_LDFLAGS) \
	-Wl,--undefined=cell_board_counters_offset -Wl,--undefined=cell_board_health_offset

# Stack use per function, in the .su file. With LTO it is known at the link and written beside the
# temporary files. A link of its own, since gcc warns of every naked function and no flag stops it.
define stack_usage_$1
	@rm -rf $B/firmware/tmp/$1 && mkdir -p $B/firmware/tmp/$1
	$(Q)TMPDIR=$$(abspath $B/firmware/tmp/$1) $$(LINK_$1) -w -fstack-usage \
		-o $B/firmware/tmp/$1/elf
	@find $B/firmware/tmp/$1 -name '*.su' -exec cat {} + >$$(@:.elf=.su)
endef

$B/firmware/$1.list: FORCE
	$$(call update_list,$$(OBJ_$1) $$(LTO_FLAGS))
endef

# Rewrites $@ only when the words differ, so that a removed or added file relinks.
update_list = @mkdir -p $(@D); echo '$(strip $1)' | cmp -s - $@ || echo '$(strip $1)' >$@

$(foreach b,$(BOARDS),$(eval $(call board_rules,$b)))

$B/firmware/%.hex: $B/firmware/%.elf
	$(call say,HEX,$@)
	$(Q)$(AVR_PREFIX)objcopy -O ihex -j .text -j .data $< $@

# ---- libraries ----------------------------------------------------------------------------------

# A library and not a list of objects: a program takes what it needs, and a test may bring its own
# version of a fake.
# $1: name, $2: folder of the objects, $3: sources, $4: prefix of ar
define library
$B/$1.a: $(patsubst %.c,$2/%.o,$3) $B/$1.list
	$$(call say,AR,$$@)
	@rm -f $$@
	$(Q)$4ar qcs $$@ $(patsubst %.c,$2/%.o,$3)
$B/$1.list: FORCE
	$$(call update_list,$3)
endef

HOST_OBJ := $B/host/obj
TEST_OBJ := $B/test/host/obj
AVR_OBJ := $B/test/avr/obj

$(eval $(call library,host/liblogic,$(HOST_OBJ),$(LOGIC),))
$(eval $(call library,test/host/liblogic,$(TEST_OBJ),$(LOGIC),))
$(eval $(call library,test/host/libfake,$(TEST_OBJ),$(FAKE),))
$(eval $(call library,test/host/libsim,$(TEST_OBJ),$(filter-out sim/main.c,$(SIM_SRC)),))
$(eval $(call library,test/host/libchain,$(TEST_OBJ),$(CHAIN_HELPER_SRC),))
$(eval $(call library,test/avr/liblogic,$(AVR_OBJ),$(LOGIC),$(AVR_PREFIX)))
$(eval $(call library,test/avr/libfake,$(AVR_OBJ),$(AVR_FAKE),$(AVR_PREFIX)))

# ---- simulator ----------------------------------------------------------------------------------

$(HOST_OBJ)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(HOST_CFLAGS) -O2 $(DEPS) $(call host_includes,$<) -c $< -o $@

$B/bms-sim: $(patsubst %.c,$(HOST_OBJ)/%.o,$(sort sim/main.c $(SIM_SRC))) \
		$B/host/liblogic.a $B/host/bms-sim.list
	$(call say,LINK,$@)
	$(Q)$(CC) $(filter %.o %.a,$^) $(SIM_LIBS) -o $@

$B/host/bms-sim.list: FORCE
	$(call update_list,$(SIM_SRC))

DEMO := --cells 16 --chemistry lfp --switches 01010000 --scenario sim/scenarios/demo.txt \
	--csv $B/demo.csv --json $B/demo.json --report $B/report.html

sim: firmware sim-build ## 16 cells, the real images, a demo scenario; more options: ARGS="..."
	$(LIVE)$B/bms-sim $(DEMO) $(ARGS); code=$$?; \
		echo 'The run in pictures: $B/report.html'; exit $$code

SCENARIOS := $(filter-out sim/scenarios/demo.txt,$(wildcard sim/scenarios/*.txt)) \
	$(if $(LONG),$(wildcard sim/scenarios/long/*.txt))

.PHONY: scenarios scenarios-mutated
scenarios: firmware sim-build ## runs the scenario library, a report of each; LONG=1: whole days too
	$(LIVE)$(PYTHON) test/tools/scenarios.py --out $B/scenarios $(SCENARIOS)

scenarios-mutated: firmware sim-build ## breaks the firmware rule by rule: its scenario must fail
	$(LIVE)$(PYTHON) test/tools/scenarios_mutated.py

# A chip that never sleeps, for the raw speed.
$B/bench/busy.elf: test/bench/busy.c protocol/crc.c Makefile
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(AVR_CC) -mmcu=atmega328p $(AVR_CFLAGS) -I. $(filter %.c,$^) $(AVR_LDFLAGS) -o $@

$B/bench/raw_speed: test/bench/raw_speed.c $(patsubst %.c,$(HOST_OBJ)/%.o,$(wildcard sim/engine/core*.c))
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(HOST_CFLAGS) -O2 -I. $(SIM_INCLUDES) $^ $(SIM_LIBS) -o $@

bench: firmware sim-build $B/bench/busy.elf $B/bench/raw_speed ## how fast the simulator is with 2 to 255 boards, and simavr alone
	$(LIVE)$(PYTHON) test/bench/bench.py $B/bms-sim $B/bench/raw_speed $B/bench/busy.elf $(ARGS)

# ---- test programs ------------------------------------------------------------------------------

$(TEST_OBJ)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,test $<)
	$(Q)$(CC) $(HOST_CFLAGS) -O1 $(SANITIZE) $(DEPS) $(call host_includes,$<) -c $< -o $@

$(AVR_OBJ)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,avr test $<)
	$(Q)$(AVR_CC) $(AVR_CFLAGS) -mmcu=$(MCU_test) $(DEPS) $(TEST_INCLUDES) -c $< -o $@

# $1: program, $2: source, $3: libraries of ours, $4: other libraries
define host_program
$1: $(TEST_OBJ)/$(2:.c=.o) $(TEST_OBJ)/test/harness/host_init.o $3
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$(Q)$$(CC) $$(SANITIZE) $$(filter %.o,$$^) -Wl,--start-group $3 -Wl,--end-group \
		-lcmocka $4 -o $$@
endef

# $1: image, $2: source, $3: libraries of ours
define avr_program
$1: $(AVR_OBJ)/$(2:.c=.o) $(AVR_OBJ)/test/harness/avr_cmocka.o $3
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$(Q)$$(AVR_CC) $$(AVR_CFLAGS) -mmcu=$$(MCU_test) $$(filter %.o,$$^) \
		-Wl,--start-group $3 -Wl,--end-group $$(AVR_LDFLAGS) -o $$@
endef

LOGIC_LIBS := $B/test/host/liblogic.a $B/test/host/libfake.a
AVR_LIBS := $B/test/avr/liblogic.a $B/test/avr/libfake.a
SIM_TEST_LIBS := $B/test/host/libsim.a $B/test/host/liblogic.a

programs = $(patsubst %.c,$B/test/$1/%,$(notdir $2))
HOST_TESTS := $(call programs,host,$(UNIT_SRC) $(HOST_ONLY_SRC))
AVR_TESTS := $(addsuffix .elf,$(call programs,avr,$(UNIT_SRC)))
SIM_TESTS := $(call programs,sim,$(SIM_TEST_SRC))
CHAIN_PROGRAMS := $(call programs,chain,$(CHAIN_TEST_SRC))

$(foreach s,$(UNIT_SRC) $(HOST_ONLY_SRC),\
	$(eval $(call host_program,$(call programs,host,$s),$s,$(LOGIC_LIBS),-lm)))
$(foreach s,$(UNIT_SRC),\
	$(eval $(call avr_program,$(call programs,avr,$s).elf,$s,$(AVR_LIBS))))
$(foreach s,$(SIM_TEST_SRC),\
	$(eval $(call host_program,$(call programs,sim,$s),$s,$(SIM_TEST_LIBS),$(SIM_LIBS))))
$(foreach s,$(CHAIN_TEST_SRC),\
	$(eval $(call host_program,$(call programs,chain,$s),$s,$B/test/host/libchain.a,-ljansson -lm)))

$B/test/avr-run: $(HOST_OBJ)/test/harness/avr_run.o
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $^ -lsimavr -lelf -lm -lpthread -o $@

# Prints tables of the firmware for docs/.
$B/test/tables: $(HOST_OBJ)/test/tools/tables.o $B/host/liblogic.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $^ -o $@

tables: $B/test/tables ## write the firmware's tables into docs/
	@sh test/tools/test_tables.sh --write

# Images and programs that misbehave on purpose: the harness must see it (test_harness.sh).
SELFTEST_SRC := $(wildcard test/harness/selftest/*.c)
SELFTESTS := $(patsubst test/harness/selftest/%.c,$B/test/selftest/%,$(SELFTEST_SRC))
$(foreach s,$(SELFTEST_SRC),\
	$(eval $(call host_program,$(call programs,selftest,$s),$s,,))\
	$(eval $(call avr_program,$(call programs,selftest,$s).elf,$s,)))

# ---- tests --------------------------------------------------------------------------------------

# `make test SUITES="host avr" ONLY=crc` runs a part: names of suites, part of a program's name.
ALL_SUITES := tools host avr sim chain
SUITES ?= $(ALL_SUITES)
ONLY ?=
TIMEOUT ?= 300

NEEDS_tools := $B/test/tables $(IMAGES) $(IMAGES:.elf=.hex) $B/test/avr-run $(SELFTESTS) $(SELFTESTS:=.elf)
NEEDS_host := $(HOST_TESTS)
NEEDS_avr := $(AVR_TESTS) $B/test/avr-run
NEEDS_sim := $(SIM_TESTS) $(IMAGES)
NEEDS_chain := $(CHAIN_PROGRAMS) $(IMAGES) $B/bms-sim

RUN_tools := $(TOOL_TESTS)
RUN_host := $(HOST_TESTS)
RUN_avr := $(AVR_TESTS)
RUN_sim := $(SIM_TESTS)
RUN_chain := $(CHAIN_PROGRAMS) $(CHAIN_SCRIPTS)

.PHONY: test-build
test-build: $(foreach s,$(SUITES),$(NEEDS_$s))

test: ## everything there is to check; a part of it: SUITES="host avr" ONLY=crc
	$(LIVE)$(MAKE) --no-print-directory test-build SUITES='$(SUITES)' || \
		{ echo 'The build failed, no test ran.'; echo '0 passed, 1 failed'; exit 1; }
	$(LIVE)$(PYTHON) test/tools/run_tests.py --log $B/test/log --timeout $(TIMEOUT) \
		--avr-run $B/test/avr-run --only '$(ONLY)' \
		$(foreach s,$(filter $(SUITES),$(ALL_SUITES)),$(RUN_$s:%=$s:%))

unit: ## the unit tests alone, on the host and on AVR
	$(LIVE)$(MAKE) --no-print-directory test SUITES='host avr'

# The same programs for hours: each takes its measure from the environment.
SOAK_RUNS := $(addprefix chain:test/chain/test_,charge.py day.py checkpoint.py fault_matrix.py heads.py \
	noise.py ram_faults.py) $(addprefix host:$B/test/host/test_,app_fuzz decoder_corrupt fault_matrix named)
SOAK_LENGTHS := SOAK=1 FAULTS=$${FAULTS:-1000000} FRAMES=$${FRAMES:-100000000} BREAKS=$${BREAKS:-2000} \
	FUZZ_LINES=$${FUZZ_LINES:-10000000}

soak: ## the campaigns, for hours: a million faults, ten hours of noise, days; one of them: ONLY=noise
	$(LIVE)$(MAKE) --no-print-directory test-build SUITES='host chain'
	$(LIVE)$(SOAK_LENGTHS) $(PYTHON) test/tools/run_tests.py --log $B/soak --timeout 40000 \
		--only '$(ONLY)' $(SOAK_RUNS)

# ---- mutants ------------------------------------------------------------------------------------

# Where a break must not pass unnoticed. make mutants FILES=common/trim.c looks at another source.
FILES ?= $(PROTOCOL_SRC) $(addprefix end_board/,relay.c rules.c facts.c decide.c pack.c place.c members.c soc.c)
UNIT_TESTS := $(call programs,host,$(UNIT_SRC)) $B/test/host/test_rules_walk

.PHONY: mutants
mutants: $(UNIT_TESTS) ## breaks sources token by token: which breaks does no unit test notice? FILES="..."
	$(LIVE)$(PYTHON) test/tools/mutants.py --objects $(TEST_OBJ) --tests '$(UNIT_TESTS)' \
		--compile '$(CC) $(HOST_CFLAGS) -O1 $(SANITIZE) -I.' \
		--link '$(CC) $(SANITIZE) $(TEST_OBJ)/test/harness/host_init.o' \
		--libs '-Wl,--start-group $(LOGIC_LIBS) -Wl,--end-group -lcmocka -lm' $(FILES)

# ---- fuzzing ------------------------------------------------------------------------------------

# libFuzzer needs clang; what it finds stays under build/fuzz. Fuzzing by name: make fuzz-link.
FUZZ_TARGETS := decoder link app store
FUZZ_CC ?= clang
FUZZ_JOBS ?= 2
TIME ?= 60
FUZZ_FLAGS := -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_OBJ := $B/fuzz/obj

$(FUZZ_OBJ)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,fuzz $<)
	$(Q)$(FUZZ_CC) -std=gnu11 -g $(DEFINES) $(subst fuzzer,fuzzer-no-link,$(FUZZ_FLAGS)) $(DEPS) \
		$(TEST_INCLUDES) -c $< -o $@

$(eval $(call library,fuzz/liblogic,$(FUZZ_OBJ),$(LOGIC) $(FAKE),))
$(FUZZ_TARGETS:%=$B/fuzz/%): $B/fuzz/%: $(FUZZ_OBJ)/test/fuzz/fuzz_%.o $B/fuzz/liblogic.a
	$(call say,LINK,$@)
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) $^ -lcmocka -lm -o $@

.PHONY: fuzz $(FUZZ_TARGETS:%=fuzz-%)
fuzz: $(FUZZ_TARGETS:%=$B/fuzz/%) ## look for inputs that break a promise: TIME=seconds per target
	$(LIVE)$(foreach t,$(FUZZ_TARGETS),$(MAKE) --no-print-directory fuzz-$t &&) true

$(FUZZ_TARGETS:%=fuzz-%): fuzz-%: $B/fuzz/%
	@mkdir -p $B/fuzz/corpus/$* $B/fuzz/found
	$(LIVE)cd $B/fuzz && ASAN_OPTIONS=detect_leaks=0 ./$* -max_total_time=$(TIME) -timeout=20 \
		-fork=$(FUZZ_JOBS) -max_len=$(if $(filter store,$*),4200,1000) -artifact_prefix=found/$*- \
		corpus/$* $(CURDIR)/test/fuzz/corpus/$*

# ---- coverage -----------------------------------------------------------------------------------

.PHONY: coverage
coverage: ## which lines of protocol/ and of the link the host tests and the corpora reach
	@sh test/tools/coverage.sh

lint: $(IMAGES) ## who may include what, and no float code in an image
	@sh test/tools/test_lint.sh

size: $(IMAGES) ## flash and RAM of each image against test/budget.txt
	@sh test/tools/test_size.sh --table

# ---- flashing -----------------------------------------------------------------------------------

# Both parts run from their own RC oscillator and are alike in this:
#   lfuse 0x62  CKSEL 0010, SUT 10: internal 8 MHz RC, slowly rising power. CKDIV8 stays programmed:
#               a board wakes at 1 MHz, legal at 1.8 V, and sets its own prescaler afterwards.
#   hfuse 0xD1  SPIEN stays programmed. EESAVE programmed: calibration survives reflashing. Reset to
#               the application, watchdog under software control, no debugWIRE (328P), JTAG off
#               (1284P: its pins belong to the board).
#   efuse 0xFE  BODLEVEL 110: held in reset below 1.8 V, so that no write is cut short.
FUSES_atmega328p := lfuse:0x62 hfuse:0xD1 efuse:0xFE
FUSES_atmega1284p := lfuse:0x62 hfuse:0xD1 efuse:0xFE
PART_atmega328p := m328p
PART_atmega1284p := m1284p

# A programmer must clock slower than a quarter of the part's 1 MHz: -B is in microseconds.
AVRDUDE ?= avrdude
AVRDUDE_FLAGS ?= -B 10

# $1: goal, $2: board
define flash_rules
$1: $B/firmware/$2.hex
	$$(LIVE)$$(if $$(DRY),echo )$$(AVRDUDE) -c $$(PROGRAMMER) $$(if $$(PORT),-P $$(PORT)) \
		-p $$(PART_$(MCU_$2)) $$(AVRDUDE_FLAGS) \
		$$(foreach f,$$(FUSES_$(MCU_$2)),-U $$(subst :,:w:,$$f):m) -U flash:w:$$<:i
endef

$(eval $(call flash_rules,flash-begin,begin_board))
$(eval $(call flash_rules,flash-between,between_board))
$(eval $(call flash_rules,flash-end,end_board))

flash-begin: ## fuses and image into a Begin board: PROGRAMMER=usbasp [PORT=...] [DRY=1]
flash-between: ## the same for a Between board
flash-end: ## the same for an End board

# ---- the rest -----------------------------------------------------------------------------------

OUR_C := $(foreach d,protocol common $(BOARDS) sim test,$(wildcard $(addprefix $d/,\
	*.c *.h */*.c */*.h */*/*.c */*/*.h)))

format: ## clang-format over all sources
	$(Q)clang-format -i $(OUR_C)

check-format: ## say which sources clang-format would change
	$(Q)clang-format --dry-run -Werror $(OUR_C)

clean: ## remove build/
	rm -rf $B

help: ## this list
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' Makefile
	@echo '  options: V=1 shows commands, -jN, LTO=0, CC=..., TIMEOUT=seconds per test program'

-include $(shell find $B -name '*.d' 2>/dev/null)
