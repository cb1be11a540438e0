package classroom_test

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// files holds the files of every commit, by path.
type files map[string]string

// ReadFile implements classroom.Trees.
func (f files) ReadFile(_ context.Context, _ int64, _, path string, most int64) ([]byte, error) {
	text, there := f[path]
	switch {
	case !there:
		return nil, schema.Errorf(schema.CodeNotFound, "there is no file %q", path)
	case int64(len(text)) > most:
		return nil, schema.Errorf(schema.CodeLimit, "too large")
	}
	return []byte(text), nil
}

// TestCommentPlaces comments on existing and missing lines of a submission.
func TestCommentPlaces(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	room := classroom.New(classroom.Options{Store: b.store, Clock: b.now, Trees: files{"a.c": "one\ntwo", "b.c": "one\ntwo\n", "empty": "", "large": strings.Repeat("\n", 2<<20)}})
	say := func(file string, line int, text string) error {
		_, err := room.Comments.Add(t.Context(), b.actors["tina"], classroom.NewComment{Submission: sub.Name, File: file, Line: line, Text: text})
		return err
	}
	for _, c := range []struct {
		file string
		line int
		text string
		want schema.Code
		says string
	}{
		{"", 0, "", schema.CodeInvalid, "a comment needs a text"},
		{"", 0, " \n\t ", schema.CodeInvalid, "a comment needs a text"},
		{"", 0, strings.Repeat("é", 10_001), schema.CodeInvalid, "at most 10000 characters"},
		{"a.c", -1, "x", schema.CodeInvalid, "lines count from 1"},
		{"a.c", 3, "x", schema.CodeInvalid, "a.c has 2 lines; there is no line 3"},
		{"b.c", 3, "x", schema.CodeInvalid, "b.c has 2 lines; there is no line 3"},
		{"empty", 1, "x", schema.CodeInvalid, "empty has 0 lines"},
		{"../a.c", 0, "x", schema.CodeNotFound, "has no file"},
		{"large", 5, "x", schema.CodeRefused, "comment on the file as a whole"},
	} {
		refused(t, say(c.file, c.line, c.text), c.want, c.says)
	}
	for _, err := range []error{say("a.c", 2, "last line"), say("b.c", 2, "also"), say("large", 0, "too large"), say("", 0, strings.Repeat("é", 10_000)), say("a.c", 1, "first\nsecond \x1b[31mred")} {
		check(t, err)
	}
	on, err := room.Comments.On(t.Context(), b.actors["alice"], sub.Name)
	check(t, err)
	var places []string
	for _, c := range on.Comments {
		places = append(places, c.Place())
	}
	if got := strings.Join(places, " "); got != " a.c:1 a.c:2 b.c:2 large" {
		t.Errorf("comments on %q", got)
	}
	if text := on.Comments[1].Text; text != "first\nsecond \uFFFD[31mred" {
		t.Errorf("stored %q", text)
	}
	_, err = b.Comments.Add(t.Context(), b.actors["tina"], classroom.NewComment{Submission: sub.Name, File: "a.c", Text: "x"})
	refused(t, err, schema.CodeUnavailable, "cannot be read here")
}

// TestCommentsByCourseFile uses a course.yaml that allows comments only to instructors, and one that restricts TAs to
// their sections.
func TestCommentsByCourseFile(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	say := func(who string) error {
		_, err := b.Comments.Add(t.Context(), b.actors[who], classroom.NewComment{Submission: sub.Name, Text: "x"})
		return err
	}
	b.configure("ta: {comment: false}\n")
	refused(t, say("tina"), schema.CodeForbidden, "the TAs of comp1 do not comment on work (course.yaml says so); ask an instructor")
	check(t, say("ida"))
	b.configure("ta: {sections: own}\n")
	refused(t, say("tina"), schema.CodeForbidden, "alice is in none of your sections of comp1")
	_, err := b.Comments.Add(t.Context(), b.actors["ida"], classroom.NewComment{Submission: schema.SubmissionName{Course: "comp1", Assignment: "a1"}, Text: "x"})
	refused(t, err, schema.CodeInvalid, "names no owner; use COURSE/ASSIGNMENT/OWNER/N")
	_, err = b.Comments.Remove(t.Context(), b.actors["ida"], sub.Name, 9)
	refused(t, err, schema.CodeNotFound, "has no comment 9")
}

// ExportTar implements classroom.Trees. A tree with a file called broken fails in the middle.
func (f files) ExportTar(_ context.Context, _ int64, _ string, w io.Writer) error {
	out := tar.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if name == "broken" {
			return errors.New("an object is missing")
		}
		mode := int64(0o644)
		if strings.HasSuffix(name, ".sh") {
			mode = 0o755
		}
		if err := out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(f[name])), Mode: mode}); err != nil {
			return err
		}
		if _, err := io.WriteString(out, f[name]); err != nil {
			return err
		}
	}
	return out.Close()
}

// Keep implements classroom.Trees.
func (f files) Keep(context.Context, int64, string, string) (string, error) {
	return strings.Repeat("5", 40), nil
}
