import threading


class BankAccount:
    def __init__(self):
        self.lock = threading.Lock()
        self.money = None

    def open(self):
        with self.lock:
            if self.money is not None:
                raise ValueError("account already open")
            self.money = 0

    def close(self):
        with self.lock:
            self.check()
            self.money = None

    def deposit(self, amount):
        with self.lock:
            self.check(amount)
            self.money += amount

    def withdraw(self, amount):
        with self.lock:
            self.check(amount)
            if amount > self.money:
                raise ValueError("amount must be less than balance")
            self.money -= amount

    def balance(self):
        with self.lock:
            self.check()
            return self.money

    def check(self, amount=1):
        if self.money is None:
            raise ValueError("account not open")
        if amount <= 0:
            raise ValueError("amount must be greater than 0")
