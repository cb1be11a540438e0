import java.util.Arrays;
import java.util.Scanner;

class Main {
    static final int MANY = 1 << 29;

    static boolean fits(String s, int from, int count) {
        int matched = 0;
        for (int k = 0; k < 3 && matched < count; k++) {
            if ("ATG".charAt(k) == s.charAt(from + matched)) matched++;
        }
        return matched == count;
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        String s = in.next();
        int[][] best = new int[s.length() + 1][s.length() + 2];
        for (int[] row : best) Arrays.fill(row, MANY);
        best[0][0] = 0;
        int answer = MANY;
        for (int i = 0; i <= s.length(); i++) {
            for (int b = 0; b <= i; b++) {
                int cost = best[i][b];
                if (cost >= MANY) continue;
                answer = Math.min(answer, cost + 3 * Math.max(0, n - b));
                for (int used = 1; used <= 3 && i + used <= s.length(); used++) {
                    int to = b + (fits(s, i, used) ? 1 : 0);
                    best[i + used][to] = Math.min(best[i + used][to], cost + 3 - used);
                }
            }
        }
        System.out.println(answer);
    }
}
