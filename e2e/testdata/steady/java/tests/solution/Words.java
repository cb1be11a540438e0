import java.util.List;
import java.util.Map;

class Words {
    static Map<String, Integer> count(String[] words) {
        Map<String, Integer> counts = new java.util.TreeMap<>();
        for (String word : words) {
            counts.merge(word, 1, Integer::sum);
        }
        return counts;
    }

    static String longest(List<String> words) {
        return words.stream().reduce((a, b) -> a.length() >= b.length() ? a : b).orElseThrow();
    }
}
