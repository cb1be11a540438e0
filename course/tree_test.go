package course_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// files returns entries of regular files with ten bytes each.
func files(paths ...string) []course.TreeEntry {
	var entries []course.TreeEntry
	for _, p := range paths {
		entries = append(entries, course.TreeEntry{Mode: "100644", Size: 10, Path: p})
	}
	return entries
}

func rules(r assignment.FileRules) *assignment.Spec {
	return &assignment.Spec{MaxSize: 100, MaxFiles: 5, Files: r}
}

func TestRefusedTreeSaysWhatToDo(t *testing.T) {
	t.Parallel()
	plain := rules(assignment.FileRules{})
	long := strings.Repeat("a", 256)
	cases := map[string]struct {
		spec    *assignment.Spec
		entries []course.TreeEntry
		want    string
	}{
		"an empty tree":                    {plain, nil, "the commit holds no files: add your work to it"},
		"a required file that is missing":  {rules(assignment.FileRules{Required: []string{"src/List.java"}}), files("src/Main.java"), "src/List.java is required and missing"},
		"a required file that lies aside":  {rules(assignment.FileRules{Required: []string{"src/List.java"}}), files("list.java"), "src/List.java is required and missing (there is list.java): move or rename it"},
		"a required pattern without match": {rules(assignment.FileRules{Required: []string{"src/*.java"}}), files("src/a/B.java"), "src/*.java is required and missing"},
		"a forbidden file":                 {rules(assignment.FileRules{Forbidden: []string{"a.out"}}), files("a.out"), "a.out is forbidden: take it out of the commit"},
		"a forbidden file further down":    {rules(assignment.FileRules{Forbidden: []string{"*.class"}}), files("A.java", "out/A.class"), "out/A.class is forbidden (*.class): take it out of the commit"},
		"many forbidden files":             {rules(assignment.FileRules{Forbidden: []string{"out/**"}}), files("out/1", "out/2", "out/3", "out/4", "out/5"), "out/1, out/2, out/3 and 2 more are forbidden (out/**): take them out of the commit"},
		"too many files":                   {plain, files("1", "2", "3", "4", "5", "6"), "the commit holds 6 files, and at most 5 are accepted: leave out what is built or downloaded"},
		"too many bytes":                   {plain, []course.TreeEntry{{Mode: "100644", Size: 60, Path: "a"}, {Mode: "100644", Size: 3 << 20, Path: "b"}}, "the files are 3 MiB together, and at most 100 bytes are accepted; the largest is b (3 MiB): leave out the largest"},
		"a symbolic link":                  {plain, []course.TreeEntry{{Mode: "120000", Path: "a"}}, "a is a symbolic link, and only regular files are accepted: leave it out, or replace it with the file itself"},
		"a submodule":                      {plain, []course.TreeEntry{{Mode: "160000", Path: "lib"}}, "lib is a git repository inside yours (a submodule), and git pushes only a link to it, not its files: remove lib/.git (the history of its own) and add the files"},
		"something else":                   {plain, []course.TreeEntry{{Mode: "040000", Path: "lib"}}, "lib is not a regular file (mode 040000), and only regular files are accepted: add it again as a file"},
		"a path out of the tree":           {plain, files("a/../../b"), "a/../../b is not a path below the top of the repository: rename it, or leave it out"},
		"an absolute path":                 {plain, files("/etc/passwd"), "/etc/passwd is not a path below the top of the repository: rename it, or leave it out"},
		"a control character":              {plain, files("a\x1b[31mb"), `"a\x1b[31mb" has a control character in its name: rename it, or leave it out`},
		"a newline":                        {plain, files("a\nb"), `"a\nb" has a control character in its name: rename it, or leave it out`},
		"a name that is not UTF-8":         {plain, files("a\xffb"), `"a\xffb" has a name that is not UTF-8: rename it, or leave it out`},
		"a backslash":                      {plain, files(`a\b`), `"a\\b" has a backslash in its name, which some systems take for a directory: rename it, or leave it out`},
		"a name too long":                  {plain, files(long), long[:120] + "… has a name of 256 bytes, and at most 255 are accepted: rename it, or leave it out"},
		"a path too long":                  {plain, files(strings.Repeat("abcdefghi/", 40) + strings.Repeat(long[:200]+"/", 4) + "a"), strings.Repeat("abcdefghi/", 12) + "… has a path of 1205 bytes, and at most 1024 are accepted: rename it, or leave it out"},
		"a path too deep":                  {plain, files(strings.Repeat("a/", 50) + "a"), strings.Repeat("a/", 50) + "a is 50 directories deep, and at most 49 are accepted: rename it, or leave it out"},
		"names that differ in case":        {plain, files("List.java", "list.java"), "List.java and list.java differ only in case, and some systems cannot hold both: rename one"},
		"directories that differ in case":  {plain, files("Src/a", "src/b"), "Src and src differ only in case, and some systems cannot hold both: rename one"},
		"a file and a directory alike":     {plain, files("SRC", "src/b"), "SRC and src differ only in case, and some systems cannot hold both: rename one"},
		"Greek names that differ in case":  {plain, files("ΣΑΣ", "σας"), "ΣΑΣ and σας differ only in case, and some systems cannot hold both: rename one"},
		"one name in both forms":           {plain, files("Lo\u0308sung.py", "Lösung.py"), `"Lo\u0308sung.py" and "L\u00f6sung.py" are one name in two forms of Unicode, composed and decomposed, and look alike: rename one`},
		"one directory in both forms":      {plain, files("ä/x", "a\u0308/y"), `"\u00e4" and "a\u0308" are one name in two forms of Unicode, composed and decomposed, and look alike: rename one`},
		"both forms and another case":      {plain, files("ÄB.c", "a\u0308b.c"), "ÄB.c and a\u0308b.c differ only in case, and some systems cannot hold both: rename one"},
		"a required name, decomposed":      {rules(assignment.FileRules{Required: []string{"Lösung.py"}}), files("lo\u0308sung.py"), "Lösung.py is required and missing (there is lo\u0308sung.py): move or rename it"},
		"a required name in other letters": {rules(assignment.FileRules{Required: []string{"Lists.java"}}), files("Lіsts.java"), `Lists.java is required and missing (there is "L\u0456sts.java", which looks alike and has other letters): rename it`},
		"one archive":                      {plain, files("hw1.zip"), "you pushed one archive, hw1.zip, and no files: unpack it, and push its files in place of it"},
		"an archive of an own kind":        {plain, files("hw1.7z"), "you pushed one archive, hw1.7z, and no files: unpack it, and push its files in place of it; git rm --cached hw1.7z leaves it out"},
		"an archive and a read-me":         {plain, files("README.md", ".gitignore", "my work.tar.gz"), "you pushed one archive, my work.tar.gz, and no files: unpack it, and push its files in place of it"},
		"a path that stands twice":         {plain, files("a", "a"), "a is in the tree twice: add it again"},
		"several findings at once":         {rules(assignment.FileRules{Required: []string{"b"}, Forbidden: []string{"a"}}), files("a"), "a is forbidden: take it out of the commit; b is required and missing"},
		"more findings than anybody reads": {plain, []course.TreeEntry{{Mode: "120000", Path: "1"}, {Mode: "120000", Path: "2"}, {Mode: "120000", Path: "3"}, {Mode: "120000", Path: "4"}, {Mode: "120000", Path: "5"}, {Mode: "120000", Path: "6"}}, "1 is a symbolic link, and only regular files are accepted: leave it out, or replace it with the file itself; 2 is a symbolic link, and only regular files are accepted: leave it out, or replace it with the file itself; 3 is a symbolic link, and only regular files are accepted: leave it out, or replace it with the file itself; 4 is a symbolic link, and only regular files are accepted: leave it out, or replace it with the file itself; 5 is a symbolic link, and only regular files are accepted: leave it out, or replace it with the file itself; and 2 more"},
		"a link in a tests repository":     {nil, []course.TreeEntry{{Mode: "120000", Path: "a"}}, "a is a symbolic link, and only regular files are accepted: leave it out, or replace it with the file itself"},
		"a name that divides findings":     {plain, []course.TreeEntry{{Mode: "120000", Path: "a; b"}}, `"a; b" is a symbolic link, and only regular files are accepted: leave it out, or replace it with the file itself`},
		"a name that turns text around":    {rules(assignment.FileRules{Forbidden: []string{"*"}}), files("a\u202egpj.exe"), `"a\u202egpj.exe" is forbidden (*): take it out of the commit`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := course.JudgeTree(c.spec, c.entries)
			if schema.CodeOf(err) != schema.CodeRefused {
				t.Fatalf("error %v has code %q", err, schema.CodeOf(err))
			}
			if diff := cmp.Diff(c.want, schema.MessageOf(err)); diff != "" {
				t.Errorf("words (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDisguisesOfGitDirectoryAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		".git", ".GIT", ".gIt/config", "sub/.git/hooks/post-checkout", ".git.", ".git ", ".git . .", "git~1", "GIT~1",
		".g\u200cit", "\ufeff.git", ".git\u200d", ".gi\u206at", ".git::$INDEX_ALLOCATION", ".git:stream",
	} {
		err := course.JudgeTree(nil, files("a", name))
		if !strings.HasSuffix(schema.MessageOf(err), "may be taken for git's own directory .git: rename it, or leave it out") {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{".gitignore", ".gitattributes", "git", "x.git", ".git2", "git~2", ".github/workflows/a.yml"} {
		if err := course.JudgeTree(nil, files("a", name)); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestOrdinaryTreeIsAccepted(t *testing.T) {
	t.Parallel()
	spec := rules(assignment.FileRules{
		Required: []string{"src/*.java"}, Forbidden: []string{"*.class", "*.jar"}, Locked: []string{"Makefile"},
	})
	entries := append(files("src/List.java", "Makefile", "Ünïcode name.txt", strings.Repeat("a/", 49)+"a"), course.TreeEntry{Mode: "100755", Size: 60, Path: "run.sh"})
	if err := course.JudgeTree(spec, entries); err != nil {
		t.Errorf("refused: %v", err)
	}
	if err := course.JudgeTree(nil, append(entries, files("a.class", "b", "c", "d")...)); err != nil {
		t.Errorf("a tests repository was refused: %v", err)
	}
}

func TestEnormousTreeIsJudged(t *testing.T) {
	t.Parallel()
	var entries []course.TreeEntry
	for i := range 20000 {
		entries = append(entries, course.TreeEntry{Mode: "100644", Size: 1, Path: fmt.Sprintf("%s%d", strings.Repeat("deep/", 45), i)})
	}
	err := course.JudgeTree(&assignment.Spec{MaxSize: 1 << 30, MaxFiles: 500}, entries)
	if !strings.Contains(schema.MessageOf(err), "20000 files, and at most 500 are accepted") {
		t.Errorf("error %v", err)
	}
}
