package view

import (
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

func TestPaint(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []Piece
	}{
		"nothing":                      {"", nil},
		"plain":                        {"<b>a</b>\n", []Piece{{Text: "<b>a</b>\n"}}},
		"as gcc writes it":             {"\x1b[01mlist.c:\x1b[m \x1b[01;31merror: \x1b[mno", []Piece{{Text: "list.c:", Class: "ansi-bold"}, {Text: " "}, {Text: "error: ", Class: "ansi-red ansi-bold"}, {Text: "no"}}},
		"bright colours":               {"\x1b[92ma\x1b[39mb", []Piece{{Text: "a", Class: "ansi-green"}, {Text: "b"}}},
		"a background":                 {"\x1b[30;43ma\x1b[49mb", []Piece{{Text: "a", Class: "ansi-yellow ansi-turned"}, {Text: "b", Class: "ansi-black"}}},
		"exchanged":                    {"\x1b[7ma\x1b[27mb", []Piece{{Text: "a", Class: "ansi-turned"}, {Text: "b"}}},
		"styles end":                   {"\x1b[1;3;4ma\x1b[22;23;24mb", []Piece{{Text: "a", Class: "ansi-bold ansi-italic ansi-line"}, {Text: "b"}}},
		"a curly line, and none":       {"\x1b[4:3ma\x1b[4:0mb", []Piece{{Text: "a", Class: "ansi-line"}, {Text: "b"}}},
		"the table of 256":             {"\x1b[38;5;196;1ma\x1b[0;38;5;244mb\x1b[48;5;4mc", []Piece{{Text: "a", Class: "ansi-red ansi-bold"}, {Text: "b"}, {Text: "c", Class: "ansi-blue ansi-turned"}}},
		"red, green and blue":          {"\x1b[38;2;250;20;240ma\x1b[38:2::20:200:210mb\x1b[38:2:10:200:10mc", []Piece{{Text: "a", Class: "ansi-magenta"}, {Text: "b", Class: "ansi-cyan"}, {Text: "c", Class: "ansi-green"}}},
		"parameters that are cut":      {"\x1b[38;5ma\x1b[38mb\x1b[48;2;1mc\x1b[38;9;1;1md", []Piece{{Text: "a"}, {Text: "b"}, {Text: "c"}, {Text: "d"}}},
		"numbers that mean nothing":    {"\x1b[999;38;5;99999999999999999999ma", []Piece{{Text: "a"}}},
		"what is no colour is removed": {"a\x1b[2Jb\x1b", []Piece{{Text: "a�[2Jb�"}}},
	} {
		if diff := cmp.Diff(c.want, new(Paint).Pieces(c.text)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestPaintGoesOn applies Paint to the lines of a live build one by one.
func TestPaintGoesOn(t *testing.T) {
	t.Parallel()
	r := Report{}
	for _, line := range []string{"\x1b[31mred", "still red\x1b[0m", "plain"} {
		r.AddLine(line)
	}
	want := []Line{{{Text: "red", Class: "ansi-red"}}, {{Text: "still red", Class: "ansi-red"}}, {{Text: "plain"}}}
	if diff := cmp.Diff(want, r.Lines); diff != "" {
		t.Error(diff)
	}
}

// TestLinkedColors links lines of source files whose names and numbers differ in colour.
func TestLinkedColors(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"list.py": true, "list.c": true}
	pieces := new(Paint).Pieces("\x1b[1;31mlist.py\x1b[0m:3: AssertionError\n\x1b[1mlist.c:041:\x1b[m in other.c:1, `list.c:2`")
	want := []Piece{
		{Text: "list.py:3", Class: "ansi-red ansi-bold", Path: "/f/list.py#L3"},
		{Text: ": AssertionError\n"},
		{Text: "list.c:041", Class: "ansi-bold", Path: "/f/list.c#L41"},
		{Text: ":", Class: "ansi-bold"},
		{Text: " in other.c:1, `"},
		{Text: "list.c:2", Path: "/f/list.c#L2"},
		{Text: "`"},
	}
	if diff := cmp.Diff(want, linkSources(pieces, "/f", known)); diff != "" {
		t.Error(diff)
	}
}

func FuzzPaint(f *testing.F) {
	for _, s := range []string{"", "\x1b[31ma", "\x1b[38;2;1;2mx", "\x1b[48:5:1:m\x1b[;;m", "list.c:1\x1b[m:2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var text strings.Builder
		for _, p := range linkSources(new(Paint).Pieces(s), "/f", map[string]bool{"list.c": true}) {
			text.WriteString(p.Text)
		}
		if clean := schema.SanitizeColored(s); clean == s && text.String() != schema.Plain(s) {
			t.Errorf("%q is shown as %q", s, text.String())
		}
		if strings.ContainsRune(text.String(), '\x1b') {
			t.Errorf("%q keeps an escape: %q", s, text.String())
		}
	})
}

// TestLinksOfManyPieces links thousands of lines in an output of as many colours. Its allocations must grow with
// the output and not with its square. It must not change the pieces that it is given.
func TestLinksOfManyPieces(t *testing.T) {
	const n = 20_000
	pieces := make([]Piece, n)
	for i := range pieces {
		pieces[i] = Piece{Text: "at list.c:4: wrong\n", Class: "ansi-red"}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := linkSources(pieces, "/f", map[string]bool{"list.c": true})
	runtime.ReadMemStats(&after)
	if len(got) != 3*n || got[1] != (Piece{Text: "list.c:4", Class: "ansi-red", Path: "/f/list.c#L4"}) || got[3*n-1].Text != ": wrong\n" {
		t.Fatalf("%d pieces, the second %+v, the last %+v", len(got), got[1], got[len(got)-1])
	}
	if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 200 {
		t.Errorf("it allocates %d MiB", mib)
	}
	if pieces[0].Text != "at list.c:4: wrong\n" {
		t.Errorf("the first piece became %q", pieces[0].Text)
	}
}
