import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.StringTokenizer;

class Main {
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        StringBuilder out = new StringBuilder();
        for (String line; (line = in.readLine()) != null;) {
            StringTokenizer words = new StringTokenizer(line);
            if (words.countTokens() < 2) continue;
            out.append(Math.abs(Long.parseLong(words.nextToken()) - Long.parseLong(words.nextToken()))).append("\n");
        }
        System.out.print(out);
    }
}
