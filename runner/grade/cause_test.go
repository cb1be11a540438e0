package grade

import (
	"strings"
	"testing"
)

func TestCauseOf(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ stderr, want string }{
		"Python":              {"Traceback (most recent call last):\n  File \"main.py\", line 4, in <module>\n    x=[][n]\n      ~~^^^\nIndexError: list index out of range\n", "IndexError: list index out of range (main.py:4)"},
		"Python, own class":   {"Traceback (most recent call last):\n  File \"main.py\", line 9, in <module>\n    go()\n  File \"lib/a b.py\", line 2, in go\n    raise Full(3)\n  File \"/usr/lib/python3.11/queue.py\", line 7, in x\n__main__.Full: 3\n", "__main__.Full: 3 (lib/a b.py:2)"},
		"Python, two errors":  {"Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nKeyError: 'x'\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"a.py\", line 3, in <module>\nZeroDivisionError: division by zero\n", "ZeroDivisionError: division by zero (a.py:3)"},
		"Python, syntax":      {"  File \"main.py\", line 4\n    x = = 1\n        ^\nSyntaxError: invalid syntax\n", "SyntaxError: invalid syntax (main.py:4)"},
		"Python, empty input": {"Name? Traceback (most recent call last):\n  File \"main.py\", line 1, in <module>\n    input()\nEOFError: EOF when reading a line\n", "EOFError: EOF when reading a line (main.py:1)"},
		"Java":                {"Exception in thread \"main\" java.lang.NumberFormatException: For input string: \"x\"\n\tat java.base/java.lang.Integer.parseInt(Integer.java:652)\n\tat app.Main.main(Main.java:3)\nCaused by: x\n", "java.lang.NumberFormatException: For input string: \"x\" (Main.java:3)"},
		"Java, printed":       {"java.lang.IllegalStateException\n\tat Main$Inner.<init>(Main.java:30)\n", "java.lang.IllegalStateException (Main.java:30)"},
		"Java, no main":       {"Error: Could not find or load main class Mian\nCaused by: java.lang.ClassNotFoundException: Mian\n", "Error: Could not find or load main class Mian"},
		"Go":                  {"panic: runtime error: index out of range [3] with length 0\n\ngoroutine 1 [running]:\nmain.main()\n\tmain.go:6 +0x5d\nexit status 2\n", "panic: runtime error: index out of range [3] with length 0 (main.go:6)"},
		"Go, deadlock":        {"fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nruntime.x()\n\t/usr/local/go/src/runtime/chan.go:1 +0x1\nmain.main()\n\tcmd/main.go:4 +0x1d\n", "fatal error: all goroutines are asleep - deadlock! (cmd/main.go:4)"},
		"JavaScript":          {"main.js:3\nnull.foo;\n     ^\n\nTypeError: Cannot read properties of null (reading 'foo')\n    at Object.<anonymous> (main.js:3:6)\n    at Module._compile (node:internal/modules/cjs/loader:1521:14)\n\nNode.js v20.20.2\n", "TypeError: Cannot read properties of null (reading 'foo') (main.js:3)"},
		"JavaScript, module":  {"node:internal/process\n    at x\nError [ERR_X]: no\n    at node:internal/x:1:2\n    at lib/a.mjs:7:1\n", "Error [ERR_X]: no (lib/a.mjs:7)"},
		"JavaScript, a text":  {"main.js:1\nthrow \"text\"\n^\ntext\n(Use `node --trace-uncaught ...` to show where the exception was thrown)\n\nNode.js v20.20.2\n", `"text"`},
		"Rust 1.63":           {"thread 'main' panicked at 'index out of bounds: the len is 0 but the index is 3', main.rs:5:39\nstack backtrace:\n   0: rust_begin_unwind\nnote: Some details are omitted\n", "index out of bounds: the len is 0 but the index is 3 (main.rs:5)"},
		"Rust 1.80":           {"\nthread 'main' panicked at src/main.rs:5:39:\ncalled `Option::unwrap()` on a `None` value\nnote: run with `RUST_BACKTRACE=1`\n", "called `Option::unwrap()` on a `None` value (src/main.rs:5)"},
		"C++":                 {"terminate called after throwing an instance of 'std::out_of_range'\n  what():  vector::_M_range_check: __n (which is 5)\n", "std::out_of_range: vector::_M_range_check: __n (which is 5)"},
		"C++, an int":         {"terminate called after throwing an instance of 'int'\n", "int"},
		"assert":              {"program: ./src/a.c:2: main: Assertion `1>2' failed.\n", "Assertion `1>2' failed (src/a.c:2)"},
		"heap":                {"x\nfree(): double free detected in tcache 2\n", "free(): double free detected in tcache 2"},
		"address sanitizer":   {"=====\n==8==ERROR: AddressSanitizer: stack-buffer-overflow on address 0x7ff at pc 0x5\nREAD of size 4 at 0x7ff thread T0\n    #0 0x55 in __interceptor_free ../../src/asan.cpp:1\n    #1 0x55 in main a.c:1\n    #2 0x7f in _start (a.out+0x1100)\n", "AddressSanitizer: stack-buffer-overflow (a.c:1)"},
		"undefined behaviour": {"a.c:1:43: runtime error: index 5 out of bounds for type 'int [2]'\n", "runtime error: index 5 out of bounds for type 'int [2]' (a.c:1)"},
		"Ruby":                {"main.rb:3:in `<main>': undefined method `foo' for nil:NilClass (NoMethodError)\n\nnil.foo\n   ^^^^\n", "NoMethodError: undefined method `foo' for nil:NilClass (main.rb:3)"},
		"Haskell":             {"program: Prelude.head: empty list\nCallStack (from HasCallStack):\n  error, called at x.hs:1646\n", `"program: Prelude.head: empty list"`},
		"OCaml":               {"Fatal error: exception Failure(\"hd\")\n", "Failure(\"hd\")"},
		"Lua":                 {"lua5.4: main.lua:3: attempt to perform arithmetic on a nil value\nstack traceback:\n\tmain.lua:3: in main chunk\n\t[C]: in ?\n", "attempt to perform arithmetic on a nil value (main.lua:3)"},
		"PHP":                 {"PHP Fatal error:  Uncaught Exception: bad <b> in main.php:4\nStack trace:\n#0 {main}\n  thrown in main.php on line 4\n", "Exception: bad <b> (main.php:4)"},
		"Perl":                {"Illegal division by zero at t.pl line 1.\n", "Illegal division by zero (t.pl:1)"},
		"C#":                  {"Unhandled exception. System.DivideByZeroException: zero\n   at P.Main() in P.cs:line 5\n", "System.DivideByZeroException: zero (P.cs:5)"},
		"Go's compiler":       {"# roman [roman.test]\n./roman.go:17:10: syntax error: unexpected literal\n./roman.go:43:9: other\nFAIL\troman [build failed]\n", "syntax error: unexpected literal (roman.go:17)"},
		"go vet":              {"# roman\n# [roman]\n./a.go:8:2: fmt.Printf format %d has arg \"x\" of wrong type string\n", "fmt.Printf format %d has arg \"x\" of wrong type string (a.go:8)"},
		"C's compiler":        {"gcc -o a a.c\na.c:3:5: error: unknown type name ‘it’\na.c:9:1: error: expected ‘}’\nmake: *** [Makefile:2: a] Error 1\n", "error: unknown type name ‘it’ (a.c:3)"},
		"own message":         {"reading\nusage: sum FILE\n\n", `"usage: sum FILE"`},
		"make":                {"no such case\nmake: *** [Makefile:2: test] Error 1\n", `"no such case"`},
		"other places":        {"Traceback (most recent call last):\n  File \"$NEEDS/t.py\", line 4, in <module>\nOSError\n", "OSError"},
		"controls":            {"\x1b[31mbad\x1b[0m\x00 thing\r\n", "\"bad\ufffd thing\""},
		"silent":              {" \n\n", ""},
		"words like ours":     {"expected \"a\", got \"b\"\n", `"expected \"a\", got \"b\""`},
		"a line of 10 digits": {"a.c:1234567890:1: runtime error: x\n", "runtime error: x"},
		"a line of 9 digits":  {"a.c:123456789:1: runtime error: x\n", "runtime error: x (a.c:123456789)"},
	} {
		if got := causeOf("", test.stderr, true); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// TestCauseOfSignal checks that a program that a signal ended is explained only by messages of its
// language, wherever they go.
func TestCauseOfSignal(t *testing.T) {
	t.Parallel()
	if got := causeOf("", "debug: i = 3\n", false); got != "" {
		t.Errorf("the last line: %q", got)
	}
	if got := causeOf("1\n2\nfree(): invalid pointer\n", "debug\n", false); got != "free(): invalid pointer" {
		t.Errorf("on standard output: %q", got)
	}
	if got := causeOf("1\n2\n", "", true); got != "" {
		t.Errorf("an answer: %q", got)
	}
}

// TestCauseIsShort checks the length of causes in long outputs.
func TestCauseIsShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("größe ", 10_000)
	for _, stderr := range []string{long, strings.Repeat(`"`, 10_000), "Fatal error: exception " + long, strings.Repeat("panic: x\n", 5000) + "\xff"} {
		if got := causeOf(long, stderr, true); len([]rune(got)) > maxCause || got == "" {
			t.Errorf("%d characters", len([]rune(got)))
		}
	}
}

// TestPlaceOfCauseIsShort checks the length of causes with their places.
func TestPlaceOfCauseIsShort(t *testing.T) {
	t.Parallel()
	long, digits := strings.Repeat("x", 60_000), strings.Repeat("1", 60_000)
	const most = 2*maxCause + maxLineDigits + len(" (:)")
	for _, stderr := range []string{
		"a.c:" + digits + ":1: runtime error: x\n", long + ".c:1:1: runtime error: " + long + "\n",
		"Traceback (most recent call last):\n  File \"" + long + "\", line " + digits + "\n" + long + ": x\n",
		"panic: " + long + "\n\nmain.main()\n\t" + long + ".go:" + digits + " +0x5d\n",
	} {
		if got := causeOf("", stderr, true); len([]rune(got)) > most || got == "" {
			t.Errorf("%d characters for %.40q", len([]rune(got)), stderr)
		}
	}
	trace := "java.lang.IllegalStateException: x\n\tat Main.go(" + long + ".java:" + digits + ")\n"
	if got := thrownError("x", trace); len(got) > most {
		t.Errorf("%d characters in a JUnit message", len(got))
	}
}
