package gitd

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"":                                    nil,
		"  whoami\t":                          {"whoami"},
		"git-receive-pack '/comp1/a1.git'":    {"git-receive-pack", "/comp1/a1.git"},
		`git-upload-pack 'it'\''s'`:           {"git-upload-pack", "it's"},
		`git-upload-pack 'a'\!'b'`:            {"git-upload-pack", "a!b"},
		`keys add "ssh-ed25519 AAAA" a\ b ''`: {"keys", "add", "ssh-ed25519 AAAA", "a b", ""},
		`log $HOME;ls |x` + "`y`":             {"log", "$HOME;ls", "|x`y`"},
		`"a\"b"`:                              {`a"b`},
	} {
		got, err := words(in)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v\n%s", in, err, diff)
		}
	}
	for _, in := range []string{"'", `"a`, `a\`, `'a" b`} {
		if _, err := words(in); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func FuzzWords(f *testing.F) {
	f.Add("git-receive-pack 'comp1/a1'")
	f.Add(`a\ b "c" '' d`)
	f.Fuzz(func(t *testing.T, in string) {
		got, err := words(in)
		if err != nil || !validText(in) {
			return
		}
		quoted := make([]string, len(got))
		for i, w := range got {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		again, err := words(strings.Join(quoted, " "))
		if diff := cmp.Diff(got, again); err != nil || diff != "" {
			t.Errorf("%q: %v\n%s", in, err, diff)
		}
	})
}

func validText(s string) bool { return strings.ToValidUTF8(s, "") == s }
