package io.talflow.tal;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * A schedule of five fields, in UTC: minute, hour, day of the month, month, day of the week. A field is {@code *}, a
 * number, a range {@code 1-5}, either of the last two with a step {@code *}{@code /15} or {@code 0-30/10}, or a list of
 * those. Months and days of the week may be names, {@code JAN} and {@code MON}; 0 and 7 are Sunday. Where neither day field
 * begins with {@code *}, a day that fits either of them fits, as in any crontab.
 */
public final class Cron {
    /** After so many days the calendar begins anew. */
    private static final int DAYS_OF_THE_CALENDAR = 146_097;

    private static final List<String> MONTHS =
            List.of("", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN");

    private final String text;
    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet days;
    private final BitSet months;
    private final BitSet weekdays;
    private final boolean eitherDay;

    private Cron(String text, List<String> fields) {
        this.text = text;
        minutes = new Field("minute", 0, 59, List.of()).parse(fields.get(0));
        hours = new Field("hour", 0, 23, List.of()).parse(fields.get(1));
        days = new Field("day of the month", 1, 31, List.of()).parse(fields.get(2));
        months = new Field("month", 1, 12, MONTHS).parse(fields.get(3));
        weekdays = new Field("day of the week", 0, 7, DAYS).parse(fields.get(4));
        if (weekdays.get(7)) {
            weekdays.set(0);
        }
        eitherDay = !fields.get(2).startsWith("*") && !fields.get(4).startsWith("*");
    }

    /** @throws IllegalArgumentException that names the field, its value and the rule it breaks */
    public static Cron parse(String text) {
        List<String> fields = List.of(text.strip().split("\\s+"));
        if (fields.size() != 5) {
            throw new IllegalArgumentException(
                    "cron: must have five fields, minute hour day month weekday, such as \"0 2 * * *\", has %d: '%s'"
                            .formatted(text.isBlank() ? 0 : fields.size(), text));
        }
        Cron cron = new Cron(text, fields);
        if (cron.nextDay(LocalDate.EPOCH) == null) {
            throw new IllegalArgumentException(
                    "cron: day of the month '%s' is in no month '%s'".formatted(fields.get(2), fields.get(3)));
        }
        return cron;
    }

    /** The first time of the schedule later than {@code after}; a whole minute. */
    public Instant next(Instant after) {
        LocalDateTime from = LocalDateTime.ofInstant(after, ZoneOffset.UTC)
                .truncatedTo(ChronoUnit.MINUTES)
                .plusMinutes(1);
        LocalDate day = nextDay(from.toLocalDate());
        int earliest = day.equals(from.toLocalDate()) ? from.getHour() * 60 + from.getMinute() : 0;
        int minute = nextMinute(earliest);
        if (minute < 0) {
            day = nextDay(day.plusDays(1));
            minute = nextMinute(0);
        }
        return day.atTime(minute / 60, minute % 60).toInstant(ZoneOffset.UTC);
    }

    /** The first minute of a day, counted from midnight, that is not before {@code earliest}; -1 if there is none. */
    private int nextMinute(int earliest) {
        for (int hour = hours.nextSetBit(earliest / 60); hour >= 0; hour = hours.nextSetBit(hour + 1)) {
            int minute = minutes.nextSetBit(hour == earliest / 60 ? earliest % 60 : 0);
            if (minute >= 0) {
                return hour * 60 + minute;
            }
        }
        return -1;
    }

    /** The first day that is not before {@code earliest}, or null if there is none in any year. */
    private LocalDate nextDay(LocalDate earliest) {
        LocalDate end = earliest.plusDays(DAYS_OF_THE_CALENDAR);
        LocalDate day = earliest;
        while (day.isBefore(end)) {
            if (!months.get(day.getMonthValue())) {
                day = day.withDayOfMonth(1).plusMonths(1);
            } else if (fits(day)) {
                return day;
            } else {
                day = day.plusDays(1);
            }
        }
        return null;
    }

    private boolean fits(LocalDate day) {
        boolean ofMonth = days.get(day.getDayOfMonth());
        boolean ofWeek = weekdays.get(day.getDayOfWeek().getValue() % 7);
        return eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
    }

    @Override
    public String toString() {
        return text;
    }

    /** @param names for numbers, by number; empty: none */
    private record Field(String name, int least, int most, List<String> names) {
        BitSet parse(String field) {
            BitSet values = new BitSet(most + 1);
            for (String part : field.split(",", -1)) {
                String[] stepped = part.split("/", -1);
                boolean star = stepped[0].equals("*");
                String[] range = stepped[0].split("-", -1);
                if (stepped.length > 2 || range.length > 2 || (stepped.length == 2 && !star && range.length == 1)) {
                    throw bad(part, "must be *, a number, a range as 1-5, or one of * and a range with a step as */15");
                }
                int from = star ? least : number(range[0]);
                int to = star ? most : number(range[range.length - 1]);
                if (to == 0 && from > 0 && most == 7) {
                    // FRI-SUN: Sunday ends a week as well as it begins one.
                    to = 7;
                }
                if (from > to) {
                    throw bad(part, "a range must begin at its smaller end");
                }
                int step = stepped.length == 2 ? step(stepped[1], part) : 1;
                for (int value = from; value <= to; value += step) {
                    values.set(value);
                }
            }
            return values;
        }

        private int number(String text) {
            int named = names.indexOf(text.toUpperCase(Locale.ROOT));
            if (named >= 0 && !text.isEmpty()) {
                return named;
            }
            if (!text.matches("\\d{1,2}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
                throw bad(
                        text,
                        "must be %d to %d%s"
                                .formatted(least, most, names.isEmpty() ? "" : " or a name as " + names.get(1)));
            }
            return Integer.parseInt(text);
        }

        private int step(String text, String part) {
            if (!text.matches("\\d{1,2}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > most) {
                throw bad(part, "a step must be 1 to %d".formatted(most));
            }
            return Integer.parseInt(text);
        }

        private IllegalArgumentException bad(String value, String rule) {
            return new IllegalArgumentException("cron: %s '%s': %s".formatted(name, value, rule));
        }
    }
}
