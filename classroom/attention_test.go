package classroom_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

// TestAttentionIsForStaff checks that only staff see which jobs wait for missing runners.
func TestAttentionIsForStaff(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("alice")
	if _, err := b.store.MoveQueue(t.Context(), schema.Operator(), "standard", "large"); err != nil {
		t.Fatal(err)
	}
	for login, told := range map[string]bool{"alice": false, "tina": true, "ida": true, "root": true} {
		m, err := b.Work.Member(t.Context(), b.actors[login], "comp1")
		check(t, err)
		words, err := b.Work.Attention(t.Context(), m)
		check(t, err)
		if got := slices.ContainsFunc(words, func(s string) bool { return strings.Contains(s, "1 job waits for runners of flavour large") }); got != told {
			t.Errorf("%s reads %q", login, words)
		}
	}
}
