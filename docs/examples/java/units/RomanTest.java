import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RomanTest {
    @Test
    void adds() {
        assertEquals("II", Roman.of(2));
        assertEquals("MMMDCLXXVIII", Roman.of(3678));
    }

    @Test
    void subtracts() {
        assertEquals("IV", Roman.of(4));
        assertEquals("CM", Roman.of(900));
    }

    @Test
    void doesBoth() {
        assertEquals("MCMXCIV", Roman.of(1994));
    }
}
