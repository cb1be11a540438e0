package course_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema/assignment"
)

// TestRefusedTreeBringsCommands checks that the commands of each finding match the rejected tree.
// Package gitd tests with real git and a real server that they work.
func TestRefusedTreeBringsCommands(t *testing.T) {
	t.Parallel()
	plain := rules(assignment.FileRules{})
	many := func(dir string, n int) []course.TreeEntry {
		var paths []string
		for i := range n {
			paths = append(paths, fmt.Sprintf("%s/%d", dir, i))
		}
		return files(paths...)
	}
	tests := map[string]struct {
		spec    *assignment.Spec
		entries []course.TreeEntry
		want    []string
	}{
		"nothing": {plain, nil, []string{"git add -A"}},
		"link to a file": {plain, append(files("src/a.c"), course.TreeEntry{Mode: "120000", Path: "lib/a b.c", Link: "../src/a.c"}),
			[]string{"cp -RL 'lib/a b.c' 'lib/a b.c.copy' && rm 'lib/a b.c' && mv 'lib/a b.c.copy' 'lib/a b.c'", "git add 'lib/a b.c'"}},
		"link to a directory": {plain, append(files("src/a.c"), course.TreeEntry{Mode: "120000", Path: "s", Link: "src"}),
			[]string{"cp -RL s s.copy && rm s && mv s.copy s", "git add s"}},
		"link out of the repository": {plain, append(files("a"), course.TreeEntry{Mode: "120000", Path: "passwd", Link: "/etc/passwd"}), []string{"git rm --cached passwd"}},
		"link to nothing":            {plain, append(files("a"), course.TreeEntry{Mode: "120000", Path: "b", Link: "c"}), []string{"git rm --cached b"}},
		"repository":                 {plain, []course.TreeEntry{{Mode: "160000", Path: "lib"}}, []string{"git rm --cached lib", "rm -rf lib/.git", "git add lib"}},
		"forbidden files": {rules(assignment.FileRules{Forbidden: []string{"*.o"}}), files("a.o", "b.o", "c.o", "d.o"),
			[]string{"git rm --cached '*.o'"}},
		"forbidden directory":   {rules(assignment.FileRules{Forbidden: []string{"out/**"}}), files("a", "out/b"), []string{"git rm -r --cached out"}},
		"archive":               {plain, files("my work.tgz"), []string{"tar -xf 'my work.tgz'", "git rm --cached 'my work.tgz'", "git add -A -- . ':(top,exclude,literal)my work.tgz'"}},
		"forms of Unicode":      {plain, files("Lo\u0308sung.py", "Lösung.py"), []string{"git mv Lösung.py Lösung-2.py"}},
		"look-alike":            {rules(assignment.FileRules{Required: []string{"Lists.java"}}), files("Lіsts.java"), []string{"git mv Lіsts.java Lists.java"}},
		"misplaced file":        {rules(assignment.FileRules{Required: []string{"src/List.java"}}), files("list.java"), []string{"mkdir -p src", "git mv list.java src/List.java"}},
		"missing file":          {rules(assignment.FileRules{Required: []string{"a"}}), files("b"), nil},
		"files that tools make": {plain, append(many("web/node_modules/x", 4), many("build", 6)...), []string{"git rm -r --cached build", "git rm -r --cached web/node_modules"}},
		"too many of one's own": {plain, many("src", 6), nil},
		"large files": {rules(assignment.FileRules{Required: []string{"a"}}), []course.TreeEntry{{Mode: "100644", Size: 60, Path: "a"}, {Mode: "100644", Size: 50, Path: "b"}, {Mode: "100644", Size: 40, Path: "c"}},
			[]string{"git rm --cached b"}},
		"case": {plain, files("src/List.java", "src/list.java", "src/list-2.java"), []string{"git mv src/list.java src/list-3.java"}},
		"name": {plain, files("a\tb"), []string{"git rm --cached ':(top,glob)a?b'"}},
	}
	for name, test := range tests {
		var refused *course.Refused
		if err := course.JudgeTree(test.spec, test.entries); !errors.As(err, &refused) || len(refused.Findings) != 1 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(test.want, refused.Findings[0].Commands); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// TestUnlistedFindingsBringCommands checks that findings that are not shown still have their
// commands.
func TestUnlistedFindingsBringCommands(t *testing.T) {
	t.Parallel()
	var entries []course.TreeEntry
	for i := range 9 {
		entries = append(entries, course.TreeEntry{Mode: "120000", Path: fmt.Sprint(i)})
	}
	var refused *course.Refused
	if !errors.As(course.JudgeTree(nil, entries), &refused) {
		t.Fatal("accepted")
	}
	commands := 0
	for _, f := range refused.Findings {
		commands += len(f.Commands)
	}
	if len(refused.Findings) != 5 || refused.More != 4 || commands != 9 {
		t.Errorf("%d findings and %d more, with %d commands", len(refused.Findings), refused.More, commands)
	}
}
