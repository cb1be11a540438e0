package course_test

import (
	"strings"
	"testing"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// FuzzJudgeTree checks that the errors for any names are safe to print, and that accepted names are
// plain paths.
func FuzzJudgeTree(f *testing.F) {
	for _, s := range []string{"src/A.java", ".GIT/config", "a\x1b[2J", "a\xff", "../a", "a//b", "g\u200cit~1", "a;b", strings.Repeat("a/", 60), "\u202e.git"} {
		f.Add(s, "A.java", "100644", int64(1))
	}
	f.Add("A.java", "a.java", "120000", int64(-1))
	spec := &assignment.Spec{MaxSize: 100, MaxFiles: 3, Files: assignment.FileRules{Required: []string{"A.java"}, Forbidden: []string{"*.class"}}}
	f.Fuzz(func(t *testing.T, path, other, mode string, size int64) {
		err := course.JudgeTree(spec, []course.TreeEntry{{Mode: mode, Size: size, Path: path}, {Mode: "100644", Path: other}})
		if err != nil {
			message := schema.MessageOf(err)
			if schema.CodeOf(err) != schema.CodeRefused || message == "" || schema.Sanitize(message) != message || strings.ContainsAny(message, "\n\t") {
				t.Errorf("refused as %q: %v", message, err)
			}
			return
		}
		for name := range strings.SplitSeq(path, "/") {
			if name == "" || name == "." || name == ".." || strings.EqualFold(name, ".git") || schema.Sanitize(name) != name && !strings.ContainsAny(name, "\u200e\u200f\u061c\u2028\u2029\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") {
				t.Errorf("%q was accepted", path)
			}
		}
	})
}
