package schema_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

func TestSanitizeColored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, colored, plain string }{
		"as gcc writes it":               {"\x1b[01m\x1b[Klist.c:1:\x1b[m\x1b[K \x1b[01;31m\x1b[Kerror: \x1b[m\x1b[Kno", "\x1b[01mlist.c:1:\x1b[m \x1b[01;31merror: \x1b[mno", "list.c:1: error: no"},
		"256 and all colours":            {"\x1b[38;5;208ma\x1b[38;2;1;2;3mb\x1b[4:3mc", "\x1b[38;5;208ma\x1b[38;2;1;2;3mb\x1b[4:3mc", "abc"},
		"a screen is not cleared":        {"\x1b[2Ja\x1b[31mb", "�[2Ja\x1b[31mb", "�[2Jab"},
		"a cursor is not moved":          {"\x1b[10;10Hb\x1b[1Ac", "�[10;10Hb�[1Ac", "�[10;10Hb�[1Ac"},
		"a title is not set":             {"\x1b]0;owned\x07\x1b[1mb", "�]0;owned�\x1b[1mb", "�]0;owned�b"},
		"a link is not made":             {"\x1b]8;;http://x\x1b\\c\x1b[0m", "�]8;;http://x�\\c\x1b[0m", "�]8;;http://x�\\c"},
		"sequences within others":        {"\x1b\x1b[K[31mred", "�[31mred", "�[31mred"},
		"one that does not end":          {"a\x1b[31", "a�[31", "a�[31"},
		"one that is far too long":       {"\x1b[" + strings.Repeat("1;", 30) + "ma", "�[" + strings.Repeat("1;", 30) + "ma", "�[" + strings.Repeat("1;", 30) + "ma"},
		"others beside them are removed": {"\x1b[31mred\u202e\r\n", "\x1b[31mred�\n", "red�\n"},
		"text without colours":           {"naïve\x07", "naïve�", "naïve�"},
	} {
		if got := schema.SanitizeColored(c.text); got != c.colored {
			t.Errorf("%s: %q", name, got)
		}
		if got := schema.Plain(c.text); got != c.plain {
			t.Errorf("%s: plain %q", name, got)
		}
		if got := schema.Plain(schema.SanitizeColored(c.text)); got != c.plain {
			t.Errorf("%s: plain after colours %q", name, got)
		}
	}
}

func FuzzSanitizeColored(f *testing.F) {
	for _, s := range []string{"", "\x1b[31m", "\x1b\x1b[K[31m", "\x1b[2J", "\x1b[38;5;1mé\r\n", "\xc2\x9b31m"} {
		f.Add(s, 8)
	}
	sequence := regexp.MustCompile("\x1b\\[[0-9;:]*m")
	f.Fuzz(func(t *testing.T, s string, limit int) {
		for _, got := range []string{schema.SanitizeColored(s), schema.ExcerptColored(s, limit)} {
			if rest := sequence.ReplaceAllLiteralString(got, ""); schema.Sanitize(rest) != rest {
				t.Errorf("%q became %q", s, got)
			}
			if schema.SanitizeColored(got) != got {
				t.Errorf("%q changes when it is cleaned again", got)
			}
			if plain := schema.Plain(got); strings.ContainsRune(plain, '\x1b') || schema.Sanitize(plain) != plain {
				t.Errorf("plain text %q of %q", plain, got)
			}
		}
	})
}

func TestExcerptColored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text  string
		limit int
		want  string
	}{
		"short":                                {"\x1b[31ma\x00", 7, "\x1b[31ma�"},
		"no room":                              {"\x1b[31mab", 0, ""},
		"less than no room":                    {"\x1b[31mab", -1, ""},
		"the colour ends where it is cut":      {"\x1b[31m0123456789", 14, "\x1b[31m01\x1b[m\n[1 bytes left out]\n3456789"},
		"no sequence is cut, at the beginning": {"ab\x1b[31mcdefgh", 8, "ab\n[7 bytes left out]\nefgh"},
		"no sequence is cut, at the end":       {"abcdefgh\x1b[31mij", 8, "abcd\n[9 bytes left out]\nij"},
		"no character is halved":               {"aé------éb", 4, "a\n[10 bytes left out]\nb"},
	} {
		if got := schema.ExcerptColored(c.text, c.limit); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
