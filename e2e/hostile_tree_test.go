package e2e

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/grader/grader/gitd/hostile"
)

// forge builds a pack and fails the test on any error.
type forge struct {
	*hostile.Pack
	t *testing.T
}

func (f *forge) blob(text string) string {
	_, err := f.Add(hostile.Blob, int64(len(text)), strings.NewReader(text))
	check(f.t, err)
	return hostile.Name("blob", []byte(text))
}

// tree adds a tree of lines such as "100644 name OBJECT". The name may contain any bytes.
func (f *forge) tree(lines ...string) string {
	var entries []hostile.Entry
	for _, line := range lines {
		mode, rest, _ := strings.Cut(line, " ")
		at := strings.LastIndexByte(rest, ' ')
		e, err := hostile.NewEntry(mode, rest[:at], rest[at+1:])
		check(f.t, err)
		entries = append(entries, e)
	}
	name, err := f.AddTree(entries...)
	check(f.t, err)
	return name
}

func (f *forge) commit(tree string) (string, []byte) {
	name, err := f.CommitOf(tree)
	check(f.t, err)
	return name, f.Bytes()
}

// treeOf commits one tree with work.sh and the given lines. BLOB in a line stands for an
// object.
func treeOf(lines ...string) func(f *forge) (string, []byte) {
	return func(f *forge) (string, []byte) {
		blob := f.blob("echo right\n")
		var filled []string
		for _, line := range lines {
			filled = append(filled, strings.ReplaceAll(line, "BLOB", blob))
		}
		return f.commit(f.tree(filled...))
	}
}

// hostileTrees returns trees that git would not create or that change its behaviour.
func hostileTrees() []hostilePush {
	const work = "100644 work.sh BLOB"
	file := func(name, text string) func(f *forge) (string, []byte) {
		return func(f *forge) (string, []byte) {
			return f.commit(f.tree("100644 "+name+" "+f.blob(text), "100644 work.sh "+f.blob("echo right\n")))
		}
	}
	list := []hostilePush{
		{name: "a plain tree is taken", pack: treeOf(work), graded: true},
		{name: "two files that differ in case", pack: treeOf("100644 Work.sh BLOB", work)},
		{name: "a file twice", pack: treeOf(work, work)},
		{name: "a file and a directory of one name", pack: func(f *forge) (string, []byte) {
			blob := f.blob("echo right\n")
			return f.commit(f.tree("100644 work.sh "+blob, "40000 work.sh "+f.tree("100644 x "+blob)))
		}},
		{name: "entries out of order", pack: treeOf(work, "100644 a BLOB")},
		{name: "a symbolic link", pack: treeOf("120000 passwd BLOB", work)},
		{name: "a submodule", pack: treeOf("160000 sub BLOB", work)},
		{name: "a mode that everybody may write to", pack: treeOf("100777 a BLOB", work), graded: true},
		{name: "attributes that name a filter", pack: file(".gitattributes", "* filter=evil diff=evil merge=evil export-subst export-ignore\n"), graded: true},
		{name: "attributes on a line of a megabyte", pack: file(".gitattributes", strings.Repeat("a ", 1<<19)+"\n")},
		{name: "a submodule whose address is an option", pack: file(".gitmodules", "[submodule \"a\"]\n\tpath = a\n\turl = -u./payload\n")},
		{name: "a submodule whose name leaves the directory", pack: file(".gitmodules", "[submodule \"../../hooks\"]\n\tpath = a\n\turl = http://example.org\n")},
		{name: "a submodule that runs a command", pack: file(".gitmodules", "[submodule \"a\"]\n\tpath = a\n\turl = http://example.org\n\tupdate = !touch /tmp/grader-pwned\n")},
		{name: "attributes that are a link", pack: treeOf("120000 .gitattributes BLOB", work)},
		{name: "modules that are a link", pack: treeOf("120000 .gitmodules BLOB", work)},
	}
	for _, name := range []string{".git", ".GIT", "git~1", "GIT~1", ".g\u200cit", ".git ", ".git.", "..", ".", "a/b", "/etc/passwd", "", "a\nb", "a\x1b[2Jb", "\xff\xfe", "-rf", strings.Repeat("n", 5000)} {
		list = append(list, hostilePush{name: fmt.Sprintf("named %.20q", name), pack: treeOf(inOrder("100644 "+name+" BLOB", work)...), graded: name == "-rf"})
	}
	return append(list, hostileLists()...)
}

// inOrder sorts lines of the same mode in git's order of names.
func inOrder(lines ...string) []string { return slices.Sorted(slices.Values(lines)) }

