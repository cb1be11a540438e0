import java.util.HashMap;
import java.util.List;
import java.util.Map;

class Words {
    static Map<String, Integer> count(String[] words) {
        Map<String, Integer> counts = new HashMap<>();
        for (String word : words) {
            counts.put(word, 1); // wrong: it forgets the others
        }
        return counts;
    }

    static String longest(List<String> words) {
        return words.stream().reduce((a, b) -> a.length() >= b.length() ? a : b).orElseThrow();
    }
}
