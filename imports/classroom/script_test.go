package classroom

import (
	"regexp"
	"strings"
	"testing"
)

// TestTranslatedExpressionsFindTheSame expects the matches of Node: new RegExp(pattern).test(text).
func TestTranslatedExpressionsFindTheSame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"a.c", "a\nc", false}, {"a.c", "a\rc", false}, {"a.c", "a\u2028c", false}, {"a.c", "aéc", true},
		{`^\d+\s\w+$`, "12\u00a0ab", true}, {`^\d+\s\w+$`, "12 äb", false}, {`\S`, "\ufeff", false}, {`[\s,]+x`, "\u2003,x", true},
		{"^b", "a\nb", false}, {"b$", "b\n", false}, {`\$5\.00`, "$5.00", true}, {`5\/6`, "5/6", true}, {"a{2}", "aa", true}, {"a{,2}", "a{,2}", true},
		{"a}", "a}", true}, {"a]", "a]", true}, {"[^]", "\n", true}, {"[]", "a", false}, {"[[a]", "[", true}, {`[\]]`, "]", true}, {`[a\-z]`, "-", true}, {`[a\-z]`, "b", false},
		{`\u0041\x42`, "AB", true}, {`\u{41}`, strings.Repeat("u", 41), true}, {`\cJ`, "\n", true}, {`[\b]`, "\b", true}, {`\bword\b`, "a word", true}, {`\e`, "e", true},
		{`(?<n>a)b`, "ab", true}, {`(a|b)+?c`, "abc", true}, {`\0`, "\x00", true}, {"é+", "éé", true},
	} {
		out, err := translate(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if got := regexp.MustCompile(out).MatchString(c.text); got != c.want {
			t.Errorf("%s, as %s, in %q: %t", c.pattern, out, c.text, got)
		}
	}
}

func TestUnsupportedExpressionsAreNamed(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		"a(?=b)": "RE2 has no look-ahead ((?=…)", "a(?!b)": "RE2 has no look-ahead ((?!…)", "(?<=a)b": "RE2 has no look-behind ((?<=…)", "(?<!a)b": "RE2 has no look-behind ((?<!…)",
		`(a)\1`: `RE2 has no back-references (\1)`, `(?<n>a)\k<n>`: `RE2 has no back-references (\k)`, `[\S]`: `RE2 has no \S of JavaScript's within brackets`,
		`\uD83D`: `RE2 has no halves of characters (\uD83D)`, "(": "RE2 does not take it: ", `a\`: "it ends with a backslash", "a{2000}": "RE2 does not take it: ",
	} {
		if _, err := translate(pattern); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", pattern, err, want)
		}
	}
}

func FuzzTranslate(f *testing.F) {
	for _, seed := range []string{"a.c", `[\s]`, `\u0041`, "[^]", `\`, "[", "a{2}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		if out, err := translate(pattern); err == nil {
			regexp.MustCompile(out)
		}
	})
}

func TestInstallsAreFound(t *testing.T) {
	t.Parallel()
	for setup, want := range map[string]string{
		"sudo -H pip3 install pytest": "", "npm install": "", "npm ci && npm run build": "npm run build", "apt-get update; apt install -y gcc\nmake": "make", "make": "make",
		"pip install -r r.txt": "", "python -m pip install x": "", "cd src && make all": "cd src && make all", "npm test": "npm test", "DEBIAN_FRONTEND=noninteractive apt-get install x": "", "python setup.py": "python setup.py",
	} {
		if got, _ := withoutInstalls(setup); got != want {
			t.Errorf("%q leaves %q, want %q", setup, got, want)
		}
	}
}