// hostileLists returns pushes of too many refs, and of refs with other names.
func hostileLists() []hostilePush {
	create := func(refs ...string) func(string) []string {
		return func(commit string) []string {
			var list []string
			for _, ref := range refs {
				list = append(list, fmt.Sprintf("%040d %s %s", 0, commit, ref))
			}
			return list
		}
	}
	var hundreds []string
	for i := range 500 {
		hundreds = append(hundreds, fmt.Sprintf("refs/heads/b%d", i))
	}
	plain := treeOf("100644 work.sh BLOB")
	list := []hostilePush{{name: "five hundred refs", list: create(hundreds...), pack: plain}, {name: "main twice", list: create("refs/heads/main", "refs/heads/main"), pack: plain}}
	for _, ref := range []string{"HEAD", "refs/submissions/1", "refs/heads/../../config", "refs/heads/main.lock", "refs/heads/ma in", "refs/heads/-x", "refs/../hooks/update", "refs/heads/" + strings.Repeat("a/", 2000) + "a"} {
		list = append(list, hostilePush{name: fmt.Sprintf("ref %.24q", ref), list: create(ref), pack: plain})
	}
	return list
}

// bombs returns small packs that unpack to many bytes or objects.
func bombs() []hostilePush {
	return []hostilePush{
		{name: "deltas of two gigabytes", pack: func(f *forge) (string, []byte) { return f.deltas(130, 1) }},
		{name: "deltas of 60 MB, one on the other", pack: func(f *forge) (string, []byte) { return f.deltas(4, 3) }},
		{name: "deltas of 45 MB, one on the other", pack: func(f *forge) (string, []byte) { return f.deltas(3, 3) }},
		{name: "256 MB of zeros", pack: func(f *forge) (string, []byte) { return f.zeros(hostile.Blob, 256<<20) }},
		{name: "a commit of a hundred megabytes", pack: func(f *forge) (string, []byte) { return f.zeros(hostile.Commit, 100<<20) }},
		{name: "a tree of fifty megabytes", pack: func(f *forge) (string, []byte) { return f.zeros(hostile.Tree, 50<<20) }},
		{name: "ten trees in ten trees, ten deep", pack: func(f *forge) (string, []byte) {
			tree := f.tree("100644 f " + f.blob("x"))
			for range 10 {
				var lines []string
				for i := range 10 {
					lines = append(lines, fmt.Sprintf("40000 d%d %s", i, tree))
				}
				tree = f.tree(lines...)
			}
			return f.commit(tree)
		}},
		{name: "three thousand directories deep", pack: func(f *forge) (string, []byte) {
			tree := f.tree("100644 f " + f.blob("x"))
			for range 3000 {
				tree = f.tree("40000 d " + tree)
			}
			return f.commit(tree)
		}},
		{name: "a hundred thousand files", pack: func(f *forge) (string, []byte) {
			blob := f.blob("x")
			lines := make([]string, 100_000)
			for i := range lines {
				lines[i] = fmt.Sprintf("100644 f%06d %s", i, blob)
			}
			return f.commit(f.tree(lines...))
		}},
		{name: "a pack that claims four billion objects", pack: func(f *forge) (string, []byte) {
			commit, _ := f.commit(f.tree("100644 work.sh " + f.blob("echo right\n")))
			return commit, f.Claiming(1<<32 - 1)
		}},
	}
}

// deltas adds objects with sizes that are multiples of 15 MiB, each a delta of the previous
// one.
func (f *forge) deltas(times, objects int64) (string, []byte) {
	const chunk, middle = 60 << 10, 15 << 20
	at, err := f.Add(hostile.Blob, chunk, io.LimitReader(hostile.Zeros{}, chunk))
	check(f.t, err)
	at, err = f.Grow(at, chunk, chunk, middle/chunk)
	check(f.t, err)
	from := int64(middle)
	for range objects {
		at, err = f.Grow(at, from, middle, times)
		check(f.t, err)
		from = middle * times
	}
	return f.commit(strings.Repeat("1", 40))
}

// zeros adds one object of zeros.
func (f *forge) zeros(kind int, size int64) (string, []byte) {
	_, err := f.Add(kind, size, io.LimitReader(hostile.Zeros{}, size))
	check(f.t, err)
	if kind == hostile.Blob {
		return f.commit(f.tree("100644 f " + zeroBlob(size)))
	}
	return f.commit(strings.Repeat("1", 40))
}

// zeroBlob returns the name of a blob of zeros.
func zeroBlob(size int64) string { return hostile.Name("blob", bytes.Repeat([]byte{0}, int(size))) }
