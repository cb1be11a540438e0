// Talks to the world in the ways that Java has.
import java.net.*;

class Network {
  interface Attempt {
    void run() throws Exception;
  }

  static void attempt(String name, Attempt a) {
    try {
      a.run();
      System.out.println("escaped: " + name);
    } catch (Exception refused) {
      // as it must be
    }
  }

  public static void main(String[] args) {
    attempt("tcp", () -> new Socket("127.0.0.1", 22));
    attempt("a listener", () -> new ServerSocket(0));
    attempt("udp", () -> new DatagramSocket().send(new DatagramPacket(new byte[1], 1, InetAddress.getLoopbackAddress(), 53)));
    attempt("http", () -> new URL("http://169.254.169.254/").openStream());
    attempt("a channel", () -> java.nio.channels.SocketChannel.open());
  }
}
