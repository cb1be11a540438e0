import java.util.HashSet;
import java.util.List;
import java.util.Scanner;
import java.util.Set;

class Main {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        for (int n = Integer.parseInt(in.nextLine().trim()); n > 0; n--) {
            int k = Integer.parseInt(in.nextLine().trim());
            String name = in.nextLine();
            Set<String> menu = new HashSet<>();
            for (int i = 0; i < k; i++) menu.add(in.nextLine());
            if (menu.containsAll(List.of("pea soup", "pancakes"))) {
                System.out.println(name);
                return;
            }
        }
        System.out.println("Anywhere is fine I guess");
    }
}
