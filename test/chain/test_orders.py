#!/usr/bin/env python3
"""Orders of the app to single boards, over the return wire and round the ring, with the real images."""

from chain import check, main

HEAD = "set cells %d\nset chemistry lfp\nset capacity 20\n"
WAKE = 'at 6 app ""\nat 7 app ""\nat 8 app "login 1234"\nat 8 within 1 app expect "ok"\n'
# Begin's clock is right from the start: the port is at its rate at once.
CLOCK = ["--clock-begin", 0]
# A command needs up to three rounds, and as many again when one of them is lost.
REPLY_S = 4


def order(t, what, reply="ok", within=REPLY_S):
    """Two empty lines wake the port."""
    return 'at %g app ""\nat %g app ""\nat %g app "order %s"\nat %g within %g app expect "%s"\n' % (
        t - 0.6, t - 0.3, t, what, t, within, reply)


def led(bench):
    """That board alone blinks, for as long as asked."""
    run = bench.run(CLOCK + ["--duration", 40], HEAD % 5 + WAKE + order(10, "3 identify 12") +
                    "at 30 expect cell3.led_s > 4\nat 30 expect cell3.led_s < 9\n"
                    "at 30 expect cell2.led_s < 1.5\nat 39 expect cell3.led_s < 9\n")
    check(run.json["frames_lost"] == 0, "readings are lost")


def balancing(bench):
    """Each kind of board, far below the balance voltage; it ends by itself."""
    text = HEAD % 4 + WAKE
    for i, cell in enumerate((1, 3, 4)):
        t = 10 + 20 * i
        text += order(t, "%d balance 9" % cell) + \
            "at %d within 3 expect cell%d.balancing == 1\n" % (t + 3, cell) + \
            "at %d expect cell%d.balancing == 0\n" % (t + 18, cell)
        for other in {1, 2, 3, 4} - {cell}:
            text += "from %d to %d expect cell%d.balancing == 0\n" % (t, t + 18, other)
    bench.run(CLOCK + ["--duration", 72], text)


def not_an_empty_cell(bench):
    bench.run(CLOCK + ["--duration", 20], HEAD % 3 + "at 0 soc 2 1\n" + WAKE +
              order(10, "2 balance 60", "error refused") +
              "from 10 to 20 expect cell2.balancing == 0\n")


def voltage(bench):
    """What the owner's meter says, on a board that is not calibrated well; and it stays."""
    text = HEAD % 4 + "at 0 temperature all 25\nat 0 fault divider 3 1.02\n" + WAKE
    text += order(10, "3 voltage 3298", "ok") + \
        "from 14 to 16 expect cell3.mv > 3294\nfrom 14 to 16 expect cell3.mv < 3302\n" + \
        "at 16 reset 3\nfrom 22 to 24 expect cell3.mv > 3294\nfrom 22 to 24 expect cell3.mv < 3302\n" + \
        order(25, "3 voltage 3000", "error value") + \
        'at 30 app "events 5"\nat 30 within 1 app expect "order voltage cell 3"\n'
    bench.run(CLOCK + ["--duration", 34], text)


def temperature(bench):
    text = HEAD % 4 + "at 0 temperature all 25\n" + WAKE + order(10, "2 temperature_offset -50", within=8)
    bench.run(CLOCK + ["--duration", 24], text + "at 20 expect cell2.dc < 206\nat 20 expect cell2.dc > 194\n"
              "at 20 expect cell3.dc > 244\n")


def board_and_clear(bench):
    """A reset is in the board's own books, and what the link got wrong can be cleared."""
    text = HEAD % 4 + "at 13 reset 3\n" + WAKE.replace("at 8", "at 12") + \
        'at 17 app "events 4"\nat 17 within 1 app expect "board_reset cell 3"\n' + \
        'at 19 app "board 3"\nat 19 within 70 app expect "balance_rounds 0"\n' + \
        'at 19 within 70 app expect "external 1"\nat 19 within 70 app expect "self_test 0"\n' + \
        order(91, "3 clear") + 'at 96 app "board 3"\nat 96 within 70 app expect "bad_syncs 0"\n'
    bench.run(CLOCK + ["--duration", 170], text)


def lost_on_the_way(bench):
    """Whatever round is lost, by a wire that is cut for a moment: the order is carried out once."""
    for i in range(8):
        begin = 10.2 + 0.45 * i
        text = HEAD % 4 + WAKE + order(10, "3 identify 30", within=12) + \
            "at %.2f break 2 3\nat %.2f repair 2 3\n" % (begin, begin + 0.8) + \
            'at 54 app ""\nat 54.5 app ""\nat 55 app "events 9"\nat 55 within 1 app expect "order identify cell 3"\n'
        run = bench.run(CLOCK + ["--duration", 58], text)
        check(run.json["crashed_board"] == 0, "a board crashed")
    return "8 moments"


def without_login_or_ring(bench):
    bench.run(CLOCK + ["--duration", 30], HEAD % 3 + 'at 6 app ""\nat 7 app ""\n' +
              order(8, "2 identify 5", "error login") + 'at 10 app "login 1234"\n' +
              order(12, "2 nonsense 5", "error name") + order(14, "2 identify x", "error number") +
              order(16, "9 identify 5", "error cell") + order(18, "2 identify", "error value") +
              "at 20 break 3 1\n" + order(25, "2 identify 5", "error open") +
              order(27, "3 identify 5", "ok"))


if __name__ == "__main__":
    main([("order_identify", led), ("order_balance", balancing),
          ("order_balance_not_below_vmin", not_an_empty_cell), ("order_voltage", voltage),
          ("order_temperature_offset", temperature), ("order_board_and_clear", board_and_clear),
          ("order_lost_on_the_way", lost_on_the_way), ("order_refused", without_login_or_ring)])
