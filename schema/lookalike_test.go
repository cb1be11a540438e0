package schema_test

import (
	"testing"

	"github.com/grader/grader/schema"
)

func TestLookAlike(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b  string
		alike bool
	}{
		{"Lösung", "Lo\u0308sung", true}, {"List.java", "Lіst.java", true}, {"a b", "a\u00a0b", true}, {"1-2", "1–2", true}, {"ABC", "АВС", true},
		{"Lösung", "Losung", false}, {"a", "b", false}, {"l", "1", false}, {"", "", true}, {"list", "List", false},
	} {
		if schema.LookAlike(test.a, test.b) != test.alike {
			t.Errorf("%+q and %+q: alike %t", test.a, test.b, !test.alike)
		}
	}
}
