import java.util.Scanner;

class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        int n = in.nextInt();
        int[] count = new int[7];
        int[] who = new int[7];
        for (int i = 1; i <= n; i++) {
            int roll = in.nextInt();
            count[roll]++;
            who[roll] = i;
        }
        for (int roll = 6; roll > 0; roll--) {
            if (count[roll] == 1) {
                System.out.println(who[roll]);
                return;
            }
        }
        System.out.println("none");
    }
}
