// Starts threads, or fills the heap and what is beside it, without end.
import java.nio.ByteBuffer;
import java.util.*;

class Bomb {
  public static void main(String[] args) throws Exception {
    if (args[0].equals("threads")) {
      while (true) {
        try {
          new Thread(() -> { while (true); }).start();
        } catch (OutOfMemoryError full) {
          // go on with those that there are
        }
      }
    }
    List<Object> kept = new ArrayList<>();
    while (true) kept.add(ByteBuffer.allocateDirect(1 << 20).put(0, (byte) 1));
  }
}
