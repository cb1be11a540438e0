import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class BankAccountTest {
    private final BankAccount account = new BankAccount();

    private static void refuses(String message, Executable operation) {
        assertEquals(message, assertThrows(IllegalStateException.class, operation).getMessage());
    }

    @Test
    void newlyOpenedAccountHasZeroBalance() {
        account.open();
        assertEquals(0, account.balance());
    }

    @Test
    void singleDeposit() {
        account.open();
        account.deposit(100);
        assertEquals(100, account.balance());
    }

    @Test
    void multipleDeposits() {
        account.open();
        account.deposit(100);
        account.deposit(50);
        assertEquals(150, account.balance());
    }

    @Test
    void withdrawOnce() {
        account.open();
        account.deposit(100);
        account.withdraw(75);
        assertEquals(25, account.balance());
    }

    @Test
    void withdrawTwice() {
        account.open();
        account.deposit(100);
        account.withdraw(80);
        account.withdraw(20);
        assertEquals(0, account.balance());
    }

    @Test
    void canDoMultipleOperationsSequentially() {
        account.open();
        account.deposit(100);
        account.deposit(110);
        account.withdraw(200);
        account.deposit(60);
        account.withdraw(50);
        assertEquals(20, account.balance());
    }

    @Test
    void cannotCheckBalanceOfClosedAccount() {
        account.open();
        account.close();
        refuses("account not open", () -> account.balance());
    }

    @Test
    void cannotDepositIntoClosedAccount() {
        account.open();
        account.close();
        refuses("account not open", () -> account.deposit(50));
    }

    @Test
    void cannotDepositIntoUnopenedAccount() {
        refuses("account not open", () -> account.deposit(50));
    }

    @Test
    void cannotWithdrawFromClosedAccount() {
        account.open();
        account.close();
        refuses("account not open", () -> account.withdraw(50));
    }

    @Test
    void cannotCloseAnAccountThatWasNotOpened() {
        refuses("account not open", () -> account.close());
    }

    @Test
    void cannotOpenAnAlreadyOpenedAccount() {
        account.open();
        refuses("account already open", () -> account.open());
    }

    @Test
    void reopenedAccountDoesNotRetainBalance() {
        account.open();
        account.deposit(50);
        account.close();
        account.open();
        assertEquals(0, account.balance());
    }

    @Test
    void cannotWithdrawMoreThanDeposited() {
        account.open();
        account.deposit(25);
        refuses("amount must be less than balance", () -> account.withdraw(50));
    }

    @Test
    void cannotWithdrawNegative() {
        account.open();
        account.deposit(100);
        refuses("amount must be greater than 0", () -> account.withdraw(-50));
    }

    @Test
    void cannotDepositNegative() {
        account.open();
        refuses("amount must be greater than 0", () -> account.deposit(-50));
    }

    @Test
    void canHandleConcurrentTransactions() throws InterruptedException {
        account.open();
        ExecutorService threads = Executors.newFixedThreadPool(16);
        for (int i = 0; i < 1000; i++) {
            threads.submit(() -> {
                account.deposit(1);
                account.withdraw(1);
            });
        }
        threads.shutdown();
        assertTrue(threads.awaitTermination(10, TimeUnit.SECONDS));
        assertEquals(0, account.balance());
    }
}
