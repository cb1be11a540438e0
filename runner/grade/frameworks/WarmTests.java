import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uses what tests commonly use, so that its classes get into the class-data archive. */
class WarmTests {
    private List<String> words;

    @BeforeAll
    static void beginAll() {
        assertTrue(true);
    }

    @BeforeEach
    void begin() {
        words = List.of("a", "b");
    }

    @AfterEach
    void end() {
        words = null;
    }

    @Test
    @DisplayName("assertions")
    void assertions() {
        assertAll(() -> assertEquals(2, words.size()), () -> assertEquals("a, b", words.stream().collect(Collectors.joining(", "))));
        assertArrayEquals(new int[] {1, 2}, new int[] {1, 2});
        assertThrows(IllegalStateException.class, () -> {
            throw new IllegalStateException("expected");
        });
    }

    @Test
    void fails() {
        assertEquals("expected", String.format("%s %d", "actual", 1));
    }

    @Test
    void crashes() {
        throw new IllegalArgumentException("not handled");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void values(int value) {
        assertTrue(value > 0);
    }

    @ParameterizedTest
    @CsvSource({"1, one", "2, two"})
    void rows(int number, String name) {
        assertTrue(number > 0 && !name.isEmpty());
    }

    @Nested
    class Inner {
        @Test
        void inner() {
            assertEquals(2, words.size());
        }
    }
}
