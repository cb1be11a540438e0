package e2e

import (
	"fmt"
	"strings"
)

// bankOperation is a step of a case of bank-account.
type bankOperation struct {
	name   string
	amount string // "" for none
	times  string // of "concurrent": the number of threads that run all of inner
	inner  []bankOperation
}

func bankOperations(list any) []bankOperation {
	var all []bankOperation
	for _, item := range list.([]any) {
		o := item.(map[string]any)
		step := bankOperation{name: fmt.Sprint(o["operation"])}
		if o["amount"] != nil {
			step.amount = fmt.Sprint(o["amount"])
		}
		if step.name == "concurrent" {
			step.times, step.inner = fmt.Sprint(o["number"]), bankOperations(o["operations"])
		}
		all = append(all, step)
	}
	return all
}

func (o bankOperation) call() string { return "account." + o.name + "(" + o.amount + ")" }

// bankPython writes the cases of bank-account for pytest.
func bankPython(e exercise) string {
	text := "import threading\n\nimport pytest\n\nfrom bank_account import BankAccount\n"
	for _, c := range e.cases {
		text += fmt.Sprintf("\n\ndef %s():\n    account = BankAccount()\n", c.Name)
		steps := bankOperations(c.Input["operations"])
		for i, o := range steps {
			switch {
			case o.name == "concurrent":
				text += "    def work():\n"
				for _, step := range o.inner {
					text += "        " + step.call() + "\n"
				}
				text += "    threads = [threading.Thread(target=work) for _ in range(" + o.times + " // 20)]\n" +
					"    for t in threads:\n        t.start()\n    for t in threads:\n        t.join()\n"
			case i < len(steps)-1:
				text += "    " + o.call() + "\n"
			case c.Error:
				text += "    with pytest.raises(ValueError):\n        " + o.call() + "\n"
			default:
				text += fmt.Sprintf("    assert %s == %v\n", o.call(), c.Expected)
			}
		}
	}
	return text
}

// bankJava writes the cases of bank-account for JUnit 5.
func bankJava(e exercise) string {
	text := junit5().imports + "import java.util.stream.IntStream;\n\nclass BankAccountTest {\n"
	for _, c := range e.cases {
		text += "    @Test void " + c.Name + "() throws Exception {\n        BankAccount account = new BankAccount();\n"
		steps := bankOperations(c.Input["operations"])
		for i, o := range steps {
			switch {
			case o.name == "concurrent":
				var work strings.Builder
				for _, step := range o.inner {
					work.WriteString(step.call() + "; ")
				}
				text += "        Thread[] threads = new Thread[20];\n        for (int i = 0; i < threads.length; i++) {\n" +
					"            threads[i] = new Thread(() -> IntStream.range(0, " + o.times + ").forEach(n -> { " + work.String() + "}));\n" +
					"            threads[i].start();\n        }\n        for (Thread t : threads) t.join();\n"
			case i < len(steps)-1:
				text += "        " + o.call() + ";\n"
			case c.Error:
				text += "        assertThrows(IllegalArgumentException.class, () -> " + o.call() + ");\n"
			default:
				text += fmt.Sprintf("        assertEquals(%v, %s);\n", c.Expected, o.call())
			}
		}
		text += "    }\n"
	}
	return text + "}\n"
}

// bankPytest and bankJUnit return the forms of bank-account, a class with state shared by
// threads.
func bankPytest() form {
	f := pythonForm("pytest", bankPython)
	f.starter = one("{module}.py", func(exercise) string {
		return "class BankAccount:\n    def open(self):\n        raise NotImplementedError\n"
	})
	return f
}

func bankJUnit() form {
	f := javaForm("junit5", "CLASSPATH_JUNIT", bankJava)
	f.starter = one("{class}.java", func(exercise) string {
		text := "class BankAccount {\n"
		for _, method := range []string{"void open()", "void close()", "void deposit(int amount)", "void withdraw(int amount)", "int balance()"} {
			text += "    " + method + " {\n        throw new UnsupportedOperationException(\"to do\");\n    }\n"
		}
		return text + "}\n"
	})
	return f
}
