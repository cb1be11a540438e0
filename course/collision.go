package course

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

// collisions judges whether a file system that ignores case, or Unicode's forms, could hold every
// path: no two names, of files or of directories, may differ in these alone.
func (f *findings) collisions(entries []TreeEntry) {
	c := collider{folded: map[string]string{}}
	files := map[string]bool{}
	for _, e := range entries {
		if files[e.Path] {
			f.add("%s is in the tree twice: commit it again", show(e.Path))
			return
		}
		files[e.Path] = true
		if other, name := c.place(e.Path); other != "" {
			f.add("%s", collisionWords(other, name))
			return
		}
	}
}

// collisionWords says how two names are alike.
func collisionWords(one, other string) string {
	if schema.NormalPath(one) == schema.NormalPath(other) {
		ending := path.Ext(other)
		to := schema.NormalPath(strings.TrimSuffix(other, ending) + "-2" + ending)
		return fmt.Sprintf("%s and %s are one name in two forms of Unicode, composed and decomposed, and look alike: rename one, as with %s",
			strconv.QuoteToASCII(one), strconv.QuoteToASCII(other), schema.RenameCommand(other, to))
	}
	return fmt.Sprintf("%s and %s differ only in case, and some systems cannot hold both: rename one", show(one), show(other))
}

// collider remembers names without their case and in one form of Unicode.
type collider struct {
	folded map[string]string // to the first name that folds so
}

// place notes a path and the directories above it, and returns the first pair that
// collides.
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
