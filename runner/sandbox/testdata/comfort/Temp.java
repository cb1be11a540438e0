import java.nio.file.*;

public class Temp {
    public static void main(String[] args) throws Exception {
        Path made = Files.createTempFile("a", "b"), named = Path.of("/tmp/named");
        Files.writeString(named, "ok");
        Files.move(named, made, StandardCopyOption.REPLACE_EXISTING);
        System.out.println(Files.readString(made));
    }
}
