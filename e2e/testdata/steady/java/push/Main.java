import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.ArrayList;

public class Main {
    public static void main(String[] args) throws Exception {
        String[] words = new String(System.in.readAllBytes()).trim().split(" ");
        switch (args[0]) {
            case "words" -> System.out.println(Words.count(words));
            case "longest" -> System.out.println(Words.longest(List.of()));
            case "threads" -> System.out.println(sum(words));
        }
    }

    static int sum(String[] words) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        List<Future<Integer>> parts = new ArrayList<>();
        for (String word : words) {
            parts.add(pool.submit(() -> Integer.parseInt(word)));
        }
        int sum = 0;
        for (Future<Integer> part : parts) {
            sum += part.get();
        }
        pool.shutdown();
        return sum;
    }
}
