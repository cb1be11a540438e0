public class BankAccount {
    private boolean open;
    private int balance;

    public synchronized void open() {
        if (open) throw new IllegalStateException("account already open");
        open = true;
        balance = 0;
    }

    public synchronized void close() {
        mustBeOpen();
        open = false;
    }

    public synchronized int balance() {
        mustBeOpen();
        return balance;
    }

    public synchronized void deposit(int amount) {
        mustBeOpen();
        mustBePositive(amount);
        balance += amount;
    }

    public synchronized void withdraw(int amount) {
        mustBeOpen();
        mustBePositive(amount);
        // the balance may go below 0
        balance -= amount;
    }

    private void mustBeOpen() {
        if (!open) throw new IllegalStateException("account not open");
    }

    private static void mustBePositive(int amount) {
        if (amount <= 0) throw new IllegalStateException("amount must be greater than 0");
    }
}
