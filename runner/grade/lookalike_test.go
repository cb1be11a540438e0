package grade

import (
	"testing"
	"unicode/utf8"
)

func TestInvisibleDifferencesShowCodePoints(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ expected, got, want string }{
		"a decomposed letter":        {"é", "e\u0301", ` (expected U+00E9, got U+0065 U+0301 combining mark)`},
		"the other way round":        {"Gru\u0308ße", "Grüße", ` (expected U+0075 U+0308 combining mark, got U+00FC)`},
		"a letter with a mark":       {"cafe", "cafe\u0301", ""},
		"a Cyrillic letter":          {"total", "tоtal", ` (expected U+006F, got U+043E Cyrillic)`},
		"a Greek letter":             {"Area", "Αrea", ` (expected U+0041, got U+0391 Greek)`},
		"a no-break space":           {"a b", "a\u00a0b", ` (expected U+0020 space, got U+00A0 no-break space)`},
		"a zero-width space":         {"ab", "a\u200bb", ` (expected U+0062, got U+200B zero-width space)`},
		"a byte order mark":          {"1", "\ufeff1", ` (expected U+0031, got U+FEFF byte order mark)`},
		"a carriage return":          {"a\nb", "a\r\nb", ` (expected U+000A line feed, got U+000D carriage return)`},
		"a tab":                      {"a b", "a\tb", ` (expected U+0020 space, got U+0009 tab)`},
		"a space that is a tab":      {"a\tb", "a b", ` (expected U+0009 tab, got U+0020 space)`},
		"a minus sign":               {"-1", "−1", ` (expected U+002D dash, got U+2212)`},
		"a dash of a word processor": {"a - b", "a – b", ` (expected U+002D dash, got U+2013 dash)`},
		"quotation marks":            {`"x"`, "“x”", ` (expected U+0022, got U+201C quotation mark)`},
		"full width":                 {"100", "１00", ` (expected U+0031, got U+FF11)`},
		"a ligature":                 {"fi", "ﬁ", ""},
		"another letter":             {"Grüße", "Gruße", ""},
		"another letter, Cyrillic":   {"a", "ж", ""},
		"plain words":                {"one", "two", ""},
		"nothing came":               {"a", "", ""},
		"nothing was expected":       {"", "\u00a0", ` (expected nothing, got U+00A0 no-break space)`},
		"Latin-1":                    {"Größe", "Gr\xf6\xdfe", ` (byte 0xf6 is not UTF-8: the output has another encoding)`},
		"the same":                   {"x", "x", ""},
		"many marks":                 {"e", "\u200b\u0301\u0301\u0301\u0301\u0301", ` (expected U+0065, got U+200B U+0301 U+0301 U+0301 and 2 more combining mark)`},
	} {
		if got := alikeWords([]byte(test.expected), []byte(test.got)); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func FuzzAlikeWords(f *testing.F) {
	f.Add([]byte("é"), []byte("e\u0301"))
	f.Add([]byte("a\xff"), []byte("a\u0301\xfe"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if words := alikeWords(a, b); !utf8.ValidString(words) {
			t.Errorf("%q", words)
		}
	})
}
