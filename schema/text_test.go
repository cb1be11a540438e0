package schema_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/grader/grader/schema"
)

func TestTextOfStrangersIsMadeSafe(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ text, want string }{
		"escapes":                     {"\x1b[31mred\x1b]0;title\x07", "�[31mred�]0;title�"},
		"eight-bit escapes":           {"\u009b31m", "�31m"},
		"bytes that are no UTF-8":     {"a\xff\xfeb", "a��b"},
		"a lone carriage return":      {"good\rbad", "good�bad"},
		"line ends of Windows":        {"a\r\nb\r\n", "a\nb\n"},
		"NUL, backspace and delete":   {"a\x00b\x08c\x7f", "a�b�c�"},
		"overrides of direction":      {"a\u202eb\u2066c\u200fd\u061c", "a�b�c�d�"},
		"separators of lines":         {"a\u2028b\u2029c", "a�b�c"},
		"a byte order mark":           {"\ufeffa", "�a"},
		"ordinary text stays":         {"naïve\t日本 😀\n", "naïve\t日本 😀\n"},
		"nothing stays nothing":       {"", ""},
		"the replacement stays as is": {"�", "�"},
	}
	for name, c := range cases {
		if got := schema.Sanitize(c.text); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func FuzzSanitize(f *testing.F) {
	for _, s := range []string{"", "a\r\nb", "\x1b[2J", "\xc2\x9b", "\u202e\ufeff", "\xff\r\n\r", "日本\t"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := schema.Sanitize(s)
		if !utf8.ValidString(got) || schema.Sanitize(got) != got {
			t.Fatalf("%q became %q", s, got)
		}
		for _, r := range got {
			if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
				t.Errorf("%q kept %U", s, r)
			}
		}
		if strings.Count(got, "\n") != strings.Count(s, "\n") {
			t.Errorf("%q lost or gained lines: %q", s, got)
		}
	})
}
