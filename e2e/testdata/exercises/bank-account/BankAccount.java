class BankAccount {
    private boolean open;
    private int money;

    synchronized void open() {
        if (open) throw new IllegalArgumentException("account already open");
        open = true;
        money = 0;
    }

    synchronized void close() {
        check(1);
        open = false;
    }

    synchronized void deposit(int amount) {
        check(amount);
        money += amount;
    }

    synchronized void withdraw(int amount) {
        check(amount);
        if (amount > money) throw new IllegalArgumentException("amount must be less than balance");
        money -= amount;
    }

    synchronized int balance() {
        check(1);
        return money;
    }

    private void check(int amount) {
        if (!open) throw new IllegalArgumentException("account not open");
        if (amount <= 0) throw new IllegalArgumentException("amount must be greater than 0");
    }
}
