package course

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

// collisions checks that a file system that ignores case or Unicode's forms could hold every path.
// It reports names of files or directories that differ only in these.
func (f *findings) collisions(entries []TreeEntry) {
	c := collider{folded: map[string]string{}}
	files := map[string]bool{}
	for _, e := range entries {
		if files[e.Path] {
			f.add(Finding{FindingTwice, show(e.Path) + " is in the tree twice", "add it again",
				[]string{schema.RemoveCommand(e.Path), "git add " + schema.ShellWord(e.Path)}})
			return
		}
		files[e.Path] = true
		if other, name := c.place(e.Path); other != "" {
			f.add(collision(other, name, entries))
			return
		}
	}
}

// collision returns the finding for two names that are alike.
func collision(one, other string, entries []TreeEntry) Finding {
	rename := []string{schema.RenameCommand(other, beside(other, entries))}
	if schema.NormalPath(one) == schema.NormalPath(other) {
		return Finding{FindingUnicode, fmt.Sprintf("%s and %s are one name in two forms of Unicode, composed and decomposed, and look alike",
			strconv.QuoteToASCII(one), strconv.QuoteToASCII(other)), "rename one", rename}
	}
	return Finding{FindingCase, show(one) + " and " + show(other) + " differ only in case, and some systems cannot hold both", "rename one", rename}
}

// beside returns a similar name that no entry has: "src/List-2.java".
func beside(name string, entries []TreeEntry) string {
	ending := path.Ext(name)
	stem := strings.TrimSuffix(name, ending)
	if path.Base(stem) == "" || strings.HasSuffix(stem, "/") { // ".gitignore"
		stem, ending = name, ""
	}
	folded := map[string]bool{}
	for _, e := range entries {
		for p := e.Path; p != "."; p = path.Dir(p) {
			folded[fold(p)] = true
		}
	}
	for n := 2; ; n++ {
		if other := schema.NormalPath(fmt.Sprintf("%s-%d%s", stem, n, ending)); !folded[fold(other)] {
			return other
		}
	}
}

// collider records names without case and in one form of Unicode.
type collider struct {
	folded map[string]string // from the folded form to the first name with it
}

// place records a path and the directories above it, and returns the first pair that collides.
func (c *collider) place(name string) (other, colliding string) {
	key := fold(name)
	first, seen := c.folded[key]
	if seen && first == name {
		return "", ""
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		if other, colliding := c.place(name[:i]); other != "" {
			return other, colliding
		}
	}
	if seen {
		return first, name
	}
	c.folded[key] = name
	return "", ""
}
