import java.util.Objects;

final class Clock {
    private static final int DAY = 24 * 60;
    private int minutes;

    Clock(int hour, int minute) {
        minutes = Math.floorMod(hour * 60 + minute, DAY);
    }

    void plus(int value) {
        minutes = Math.floorMod(minutes + value, DAY);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Clock && ((Clock) other).minutes == minutes;
    }

    @Override
    public int hashCode() {
        return Objects.hash(minutes);
    }

    @Override
    public String toString() {
        return String.format("%02d:%02d", minutes / 60, minutes % 60);
    }

    static String create(int hour, int minute) {
        return new Clock(hour, minute).toString();
    }

    static String add(int hour, int minute, int value) {
        Clock clock = new Clock(hour, minute);
        clock.plus(value);
        return clock.toString();
    }

    static String subtract(int hour, int minute, int value) {
        return add(hour, minute, -value);
    }

    static boolean equal(int hour1, int minute1, int hour2, int minute2) {
        return new Clock(hour1, minute1).equals(new Clock(hour2, minute2));
    }
}
