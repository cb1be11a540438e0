package grade

import (
	"strings"
	"testing"
	"unicode/utf16"
)

// wide encodes a text as UTF-16, little-endian.
func wide(text string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

func TestTextFlaws(t *testing.T) {
	t.Parallel()
	const latin = "is not UTF-8 (the file may be Latin-1 or Windows-1252): save the file as UTF-8"
	for name, test := range map[string]struct {
		file, content, want string // want begins with "!" where the flaw is fatal
	}{
		"Python in Latin-1":                   {"main.py", "# Gr\xfc\xdfe\nprint(1)\n", "!main.py:1: byte 0xfc " + latin},
		"Python in Latin-1, further down":     {"a/b.py", "x = 1\r\nprint('\xe9')\r\n", "!a/b.py:2: byte 0xe9 " + latin},
		"Python that says it is Latin-1":      {"main.py", "#!/usr/bin/python3\n# -*- coding: latin-1 -*-\nprint('\xe9')\n", ""},
		"Python that says so as vim does":     {"main.py", "# vim: set fileencoding=cp1252 :\nprint('\xe9')\n", ""},
		"Python that says so too late":        {"main.py", "import os\n# coding: latin-1\nprint('\xe9')\n", "!main.py:3: byte 0xe9 " + latin},
		"Python that says it is UTF-8":        {"main.py", "# coding: utf_8\nprint('\xe9')\n", "!main.py:2: byte 0xe9 " + latin},
		"Python in UTF-8 with a mark":         {"main.py", "\xef\xbb\xbfprint('é')\n", ""},
		"Python in UTF-16":                    {"main.py", "\xff\xfe" + wide("print(1)\n"), "!main.py is UTF-16: save it as UTF-8"},
		"Python in UTF-16 without a mark":     {"main.py", wide("print('Grüße')\nprint(2)\n"), "!main.py is UTF-16: save it as UTF-8"},
		"Python in UTF-32":                    {"main.py", "\xff\xfe\x00\x00p\x00\x00\x00", "!main.py is UTF-32: save it as UTF-8"},
		"Python with a NUL":                   {"main.py", "print(1)\nx = '\x00'\n", "!main.py:2: a NUL byte in the source: save the file as UTF-8"},
		"Java with a mark":                    {"Main.java", "\xef\xbb\xbfclass Main { }", "!Main.java begins with a byte order mark (U+FEFF): save it as UTF-8 without BOM"},
		"Java in Latin-1":                     {"Main.java", "class Main { // \xe4\n}", "!Main.java:1: byte 0xe4 " + latin},
		"Java in UTF-16":                      {"Main.java", "\xfe\xff\x00c", "!Main.java is UTF-16: save it as UTF-8"},
		"C in UTF-16":                         {"main.c", "\xff\xfe" + wide("int main(void) { }"), "!main.c is UTF-16: save it as UTF-8"},
		"a header in UTF-16":                  {"list.h", "\xff\xfe" + wide("void f(void);"), "!list.h is UTF-16: save it as UTF-8"},
		"C++ with a mark":                     {"main.cpp", "\xef\xbb\xbfint main() { }", ""},
		"C in Latin-1, which gcc passes on":   {"main.c", "int main(void) { puts(\"\xe4\"); }", "main.c:1: byte 0xe4 " + latin},
		"JavaScript in Latin-1":               {"main.mjs", "console.log('\xe4')", "main.mjs:1: byte 0xe4 " + latin},
		"JavaScript in UTF-16":                {"main.js", "\xff\xfe" + wide("console.log(1)"), "!main.js is UTF-16: save it as UTF-8"},
		"Go in Latin-1":                       {"main.go", "package main\n// \xe4\n", "!main.go:2: byte 0xe4 " + latin},
		"half a character at the end":         {"main.py", "x = 1 # \xe4\xb8", "!main.py:1: byte 0xe4 " + latin},
		"a Makefile from Windows":             {"Makefile", "all:\n\tgcc main.c\r\n", "Makefile:2: CR LF line ends, and the CR is part of what is run: save the file with LF line ends"},
		"a script from Windows":               {"bin/run.sh", "ls\r\n", "bin/run.sh:1: CR LF line ends, and the CR is part of what is run: save the file with LF line ends"},
		"a script with a mark":                {"run.sh", "\xef\xbb\xbfread n\n", "run.sh begins with a byte order mark (U+FEFF): save it as UTF-8 without BOM"},
		"a Makefile with a mark":              {"Makefile", "\xef\xbb\xbfall:\n\tgcc main.c\n", ""},
		"C from Windows":                      {"main.c", "int main(void) { }\r\n", ""},
		"what no language here reads":         {"data.bin", "\xff\xfe\x00", ""},
		"a short source":                      {"main.py", "x", ""},
		"an empty source":                     {"main.py", "", ""},
		"Chinese, all of it valid":            {"main.py", "# 你好\nprint('世界')\n", ""},
		"Cyrillic in UTF-8 is no UTF-16":      {"main.js", strings.Repeat("ж", 600), ""},
		"a mark in the middle is a character": {"Main.java", "class Main { String s = \"\ufeff\"; }", ""},
	} {
		flaws, err := subjectOf(t, map[string]string{test.file: test.content}).textFlaws()
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range flaws {
			if f.fatal {
				got += "!"
			}
			got += f.String()
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
