package schema_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/grader/grader/schema"
)

func TestSanitize(t *testing.T) {
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

func TestExcerpt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text  string
		limit int
		want  string
	}{
		"short":                   {"ab\x00", 3, "ab�"},
		"no room":                 {"ab", 0, ""},
		"less than no room":       {"ab", -1, ""},
		"the middle is left out":  {"0123456789", 4, "01\n[6 bytes left out]\n89"},
		"no character is halved":  {"aé------éb", 4, "a\n[10 bytes left out]\nb"},
		"invalid bytes are bytes": {"\xff\xff------\xff\xff", 4, "��\n[6 bytes left out]\n��"},
	} {
		if got := schema.Excerpt(c.text, c.limit); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 cases", 1: "1 case", 2: "2 cases"} {
		if got := schema.Count(n, "case"); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for bytes, want := range map[int64]string{
		0: "0 bytes", 1: "1 byte", 1000: "1000 bytes", 1 << 10: "1 KiB", 1536: "1.5 KiB", 10 << 20: "10 MiB", 3 << 29: "1.5 GiB",
	} {
		if got := schema.Size(bytes); got != want {
			t.Errorf("%d: %q, want %q", bytes, got, want)
		}
	}
}

func TestOneLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{" a\r\n\tb  c ", 10, "a b c"}, {"a\u2028b\x1b", 10, "a\ufffdb\ufffd"}, {"字字字字", 4, "字字字字"}, {"字字字字字", 4, "字字字…"}, {"", 4, ""},
	} {
		if got := schema.OneLine(c.text, c.most); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}
