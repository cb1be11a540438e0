import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Scanner;
import java.util.Set;

class Main {
    static boolean can(String line, int want, Set<String> syllables) {
        boolean[][] reach = new boolean[line.length() + 1][want + 1];
        reach[0][0] = true;
        for (int i = 0; i < line.length(); i++) {
            for (int k = 0; k <= want; k++) {
                if (!reach[i][k]) continue;
                if (line.charAt(i) == ' ') {
                    reach[i + 1][k] = true;
                    continue;
                }
                for (int len = 1; len <= 7 && i + len <= line.length() && k < want; len++) {
                    if (syllables.contains(line.substring(i, i + len))) reach[i + len][k + 1] = true;
                }
            }
        }
        return reach[line.length()][want];
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        Set<String> syllables = new HashSet<>();
        for (int n = in.nextInt(); n > 0; n--) syllables.add(in.next());
        in.nextLine();
        List<Boolean> fits = new ArrayList<>();
        for (int want : new int[] {5, 7, 5}) fits.add(can(in.nextLine().trim(), want, syllables));
        System.out.println(fits.contains(false) ? "come back next year" : "haiku");
    }
}
