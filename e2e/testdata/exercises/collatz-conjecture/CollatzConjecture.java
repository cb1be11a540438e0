class CollatzConjecture {
    static int steps(int number) {
        if (number <= 0) throw new IllegalArgumentException("Only positive integers are allowed");
        int count = 0;
        for (long n = number; n != 1; count++) n = n % 2 == 1 ? 3 * n + 1 : n / 2;
        return count;
    }
}
