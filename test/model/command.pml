/* A command to a single board: docs/protocol.md, "Commands".
 *
 * End sends COMMAND to Begin over the return wire, Begin sends it round once more, the target carries it
 * out and answers once for each copy. Every hop may lose a frame, any may arrive twice, and End repeats
 * and at last gives up. Then
 *
 *   - no command is carried out twice,
 *   - what End takes for done was carried out,
 *   - nothing is ever stuck.
 *
 * The target remembers its last command: sequence, code and argument, here `what`. A slot holds one frame:
 * a newer one takes its place. */

#define COMMANDS 4
#define TRIES 3
#define LOSSES 3
#define DOUBLES 2
#define SEQUENCES 2 /* 16 on the ring; fewer are harder */
#define NOTHING 255

chan to_begin = [2] of { byte, byte }; /* sequence, what */
chan to_target = [2] of { byte, byte };
chan to_end = [2] of { byte, byte };
byte losses = 0;
byte doubles = 0;
byte done[COMMANDS];
bool finished = false;

/* One frame over a hop, which keeps the order: lost, as sent, or twice. */
inline send(hop, sequence, what)
{
    if
    :: losses < LOSSES -> losses++
    :: nfull(hop) -> hop!sequence, what
    :: len(hop) == 0 && doubles < DOUBLES -> doubles++; hop!sequence, what; hop!sequence, what
    :: full(hop) -> skip /* the newest is lost */
    fi
}

proctype end_board()
{
    byte what = 0;
    byte sequence = 0;
    byte tries;
    byte got;
    byte about;
    bool answered;

    do
    :: what < COMMANDS ->
        tries = 0;
        answered = false;
        do
        :: !answered && tries < TRIES ->
            atomic { send(to_begin, sequence, what); tries++ }
            /* a few rounds: whatever is under way arrives, or is lost */
            do
            :: atomic { to_end?got, about ->
                if
                :: got == sequence ->
                    answered = true;
                    assert(about == what);
                    assert(done[what] == 1)
                :: else
                fi }
            :: atomic { empty(to_begin) && empty(to_target) && empty(to_end) -> break }
            od
        :: else -> break
        od;
        sequence = (sequence + 1) % SEQUENCES;
        what++
    :: else -> break
    od;
    finished = true
}

/* Its slot: frames that come within a round, the last one counts. */
proctype begin()
{
    byte sequence;
    byte what;

end:
    do
    :: atomic { to_begin?sequence, what ->
        if
        :: nempty(to_begin) -> to_begin?sequence, what
        :: true
        fi;
        send(to_target, sequence, what) }
    od
}

proctype target()
{
    byte sequence;
    byte what;
    byte last_sequence = NOTHING;
    byte last_what = NOTHING;

end:
    do
    :: atomic { to_target?sequence, what ->
        if
        :: sequence == last_sequence && what == last_what
        :: else ->
            last_sequence = sequence; /*!remember*/
            last_what = what;
            done[what]++;
            assert(done[what] == 1)
        fi;
        send(to_end, sequence, what) }
    od
}

init
{
    atomic {
        run end_board();
        run begin();
        run target()
    }
}
