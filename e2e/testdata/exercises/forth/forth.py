import operator


def divide(a, b):
    if b == 0:
        raise ValueError("divide by zero")
    return a // b


ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": divide}
SHUFFLES = {"dup": (1, [0, 0]), "drop": (1, []), "swap": (2, [1, 0]), "over": (2, [0, 1, 0])}


class Machine:
    def __init__(self):
        self.stack = []
        self.words = {}

    def take(self, count):
        if len(self.stack) < count:
            raise ValueError("only one value on the stack" if self.stack else "empty stack")
        taken = self.stack[len(self.stack) - count:]
        del self.stack[len(self.stack) - count:]
        return taken

    def builtin(self, word):
        if word in ARITHMETIC:
            self.stack.append(ARITHMETIC[word](*self.take(2)))
        elif word in SHUFFLES:
            count, order = SHUFFLES[word]
            taken = self.take(count)
            self.stack += [taken[i] for i in order]
        else:
            raise ValueError("undefined operation")

    def run(self, words):
        for word in words:
            if isinstance(word, int):
                self.stack.append(word)
            else:
                self.builtin(word)

    def expand(self, words):
        for word in words:
            if word in self.words:
                yield from self.words[word]
            elif word.lstrip("-").isdigit():
                yield int(word)
            else:
                yield word

    def line(self, text):
        words = text.lower().split()
        if words[:1] != [":"]:
            self.run(self.expand(words))
            return
        if words[1].lstrip("-").isdigit():
            raise ValueError("illegal operation")
        self.words[words[1]] = list(self.expand(words[2:-1]))


def evaluate(instructions):
    machine = Machine()
    for text in instructions:
        machine.line(text)
    return machine.stack
