import java.io.*;
import java.nio.file.*;
import java.util.concurrent.*;
import java.util.stream.*;

public class Processes {
    public static void main(String[] args) throws Exception {
        Process p = new ProcessBuilder("sh", "-c", "cat; exit 3").redirectErrorStream(true).start();
        try (Writer w = p.outputWriter()) {
            w.write("Grüße");
        }
        String said = p.inputReader().readLine();
        ExecutorService pool = Executors.newFixedThreadPool(8);
        int sum = pool.submit(() -> IntStream.range(0, 1000).parallel().sum()).get();
        pool.shutdown();
        Path temporary = Files.createTempFile("a", "b");
        Files.writeString(temporary, said);
        boolean right = p.waitFor() == 3 && sum == 499500 && Files.readString(temporary).equals("Grüße");
        System.out.println(right ? "ok" : said + " " + sum);
    }
}
