package gitd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// pointerScript does what Git LFS does: it converts a file to a pointer.
const pointerScript = `printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 12\n' "$(sha256sum | cut -c1-64)"`

// lfs stores files that end with .bin as pointers, as Git LFS does.
func (s *student) lfs() {
	s.git("config", "filter.lfs.clean", pointerScript)
	s.git("config", "filter.lfs.required", "true")
	s.add(".gitattributes", "*.bin filter=lfs -text\n")
	s.add("data.bin", "the content\n")
	if blob := s.git("show", "HEAD:data.bin"); !strings.HasPrefix(blob, "version https://git-lfs") {
		s.t.Fatalf("committed: %q", blob)
	}
}

// index commits index entries that have no file.
func (s *student) index(entries ...string) {
	s.t.Helper()
	blob := strings.TrimSpace(s.git("hash-object", "-w", "hello.c"))
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "100644 %s\t%s\x00", blob, e)
	}
	cmd := s.bundle.git(s.login, s.dir, "update-index", "-z", "--index-info")
	cmd.Stdin = strings.NewReader(b.String())
	if r := run(s.t, cmd); r.status != 0 {
		s.t.Fatal(r.all())
	}
	s.git("commit", "-q", "-m", "more")
	s.push()
}

// treeAdvice returns pushes that are refused because of their files.
func treeAdvice() []advice {
	nested := func(s *student) {
		s.write("lib/util.c", "int x;\n")
		s.git("init", "-q", "lib")
		s.git("-C", "lib", "add", "-A")
		s.git("-C", "lib", "commit", "-q", "-m", "its own history")
		s.add("more.c", "")
		s.push()
		s.t.Cleanup(func() {
			if got := s.git("show", "HEAD:lib/util.c"); got != "int x;\n" {
				s.t.Errorf("lib/util.c is %q", got)
			}
		})
	}
	link := func(target string) func(*student) {
		return func(s *student) {
			s.write("src/a.c", "int a;\n")
			check(s.t, os.Symlink(target, filepath.Join(s.bundle.dir, s.dir, "link")))
			s.add("more.c", "")
			s.push()
		}
	}
	pushFile := func(name, content string) func(*student) {
		return func(s *student) {
			s.add(name, content)
			s.push()
		}
	}
	pointers := func(s *student) {
		s.lfs()
		s.push()
		s.t.Cleanup(func() {
			if got := s.git("show", "HEAD:data.bin"); got != "the content\n" {
				s.t.Errorf("data.bin is %q", got)
			}
		})
	}
	return []advice{
		{name: "no files", code: "empty", says: "the commit holds no files", refuse: func(s *student) {
			s.git("rm", "-q", "--cached", "hello.c")
			s.git("commit", "-q", "-m", "empty")
			s.push()
		}},
		{name: "link to a file", code: "symlink", says: "link is a symbolic link", refuse: link("src/a.c")},
		{name: "link to a directory", code: "symlink", says: "link is a symbolic link", refuse: link("src")},
		{name: "link to nothing", code: "symlink", says: "link is a symbolic link", refuse: link("gone")},
		{name: "links, more than are listed", code: "symlink", says: "refused: and 1 more.", refuse: func(s *student) {
			for i := range 6 {
				check(s.t, os.Symlink("gone", filepath.Join(s.bundle.dir, s.dir, fmt.Sprint("link", i))))
			}
			s.add("more.c", "")
			s.push()
		}},
		{name: "repository in the repository", code: "repository", says: "lib is a git repository inside yours (a submodule)", refuse: nested},
		{name: "submodule", code: "repository", says: "lib is a git repository inside yours (a submodule)", refuse: func(s *student) {
			s.git("init", "-q", "-b", "main", "../"+s.dir+"-library")
			check(s.t, os.WriteFile(filepath.Join(s.bundle.dir, s.dir+"-library", "util.c"), []byte("int x;\n"), 0o600))
			s.git("-C", "../"+s.dir+"-library", "add", "-A")
			s.git("-C", "../"+s.dir+"-library", "commit", "-q", "-m", "library")
			s.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../"+s.dir+"-library", "lib")
			s.git("commit", "-q", "-m", "submodule")
			s.push()
			s.t.Cleanup(func() { s.git("show", "HEAD:lib/util.c") })
		}},
		{name: "mode", code: "mode", says: "is not a regular file", final: "git's own check refuses other modes first"},
		{name: "name that is not UTF-8", code: "encoding", says: "has a name that is not UTF-8", refuse: func(s *student) { s.index("a\xffb.c") }},
		{name: "control character", code: "control", says: "has a control character in its name", refuse: pushFile("a\tb.c", "")},
		{name: "backslash", code: "backslash", says: "has a backslash in its name", refuse: pushFile(`a\b.c`, "")},
		{name: "depth", code: "depth", says: "is 60 directories deep", refuse: pushFile(strings.Repeat("d/", 60)+"a.c", "")},
		{name: "long path", code: "path-length", says: "has a path of 1202 bytes", refuse: pushFile(strings.Repeat(strings.Repeat("d", 199)+"/", 6)+"ab", "")},
		{name: "long name", code: "name-length", says: "has a name of 300 bytes", refuse: func(s *student) { s.index(strings.Repeat("n", 300)) }},
		{name: "outside", code: "outside", final: "git's own check refuses it first (fsck: hasDotdot)"},
		{name: "disguise of .git", code: "git-name", says: "may be taken for git's own directory .git", refuse: func(s *student) { s.index(".g\u200bit") }},
		{name: "path twice", code: "twice", final: "git's own check refuses it first (fsck: duplicateEntries)"},
		{name: "case", code: "case", says: "List.c and list.c differ only in case", refuse: func(s *student) {
			s.write("List.c", "")
			s.add("list.c", "")
			s.push()
		}},
		{name: "directories in another case", code: "case", says: "Src and src differ only in case", refuse: func(s *student) {
			s.write("Src/a.c", "")
			s.add("src/b.c", "")
			s.push()
		}},
		{name: "forms of Unicode", code: "unicode", says: "are one name in two forms of Unicode", refuse: func(s *student) {
			s.write("Lösung.c", "")
			s.add("Lo\u0308sung.c", "")
			s.push()
		}},
		{name: "archive", code: "archive", says: "you pushed one archive, my work.tar.gz, and no files", refuse: func(s *student) {
			s.shell("tar -czf 'my work.tar.gz' hello.c && git rm -q hello.c")
			s.add("README", "")
			s.push()
		}},
		{name: "archive that no tool here unpacks", code: "archive", says: "git rm --cached work.7z leaves it out", final: "the student has to unpack it", refuse: func(s *student) {
			s.git("mv", "hello.c", "work.7z")
			s.git("commit", "-q", "-m", "packed")
			s.push()
		}},
		{name: "many files that a tool made", code: "files", says: "the commit holds 22 files, and at most 8 are accepted", refuse: func(s *student) {
			for i := range 20 {
				s.write(fmt.Sprintf("node_modules/x/%d.js", i), "")
			}
			s.add("more.c", "")
			s.push()
		}},
		{name: "many files of one's own", code: "files", says: "leave out what is built or downloaded", final: "only the student knows which files to leave out", refuse: func(s *student) {
			for i := range 20 {
				s.write(fmt.Sprintf("%d.c", i), "")
			}
			s.add("more.c", "")
			s.push()
		}},
		{name: "more files than are looked at", code: "entries", says: "the commit holds more than 20000 files", refuse: func(s *student) {
			var all []string
			for i := range 20_001 {
				all = append(all, fmt.Sprintf("node_modules/x/%d.js", i))
			}
			s.index(all...)
		}},
		{name: "large files", code: "size", says: "at most 1 MiB are accepted; the largest is b c.dat (800 KiB)", refuse: func(s *student) {
			s.write("a.dat", strings.Repeat("a", 500<<10))
			s.add("b c.dat", strings.Repeat("b", 800<<10))
			s.push()
		}},
		{name: "forbidden file", code: "forbidden", says: "hello.o is forbidden (*.o)", refuse: pushFile("hello.o", "")},
		{name: "forbidden files", code: "forbidden", says: "hello.o, out/a.o, out/b.o and 1 more are forbidden (*.o)", refuse: func(s *student) {
			for _, name := range []string{"out/a.o", "out/b.o", "out/c.o"} {
				s.write(name, "")
			}
			s.add("hello.o", "")
			s.push()
		}},
		{name: "several findings", code: "forbidden", says: "Then commit and push again:", refuse: func(s *student) {
			check(s.t, os.Symlink("gone", filepath.Join(s.bundle.dir, s.dir, "link")))
			s.add("hello.o", "")
			s.push()
		}},
		{name: "missing file", code: "missing", says: "hello.c is required and missing. Nothing was counted.", final: "the student has to write it", refuse: func(s *student) {
			s.git("mv", "hello.c", "other.c")
			s.git("commit", "-q", "-m", "moved")
			s.push()
		}},
		{name: "misplaced file", code: "misplaced", says: "hello.c is required and missing (there is src/Hello.c)", refuse: func(s *student) {
			s.write("src/x", "")
			s.git("mv", "hello.c", "src/Hello.c")
			s.git("commit", "-q", "-m", "moved")
			s.push()
		}},
		{name: "pointers of Git LFS", code: "lfs", says: "data.bin is a Git LFS pointer", refuse: pointers},
		{name: "pointers of Git LFS in tests", code: "lfs", says: "data.bin is a Git LFS pointer", staff: true, refuse: func(s *student) {
			s.add("assignment.yaml", assignmentYAML)
			s.add("starter/hello.c", "")
			pointers(s)
		}},
		{name: "link in tests", code: "symlink", says: "link is a symbolic link", staff: true, refuse: func(s *student) {
			s.add("assignment.yaml", assignmentYAML)
			s.add("starter/hello.c", "")
			link("src/a.c")(s)
		}},
	}
}
