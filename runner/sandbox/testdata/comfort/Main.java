import java.nio.file.*;
import java.util.concurrent.*;
import java.util.stream.*;

public class Main {
  public static void main(String[] args) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    Future<Integer> sum = pool.submit(() -> IntStream.range(0, 1000).parallel().sum());
    if (sum.get() != 499500) throw new AssertionError();
    pool.shutdown();
    Path file = Files.createTempFile("a", "b");
    Files.writeString(file, "Grüße");
    byte[] heap = new byte[64 << 20];
    heap[heap.length - 1] = 1;
    System.out.println("ok");
  }
}
