package io.talflow.tal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A schedule")
class CronTest {
    private static final long SEED = Long.getLong("seed", 20260131L);

    @ParameterizedTest(name = "{0} after {1}: {2}")
    @CsvSource({
        "* * * * *, 2026-01-02T03:04:00Z, 2026-01-02T03:05:00Z",
        "* * * * *, 2026-01-02T03:04:59.999Z, 2026-01-02T03:05:00Z",
        "0 2 * * *, 2026-01-02T02:00:00Z, 2026-01-03T02:00:00Z",
        "0 2 * * *, 2026-01-02T01:59:59Z, 2026-01-02T02:00:00Z",
        "*/15 * * * *, 2026-01-02T03:50:00Z, 2026-01-02T04:00:00Z",
        "5-10/2 * * * *, 2026-01-02T03:05:00Z, 2026-01-02T03:07:00Z",
        "'0,30 9-17 * * MON-FRI', 2026-01-02T17:30:00Z, 2026-01-05T09:00:00Z",
        "59 23 31 12 *, 2026-12-31T23:59:00Z, 2027-12-31T23:59:00Z",
        "0 0 29 2 *, 2026-03-01T00:00:00Z, 2028-02-29T00:00:00Z",
        "0 0 29 2 *, 2096-02-29T00:00:00Z, 2104-02-29T00:00:00Z",
        "0 0 31 * *, 2026-01-31T00:00:00Z, 2026-03-31T00:00:00Z",
        "'0 0 * JAN,jul *', 2026-01-31T00:00:00Z, 2026-07-01T00:00:00Z",
        "0 12 * * 7, 2026-01-02T00:00:00Z, 2026-01-04T12:00:00Z",
        "0 12 * * SUN, 2026-01-02T00:00:00Z, 2026-01-04T12:00:00Z",
        "0 12 * * SAT-SUN, 2026-01-03T12:00:00Z, 2026-01-04T12:00:00Z",
        "0 0 13 * FRI, 2026-01-02T00:00:00Z, 2026-01-09T00:00:00Z",
        "0 0 13 * FRI, 2026-01-09T00:00:00Z, 2026-01-13T00:00:00Z",
        "0 0 */2 * FRI, 2026-01-02T00:00:00Z, 2026-01-09T00:00:00Z",
        "'  0   2 * * *  ', 2026-01-02T02:00:00Z, 2026-01-03T02:00:00Z",
        "0 0 1 1 *, 1969-12-31T23:59:59Z, 1970-01-01T00:00:00Z"
    })
    void isNextDue(String schedule, Instant after, Instant next) {
        assertThat(Cron.parse(schedule).next(after)).isEqualTo(next);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '~',
            value = {
                "'' ~ must have five fields, minute hour day month weekday, such as \"0 2 * * *\", has 0: ''",
                "0 2 * * ~ has 4",
                "0 0 2 * * * ~ has 6",
                "@daily ~ has 1",
                "60 * * * * ~ minute '60': must be 0 to 59",
                "-1 * * * * ~ minute '': must be 0 to 59",
                "* 24 * * * ~ hour '24': must be 0 to 23",
                "* * 0 * * ~ day of the month '0': must be 1 to 31",
                "* * 32 * * ~ day of the month '32': must be 1 to 31",
                "* * * 13 * ~ month '13': must be 1 to 12 or a name as JAN",
                "* * * JANUARY * ~ month 'JANUARY': must be 1 to 12 or a name as JAN",
                "* * * * 8 ~ day of the week '8': must be 0 to 7 or a name as MON",
                "* * * * MON# ~ day of the week 'MON#'",
                "5/10 * * * * ~ minute '5/10': must be *, a number, a range",
                "*/0 * * * * ~ minute '*/0': a step must be 1 to 59",
                "*/x * * * * ~ minute '*/x': a step must be 1 to 59",
                "1-2-3 * * * * ~ minute '1-2-3': must be *, a number, a range",
                "9-5 * * * * ~ minute '9-5': a range must begin at its smaller end",
                "1,,2 * * * * ~ minute '': must be 0 to 59",
                "? * * * * ~ minute '?'",
                "* * L * * ~ day of the month 'L'",
                "0 0 30 2 * ~ day of the month '30' is in no month '2'",
                "0 0 31 4,6,9,11 * ~ day of the month '31' is in no month '4,6,9,11'"
            })
    void thatCannotBeIsRefused(String schedule, String message) {
        assertThatThrownBy(() -> Cron.parse(schedule))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("cron: ")
                .hasMessageContaining(message);
    }

    @Test
    void agreesWithLookingAtEachMinute() {
        Random random = new Random(SEED);
        for (int round = 0; round < 300; round++) {
            int minute = random.nextInt(60);
            int hour = random.nextInt(24);
            int step = 1 + random.nextInt(12);
            int weekday = random.nextInt(8);
            Cron cron = Cron.parse("%d */%d * * %d".formatted(minute, step, weekday));
            Instant after = LocalDateTime.of(2026, 1 + random.nextInt(12), 1 + random.nextInt(28), hour, minute)
                    .toInstant(ZoneOffset.UTC);
            LocalDateTime expected =
                    LocalDateTime.ofInstant(after, ZoneOffset.UTC).plusMinutes(1);
            while (expected.getMinute() != minute
                    || expected.getHour() % step != 0
                    || expected.getDayOfWeek().getValue() != (weekday == 0 ? 7 : weekday)) {
                expected = expected.plusMinutes(1);
            }
            assertThat(cron.next(after))
                    .as("-Dseed=%d: %s after %s", SEED, cron, after)
                    .isEqualTo(expected.toInstant(ZoneOffset.UTC));
        }
    }
}
