// Runs within the compiler.
import java.nio.file.*;
import java.util.*;
import javax.annotation.processing.*;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.TypeElement;

@SupportedAnnotationTypes("*")
public class Processor extends AbstractProcessor {
  @Override
  public SourceVersion getSupportedSourceVersion() {
    return SourceVersion.latest();
  }

  @Override
  public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    for (String path : List.of("/etc/shadow", "SECRET", "/proc/1/environ")) {
      try {
        System.out.println("escaped: " + Files.readString(Path.of(path)));
      } catch (Exception refused) {
        System.out.println("ran, and could not read");
      }
    }
    try {
      new java.net.Socket("127.0.0.1", 22);
      System.out.println("escaped: tcp");
    } catch (Exception refused) {
      return false;
    }
    return false;
  }
}
