package grade

import "testing"

func TestPathsAreRelativeForReaders(t *testing.T) {
	t.Parallel()
	p := &place{work: "/run/wall/3f9a/work", tmp: "/run/wall/3f9a/tmp"}
	v := variables{"NEEDS": "/run/wall/77c0/work", "ARTEFACTS": "/run/wall/51d2/work", "REPORTS": "/run/wall/3f9a/work/reports"}
	for text, want := range map[string]string{
		"/run/wall/3f9a/work/ring.py:3":          "ring.py:3",
		"/run/wall/51d2/work/ring.py:3":          "ring.py:3",
		"../../51d2/work/ring.py:3":              "ring.py:3",
		"/run/wall/77c0/work/units/a.py:1":       "$NEEDS/units/a.py:1",
		"../../77c0/work/units/a.py:1":           "$NEEDS/units/a.py:1",
		"in /run/wall/3f9a/work, by the program": "in ., by the program",
		"a/../b":                                 "a/../b",
	} {
		if got := p.localise(text, v); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
