/* Who begins rounds when the ring is broken: docs/protocol.md, "Section heads".
 *
 * Five boards; board 0 is Begin. Time goes in ticks of about a third of a second: in each, every board
 * acts once, in any order, while breaks run along the wire. A wire fails and is mended at any tick,
 * single rounds are lost, boards are reset at any time. Then
 *
 *   - while a place is broken, soon exactly one board of the section behind it heads rounds, the first;
 *   - after it is mended, soon none does;
 *   - nobody is ever stuck.
 *
 * Soon is SETTLED ticks in which nothing more goes wrong. */

#define BOARDS 5
#define PERIOD 3       /* ticks between the rounds of Begin and of a head: 0.9 s */
#define PATIENCE_MIN 4 /* ticks of silence until a board heads its section: 1.25 s ... */
#define PATIENCE_MAX 5 /* ... to 1.46 s */
#define SETTLED 12
#define TROUBLES 3

mtype = { BREAK };
chan wire[BOARDS] = [2] of { mtype }; /* into board i */
bool whole[BOARDS] = true;            /* the wire into board i */
bool turn[BOARDS];
bool heads[BOARDS];
byte broken = 0; /* into this board, 0: nowhere */
byte troubles = 0;
byte calm = 0; /* ticks since the last trouble */

/* A round of this board reaches the next one, unless the wire or luck is against it. */
inline send_round(to)
{
    if
    :: to < BOARDS && whole[to] && nfull(wire[to]) -> wire[to]!BREAK
    :: to < BOARDS && whole[to] && troubles < TROUBLES -> troubles++; calm = 0 /* lost */
    :: !(to < BOARDS && whole[to]) -> skip
    fi
}

proctype begin()
{
    byte since = PERIOD;
    do
    :: atomic { turn[0] ->
        since++;
        if
        :: since >= PERIOD -> since = 0; send_round(1)
        :: else
        fi;
        turn[0] = false }
    od
}

proctype follower(byte me)
{
    byte silence = 0;
    do
    :: atomic { wire[me]?BREAK -> /* in any state */
        silence = 0;
        heads[me] = false; /*!follow*/
        send_round(me + 1) }
    :: atomic { turn[me] ->
        silence++;
        if
        :: heads[me] && silence >= PERIOD ->
            silence = 0;
            send_round(me + 1) /*!rounds*/
        :: !heads[me] && silence >= PATIENCE_MIN ->
            heads[me] = true; /*!head*/
            silence = 0; send_round(me + 1)
        :: !(heads[me] && silence >= PERIOD) && silence < PATIENCE_MAX -> skip
        fi;
        turn[me] = false }
    :: atomic { troubles < TROUBLES -> /* reset: it has forgotten what it was */
        troubles++; calm = 0;
        heads[me] = false; silence = 0 }
    od
}

inline trouble()
{
    if
    :: troubles < TROUBLES && broken == 0 ->
        select (broken : 1 .. BOARDS - 1);
        whole[broken] = false;
        do
        :: wire[broken]?BREAK
        :: empty(wire[broken]) -> break
        od;
        troubles++; calm = 0
    :: troubles < TROUBLES && broken != 0 ->
        whole[broken] = true; broken = 0;
        troubles++; calm = 0
    :: skip
    fi
}

inline look(i)
{
    i = 1;
    do
    :: i < BOARDS -> assert(heads[i] == (i == broken)); i++
    :: else -> break
    od
}

proctype clock()
{
    byte i;
    do
    :: atomic {
        !turn[0] && !turn[1] && !turn[2] && !turn[3] && !turn[4] &&
        empty(wire[1]) && empty(wire[2]) && empty(wire[3]) && empty(wire[4]) ->
        if
        :: calm >= SETTLED -> look(i)
        :: else -> calm++
        fi;
        trouble();
        i = 0;
        do
        :: i < BOARDS -> turn[i] = true; i++
        :: else -> break
        od }
    od
}

init
{
    atomic {
        run clock();
        run begin();
        run follower(1);
        run follower(2);
        run follower(3);
        run follower(4)
    }
}
