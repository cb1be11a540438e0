public class BankAccount {
    public void open() {
        throw new UnsupportedOperationException("open");
    }

    public void close() {
        throw new UnsupportedOperationException("close");
    }

    public int balance() {
        throw new UnsupportedOperationException("balance");
    }

    public void deposit(int amount) {
        throw new UnsupportedOperationException("deposit");
    }

    public void withdraw(int amount) {
        throw new UnsupportedOperationException("withdraw");
    }
}
